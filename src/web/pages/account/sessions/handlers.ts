import { audit } from '../../../../db/queries/audit.ts';
import { deleteSessionOf, endSessions, sessionsOfUser } from '../../../../db/queries/sessions.ts';
import { endStreams } from '../../../auth/end-streams.ts';
import { addressOf, frameOf, memberOf, type Site, type WebContext, type WebHandler } from '../../../context.ts';
import { formOf } from '../../../form.ts';
import { sessionsPage } from './page.tsx';

const NOTICES: Readonly<Record<string, string>> = {
  one: 'That session is over.',
  others: 'Every other session is over.',
};

export const showSessions =
  (site: Site): WebHandler =>
  async (c) => {
    const sessions = await sessionsOfUser(site.db.db, memberOf(c).userId);
    const notice = NOTICES[c.req.query('done') ?? ''] ?? null;
    return c.html(sessionsPage({ frame: frameOf(site, c), sessions, notice }));
  };

/** All of one's own or all but this one; returns what ended. */
const endMany = (site: Site, c: WebContext, except: string | null): Promise<string[]> => {
  const { userId } = memberOf(c);
  return site.db.db.transaction(async (tx) => {
    const ended = await endSessions(tx, userId, except);
    const actor = { kind: 'member', userId } as const;
    const after = { sessions: ended.length };
    await audit(tx, { actor, action: 'sessions.ended', userId, after, cause: 'asked', address: addressOf(c) });
    return ended;
  });
};

/** Somebody else's session is not there to be ended. */
export const endOneSession =
  (site: Site): WebHandler =>
  async (c) => {
    const { userId, sessionId } = memberOf(c);
    const { session } = await formOf(c, ['session']);
    if (!(await deleteSessionOf(site.db.db, userId, session))) return c.notFound();
    endStreams(site, [session]);
    return c.redirect(session === sessionId ? '/sign-in' : '/account/sessions?done=one', 303);
  };

export const endOtherSessions =
  (site: Site): WebHandler =>
  async (c) => {
    endStreams(site, await endMany(site, c, memberOf(c).sessionId));
    return c.redirect('/account/sessions?done=others', 303);
  };

export const endAllSessions =
  (site: Site): WebHandler =>
  async (c) => {
    endStreams(site, await endMany(site, c, null));
    return c.redirect('/sign-in', 303);
  };
