import { latestReleased } from '../../../distribution/release.ts';
import { frameOf, memberOf, type Site, type WebHandler } from '../../context.ts';
import type { IdleTimeout } from '../../live/types.ts';
import { feedPage } from './page.tsx';

/** Entries that the page shows at first. */
const PAGE_LENGTH = 50;

export const showFeed =
  (site: Site): WebHandler =>
  async (c) => {
    const { tier } = memberOf(c);
    const latest = await latestReleased(site.db.db, tier, { limit: PAGE_LENGTH });
    return c.html(feedPage({ frame: frameOf(site, c), tier, latest }));
  };

const serverOf = (env: unknown): IdleTimeout | undefined =>
  typeof env === 'object' && env !== null && 'timeout' in env && typeof env.timeout === 'function'
    ? (env as IdleTimeout)
    : undefined;

export const openStream =
  (site: Site): WebHandler =>
  (c) => {
    const { tier, userId: ownId, sessionId } = memberOf(c);
    // A look through a member's eyes takes none of the streams that the member may have.
    const userId = c.var.impersonation?.operator.userId ?? ownId;
    return site.live.respond(c.req.raw, { tier, userId, sessionId }, serverOf(c.env));
  };
