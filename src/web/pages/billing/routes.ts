import type { Hono } from 'hono';
import type { Site, WebEnv } from '../../context.ts';
import { route } from '../../routes.ts';
import { choosePlan, showPlans } from '../plans/handlers.ts';
import {
  cancelSubscription,
  changePlan,
  openPortal,
  receiveStripe,
  resumeSubscription,
  showBilling,
  showChange,
  showDone,
  showSubscribe,
  startCheckout,
} from './handlers.ts';
import { limited } from './limited.ts';

export const addBillingRoutes = (app: Hono<WebEnv>, site: Site): void => {
  route(app, 'GET /plans', showPlans(site));
  route(app, 'GET /plans/choose', choosePlan(site));
  route(app, 'GET /account/billing', showBilling(site));
  route(app, 'GET /account/billing/subscribe', showSubscribe(site));
  route(app, 'POST /account/billing/checkout', limited(site, startCheckout(site)));
  route(app, 'GET /account/billing/done', limited(site, showDone(site)));
  route(app, 'GET /account/billing/change', limited(site, showChange(site)));
  route(app, 'POST /account/billing/change', limited(site, changePlan(site)));
  route(app, 'POST /account/billing/cancel', limited(site, cancelSubscription(site)));
  route(app, 'POST /account/billing/resume', limited(site, resumeSubscription(site)));
  route(app, 'POST /account/billing/portal', limited(site, openPortal(site)));
  route(app, 'POST /webhooks/stripe', receiveStripe(site));
};
