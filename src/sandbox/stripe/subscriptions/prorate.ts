import type { Discount } from '../coupons/types.ts';
import { prorationText } from '../invoices/lines.ts';
import { percentOf, share } from '../invoices/money.ts';
import type { InvoiceItem } from '../invoices/types.ts';
import type { World } from '../world.ts';
import type { Subscription, SubscriptionItem } from './types.ts';

const afterDiscount = (amount: number, discount: Discount | null): number => {
  if (!discount) return amount;
  const { percent_off, amount_off } = discount.coupon;
  return Math.max(0, percent_off === null ? amount - (amount_off ?? 0) : amount - percentOf(amount, percent_off));
};

/**
 * What one whole period of the item was charged at, discount off: as the current period's own line says, else by the
 * discount in force.
 */
const chargedFor = (world: World, subscription: Subscription, item: SubscriptionItem): number => {
  const list = item.price.unit_amount * item.quantity;
  const lines = world.store
    .of('invoice', subscription.customer)
    .filter((invoice) => invoice.subscription === subscription.id && invoice.status !== 'void')
    .flatMap((invoice) => invoice.lines.data);
  const line = lines.findLast(
    (candidate) =>
      candidate.subscription_item === item.id &&
      candidate.type === 'subscription' &&
      candidate.period.start === subscription.current_period_start &&
      candidate.price?.id === item.price.id,
  );
  if (!line) return afterDiscount(list, subscription.discount);
  return line.amount - line.discount_amounts.reduce((off, { amount }) => off + amount, 0);
};

const addItem = (
  world: World,
  subscription: Subscription,
  item: SubscriptionItem,
  amount: number,
  atSeconds: number,
  kind: 'credit' | 'debit',
): InvoiceItem =>
  world.insert(
    'invoiceitem',
    {
      id: world.newId('ii'),
      object: 'invoiceitem',
      amount,
      currency: subscription.currency,
      customer: subscription.customer,
      date: world.now(),
      description: prorationText(world, item, atSeconds, kind),
      discountable: false,
      discounts: [],
      invoice: null,
      livemode: false,
      metadata: {},
      period: { start: atSeconds, end: subscription.current_period_end },
      plan: item.plan,
      price: item.price,
      proration: true,
      quantity: item.quantity,
      subscription: subscription.id,
      subscription_item: item.id,
      tax_rates: item.tax_rates,
      test_clock: null,
      unit_amount: amount,
      unit_amount_decimal: String(amount),
    },
    'invoiceitem.created',
  );

/** Credit for what is unused of the items from that second on: `-charged × left / whole`, to the nearest cent. */
export const addCredits = (
  world: World,
  subscription: Subscription,
  items: readonly SubscriptionItem[],
  atSeconds: number,
): readonly InvoiceItem[] => {
  const { current_period_start: start, current_period_end: end } = subscription;
  return items.map((item) =>
    addItem(
      world,
      subscription,
      item,
      -share(chargedFor(world, subscription, item), end - atSeconds, end - start),
      atSeconds,
      'credit',
    ),
  );
};

/** Charge for what remains of the period from that second on, discount off. */
export const addDebits = (
  world: World,
  subscription: Subscription,
  items: readonly SubscriptionItem[],
  atSeconds: number,
): readonly InvoiceItem[] => {
  const { current_period_start: start, current_period_end: end } = subscription;
  return items.map((item) => {
    const whole = afterDiscount(item.price.unit_amount * item.quantity, subscription.discount);
    return addItem(world, subscription, item, share(whole, end - atSeconds, end - start), atSeconds, 'debit');
  });
};
