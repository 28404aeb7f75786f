import type { Site, WebHandler } from '../context.ts';
import { endStreams } from './end-streams.ts';

/** Ends the session in the database and its streams, then clears the cookie. */
export const doSignOut =
  (site: Site): WebHandler =>
  async (c) => {
    const { cookie, endedSessionId } = await site.sessions.signOut(c.req.header('Cookie'));
    if (endedSessionId !== null) endStreams(site, [endedSessionId]);
    c.header('Set-Cookie', cookie);
    return c.redirect('/', 303);
  };
