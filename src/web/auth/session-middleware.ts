import type { MiddlewareHandler } from 'hono';
import { visitOf, type WebContext, type WebEnv } from '../context.ts';
import { clientAddress } from './address.ts';
import type { Sessions } from './sessions.ts';

/** Routes that know nobody by a cookie: some must answer without the database, and the API knows keys alone. */
const ANONYMOUS = ['/assets/', '/healthz', '/api/'];

const peerOf = (c: WebContext): string => {
  const requestIp = c.env?.['requestIP'];
  if (typeof requestIp !== 'function') return 'unknown';
  const seen: unknown = requestIp.call(c.env, c.req.raw);
  return typeof seen === 'object' && seen !== null && 'address' in seen ? String(seen.address) : 'unknown';
};

/** Establishes where a request comes from: for limits, sessions and the audit log. */
export const readAddress =
  (trustedProxies: number): MiddlewareHandler<WebEnv> =>
  async (c, next) => {
    c.set('address', clientAddress(peerOf(c), c.req.header('X-Forwarded-For'), trustedProxies));
    await next();
  };

/** Establishes who asks, from the cookie and the database, for each request anew. */
export const readSession =
  (sessions: Sessions): MiddlewareHandler<WebEnv> =>
  async (c, next) => {
    c.set('member', null);
    const { path } = c.req;
    if (ANONYMOUS.some((prefix) => path.startsWith(prefix))) return next();
    const found = await sessions.validate(visitOf(c));
    c.set('member', found?.member ?? null);
    await next();
    const name = found?.cookie?.split('=')[0];
    const changed = c.res.headers.getSetCookie().some((cookie) => cookie.startsWith(`${name}=`));
    if (found?.cookie && !changed) c.res.headers.append('Set-Cookie', found.cookie);
  };
