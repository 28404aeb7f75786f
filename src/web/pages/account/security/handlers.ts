import { recoveryCodesLeft } from '../../../../db/queries/second-factors.ts';
import { sessionsOfUser } from '../../../../db/queries/sessions.ts';
import { frameOf, memberOf, type Site, type WebHandler } from '../../../context.ts';
import { securityPage } from './page.tsx';

export const showSecurity =
  (site: Site): WebHandler =>
  async (c) => {
    const { userId, hasSecondFactor } = memberOf(c);
    const { db } = site.db;
    const [codesLeft, sessions] = await Promise.all([recoveryCodesLeft(db, userId), sessionsOfUser(db, userId)]);
    const notice = c.req.query('done') === 'password' ? 'Your password is changed.' : null;
    const facts = { hasSecondFactor, codesLeft, sessions: sessions.length };
    return c.html(securityPage({ frame: frameOf(site, c), ...facts, notice }));
  };
