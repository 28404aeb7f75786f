import { afterOnePeriod, nextPeriodEnd } from '../clock/months.ts';
import { startDiscount } from '../coupons/discount.ts';
import type { Coupon, PromotionCode } from '../coupons/types.ts';
import { draftInvoice, pendingItems } from '../invoices/draft.ts';
import { periodLines } from '../invoices/lines.ts';
import { share } from '../invoices/money.ts';
import type { Invoice, LineItem } from '../invoices/types.ts';
import type { TaxRate } from '../tax/types.ts';
import type { Metadata } from '../types.ts';
import type { World } from '../world.ts';
import { BLANK_SUBSCRIPTION } from './blank.ts';
import { cycleOf, itemList } from './items.ts';
import type { ProrationBehavior, Subscription, SubscriptionItem } from './types.ts';

export interface NewSubscription {
  readonly customer: string;
  /** Makes the items once the subscription's id is known. */
  readonly items: (subscription: string) => readonly SubscriptionItem[];
  /** Seconds since epoch. */
  readonly trialEnd: number | null;
  /** Starts the second period; null: now, or the trial's end. */
  readonly billingCycleAnchor: number | null;
  readonly prorationBehavior: ProrationBehavior;
  readonly coupon: { readonly coupon: Coupon; readonly promotionCode: PromotionCode | null } | null;
  readonly checkoutSession: string | null;
  readonly defaultPaymentMethod: string | null;
  readonly metadata: Metadata;
  readonly description: string | null;
  readonly cancelAt: number | null;
  readonly cancelAtPeriodEnd: boolean;
  readonly collectionMethod: Subscription['collection_method'];
  readonly daysUntilDue: number | null;
  readonly automaticTax: boolean;
  readonly defaultTaxRates: readonly TaxRate[];
  readonly paymentMethodTypes: readonly string[] | null;
  readonly saveDefaultMethod: 'off' | 'on_subscription';
  readonly missingPaymentMethod: 'cancel' | 'create_invoice' | 'pause';
  readonly offSession: boolean;
}

/** A first period that ends early, at the anchor, costs its share of a whole one. */
const shortened = (lines: readonly LineItem[], start: number, end: number, whole: number): readonly LineItem[] =>
  lines.map((line) => {
    const amount = share(line.amount, end - start, whole);
    return { ...line, amount, amount_excluding_tax: amount, proration: true };
  });

/** `incomplete`, or `trialing` when it begins with a trial. */
const makeSubscription = (world: World, fields: NewSubscription): Subscription => {
  const id = world.newId('sub');
  const now = world.now();
  const items = fields.items(id);
  const cycle = cycleOf(items);
  const isTrial = fields.trialEnd !== null && fields.trialEnd > now;
  const anchor = isTrial ? (fields.trialEnd ?? now) : (fields.billingCycleAnchor ?? now);
  const end = anchor > now ? anchor : nextPeriodEnd(anchor, cycle, now);
  const discount = fields.coupon
    ? startDiscount(world, fields.coupon, {
        customer: fields.customer,
        subscription: id,
        checkoutSession: fields.checkoutSession,
      })
    : null;
  const single = items.length === 1 ? items[0] : undefined;
  return world.insert('subscription', {
    ...BLANK_SUBSCRIPTION,
    id,
    automatic_tax: { enabled: fields.automaticTax },
    billing_cycle_anchor: anchor,
    cancel_at: fields.cancelAt ?? (fields.cancelAtPeriodEnd ? end : null),
    cancel_at_period_end: fields.cancelAtPeriodEnd,
    canceled_at: fields.cancelAtPeriodEnd || fields.cancelAt !== null ? now : null,
    cancellation_details: {
      comment: null,
      feedback: null,
      reason: fields.cancelAtPeriodEnd || fields.cancelAt !== null ? 'cancellation_requested' : null,
    },
    collection_method: fields.collectionMethod,
    created: now,
    currency: items[0]?.price.currency ?? 'usd',
    current_period_end: end,
    current_period_start: now,
    customer: fields.customer,
    days_until_due: fields.daysUntilDue,
    default_payment_method: fields.defaultPaymentMethod,
    default_tax_rates: fields.defaultTaxRates,
    description: fields.description,
    discount,
    items: itemList(id, items),
    metadata: fields.metadata,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: fields.paymentMethodTypes,
      save_default_payment_method: fields.saveDefaultMethod,
    },
    plan: single?.plan ?? null,
    quantity: single?.quantity ?? null,
    start_date: now,
    status: isTrial ? 'trialing' : 'incomplete',
    trial_end: isTrial ? fields.trialEnd : null,
    trial_settings: { end_behavior: { missing_payment_method: fields.missingPaymentMethod } },
    trial_start: isTrial ? now : null,
    internal: {
      upcomingSentFor: null,
      trialWillEndSent: false,
      prorateCancel: fields.prorationBehavior !== 'none',
      pendingInvoice: null,
      pendingPeriod: null,
      offSession: fields.offSession,
    },
  });
};

/**
 * Makes the subscription and the draft of its first invoice. Nothing is collected yet, so that the event of its making
 * tells of an `incomplete` one even where the payment goes through at once: our reading; Stripe promises no order of its events.
 */
export const draftSubscription = (
  world: World,
  fields: NewSubscription,
): { readonly subscription: Subscription; readonly invoice: Invoice } => {
  const subscription = makeSubscription(world, fields);
  const { id, current_period_start: now, current_period_end: end } = subscription;
  const isTrial = subscription.status === 'trialing';
  const bare = periodLines(world, subscription, { start: now, end }, { isTrial });
  const isShort = !isTrial && subscription.billing_cycle_anchor > now;
  const lines = !isShort
    ? bare
    : fields.prorationBehavior === 'none'
      ? bare.map((line) => ({ ...line, amount: 0, amount_excluding_tax: 0 }))
      : shortened(bare, now, end, afterOnePeriod(now, cycleOf(subscription.items.data)) - now);
  world.update('customer', fields.customer, { currency: subscription.currency });
  const invoice = draftInvoice(world, {
    customer: fields.customer,
    subscription,
    lines,
    items: isTrial ? [] : pendingItems(world, fields.customer, id),
    reason: 'subscription_create',
    period: { start: now, end: now },
    finalizesAt: null,
    autoAdvance: false,
    dunning: false,
  });
  const drafted = world.update('subscription', id, { latest_invoice: invoice.id });
  world.emit('customer.subscription.created', drafted);
  return { subscription: drafted, invoice };
};
