import { Params } from '../http/params.ts';
import { invalid, Refusal } from '../http/refusal.ts';
import { attachMethod, detachMethod } from '../payments/attach.ts';
import { methodOfEntry } from '../payments/create-method.ts';
import { attemptSetup, createSetup, failSetupProof } from '../payments/setup-intents.ts';
import type { CardEntry, PaymentStep, PortalSwitch } from '../seam.ts';
import { cancelSubscription } from '../subscriptions/cancel.ts';
import { isLive } from '../subscriptions/status.ts';
import type { Subscription } from '../subscriptions/types.ts';
import { updateSubscription } from '../subscriptions/update.ts';
import type { World } from '../world.ts';
import type { PortalConfiguration, PortalSession } from './types.ts';

/** A portal link is good for so long; our reading, Stripe says "a few minutes, longer while it is used". */
const SESSION_SECONDS = 3_600;

export const hasExpired = ({ created }: PortalSession, nowSeconds: number): boolean =>
  created + SESSION_SECONDS <= nowSeconds;

interface Portal {
  readonly session: PortalSession;
  readonly features: PortalConfiguration['features'];
}

export const portalOf = (world: World, id: string): Portal => {
  const session = world.find('billing_portal.session', id, 'session');
  if (hasExpired(session, world.now())) throw invalid('This portal session has expired.', 'session');
  return { session, features: world.need('billing_portal.configuration', session.configuration).features };
};

export const allow = (enabled: boolean): void => {
  if (!enabled) throw invalid('The portal is not set up for this.', 'configuration');
};

const ownSubscription = (world: World, { session }: Portal, id: string): Subscription => {
  const subscription = world.find('subscription', id, 'subscription');
  if (subscription.customer !== session.customer || !isLive(subscription.status))
    throw invalid('This subscription cannot be changed here.', 'subscription');
  return subscription;
};

const makeDefault = (world: World, customer: string, methodId: string): void => {
  const { invoice_settings } = world.named('customer', customer, 'customer');
  world.update(
    'customer',
    customer,
    { invoice_settings: { ...invoice_settings, default_payment_method: methodId } },
    'customer.updated',
  );
  for (const { id, status } of world.store.of('subscription', customer))
    if (isLive(status))
      world.update('subscription', id, { default_payment_method: methodId }, 'customer.subscription.updated');
};

const addVerified = (world: World, customer: string, methodId: string, returnUrl: string): PaymentStep => {
  attachMethod(world, methodId, customer);
  makeDefault(world, customer, methodId);
  return { ok: true, kind: 'redirect', url: returnUrl };
};

export const addCard = (world: World, id: string, entry: CardEntry, returnUrl: string): PaymentStep => {
  const portal = portalOf(world, id);
  allow(portal.features.payment_method_update.enabled);
  const { customer } = portal.session;
  const method = methodOfEntry(world, entry, world.named('customer', customer, 'customer').email);
  const setup = createSetup(world, { customer, portal: id });
  const attempt = attemptSetup(world, setup.id, method, { proved: false, returnUrl });
  if (attempt.kind === 'failed') throw new Refusal(402, attempt.error, true);
  if (attempt.kind === 'action') return { ok: true, kind: 'challenge', url: attempt.url, intentId: setup.id };
  return addVerified(world, customer, method.id, returnUrl);
};

/** The cardholder is back from his bank with the answer about a new card. */
export const resumeAddCard = (world: World, setupId: string, proved: boolean): PaymentStep => {
  const setup = world.need('setup_intent', setupId);
  const { customer, payment_method: methodId, next_action } = setup;
  if (customer === null || methodId === null) throw invalid('This card is no longer waiting for an answer.', 'intent');
  const attempt = proved
    ? attemptSetup(world, setupId, world.need('payment_method', methodId), { proved: true, returnUrl: null })
    : failSetupProof(world, setupId);
  if (attempt.kind === 'failed') throw new Refusal(402, attempt.error, true);
  return addVerified(world, customer, methodId, next_action?.redirect_to_url.return_url ?? '');
};

