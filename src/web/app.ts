import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { analyticsNow, showAnalytics } from './admin/analytics-page.tsx';
import { giveMode, kill, rearm } from './admin/commands.ts';
import { adminJson, adminNow, showAdmin } from './admin/handlers.ts';
import { impersonate } from './admin/members/impersonation.ts';
import { addMembersRoutes } from './admin/members/routes.ts';
import { showRevenue } from './admin/revenue/handlers.ts';
import { health } from './api/health.ts';
import { problem } from './api/v1/problem.ts';
import { addApiRoutes } from './api/v1/routes.ts';
import { createRateLimits } from './auth/rate-limit.ts';
import { addAuthRoutes } from './auth/routes.ts';
import { readAddress, readSession } from './auth/session-middleware.ts';
import { createSessions } from './auth/sessions.ts';
import { SECOND_FACTOR_LIFE_SECONDS } from './auth/sign-in.ts';
import { SIGN_UP_LIFE_SECONDS } from './auth/sign-up.ts';
import { createTicket } from './auth/tickets.ts';
import { frameOf, type Site, type WebContext, type WebDeps, type WebEnv } from './context.ts';
import { loadAssets } from './layout/assets.ts';
import { addChatRoutes } from './pages/account/chats/routes.ts';
import { readStanding } from './pages/billing/read-standing.ts';
import { addBillingRoutes } from './pages/billing/routes.ts';
import { errorPage } from './pages/error/page.tsx';
import { openStream, showFeed } from './pages/feed/handlers.ts';
import { inboxPage } from './pages/inbox/page.tsx';
import { landingPage } from './pages/landing/page.tsx';
import { listReports, showReport } from './pages/reports/handlers.ts';
import { statusPage } from './pages/status/page.tsx';
import { isWebhook, route } from './routes.ts';
import { sameOrigin } from './same-origin.ts';
import { securityHeaders } from './security-headers.ts';

const FORM_BYTES_MAX = 64 * 1024;
/** An invoice with many lines is a large event. */
const WEBHOOK_BYTES_MAX = 1024 * 1024;

const limitBodies = (): MiddlewareHandler<WebEnv> => {
  const upTo = (maxSize: number) => bodyLimit({ maxSize, onError: (c) => c.text('That form is too large.', 413) });
  const [forms, webhooks] = [upTo(FORM_BYTES_MAX), upTo(WEBHOOK_BYTES_MAX)];
  return (c, next) => (isWebhook(c.req.method, c.req.path) ? webhooks : forms)(c, next);
};

const isApi = (c: WebContext): boolean => c.req.path.startsWith('/api/');

/** What people are told of failures; what really happened goes to the log alone. */
const answerProblems = (app: Hono<WebEnv>, site: Site): void => {
  app.notFound((c) =>
    isApi(c)
      ? problem(c, 'not-found')
      : c.html(errorPage({ frame: frameOf(site, c), title: 'Not found', text: 'There is no such page.' }), 404),
  );
  app.onError((error, c) => {
    site.log('error', 'a request failed', { method: c.req.method, path: c.req.path, error });
    if (isApi(c)) return problem(c, 'our-fault');
    const text = 'That did not work, and it is our fault. It has been written down; please try again in a moment.';
    return c.html(errorPage({ frame: frameOf(site, c), title: 'Something broke', text }), 500);
  });
};

const addPublicRoutes = (app: Hono<WebEnv>, site: Site): void => {
  route(app, 'GET /', (c) => c.html(landingPage({ frame: frameOf(site, c) })));
  route(app, 'GET /healthz', health(site));
  route(app, 'GET /assets/*', (c) => site.assets.respond(c.req.raw) ?? c.notFound());
  route(app, 'GET /favicon.ico', (c) => c.redirect(site.assets.href('icons/mark.svg'), 302));
  route(app, 'GET /status', (c) => {
    const { engine } = site;
    return c.html(statusPage({ frame: frameOf(site, c), engine: engine.status(), viewAgeMs: engine.viewAgeMs() }));
  });
};

const addMemberRoutes = (app: Hono<WebEnv>, site: Site): void => {
  addBillingRoutes(app, site);
  addChatRoutes(app, site);
  route(app, 'GET /feed', showFeed(site));
  route(app, 'GET /live', openStream(site));
  route(app, 'GET /reports', listReports(site));
  route(app, 'GET /reports/:kind/:date', showReport(site));
};

const addOperatorRoutes = (app: Hono<WebEnv>, site: Site): void => {
  route(app, 'GET /admin', showAdmin(site));
  route(app, 'GET /admin/now', adminNow(site));
  route(app, 'GET /admin/analytics', showAnalytics(site));
  route(app, 'GET /admin/analytics/now', analyticsNow(site));
  route(app, 'GET /admin.json', adminJson(site));
  route(app, 'POST /admin/kill', kill(site));
  route(app, 'POST /admin/rearm', rearm(site));
  route(app, 'POST /admin/mode', giveMode(site));
  addMembersRoutes(app, site);
  route(app, 'GET /admin/revenue', showRevenue(site));
  route(app, 'GET /sandbox/inbox', async (c) =>
    site.inbox === null ? c.notFound() : c.html(inboxPage({ frame: frameOf(site, c), messages: await site.inbox() })),
  );
};

/** The whole site as one Hono app: serve it with `Bun.serve({ fetch: app.fetch })`, so that handlers see the server. */
export const createApp = (deps: WebDeps): Hono<WebEnv> => {
  const { secureCookies, publicUrl, trustedProxies } = deps.options;
  const sessions = createSessions(deps.db, { secureCookies });
  const site: Site = {
    ...deps,
    sessions,
    assets: loadAssets(),
    limits: createRateLimits(deps.db.db),
    signUpTicket: createTicket('sign-up', { secure: secureCookies, lifeSeconds: SIGN_UP_LIFE_SECONDS }),
    secondFactorTicket: createTicket('second-factor', {
      secure: secureCookies,
      lifeSeconds: SECOND_FACTOR_LIFE_SECONDS,
    }),
  };
  const app = new Hono<WebEnv>();
  answerProblems(app, site);
  app.use(
    securityHeaders({ secure: secureCookies, formTargets: [...deps.options.billing.origins, ...deps.chats.origins] }),
  );
  app.use(sameOrigin(publicUrl.origin));
  app.use(limitBodies());
  app.use(readAddress(trustedProxies));
  app.use(readSession(sessions));
  app.use(impersonate(site));
  app.use(readStanding(site));
  addPublicRoutes(app, site);
  addAuthRoutes(app, site);
  addApiRoutes(app, site);
  addMemberRoutes(app, site);
  addOperatorRoutes(app, site);
  return app;
};
