import type Stripe from 'stripe';
import { asking, StripeFailure } from './client.ts';
import {
  checkoutSession,
  invoice,
  refund,
  type StripeCheckoutSession,
  type StripeInvoice,
  type StripeSchedule,
  schedule,
} from './shapes.ts';

/** Every POST goes under a key from a row of ours: however often it is sent, it happens once. */
const under = (idempotencyKey: string): Stripe.RequestOptions => ({ idempotencyKey });

export const createCustomer = async (
  stripe: Stripe,
  key: string,
  person: { readonly userId: string; readonly email: string },
): Promise<string> => {
  const created = await asking(() =>
    stripe.customers.create({ email: person.email, metadata: { user_id: person.userId } }, under(`customer:${key}`)),
  );
  return created.id;
};

/** One that was made when our own row got lost on the way: its metadata tell whose it is. */
export const findCustomer = async (
  stripe: Stripe,
  person: { readonly userId: string; readonly email: string },
): Promise<string | null> => {
  const found = await asking(() => stripe.customers.list({ email: person.email, limit: 100 }));
  return found.data.find(({ metadata }) => metadata['user_id'] === person.userId)?.id ?? null;
};

export const changeEmail = async (stripe: Stripe, customerId: string, email: string): Promise<void> => {
  await asking(() => stripe.customers.update(customerId, { email }));
};

export interface NewCheckout {
  readonly key: string;
  readonly customerId: string;
  readonly userId: string;
  readonly priceId: string;
  readonly trialDays: number;
  readonly promotionCodeId: string | null;
  readonly automaticTax: boolean;
  /** Said beside the button that buys. */
  readonly terms: string;
  readonly successUrl: string;
  readonly cancelUrl: string;
}

export const createCheckout = async (stripe: Stripe, wish: NewCheckout): Promise<StripeCheckoutSession> => {
  const metadata = { user_id: wish.userId, checkout_id: wish.key };
  const created = await asking(() =>
    stripe.checkout.sessions.create(
      {
        mode: 'subscription',
        customer: wish.customerId,
        client_reference_id: wish.userId,
        line_items: [{ price: wish.priceId, quantity: 1 }],
        success_url: wish.successUrl,
        cancel_url: wish.cancelUrl,
        payment_method_collection: 'always',
        custom_text: { submit: { message: wish.terms } },
        metadata,
        subscription_data: {
          metadata,
          ...(wish.trialDays > 0 && {
            trial_period_days: wish.trialDays,
            trial_settings: { end_behavior: { missing_payment_method: 'cancel' } },
          }),
        },
        // Stripe takes a given discount or a field for codes, not both.
        ...(wish.promotionCodeId
          ? { discounts: [{ promotion_code: wish.promotionCodeId }] }
          : { allow_promotion_codes: true }),
        ...(wish.automaticTax && {
          automatic_tax: { enabled: true },
          billing_address_collection: 'required',
          customer_update: { address: 'auto', name: 'auto' },
          tax_id_collection: { enabled: true },
        }),
      },
      under(`checkout:${wish.key}`),
    ),
  );
  return checkoutSession.parse(created);
};

export const expireCheckout = async (stripe: Stripe, sessionId: string): Promise<void> => {
  await asking(() => stripe.checkout.sessions.expire(sessionId));
};

export const createPortalSession = async (
  stripe: Stripe,
  wish: { readonly customerId: string; readonly returnUrl: string; readonly configuration: string },
): Promise<string> => {
  const { customerId: customer, returnUrl: return_url, configuration } = wish;
  return (await asking(() => stripe.billingPortal.sessions.create({ customer, return_url, configuration }))).url;
};

export interface PriceSwitch {
  readonly key: string;
  readonly subscriptionId: string;
  readonly itemId: string;
  readonly priceId: string;
  /** Nothing has been paid yet, so nothing is prorated. */
  readonly trial: boolean;
}

/**
 * The new price at once, the rest of the period invoiced and charged now. Until that is paid the old price stays:
 * Stripe keeps the change pending and drops it after 23 hours.
 */
export const changeNow = async (stripe: Stripe, wish: PriceSwitch): Promise<void> => {
  const { key, subscriptionId, itemId, priceId, trial } = wish;
  const items = [{ id: itemId, price: priceId }];
  await asking(() =>
    stripe.subscriptions.update(
      subscriptionId,
      trial
        ? { items, proration_behavior: 'none' }
        : { items, proration_behavior: 'always_invoice', payment_behavior: 'pending_if_incomplete' },
      under(`change:${key}`),
    ),
  );
};

/**
 * The new price from the period's end on. Stripe forgets of a schedule's phases whatever is not said again, so the running
 * phase begins where it began, and a discount that lasts is named in both.
 */
