import { billingStateOf } from './billing-state.ts';
import { cancel } from './cancel.ts';
import { changePlan } from './change-plan.ts';
import type { BillingDeps } from './deps.ts';
import type { Billing } from './door.ts';
import { endEverything } from './end-everything.ts';
import { finishCheckout } from './finish-checkout.ts';
import { openPortal } from './open-portal.ts';
import { previewChange } from './preview-change.ts';
import { receiveWebhook } from './receive-webhook.ts';
import { reconcile } from './reconcile.ts';
import { refund } from './refund.ts';
import { resume } from './resume.ts';
import { resync } from './resync.ts';
import { standingOf } from './standing.ts';
import { startCheckout } from './start-checkout.ts';
import { createTurns } from './turns.ts';

/** Deliveries worked on at once: each holds a connection while it reads Stripe, and the site needs some too. */
const DELIVERIES_AT_ONCE = 3;

export const createBilling = (deps: BillingDeps): Billing => {
  const turns = createTurns(DELIVERIES_AT_ONCE);
  return {
    startCheckout: (userId, wish) => startCheckout(deps, userId, wish),
    finishCheckout: (userId, sessionId) => finishCheckout(deps, userId, sessionId),
    openPortal: (userId) => openPortal(deps, userId),
    previewChange: (userId, wish) => previewChange(deps, userId, wish),
    changePlan: (userId, wish) => changePlan(deps, userId, wish),
    cancel: (userId, subscriptionId) => cancel(deps, userId, subscriptionId),
    resume: (userId, subscriptionId) => resume(deps, userId, subscriptionId),
    billingStateOf: (userId) => billingStateOf(deps.db, deps.policy, userId),
    standingOf: (userId) => standingOf(deps.db, userId),
    endEverything: (userId, actor, cause) => endEverything(deps, userId, actor, cause),
    refund: (id, wish) => refund(deps, id, wish),
    resync: (userId, actor) => resync(deps, userId, actor),
    receiveWebhook: (rawBody, signature) => turns(() => receiveWebhook(deps, rawBody, signature)),
    reconcile: () => reconcile(deps),
  };
};
