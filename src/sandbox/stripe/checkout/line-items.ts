import type { Price } from '../catalog/types.ts';
import { createCustomer } from '../customers/write.ts';
import { Params } from '../http/params.ts';
import type { periodLines } from '../invoices/lines.ts';
import type { World } from '../world.ts';
import { draftCheckout } from './quote.ts';
import type { CheckoutSession } from './types.ts';

export interface CheckoutItem {
  readonly id: string;
  readonly object: 'item';
  readonly amount_discount: number;
  readonly amount_subtotal: number;
  readonly amount_tax: number;
  readonly amount_total: number;
  readonly currency: string;
  readonly description: string;
  readonly price: Price | null;
  readonly quantity: number | null;
}

/** What the session sells, with what its first invoice says of each line. */
export const lineItemsOf = (world: World, session: CheckoutSession): readonly CheckoutItem[] => {
  if (session.invoice !== null) return itemsOf(world.need('invoice', session.invoice).lines.data);
  return world.store.rehearse(() => {
    const customer = session.customer ?? createCustomer(world, new Params({})).id;
    return itemsOf(draftCheckout(world, session, customer, null).invoice.lines.data);
  });
};

const itemsOf = (lines: ReturnType<typeof periodLines>): readonly CheckoutItem[] =>
  lines.map((line, at) => {
    const discount = line.discount_amounts.reduce((sum, { amount }) => sum + amount, 0);
    const tax = line.tax_amounts.reduce((sum, { amount }) => sum + amount, 0);
    const onTop = line.tax_amounts.reduce((sum, { amount, inclusive }) => sum + (inclusive ? 0 : amount), 0);
    return {
      id: `li_${line.id.slice(3, -1)}${at}`,
      object: 'item',
      amount_discount: discount,
      amount_subtotal: line.amount,
      amount_tax: tax,
      amount_total: line.amount - discount + onTop,
      currency: line.currency,
      description: line.description ?? '',
      price: line.price,
      quantity: line.quantity,
    };
  });
