import type { invoices } from '../../db/schema/invoices.ts';
import type { subscriptions } from '../../db/schema/subscriptions.ts';
import { accessUntil } from '../access-until.ts';
import type { BillingPolicy } from '../policy.ts';
import { type CustomerPicture, type PlanOfPrice, planOfPrice } from '../stripe/gateway.ts';
import type { StripeDispute, StripeInvoice, StripeSubscription } from '../stripe/shapes.ts';

export type SubscriptionRow = Omit<typeof subscriptions.$inferSelect, 'syncedAt'>;
export type InvoiceRow = Omit<typeof invoices.$inferSelect, 'syncedAt'>;

export interface Owner {
  readonly customerId: string;
  readonly userId: string;
}

/** What the rows need to know beyond Stripe's answer. */
export interface RowContext {
  readonly owner: Owner;
  readonly policy: BillingPolicy;
  /** What a price sells that is named by its id alone (in schedules); null for one of somebody else. */
  readonly planOf: (priceId: string) => PlanOfPrice | null;
  /** The row of the last sync, for what Stripe no longer tells. */
  readonly before: (id: string) => SubscriptionRow | null;
  /** Subscriptions whose trial is not theirs to have. */
  readonly refusedTrials: ReadonlySet<string>;
}

/** Clocks of two objects of one act differ a little; no two periods do by so much. */
const SAME_ACT_MS = 3_600_000;
const DISPUTE_HOLDS = new Set(['needs_response', 'under_review', 'lost']);

const disputeOf = (invoice: StripeInvoice, disputes: readonly StripeDispute[]): StripeDispute | null =>
  disputes
    .filter(({ charge }) => charge === invoice.charge?.id)
    .sort((a, b) => b.created.getTime() - a.created.getTime())[0] ?? null;

const ofSubscription = (picture: CustomerPicture, id: string): StripeInvoice[] =>
  picture.invoices.filter(({ subscription }) => subscription === id);

/** The invoice that was made when a period began: of several about that time, the nearest. */
const madeAt = (start: Date, made: readonly StripeInvoice[]): StripeInvoice | null => {
  const away = ({ created }: StripeInvoice): number => Math.abs(created.getTime() - start.getTime());
  return made.filter((invoice) => away(invoice) < SAME_ACT_MS).sort((a, b) => away(a) - away(b))[0] ?? null;
};

/**
 * The beginning of the period that was paid for last. Between a renewal and its payment that is the period before, from
 * which the renewal's invoice counts.
 */
const paidForSince = ({ current_period_start: start }: StripeSubscription, own: readonly StripeInvoice[]): Date => {
  const paid = own.filter(({ status }) => status === 'paid');
  const begun = madeAt(start, paid);
  if (begun) return begun.created;
  const renewal = madeAt(
    start,
    own.filter(({ status, billing_reason: why }) => status !== 'void' && why !== 'subscription_update'),
  );
  return renewal ? (madeAt(renewal.period_start, paid)?.created ?? renewal.period_start) : start;
};

/** Whether a payment for the period that was paid for last was given back whole, or is disputed and not won. */
const isTakenBack = (subscription: StripeSubscription, picture: CustomerPicture): boolean => {
  const own = ofSubscription(picture, subscription.id);
  const since = paidForSince(subscription, own);
  return own.some((invoice) => {
    const { charge } = invoice;
    if (invoice.amount_paid <= 0 || !charge || invoice.created < since) return false;
    const dispute = disputeOf(invoice, picture.disputes);
    return charge.refunded || (dispute !== null && DISPUTE_HOLDS.has(dispute.status));
  });
};

/** When the oldest missed payment was due. An upgrade that was not paid is no missed payment: it just did not happen. */
const pastDueSince = (subscription: StripeSubscription, picture: CustomerPicture): Date | null => {
  if (subscription.status !== 'past_due' && subscription.status !== 'unpaid') return null;
  const missed = ofSubscription(picture, subscription.id)
    .filter(
      ({ status, attempt_count, billing_reason }) =>
        status === 'open' && attempt_count > 0 && billing_reason !== 'subscription_update',
    )
    .map(({ created }) => created.getTime());
  return missed.length > 0 ? new Date(Math.min(...missed)) : subscription.current_period_start;
};

/** What is taken off at the next renewal. */
const discountOf = (
  { discount }: StripeSubscription,
  amountCents: number,
): { readonly cents: number; readonly endsAt: Date | null } => {
  if (!discount || discount.coupon.duration === 'once') return { cents: 0, endsAt: null };
  const { percent_off: percent, amount_off: amount } = discount.coupon;
  const cents = percent ? Math.round((amountCents * percent) / 100) : (amount ?? 0);
  return { cents: Math.min(cents, amountCents), endsAt: discount.end };
};

const nextOf = ({ schedule, current_period_end }: StripeSubscription, { planOf }: RowContext) => {
  if (!schedule || schedule.status === 'released' || schedule.status === 'canceled') return null;
  const phase = schedule.phases.find(
    ({ start_date }) => start_date.getTime() >= current_period_end.getTime() - SAME_ACT_MS,
  );
  const plan = phase?.items[0] ? planOf(phase.items[0].price) : null;
  return phase && plan ? { ...plan, at: phase.start_date } : null;
};

