import { termsAcceptedBy } from '../../../../db/queries/terms.ts';
import { userById } from '../../../../db/queries/users.ts';
import { frameOf, memberOf, type Site, type WebHandler } from '../../../context.ts';
import { profilePage } from './page.tsx';

export const showProfile =
  (site: Site): WebHandler =>
  async (c) => {
    const { userId } = memberOf(c);
    const [user, terms] = await Promise.all([userById(site.db.db, userId), termsAcceptedBy(site.db.db, userId)]);
    if (!user) return c.notFound();
    const notice = c.req.query('done') === 'email' ? 'Your e-mail address is changed.' : null;
    return c.html(profilePage({ frame: frameOf(site, c), user, accepted: terms[0] ?? null, notice }));
  };
