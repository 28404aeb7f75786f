import { DAY_SECONDS } from '../clock/months.ts';
import { coupon as couponOf } from '../coupons/discount.ts';
import type { Params } from '../http/params.ts';
import { invalid, Refusal } from '../http/refusal.ts';
import { collectInvoice, methodFor } from '../invoices/collect.ts';
import { finalizeInvoice } from '../invoices/finalize.ts';
import type { Attempt } from '../payments/intents.ts';
import { needsProof } from '../payments/intents.ts';
import { createSetup } from '../payments/setup-intents.ts';
import { ratesNamed } from '../tax/rates.ts';
import type { ErrorBody } from '../types.ts';
import type { World } from '../world.ts';
import { draftSubscription, type NewSubscription } from './draft.ts';
import { itemsOf } from './items.ts';
import { tellTrialEnd } from './trial.ts';
import type { PaymentBehavior, Subscription } from './types.ts';

const PAYMENT_BEHAVIORS = [
  'allow_incomplete',
  'default_incomplete',
  'error_if_incomplete',
  'pending_if_incomplete',
] as const;
const PRORATIONS = ['always_invoice', 'create_prorations', 'none'] as const;

export const paymentBehaviorOf = (params: Params): PaymentBehavior =>
  params.oneOf('payment_behavior', PAYMENT_BEHAVIORS) ?? 'allow_incomplete';
export const prorationOf = (params: Params): (typeof PRORATIONS)[number] =>
  params.oneOf('proration_behavior', PRORATIONS) ?? 'create_prorations';

/** A card of the customer's that a parameter names. */
export const methodNamed = (world: World, params: Params, customer: string): string | null | undefined => {
  const id = params.text('default_payment_method');
  if (!id) return id;
  const method = world.named('payment_method', id, params.name('default_payment_method'));
  if (method.customer !== customer)
    throw invalid(
      `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
      params.name('default_payment_method'),
      'resource_missing',
    );
  return id;
};

const trialEndOf = (world: World, params: Params): number | null => {
  const now = world.now();
  const [end, days] = [params.instant('trial_end', now), params.integer('trial_period_days')];
  if (end !== undefined && days !== undefined)
    throw invalid('You may only specify one of these parameters: trial_end, trial_period_days.', 'trial_end');
  if (days !== undefined && (days < 1 || days > 730))
    throw invalid('The trial period must be between 1 and 730 days.', 'trial_period_days', 'parameter_invalid_integer');
  if (end !== undefined && end < now)
    throw invalid('Invalid timestamp: must be an integer Unix timestamp in the future', 'trial_end');
  return end ?? (days === undefined ? null : now + days * DAY_SECONDS);
};

const fieldsOf = (world: World, params: Params): NewSubscription => {
  const customer = world.named('customer', params.required('customer'), 'customer');
  const [named, promotion] = [params.text('coupon'), params.text('promotion_code')];
  const settings = params.hash('payment_settings');
  const anchor = params.instant('billing_cycle_anchor', world.now()) ?? null;
  if (anchor !== null && anchor < world.now())
    throw invalid('billing_cycle_anchor cannot be in the past', 'billing_cycle_anchor');
  const collection =
    params.oneOf('collection_method', ['charge_automatically', 'send_invoice']) ?? 'charge_automatically';
  const daysUntilDue = params.integer('days_until_due') ?? null;
  if (collection === 'send_invoice' && daysUntilDue === null)
    throw invalid('`days_until_due` is required when `collection_method` is `send_invoice`.', 'days_until_due');
  const cancelAt = params.integer('cancel_at') ?? null;
  if (cancelAt !== null && cancelAt <= world.now())
    throw invalid('`cancel_at` must be a timestamp in the future.', 'cancel_at');
  return {
    customer: customer.id,
    items: (subscription) => itemsOf(world, subscription, params),
    trialEnd: trialEndOf(world, params),
    billingCycleAnchor: anchor,
    prorationBehavior: prorationOf(params),
    coupon: named || promotion ? couponOf(world, { coupon: named, promotionCode: promotion }, customer.id) : null,
    checkoutSession: null,
    defaultPaymentMethod: methodNamed(world, params, customer.id) ?? null,
    metadata: params.metadata(),
    description: params.text('description') ?? null,
    cancelAt,
    cancelAtPeriodEnd: params.flag('cancel_at_period_end') ?? false,
    collectionMethod: collection,
    daysUntilDue,
    automaticTax: params.hash('automatic_tax')?.flag('enabled') ?? false,
    defaultTaxRates: ratesNamed(world, params, 'default_tax_rates') ?? [],
    paymentMethodTypes: settings?.texts('payment_method_types') ?? null,
    saveDefaultMethod: settings?.oneOf('save_default_payment_method', ['off', 'on_subscription']) ?? 'off',
    missingPaymentMethod:
      params
        .hash('trial_settings')
        ?.hash('end_behavior')
        ?.oneOf('missing_payment_method', ['cancel', 'create_invoice', 'pause']) ?? 'create_invoice',
    offSession: params.flag('off_session') ?? false,
  };
};

/** The refusal of `error_if_incomplete`: everything is undone with it. */
export const incompleteRefusal = (attempt: Exclude<Attempt, { kind: 'succeeded' }>): Refusal => {
  const body: ErrorBody =
    attempt.kind === 'failed'
      ? attempt.error
      : {
          type: 'card_error',
          code: 'subscription_payment_intent_requires_action',
          message:
            'Payment for this subscription requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with `subscription.latest_invoice`.',
        };
  return new Refusal(attempt.kind === 'failed' && attempt.charge === null ? 400 : 402, body);
};

/** A trial takes no payment yet; what may be needed for the later one is a setup intent. */
const prepareTrial = (world: World, subscription: Subscription, behavior: PaymentBehavior): void => {
  const invoice = world.need('invoice', subscription.latest_invoice ?? '');
  const method = methodFor(world, invoice);
  if (method && behavior !== 'default_incomplete' && !needsProof(method)) return;
  const { id } = createSetup(world, { customer: subscription.customer });
  world.update('subscription', subscription.id, { pending_setup_intent: id }, 'customer.subscription.updated');
};

/** `POST /v1/subscriptions`: made, invoiced and, unless told otherwise, charged in one go. */
export const createSubscription = (world: World, params: Params): Subscription => {
  const behavior = paymentBehaviorOf(params);
  if (behavior === 'pending_if_incomplete')
    throw invalid('`pending_if_incomplete` is only for updates of a subscription.', 'payment_behavior');
  const { subscription, invoice } = draftSubscription(world, fieldsOf(world, params));
  const final = finalizeInvoice(world, invoice.id);
  if (final.status === 'open') {
    if (subscription.collection_method === 'send_invoice')
      world.update('subscription', subscription.id, { status: 'active' }, 'customer.subscription.updated');
    else if (behavior !== 'default_incomplete') {
      const attempt = collectInvoice(world, invoice.id, { automatic: false });
      if (attempt.kind === 'failed' && attempt.charge === null) throw incompleteRefusal(attempt);
      if (attempt.kind !== 'succeeded' && behavior === 'error_if_incomplete') throw incompleteRefusal(attempt);
    }
  }
  if (subscription.status === 'trialing') prepareTrial(world, subscription, behavior);
  tellTrialEnd(world, subscription.id);
  return world.need('subscription', subscription.id);
};
