import type { Price, Product } from '../catalog/types.ts';
import { planOf } from '../subscriptions/items.ts';
import type { Subscription, SubscriptionItem } from '../subscriptions/types.ts';
import type { TaxRate } from '../tax/types.ts';
import type { Metadata, Period } from '../types.ts';
import type { World } from '../world.ts';
import { dollars } from './money.ts';
import type { InvoiceItem, LineItem } from './types.ts';

const productName = (world: World, price: Price): string =>
  (world.store.get('product', price.product) as Product | undefined)?.name ?? 'Subscription';

const cycleOf = ({ recurring }: Price): string => {
  if (!recurring) return '';
  const { interval, interval_count } = recurring;
  return interval_count === 1 ? ` / ${interval}` : ` / every ${interval_count} ${interval}s`;
};

/** `1 × Premium (at $297.00 / month)` */
const lineText = (world: World, price: Price, quantity: number): string =>
  `${quantity} × ${productName(world, price)} (at ${dollars(price.unit_amount)}${cycleOf(price)})`;

const dayText = (seconds: number): string =>
  new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(
    seconds * 1_000,
  );

export const prorationText = (
  world: World,
  item: SubscriptionItem,
  atSeconds: number,
  kind: 'credit' | 'debit',
): string => {
  const times = item.quantity === 1 ? '' : `${item.quantity} × `;
  return `${kind === 'credit' ? 'Unused' : 'Remaining'} time on ${times}${productName(world, item.price)} after ${dayText(atSeconds)}`;
};

interface LineFields {
  readonly amount: number;
  readonly description: string | null;
  readonly period: Period;
  readonly price: Price | null;
  readonly quantity: number | null;
  readonly proration: boolean;
  readonly discountable: boolean;
  readonly taxRates: readonly TaxRate[];
  readonly metadata: Metadata;
  readonly currency: string;
  readonly subscription: string | null;
  readonly subscriptionItem?: string | undefined;
  readonly invoiceItem?: string | undefined;
}

const makeLine = (world: World, fields: LineFields): LineItem => ({
  id: world.newId('il'),
  object: 'line_item',
  amount: fields.amount,
  amount_excluding_tax: fields.amount,
  currency: fields.currency,
  description: fields.description,
  discount_amounts: [],
  discountable: fields.discountable,
  discounts: [],
  ...(fields.invoiceItem === undefined ? {} : { invoice_item: fields.invoiceItem }),
  livemode: false,
  metadata: fields.metadata,
  period: fields.period,
  plan: fields.price?.recurring ? planOf(fields.price) : null,
  price: fields.price,
  proration: fields.proration,
  proration_details: { credited_items: null },
  quantity: fields.quantity,
  subscription: fields.subscription,
  ...(fields.subscriptionItem === undefined ? {} : { subscription_item: fields.subscriptionItem }),
  tax_amounts: [],
  tax_rates: fields.taxRates,
  type: fields.invoiceItem === undefined ? 'subscription' : 'invoiceitem',
  unit_amount_excluding_tax: null,
});

/** The lines of a whole period of the subscription, or of a trial, which costs nothing. */
export const periodLines = (
  world: World,
  subscription: Subscription,
  period: Period,
  { isTrial }: { readonly isTrial: boolean },
): readonly LineItem[] =>
  subscription.items.data.map((item) =>
    makeLine(world, {
      amount: isTrial ? 0 : item.price.unit_amount * item.quantity,
      description: isTrial
        ? `Trial period for ${productName(world, item.price)}`
        : lineText(world, item.price, item.quantity),
      period,
      price: item.price,
      quantity: item.quantity,
      proration: false,
      discountable: true,
      taxRates: item.tax_rates,
      metadata: subscription.metadata,
      currency: subscription.currency,
      subscription: subscription.id,
      subscriptionItem: item.id,
    }),
  );

/** The line that an invoice item becomes on its invoice. */
export const itemLine = (world: World, item: InvoiceItem): LineItem =>
  makeLine(world, {
    amount: item.amount,
    description: item.description,
    period: item.period,
    price: item.price,
    quantity: item.quantity,
    proration: item.proration,
    discountable: item.discountable,
    taxRates: item.tax_rates,
    metadata: item.metadata,
    currency: item.currency,
    subscription: item.subscription,
    subscriptionItem: item.subscription_item,
    invoiceItem: item.id,
  });
