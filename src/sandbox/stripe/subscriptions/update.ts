import { coupon as couponOf, startDiscount } from '../coupons/discount.ts';
import type { Params } from '../http/params.ts';
import { invalid } from '../http/refusal.ts';
import { collectInvoice } from '../invoices/collect.ts';
import { finalizeInvoice } from '../invoices/finalize.ts';
import type { Invoice } from '../invoices/types.ts';
import { followInSchedule } from '../schedules/follow.ts';
import { ratesNamed } from '../tax/rates.ts';
import type { World } from '../world.ts';
import { incompleteRefusal, methodNamed, paymentBehaviorOf, prorationOf } from './create.ts';
import { draftUpdate } from './draft-update.ts';
import { dropPending, PENDING_SECONDS } from './pending.ts';
import { isLive } from './status.ts';
import { tellTrialEnd } from './trial.ts';
import type { PaymentBehavior, Subscription } from './types.ts';

/** What an update may carry that waits for its payment. */
const PENDING_PARAMS = [
  'add_invoice_items',
  'billing_cycle_anchor',
  'expand',
  'items',
  'off_session',
  'payment_behavior',
  'proration_behavior',
  'proration_date',
  'trial_end',
  'trial_from_plan',
];

const cancelPatch = (world: World, old: Subscription, params: Params): Partial<Subscription> => {
  const now = world.now();
  const atEnd = params.flag('cancel_at_period_end');
  const at = params.text('cancel_at') === null ? null : params.integer('cancel_at');
  if (atEnd === true && at)
    throw invalid('You may only specify one of these parameters: cancel_at, cancel_at_period_end.', 'cancel_at');
  const details = params.hash('cancellation_details');
  const [comment, feedback] = [details?.text('comment'), details?.text('feedback')];
  const told = {
    comment: comment === undefined ? old.cancellation_details.comment : comment,
    feedback: feedback === undefined ? old.cancellation_details.feedback : feedback,
  };
  const plain = { cancellation_details: { ...old.cancellation_details, ...told } };
  const prorateCancel = prorationOf(params) !== 'none';
  if (atEnd === true || (at !== undefined && at !== null)) {
    if (at && at <= now) throw invalid('`cancel_at` must be a timestamp in the future.', 'cancel_at');
    return {
      cancel_at: at ?? old.current_period_end,
      cancel_at_period_end: atEnd === true,
      canceled_at: old.canceled_at ?? now,
      cancellation_details: { ...told, reason: 'cancellation_requested' },
      internal: { ...old.internal, prorateCancel },
    };
  }
  const takesBack = (atEnd === false && old.cancel_at_period_end) || at === null;
  return takesBack
    ? {
        cancel_at: null,
        cancel_at_period_end: false,
        canceled_at: null,
        cancellation_details: { ...told, reason: null },
      }
    : plain;
};

const discountPatch = (world: World, old: Subscription, params: Params): Partial<Subscription> => {
  const [named, promotion] = [params.text('coupon'), params.text('promotion_code')];
  if (named === null || promotion === null) return { discount: null };
  if (!named && !promotion) return {};
  const chosen = couponOf(world, { coupon: named, promotionCode: promotion }, old.customer);
  const on = { customer: old.customer, subscription: old.id, checkoutSession: null };
  return { discount: startDiscount(world, chosen, on) };
};

/** Everything that costs nothing by itself. */
const plainPatch = (world: World, old: Subscription, params: Params): Partial<Subscription> => {
  const method = methodNamed(world, params, old.customer);
  const description = params.text('description');
  const tax = params.hash('automatic_tax')?.flag('enabled');
  const settings = params.hash('payment_settings');
  const behavior = params.hash('trial_settings')?.hash('end_behavior');
  return {
    ...(method === undefined ? {} : { default_payment_method: method }),
    ...(description === undefined ? {} : { description }),
    ...(tax === undefined ? {} : { automatic_tax: { enabled: tax } }),
    metadata: params.metadata(old.metadata),
    default_tax_rates: ratesNamed(world, params, 'default_tax_rates') ?? old.default_tax_rates,
    days_until_due: params.integer('days_until_due') ?? old.days_until_due,
    payment_settings: {
      ...old.payment_settings,
      payment_method_types: settings?.texts('payment_method_types') ?? old.payment_settings.payment_method_types,
      save_default_payment_method:
        settings?.oneOf('save_default_payment_method', ['off', 'on_subscription']) ??
        old.payment_settings.save_default_payment_method,
    },
    trial_settings: {
      end_behavior: {
        missing_payment_method:
          behavior?.oneOf('missing_payment_method', ['cancel', 'create_invoice', 'pause']) ??
          old.trial_settings.end_behavior.missing_payment_method,
      },
    },
    ...discountPatch(world, old, params),
    ...cancelPatch(world, old, params),
  };
};

