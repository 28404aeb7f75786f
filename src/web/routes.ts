import type { Hono } from 'hono';
import { isRecent } from './auth/recent.ts';
import type { Member } from './auth/sessions.ts';
import type { WebContext, WebEnv, WebHandler } from './context.ts';

/**
 * `member`: signed in, and everything done that signing in asks for. `newcomer`: signed in, however much of that is
 * still to be done. `api`: by key alone, cookies mean nothing. `stream` is for members too, but answers a bare 401: a redirect would be read as a stream.
 */
export type RouteClass = 'public' | 'newcomer' | 'member' | 'stream' | 'operator' | 'webhook' | 'api';

/** The site map. A route that is not here cannot be registered. */
export const ROUTES = {
  'GET /': 'public',
  'GET /sign-up': 'public',
  'POST /sign-up': 'public',
  'GET /sign-in': 'public',
  'POST /sign-in': 'public',
  'GET /sign-in/code': 'public',
  'POST /sign-in/code': 'public',
  'POST /sandbox/sign-in': 'public',
  'POST /sign-out': 'public',
  'GET /verify': 'public',
  'POST /verify': 'public',
  'POST /verify/resend': 'public',
  'GET /terms': 'public',
  'GET /disclosures': 'public',
  'GET /terms/accept': 'newcomer',
  'POST /terms/accept': 'newcomer',
  'GET /forgot': 'public',
  'POST /forgot': 'public',
  'GET /reset': 'public',
  'POST /reset': 'public',
  'GET /email/undo': 'public',
  'POST /email/undo': 'public',
  'GET /account': 'member',
  'GET /account/email': 'member',
  'POST /account/email': 'member',
  'GET /account/email/confirm': 'member',
  'POST /account/email/confirm': 'member',
  'GET /account/password': 'member',
  'POST /account/password': 'member',
  'GET /account/security': 'member',
  'GET /account/sessions': 'member',
  'POST /account/sessions/end': 'member',
  'POST /account/sessions/end-others': 'member',
  'POST /account/sessions/end-all': 'member',
  'GET /account/api': 'member',
  'POST /account/api/keys': 'member',
  'POST /account/api/keys/revoke': 'member',
  'GET /account/chats': 'member',
  'GET /account/chats/now': 'member',
  'POST /account/chats/telegram': 'member',
  'POST /account/chats/telegram/confirm': 'member',
  'POST /account/chats/telegram/cancel': 'member',
  'POST /account/chats/discord': 'member',
  'GET /account/chats/discord/callback': 'member',
  'POST /account/chats/unlink': 'member',
  'POST /account/chats/return': 'member',
  'GET /account/data': 'member',
  'POST /account/data/export': 'member',
  'GET /account/data/delete': 'member',
  'POST /account/data/delete': 'member',
  'GET /api/v1/signals': 'api',
  'GET /api/v1/signals/:id': 'api',
  'GET /api/v1/reports': 'api',
  'GET /api/v1/reports/:kind/:date': 'api',
  'GET /api/v1/me': 'api',
  'GET /confirm': 'newcomer',
  'POST /confirm': 'newcomer',
  'GET /account/second-factor': 'newcomer',
  'POST /account/second-factor/begin': 'newcomer',
  'POST /account/second-factor/confirm': 'newcomer',
  'POST /account/second-factor/codes': 'newcomer',
  'POST /account/second-factor/remove': 'newcomer',
  'GET /status': 'public',
  'GET /healthz': 'public',
  'GET /assets/*': 'public',
  'GET /favicon.ico': 'public',
  'GET /plans': 'public',
  'GET /plans/choose': 'public',
  'GET /account/billing': 'member',
  'GET /account/billing/subscribe': 'member',
  'POST /account/billing/checkout': 'member',
  'GET /account/billing/done': 'member',
  'GET /account/billing/change': 'member',
  'POST /account/billing/change': 'member',
  'POST /account/billing/cancel': 'member',
  'POST /account/billing/resume': 'member',
  'POST /account/billing/portal': 'member',
  'POST /webhooks/stripe': 'webhook',
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
  'POST /admin/members/:id/verification': 'operator',
  'POST /admin/members/:id/sessions/end': 'operator',
  'POST /admin/members/:id/ban': 'operator',
  'POST /admin/members/:id/unban': 'operator',
  'POST /admin/members/:id/resync': 'operator',
  'POST /admin/members/:id/subscriptions/end': 'operator',
  'POST /admin/members/:id/refund': 'operator',
  'POST /admin/members/:id/chats/unlink': 'operator',
  'POST /admin/members/:id/impersonate': 'operator',
  'GET /admin/revenue': 'operator',
  'POST /impersonation/end': 'newcomer',
  'GET /sandbox/inbox': 'operator',
} as const satisfies Readonly<Record<string, RouteClass>>;
export type RouteName = keyof typeof ROUTES;

