import type { MiddlewareHandler } from 'hono';
import type { WebEnv } from './context.ts';
import { isWebhook } from './routes.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether the browser vouches that the request began on our own pages. Silence is a refusal. */
const fromOurPages = (headers: Headers, ownOrigins: readonly string[]): boolean => {
  const site = headers.get('Sec-Fetch-Site');
  if (site !== null) return site === 'same-origin' || site === 'none';
  const origin = headers.get('Origin');
  return origin !== null && ownOrigins.includes(origin);
};

/** Refuses changes asked for by another site's page. Webhooks are exempt by path, and prove themselves by signature. */
export const sameOrigin =
  (publicOrigin: string): MiddlewareHandler<WebEnv> =>
  async (c, next) => {
    const own = [publicOrigin, new URL(c.req.url).origin];
    if (SAFE.has(c.req.method) || isWebhook(c.req.method, c.req.path) || fromOurPages(c.req.raw.headers, own))
      return next();
    return c.text('Refused: this request did not come from our own pages.', 403);
  };
