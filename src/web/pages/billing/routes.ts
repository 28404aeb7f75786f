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

export const addBillingRoutes = (app: Hono<WebEnv>, site: Site): void => {
  route(app, 'GET /plans', showPlans(site));
  route(app, 'GET /plans/choose', choosePlan(site));
  route(app, 'GET /account/billing', showBilling(site));
  route(app, 'GET /account/billing/subscribe', showSubscribe(site));
  route(app, 'POST /account/billing/checkout', startCheckout(site));
  route(app, 'GET /account/billing/done', showDone(site));
  route(app, 'GET /account/billing/change', showChange(site));
  route(app, 'POST /account/billing/change', changePlan(site));
  route(app, 'POST /account/billing/cancel', cancelSubscription(site));
  route(app, 'POST /account/billing/resume', resumeSubscription(site));
  route(app, 'POST /account/billing/portal', openPortal(site));
  route(app, 'POST /webhooks/stripe', receiveStripe(site));
};
