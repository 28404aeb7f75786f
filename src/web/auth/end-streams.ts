import type { Site } from '../context.ts';

/** After sessions ended in the database: their streams end at once, on every node. A lost hint costs two seconds at most. */
export const endStreams = (site: Site, sessionIds: readonly string[]): void => {
  for (const sessionId of sessionIds) {
    site.live.closeSession(sessionId);
    site.bus.publish('access.changed', { sessionId, ended: true });
  }
};
