import type { MiddlewareHandler } from 'hono';
import type { WebEnv } from '../context.ts';
import type { Sessions } from './sessions.ts';

/** Routes that know nobody and must answer without the database. */
const ANONYMOUS = ['/assets/', '/healthz'];

/** Establishes who asks, from the cookie and the database, for each request anew. */
export const readSession =
  (sessions: Sessions): MiddlewareHandler<WebEnv> =>
  async (c, next) => {
    c.set('member', null);
    const { path } = c.req;
    if (ANONYMOUS.some((prefix) => path.startsWith(prefix))) return next();
    const found = await sessions.validate(c.req.header('Cookie'));
    c.set('member', found?.member ?? null);
    await next();
    const changed = c.res.headers.has('Set-Cookie');
    if (found?.cookie && !changed) c.res.headers.append('Set-Cookie', found.cookie);
  };
