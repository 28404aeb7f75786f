import type { MiddlewareHandler } from 'hono';
import type { Site, WebEnv } from '../../context.ts';
import { wishOf } from '../plans/wish.ts';

/** Pages alone carry the banner: no stream, no file, no machine asks. */
const WITHOUT = ['/assets/', '/live', '/api/', '/healthz'];

/** What every page tells a signed-in member of their payments. */
export const readStanding =
  (site: Pick<Site, 'billing'>): MiddlewareHandler<WebEnv> =>
  async (c, next) => {
    const { member } = c.var;
    const page = c.req.method === 'GET' && !WITHOUT.some((prefix) => c.req.path.startsWith(prefix));
    c.set('standing', member && page ? await site.billing.standingOf(member.userId) : null);
    c.set('wish', member && page ? wishOf(c) : null);
    return next();
  };