const BRANDS: Readonly<Record<string, string>> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  jcb: 'JCB',
  diners: 'Diners Club',
  unionpay: 'UnionPay',
};
const cardWords = (card: { readonly brand: string; readonly last4: string } | null): string | null =>
  card && `${BRANDS[card.brand] ?? 'Card'} ending in ${card.last4}`;

/** Why it entitles to nothing whatever its status; null when nothing is wrong with it. */
const strayReason = (
  subscription: StripeSubscription,
  plan: PlanOfPrice | null,
  context: RowContext,
): string | null => {
  if (subscription.items.data.length !== 1) return `${subscription.items.data.length} prices at once`;
  if (plan === null) return 'a price that is none of ours';
  if (subscription.status === 'trialing' && context.refusedTrials.has(subscription.id))
    return 'a trial that was had before';
  return null;
};

/** Null for one that sells something which is none of ours and never was. */
const subscriptionRow = (
  subscription: StripeSubscription,
  picture: CustomerPicture,
  context: RowContext,
): SubscriptionRow | null => {
  const [item] = subscription.items.data;
  const own = item ? planOfPrice(item.price) : null;
  const before = context.before(subscription.id);
  const plan = own ?? (before && { tier: before.tier, interval: before.billingInterval });
  if (!item || !plan) return null;
  const stray = strayReason(subscription, own, context);
  const amountCents = (item.price.unit_amount ?? 0) * (item.quantity ?? 1);
  const discount = discountOf(subscription, amountCents);
  const next = nextOf(subscription, context);
  const pendingItem = subscription.pending_update?.subscription_items?.[0];
  const pending = pendingItem ? planOfPrice(pendingItem.price) : null;
  const everPaid = ofSubscription(picture, subscription.id).some(
    ({ status, amount_paid }) => status === 'paid' && amount_paid > 0,
  );
  const facts = {
    status: subscription.status,
    currentPeriodStart: subscription.current_period_start,
    currentPeriodEnd: subscription.current_period_end,
    cancelAtPeriodEnd: subscription.cancel_at_period_end,
    cancelAt: subscription.cancel_at,
    pastDueSince: pastDueSince(subscription, picture),
    everPaid,
  };
  const takenBack = isTakenBack(subscription, picture);
  return {
    id: subscription.id,
    ...context.owner,
    tier: plan.tier,
    billingInterval: plan.interval,
    priceId: item.price.id,
    amountCents,
    discountCents: discount.cents,
    discountEndsAt: discount.endsAt,
    ...facts,
    canceledAt: subscription.canceled_at,
    endedAt: subscription.ended_at,
    trialEnd: subscription.trial_end,
    nextTier: next?.tier ?? null,
    nextInterval: next?.interval ?? null,
    nextAt: next?.at ?? null,
    scheduleId: subscription.schedule?.id ?? null,
    pendingTier: pending?.tier ?? null,
    pendingInterval: pending?.interval ?? null,
    pendingExpiresAt: pending ? (subscription.pending_update?.expires_at ?? null) : null,
    card: cardWords(subscription.default_payment_method ?? picture.card),
    strayReason: stray,
    createdAt: subscription.created,
    accessUntil: stray ? null : accessUntil({ ...facts, takenBack }, context.policy),
  };
};

const invoiceRow = (invoice: StripeInvoice, picture: CustomerPicture, owner: Owner): InvoiceRow => {
  const dispute = disputeOf(invoice, picture.disputes);
  return {
    id: invoice.id,
    ...owner,
    subscriptionId: invoice.subscription,
    number: invoice.number ?? null,
    status: invoice.status,
    billingReason: invoice.billing_reason ?? null,
    subtotalCents: invoice.subtotal,
    discountCents: (invoice.total_discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0),
    taxCents: invoice.tax ?? 0,
    totalCents: invoice.total,
    amountDueCents: invoice.amount_due,
    amountPaidCents: invoice.amount_paid,
    amountRemainingCents: invoice.amount_remaining,
    attemptCount: invoice.attempt_count,
    nextAttemptAt: invoice.next_payment_attempt,
    actionRequired: invoice.status === 'open' && invoice.payment_intent?.status === 'requires_action',
    periodStart: invoice.period_start,
    periodEnd: invoice.period_end,
    createdAt: invoice.created,
    finalizedAt: invoice.status_transitions.finalized_at,
    paidAt: invoice.status_transitions.paid_at,
    hostedUrl: invoice.hosted_invoice_url ?? null,
    chargeId: invoice.charge?.id ?? null,
    refundedCents: invoice.charge?.amount_refunded ?? 0,
    disputeStatus: dispute?.status ?? null,
    disputedAt: dispute?.created ?? null,
  };
};

export interface CustomerRows {
  readonly subscriptions: readonly SubscriptionRow[];
  readonly invoices: readonly InvoiceRow[];
  /** Subscriptions to something that is none of ours. */
  readonly unknown: readonly string[];
}

/** Stripe's whole answer as our rows: pure, so the same answer always leaves the same rows. */
export const rowsOf = (picture: CustomerPicture, context: RowContext): CustomerRows => {
  const made = picture.subscriptions.map((one) => ({ id: one.id, row: subscriptionRow(one, picture, context) }));
  return {
    subscriptions: made.flatMap(({ row }) => row ?? []),
    invoices: picture.invoices.map((invoice) => invoiceRow(invoice, picture, context.owner)),
    unknown: made.flatMap(({ id, row }) => (row ? [] : [id])),
  };
};
