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

/** Each holds a connection while it asks Stripe, who may be slow, and the site needs connections too. */
const DELIVERIES_AT_ONCE = 3;
const ACTS_AT_ONCE = 2;

export const createBilling = (deps: BillingDeps): Billing => {
  const deliveries = createTurns(DELIVERIES_AT_ONCE);
  const acts = createTurns(ACTS_AT_ONCE);
  return {
    startCheckout: (userId, wish) => acts(() => startCheckout(deps, userId, wish)),
    finishCheckout: (userId, sessionId) => acts(() => finishCheckout(deps, userId, sessionId)),
    openPortal: (userId) => openPortal(deps, userId),
    previewChange: (userId, wish) => previewChange(deps, userId, wish),
    changePlan: (userId, wish) => acts(() => changePlan(deps, userId, wish)),
    cancel: (userId, subscriptionId) => acts(() => cancel(deps, userId, subscriptionId)),
    resume: (userId, subscriptionId) => acts(() => resume(deps, userId, subscriptionId)),
    billingStateOf: (userId) => billingStateOf(deps.db, deps.policy, userId),
    standingOf: (userId) => standingOf(deps.db, userId),
    endEverything: (userId, actor, cause) => acts(() => endEverything(deps, userId, actor, cause)),
    refund: (id, wish) => acts(() => refund(deps, id, wish)),
    resync: (userId, actor) => acts(() => resync(deps, userId, actor)),
    receiveWebhook: (rawBody, signature) => deliveries(() => receiveWebhook(deps, rawBody, signature)),
    reconcile: () => reconcile(deps),
  };
};
