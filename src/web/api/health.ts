import type { Site, WebHandler } from '../context.ts';

/** For load balancers: whether this node can answer pages. No detail, for it is public. */
export const health =
  (site: Site): WebHandler =>
  async (c) => {
    try {
      await site.db.sql`select 1`;
      return c.text('ok');
    } catch {
      return c.text('unavailable', 503);
    }
  };
