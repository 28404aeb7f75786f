import { revokeSessionsOf } from '../../../db/queries/members/revoke-sessions.ts';
import type { Site, WebHandler } from '../../context.ts';
import { act } from './act.ts';

/** Signs a member out everywhere; open streams end with it. */
export const endSessions = (site: Site): WebHandler =>
  act(site, [], async ({ userId, by }) => {
    await revokeSessionsOf(site.db.db, userId, by);
    site.bus.publish('access.changed', { userId, ended: true });
    return { done: 'sessions-ended' };
  });