const ownMethod = (world: World, { session }: Portal, methodId: string): void => {
  if (world.find('payment_method', methodId, 'payment_method').customer !== session.customer)
    throw invalid('This card cannot be changed here.', 'payment_method');
};

export const chooseCard = (world: World, id: string, methodId: string): void => {
  const portal = portalOf(world, id);
  allow(portal.features.payment_method_update.enabled);
  ownMethod(world, portal, methodId);
  makeDefault(world, portal.session.customer, methodId);
};

/** The card that a live subscription is charged to stays. */
export const removeCard = (world: World, id: string, methodId: string): void => {
  const portal = portalOf(world, id);
  allow(portal.features.payment_method_update.enabled);
  ownMethod(world, portal, methodId);
  const { customer } = portal.session;
  const isUsed = world.store
    .of('subscription', customer)
    .some(({ status, default_payment_method }) => isLive(status) && default_payment_method === methodId);
  if (isUsed) throw invalid('This card pays for a subscription: choose another one first.', 'payment_method');
  detachMethod(world, methodId);
};

export const cancelByPortal = (
  world: World,
  id: string,
  subscriptionId: string,
  feedback: string | null,
  comment: string | null,
): Subscription => {
  const portal = portalOf(world, id);
  const { enabled, mode, proration_behavior } = portal.features.subscription_cancel;
  allow(enabled);
  const subscription = ownSubscription(world, portal, subscriptionId);
  if (mode === 'immediately')
    return cancelSubscription(world, subscription.id, {
      prorate: proration_behavior !== 'none',
      invoiceNow: proration_behavior === 'always_invoice',
      feedback,
      comment,
    });
  return updateSubscription(
    world,
    subscription.id,
    new Params({
      cancel_at_period_end: 'true',
      cancellation_details: { ...(feedback ? { feedback } : {}), ...(comment ? { comment } : {}) },
    }),
  );
};

export const resumeByPortal = (world: World, id: string, subscriptionId: string): Subscription => {
  const portal = portalOf(world, id);
  allow(portal.features.subscription_cancel.enabled);
  const subscription = ownSubscription(world, portal, subscriptionId);
  return updateSubscription(world, subscription.id, new Params({ cancel_at_period_end: 'false' }));
};

/** Another price at once, as the configuration prorates it. What a card refuses leaves everything as it was. */
export const switchByPortal = (world: World, id: string, change: PortalSwitch, returnUrl: string): PaymentStep => {
  const portal = portalOf(world, id);
  const { enabled, products, proration_behavior, default_allowed_updates } = portal.features.subscription_update;
  allow(enabled && default_allowed_updates.includes('price'));
  const subscription = ownSubscription(world, portal, change.subscriptionId);
  if (!products?.some(({ prices }) => prices.includes(change.priceId)))
    throw invalid('This price cannot be chosen here.', 'price');
  const [item] = subscription.items.data;
  if (!item) throw invalid('This subscription cannot be changed here.', 'subscription');
  const params = new Params({
    items: [{ id: item.id, price: change.priceId }],
    proration_behavior,
    payment_behavior: 'pending_if_incomplete',
  });
  const updated = updateSubscription(world, subscription.id, params);
  const invoice =
    updated.pending_update && updated.latest_invoice ? world.need('invoice', updated.latest_invoice) : null;
  const intent = invoice?.payment_intent ? world.need('payment_intent', invoice.payment_intent) : null;
  if (intent?.status === 'requires_action' && intent.next_action) {
    world.update('payment_intent', intent.id, {
      next_action: {
        ...intent.next_action,
        redirect_to_url: { ...intent.next_action.redirect_to_url, return_url: returnUrl },
      },
    });
    return { ok: true, kind: 'challenge', url: intent.next_action.redirect_to_url.url, intentId: intent.id };
  }
  if (intent?.last_payment_error) throw new Refusal(402, intent.last_payment_error, true);
  return { ok: true, kind: 'redirect', url: returnUrl };
};
