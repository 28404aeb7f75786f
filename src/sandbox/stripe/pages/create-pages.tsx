import { Hono } from 'hono';
import { stylesheet } from '../../hosted/stylesheet.ts';
import type { PageHandler, StripeWorld } from '../seam.ts';
import { challengeRoutes } from './challenge/routes.tsx';
import { checkoutRoutes } from './checkout/routes.tsx';
import { hostedBy, notFoundPage, page } from './hosted.tsx';
import { invoiceRoutes } from './invoices/routes.tsx';
import { Message } from './layout.tsx';
import { portalRoutes } from './portal/routes.tsx';

const STYLE = stylesheet(new URL('page.css', import.meta.url));

/** Forms may lead on to whatever site the merchant named, so that `form-action` cannot be ours alone. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self' http: https:",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Stripe's hosted pages: checkout, 3-D Secure, billing portal, invoices and receipts. No script runs on them. */
export const createPages = (world: StripeWorld): PageHandler => {
  const hosted = hostedBy(world);
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
  });
  app.get('/assets/page.css', (c) => c.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }));
  app.get('/', (c) =>
    page(
      c,
      <Message
        title="Simulated Stripe"
        text="This stands for Stripe on a machine without keys: API, hosted pages and webhooks. Start a checkout from the merchant’s site."
      />,
    ),
  );
  for (const routes of [checkoutRoutes, challengeRoutes, portalRoutes, invoiceRoutes]) app.route('/', routes(hosted));
  app.notFound(notFoundPage);
  return (request) => app.fetch(request);
};