/** Makes the update wait for its payment. */
const holdBack = (world: World, id: string, invoice: Invoice, patch: Partial<Subscription>): void => {
  const subscription = world.need('subscription', id);
  const isNewPeriod = patch.current_period_start !== undefined && patch.current_period_end !== undefined;
  world.update(
    'subscription',
    id,
    {
      latest_invoice: invoice.id,
      pending_update: {
        billing_cycle_anchor: patch.billing_cycle_anchor ?? null,
        expires_at: world.now() + PENDING_SECONDS,
        subscription_items: patch.items?.data ?? null,
        trial_end: patch.trial_end ?? null,
        trial_from_plan: null,
      },
      internal: {
        ...subscription.internal,
        pendingInvoice: invoice.id,
        pendingPeriod: isNewPeriod
          ? { start: patch.current_period_start ?? 0, end: patch.current_period_end ?? 0 }
          : null,
      },
    },
    'customer.subscription.updated',
  );
};

/** Collects the update's invoice and makes the update, or what the behaviour says instead. */
export const payForUpdate = (
  world: World,
  id: string,
  drafted: Invoice,
  patch: Partial<Subscription>,
  behavior: PaymentBehavior,
): void => {
  const apply = (more: Partial<Subscription> = {}): void => {
    world.update(
      'subscription',
      id,
      { ...patch, latest_invoice: drafted.id, ...more },
      'customer.subscription.updated',
    );
  };
  const holds = behavior === 'pending_if_incomplete';
  if (holds) world.store.put('invoice', { ...drafted, internal: { ...drafted.internal, dunning: false } });
  const invoice = finalizeInvoice(world, drafted.id);
  if (invoice.status === 'paid' || invoice.collection_method === 'send_invoice') {
    apply();
    return;
  }
  // What is behind after a failure must already be the subscription whose latest invoice this is.
  if (behavior === 'allow_incomplete') apply();
  if (behavior === 'default_incomplete') {
    apply({ status: 'past_due' });
    return;
  }
  const attempt = collectInvoice(world, invoice.id, { automatic: false });
  if (attempt.kind === 'succeeded') {
    if (behavior !== 'allow_incomplete') apply();
    return;
  }
  if (behavior === 'error_if_incomplete') throw incompleteRefusal(attempt);
  if (holds) holdBack(world, id, invoice, patch);
};

/** `POST /v1/subscriptions/{id}` */
export const updateSubscription = (world: World, id: string, params: Params): Subscription => {
  const old = world.find('subscription', id, 'subscription_exposed_id');
  if (!isLive(old.status)) {
    const touched = Object.keys(params.form).filter(
      (key) => !['metadata', 'cancellation_details', 'expand'].includes(key),
    );
    if (touched.length > 0)
      throw invalid('A canceled subscription can only update its cancellation_details and metadata.', touched[0]);
  }
  const behavior = paymentBehaviorOf(params);
  if (behavior === 'pending_if_incomplete') {
    const other = Object.keys(params.form).find((key) => !PENDING_PARAMS.includes(key));
    if (other !== undefined)
      throw invalid(
        `When \`payment_behavior\` is set to \`pending_if_incomplete\`, you can only pass supported params; \`${other}\` is not supported.`,
        other,
      );
  }
  if (old.schedule !== null && (params.has('cancel_at') || params.has('cancel_at_period_end')))
    throw invalid(
      `The subscription is managed by the subscription schedule \`${old.schedule}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`,
      params.has('cancel_at') ? 'cancel_at' : 'cancel_at_period_end',
    );
  // Whether the customer is there makes no difference to the sandbox's bank.
  params.flag('off_session');
  const [prorationBehavior, prorationDate] = [prorationOf(params), params.integer('proration_date') ?? null];
  const items = params.hashes('items') ?? null;
  const trialEnd = params.instant('trial_end', world.now()) ?? null;
  const anchorNow = params.text('billing_cycle_anchor') === 'now';
  const changesTerms = items !== null || trialEnd !== null || anchorNow;
  if (changesTerms && old.status === 'incomplete')
    throw invalid('An incomplete subscription cannot change its items: pay or cancel it first.', 'items');
  if (changesTerms && old.internal.pendingInvoice !== null) dropPending(world, id);

  const plain = behavior === 'pending_if_incomplete' ? {} : plainPatch(world, world.need('subscription', id), params);
  if (!changesTerms) return world.update('subscription', id, plain, 'customer.subscription.updated');
  // With the new terms' discount and tax in force, but told in one event.
  const before = world.need('subscription', id);
  const { patch, invoice } = draftUpdate(
    world,
    { ...before, ...plain },
    {
      items,
      prorationBehavior,
      prorationDate,
      anchorNow,
      trialEnd,
    },
  );
  const all = { ...plain, ...patch };
  const isEnd =
    before.cancel_at_period_end && all.cancel_at_period_end !== false && patch.current_period_end !== undefined;
  const terms = isEnd ? { ...all, cancel_at: patch.current_period_end ?? null } : all;
  if (invoice) payForUpdate(world, id, invoice, terms, behavior);
  else world.update('subscription', id, terms, 'customer.subscription.updated');
  tellTrialEnd(world, id);
  followInSchedule(world, id);
  return world.need('subscription', id);
};
