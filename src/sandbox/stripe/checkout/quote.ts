import { DAY_SECONDS } from '../clock/months.ts';
import { coupon as couponOf } from '../coupons/discount.ts';
import type { Coupon, PromotionCode } from '../coupons/types.ts';
import { createCustomer } from '../customers/write.ts';
import { Params } from '../http/params.ts';
import { invalid } from '../http/refusal.ts';
import { periodLines } from '../invoices/lines.ts';
import { totalsOf } from '../invoices/totals.ts';
import type { Invoice } from '../invoices/types.ts';
import type { CheckoutQuote } from '../seam.ts';
import { draftSubscription } from '../subscriptions/draft.ts';
import { makeItem, recurringPrice } from '../subscriptions/items.ts';
import type { Subscription } from '../subscriptions/types.ts';
import type { World } from '../world.ts';
import type { CheckoutSession } from './types.ts';

/** The discount that the session carries, if it may still be redeemed. */
const chosenDiscount = (
  world: World,
  { internal, customer }: CheckoutSession,
): { readonly coupon: Coupon; readonly promotionCode: PromotionCode | null } | null => {
  if (internal.promotionCode !== null) return couponOf(world, { promotionCode: internal.promotionCode }, customer);
  return internal.coupon === null ? null : couponOf(world, { coupon: internal.coupon }, customer);
};

/** The subscription and first invoice that the session would make now, drafted. */
export const draftCheckout = (
  world: World,
  session: CheckoutSession,
  customer: string,
  method: string | null,
): { readonly subscription: Subscription; readonly invoice: Invoice } => {
  const { internal } = session;
  const trialEnd =
    internal.trialEnd ?? (internal.trialDays === null ? null : world.now() + internal.trialDays * DAY_SECONDS);
  return draftSubscription(world, {
    customer,
    items: (id) =>
      internal.lines.map(({ price, quantity }) =>
        makeItem(world, id, recurringPrice(world, price, 'line_items'), quantity),
      ),
    trialEnd,
    billingCycleAnchor: null,
    prorationBehavior: 'create_prorations',
    coupon: chosenDiscount(world, session),
    checkoutSession: session.id,
    defaultPaymentMethod: method,
    metadata: internal.subscriptionMetadata,
    description: internal.subscriptionDescription,
    cancelAt: null,
    cancelAtPeriodEnd: false,
    collectionMethod: 'charge_automatically',
    daysUntilDue: null,
    automaticTax: session.automatic_tax.enabled,
    defaultTaxRates: internal.defaultTaxRates.map((id) =>
      world.named('tax_rate', id, 'subscription_data[default_tax_rates]'),
    ),
    paymentMethodTypes: null,
    saveDefaultMethod: 'off',
    missingPaymentMethod: internal.missingPaymentMethod,
    offSession: false,
  });
};

interface Rehearsal {
  readonly subscription: Subscription;
  readonly invoice: Invoice;
  /** What a renewal would come to. */
  readonly renewal: number;
  readonly discountName: string | null;
}

/** Made and taken back: what the session would come to for whoever it is for. */
const rehearse = (world: World, session: CheckoutSession): Rehearsal =>
  world.store.rehearse(() => {
    const customer = session.customer ?? createCustomer(world, new Params({})).id;
    const { subscription, invoice } = draftCheckout(world, session, customer, null);
    const period = { start: subscription.current_period_end, end: subscription.current_period_end };
    const { total } = totalsOf(
      world,
      periodLines(world, subscription, period, { isTrial: false }),
      subscription.discount,
      {
        automatic: session.automatic_tax.enabled,
        customer: world.named('customer', customer, 'customer'),
        defaultRates: subscription.default_tax_rates,
      },
    );
    const coupon = subscription.discount?.coupon;
    return { subscription, invoice, renewal: total, discountName: coupon ? (coupon.name ?? coupon.id) : null };
  });

const off = (invoice: Invoice): number => invoice.total_discount_amounts.reduce((sum, { amount }) => sum + amount, 0);

/** A code may ask for an order of a least size. The words are Stripe's as far as we know them. */
const checkLeastOrder = (world: World, session: CheckoutSession): void => {
  const id = session.internal.promotionCode;
  const least = id === null ? null : world.need('promotion_code', id).restrictions.minimum_amount;
  if (least === null) return;
  const order = session.internal.lines.reduce(
    (sum, { price, quantity }) => sum + world.need('price', price).unit_amount * quantity,
    0,
  );
  if (order < least)
    throw invalid(
      'This promotion code cannot be redeemed because the order does not reach its minimum amount.',
      'promotion_code',
      'promotion_code_invalid',
    );
};

/** Puts the amounts on the session. */
export const withQuote = (world: World, id: string): CheckoutSession => {
  const session = world.need('checkout.session', id);
  checkLeastOrder(world, session);
  const { invoice } = rehearse(world, session);
  return world.update('checkout.session', id, {
    amount_subtotal: invoice.subtotal,
    amount_total: invoice.total,
    automatic_tax: invoice.automatic_tax,
    currency: invoice.currency,
    total_details: { amount_discount: off(invoice), amount_shipping: 0, amount_tax: invoice.tax ?? 0 },
  });
};

/** For the page on which the customer pays. */
export const quoteOf = (world: World, session: CheckoutSession): CheckoutQuote => {
  const { subscription, invoice, renewal, discountName } = rehearse(world, session);
  const code = session.internal.promotionCode;
  return {
    lines: subscription.items.data.map((item) => ({
      description: world.store.get('product', item.price.product)?.name ?? 'Subscription',
      quantity: item.quantity,
      amountCents: item.price.unit_amount * item.quantity,
      interval: item.price.recurring?.interval ?? null,
      intervalCount: item.price.recurring?.interval_count ?? 1,
    })),
    currency: invoice.currency,
    subtotalCents: invoice.subtotal,
    discountCents: off(invoice),
    taxCents: invoice.tax ?? 0,
    dueCents: invoice.amount_due,
    renewalCents: renewal,
    trialEnd: subscription.trial_end,
    discountName,
    promotionCode: code === null ? null : (world.store.get('promotion_code', code)?.code ?? null),
  };
};