const isFragment = (c: WebContext): boolean => c.req.header('HX-Request') === 'true';

const sendTo = (c: WebContext, path: string, words: string): Response => {
  if (!isFragment(c)) return c.redirect(path, 303);
  c.header('HX-Redirect', path);
  return c.text(words, 401);
};

/** Where somebody has something to do first, and what may be reached for it; null when nothing is missing. */
const unfinished = (member: Member): readonly string[] | null => {
  if (!member.emailVerified) return ['/verify'];
  if (!member.termsAccepted) return ['/terms/accept'];
  if (member.role === 'operator' && !member.hasSecondFactor) return ['/account/second-factor', '/confirm'];
  return null;
};

/** Leads out of an impersonation, whatever the member looked at has still to do. */
const ALWAYS = '/impersonation/end';

const isWithin = (path: string, places: readonly string[]): boolean =>
  places.some((place) => path === place || path.startsWith(`${place}/`));

/** Changes that ask for all factors again when they were given long ago, besides everything that operators change. */
const ASKS_AGAIN: ReadonlySet<string> = new Set<RouteName>([
  'GET /account/email',
  'POST /account/email',
  'GET /account/password',
  'POST /account/password',
  'POST /account/api/keys',
  'POST /account/chats/telegram',
  'POST /account/chats/discord',
  'POST /account/data/export',
  'GET /account/data/delete',
  'POST /account/data/delete',
  'GET /account/second-factor',
  'POST /account/second-factor/begin',
  'POST /account/second-factor/confirm',
  'POST /account/second-factor/codes',
  'POST /account/second-factor/remove',
]);
/** These ask on their own forms: the way to the kill switch is never longer than one form. */
const ASKS_ON_FORM: ReadonlySet<string> = new Set<RouteName>([
  'POST /admin/kill',
  'POST /admin/rearm',
  'POST /admin/mode',
]);

const asksAgain = (name: RouteName, access: RouteClass): boolean =>
  ASKS_AGAIN.has(name) || (access === 'operator' && name.startsWith('POST ') && !ASKS_ON_FORM.has(name));

/** To the page itself, or to the one that the form stood on. */
const toConfirm = (c: WebContext): Response => {
  const referer = c.req.header('Referer') ?? '';
  const from = c.req.method === 'GET' ? c.req.url : referer;
  const { pathname, search } = URL.canParse(from) ? new URL(from) : new URL('http://here.invalid/account');
  return sendTo(c, `/confirm?return=${encodeURIComponent(`${pathname}${search}`)}`, 'Confirm that it is you.');
};

/** Null when the request may go on. An operator's page does not exist for anybody else. */
const refusalOf = (c: WebContext, name: RouteName, access: RouteClass): Response | Promise<Response> | null => {
  const { member } = c.var;
  if (access === 'public' || access === 'webhook' || access === 'api') return null;
  if (access === 'stream') return member && !unfinished(member) ? null : c.text('Sign in again.', 401);
  if (!member) return sendTo(c, '/sign-in', 'Sign in again.');
  if (access === 'operator' && member.role !== 'operator') return c.notFound();
  const first = unfinished(member);
  if (first !== null && !(access === 'newcomer' && isWithin(c.req.path, [...first, ALWAYS])))
    return sendTo(c, first[0] ?? '/', 'There is something to do first.');
  return asksAgain(name, access) && !isRecent(member) ? toConfirm(c) : null;
};

/** Registers a handler behind the check that its class calls for. */
export const route = (app: Hono<WebEnv>, name: RouteName, handler: WebHandler): void => {
  const access = ROUTES[name];
  const [method = '', path = ''] = name.split(' ');
  app.on(method, path, (c, next) => {
    if (access !== 'public') c.header('Cache-Control', 'private, no-store');
    return refusalOf(c, name, access) ?? handler(c, next);
  });
};

/** Unsafe requests to these paths prove themselves by signature instead of by origin. */
export const isWebhook = (method: string, path: string): boolean =>
  Object.entries(ROUTES).some(([name, access]) => (access as RouteClass) === 'webhook' && name === `${method} ${path}`);
