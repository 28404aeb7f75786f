import type { Hono } from 'hono';
import type { WebContext, WebEnv, WebHandler } from './context.ts';

/** `stream` is for members too, but answers a bare 401: a redirect would be read as a stream. */
export type RouteClass = 'public' | 'member' | 'stream' | 'operator' | 'webhook';

/** The site map. A route that is not here cannot be registered. */
export const ROUTES = {
  'GET /': 'public',
  'GET /sign-up': 'public',
  'POST /sign-up': 'public',
  'GET /sign-in': 'public',
  'POST /sign-in': 'public',
  'POST /sign-out': 'public',
  'GET /status': 'public',
  'GET /healthz': 'public',
  'GET /assets/*': 'public',
  'GET /favicon.ico': 'public',
  'GET /feed': 'member',
  'GET /live': 'stream',
  'GET /reports': 'member',
  'GET /reports/:kind/:date': 'member',
  'GET /admin': 'operator',
  'GET /admin/now': 'operator',
  'GET /admin/analytics': 'operator',
  'GET /admin/analytics/now': 'operator',
  'GET /admin.json': 'operator',
  'POST /admin/kill': 'operator',
  'POST /admin/rearm': 'operator',
  'POST /admin/mode': 'operator',
  'GET /admin/members': 'operator',
  'GET /admin/members/:id': 'operator',
  'POST /admin/members/:id/comp': 'operator',
  'POST /admin/members/:id/comp/revoke': 'operator',
  'POST /admin/members/:id/mail': 'operator',
  'POST /admin/members/:id/sessions/end': 'operator',
  'POST /admin/members/:id/ban': 'operator',
  'POST /admin/members/:id/unban': 'operator',
  'POST /admin/members/:id/resync': 'operator',
  'POST /admin/members/:id/subscriptions/end': 'operator',
  'POST /admin/members/:id/refund': 'operator',
  'POST /admin/members/:id/impersonate': 'operator',
  'POST /impersonation/end': 'member',
  'GET /sandbox/inbox': 'operator',
} as const satisfies Readonly<Record<string, RouteClass>>;
export type RouteName = keyof typeof ROUTES;

const isFragment = (c: WebContext): boolean => c.req.header('HX-Request') === 'true';

const toSignIn = (c: WebContext): Response => {
  if (!isFragment(c)) return c.redirect('/sign-in', 303);
  c.header('HX-Redirect', '/sign-in');
  return c.text('Sign in again.', 401);
};

/** Null when the request may go on. An operator's page does not exist for anybody else. */
const refusalOf = (c: WebContext, access: RouteClass): Response | Promise<Response> | null => {
  const { member } = c.var;
  if (access === 'public' || access === 'webhook') return null;
  if (!member) return access === 'stream' ? c.text('Sign in again.', 401) : toSignIn(c);
  if (access === 'operator' && member.role !== 'operator') return c.notFound();
  return null;
};

/** Registers a handler behind the check that its class calls for. */
export const route = (app: Hono<WebEnv>, name: RouteName, handler: WebHandler): void => {
  const access = ROUTES[name];
  const [method = '', path = ''] = name.split(' ');
  app.on(method, path, (c, next) => {
    if (access !== 'public') c.header('Cache-Control', 'private, no-store');
    return refusalOf(c, access) ?? handler(c, next);
  });
};

/** Unsafe requests to these paths prove themselves by signature instead of by origin. */
export const isWebhook = (method: string, path: string): boolean =>
  Object.entries(ROUTES).some(([name, access]) => (access as RouteClass) === 'webhook' && name === `${method} ${path}`);