export const switchAtPeriodEnd = async (
  stripe: Stripe,
  wish: {
    readonly key: string;
    readonly subscriptionId: string;
    readonly schedule: StripeSchedule | null;
    readonly currentPriceId: string;
    readonly periodEnd: Date;
    readonly priceId: string;
    /** Of a discount that goes on; null where there is none. */
    readonly couponId: string | null;
  },
): Promise<void> => {
  const { key, subscriptionId: from_subscription, couponId: coupon } = wish;
  const running =
    wish.schedule ??
    schedule.parse(
      await asking(() => stripe.subscriptionSchedules.create({ from_subscription }, under(`schedule:${key}`))),
    );
  const seconds = (date: Date): number => Math.floor(date.getTime() / 1_000);
  // The phase that runs now: a change that came with this period is still the last phase of its schedule.
  const now = running.phases.filter(({ start_date: start }) => start < wish.periodEnd).at(-1);
  if (!now) throw new Error(`${running.id}: a schedule without a phase before ${wish.periodEnd.toISOString()}`);
  const kept = { proration_behavior: 'none', ...(coupon && { coupon }) } as const;
  const dates = { start_date: seconds(now.start_date), end_date: seconds(wish.periodEnd) };
  await asking(() =>
    stripe.subscriptionSchedules.update(
      running.id,
      {
        end_behavior: 'release',
        proration_behavior: 'none',
        phases: [
          { ...dates, items: [{ price: wish.currentPriceId, quantity: 1 }], ...kept },
          { items: [{ price: wish.priceId, quantity: 1 }], iterations: 1, ...kept },
        ],
      },
      under(`phases:${key}`),
    ),
  );
};

export const releaseSchedule = async (stripe: Stripe, scheduleId: string): Promise<void> => {
  await asking(() => stripe.subscriptionSchedules.release(scheduleId));
};

export const cancelAtPeriodEnd = async (
  stripe: Stripe,
  { key, subscriptionId }: { readonly key: string; readonly subscriptionId: string },
): Promise<void> => {
  await asking(() =>
    stripe.subscriptions.update(subscriptionId, { cancel_at_period_end: true }, under(`cancel:${key}`)),
  );
};

/** Stripe takes a cancellation back only by the name under which it was made: a date, or the period's end. */
export const takeCancellationBack = async (
  stripe: Stripe,
  wish: { readonly key: string; readonly subscriptionId: string; readonly byDate: boolean },
): Promise<void> => {
  const params = wish.byDate ? { cancel_at: '' as const } : { cancel_at_period_end: false };
  await asking(() => stripe.subscriptions.update(wish.subscriptionId, params, under(`resume:${wish.key}`)));
};

export const endNow = async (stripe: Stripe, subscriptionId: string): Promise<void> => {
  await asking(() => stripe.subscriptions.cancel(subscriptionId, { invoice_now: false, prorate: false }));
};

const EXPANDS = { expand: ['charge', 'payment_intent'] };

export const voidInvoice = async (stripe: Stripe, invoiceId: string): Promise<void> => {
  invoice.parse(await asking(() => stripe.invoices.voidInvoice(invoiceId, EXPANDS)));
};

/**
 * Sees to it that an invoice is never charged. A draft of a subscription can be neither voided nor deleted as such, and
 * would be charged within the hour: it is made final without being collected, and voided then.
 */
export const neverCollect = async (stripe: Stripe, { id, status }: StripeInvoice): Promise<void> => {
  if (status === 'open') await voidInvoice(stripe, id);
  if (status !== 'draft') return;
  const final = invoice.parse(
    await asking(() => stripe.invoices.finalizeInvoice(id, { auto_advance: false, ...EXPANDS })),
  );
  if (final.status === 'open') await voidInvoice(stripe, id);
};

export interface MadeRefund {
  readonly id: string;
  readonly amountCents: number;
}

/** The refund that bears an act's mark; null when that act has made none. */
const refundMarked = async (stripe: Stripe, chargeId: string, key: string): Promise<MadeRefund | null> => {
  const { data } = await asking(() => stripe.refunds.list({ charge: chargeId, limit: 100 }));
  const found = data.find(({ metadata }) => metadata?.['act'] === key);
  return found ? { id: found.id, amountCents: found.amount } : null;
};

/**
 * At most one refund under a key, also when an answer was lost, or was a failure that Stripe would repeat under the same
 * idempotency key: each refund bears its key as a mark, and is looked for before another is made. `amountOf` is asked only
 * when there is none; null refuses.
 */
export const refundOnce = async (
  stripe: Stripe,
  wish: { readonly key: string; readonly chargeId: string; readonly amountOf: () => Promise<number | null> },
): Promise<MadeRefund | null> => {
  const { key, chargeId: charge, amountOf } = wish;
  const make = async (tryName: string): Promise<MadeRefund | null> => {
    const made = await refundMarked(stripe, charge, key);
    if (made) return made;
    const amount = await amountOf();
    if (amount === null) return null;
    const params = { charge, amount, metadata: { act: key } };
    const created = refund.parse(await asking(() => stripe.refunds.create(params, under(`refund:${key}${tryName}`))));
    return { id: created.id, amountCents: created.amount };
  };
  try {
    return await make('');
  } catch (error) {
    if (!(error instanceof StripeFailure) || (error.status ?? 0) < 500) throw error;
    return await make(':again');
  }
};
