import { lineItemsOf } from '../checkout/line-items.ts';
import type { CheckoutSession } from '../checkout/types.ts';
import type { Coupon } from '../coupons/types.ts';
import type { Customer } from '../customers/types.ts';
import { refundsOf } from '../payments/refunds.ts';
import type { Charge } from '../payments/types.ts';
import type { TableName } from '../store/tables.ts';
import { isLive } from '../subscriptions/status.ts';
import { taxPlaceOf } from '../tax/rates.ts';
import type { ListOf } from '../types.ts';
import type { World } from '../world.ts';
import { invalid } from './refusal.ts';

const DEPTH_MAX = 4;

/** The table of the id that a field holds, where the field's name is not the table's. */
const BY_FIELD: Readonly<Record<string, TableName>> = {
  balance_transaction: 'balance_transaction',
  charge: 'charge',
  configuration: 'billing_portal.configuration',
  coupon: 'coupon',
  credit_note: 'customer_balance_transaction',
  customer: 'customer',
  default_payment_method: 'payment_method',
  default_price: 'price',
  discount: 'discount',
  discounts: 'discount',
  dispute: 'dispute',
  invoice: 'invoice',
  latest_charge: 'charge',
  latest_invoice: 'invoice',
  payment_intent: 'payment_intent',
  payment_method: 'payment_method',
  pending_setup_intent: 'setup_intent',
  price: 'price',
  product: 'product',
  promotion_code: 'promotion_code',
  released_subscription: 'subscription',
  schedule: 'subscription_schedule',
  setup_intent: 'setup_intent',
  source: 'charge',
  subscription: 'subscription',
  tax_rate: 'tax_rate',
};

const whole = <Item>(data: readonly Item[], url: string): ListOf<Item> => ({
  object: 'list',
  data,
  has_more: false,
  url,
});

/** What Stripe leaves out of an object until it is asked for. */
const included = (world: World, object: Readonly<Record<string, unknown>>, field: string): unknown => {
  switch (`${String(object['object'])}.${field}`) {
    case 'customer.subscriptions': {
      const { id } = object as unknown as Customer;
      const live = world.store.of('subscription', id).filter(({ status }) => isLive(status));
      return whole([...live].reverse(), `/v1/customers/${id}/subscriptions`);
    }
    case 'customer.tax_ids': {
      const { id } = object as unknown as Customer;
      return whole(world.store.of('tax_id', id), `/v1/customers/${id}/tax_ids`);
    }
    case 'customer.sources': {
      const { id } = object as unknown as Customer;
      return whole([], `/v1/customers/${id}/sources`);
    }
    case 'customer.tax': {
      const { id } = object as unknown as Customer;
      const place = taxPlaceOf(world, world.named('customer', id, 'customer'), false);
      const kinds = { rate: 'supported', 'not-collecting': 'not_collecting', unknown: 'unrecognized_location' };
      return { automatic_tax: kinds[place.kind], ip_address: null, location: null };
    }
    case 'checkout.session.line_items': {
      const session = object as unknown as CheckoutSession;
      return whole(lineItemsOf(world, session), `/v1/checkout/sessions/${session.id}/line_items`);
    }
    case 'charge.refunds': {
      const { id } = object as unknown as Charge;
      return whole([...refundsOf(world, id)].reverse(), `/v1/charges/${id}/refunds`);
    }
    case 'coupon.applies_to': {
      const products = (object as unknown as Coupon).internal?.appliesTo ?? [];
      return products.length === 0 ? undefined : { products };
    }
    default:
      return undefined;
  }
};

const INCLUDABLE = new Set([
  'customer.subscriptions',
  'customer.tax_ids',
  'customer.sources',
  'customer.tax',
  'checkout.session.line_items',
  'charge.refunds',
  'coupon.applies_to',
]);

const lookUp = (world: World, field: string, id: string): unknown => {
  const table = BY_FIELD[field];
  if (!table) return undefined;
  return world.store.get(table, id) ?? world.store.get('tombstone', id);
};

const expandAt = (world: World, value: unknown, path: readonly string[], full: string): unknown => {
  const [field, ...rest] = path;
  if (field === undefined || value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map((entry) => expandAt(world, entry, path, full));
  const cannot = invalid(`This property cannot be expanded (${full}).`, 'expand');
  if (typeof value !== 'object') throw cannot;
  const object = value as Readonly<Record<string, unknown>>;
  const isAside = INCLUDABLE.has(`${String(object['object'])}.${field}`);
  if (!isAside && !(field in object)) throw cannot;
  const inside = isAside ? included(world, object, field) : object[field];
  const one = (entry: unknown): unknown => {
    if (typeof entry !== 'string') return entry;
    const found = lookUp(world, field, entry);
    if (found === undefined) throw cannot;
    return found;
  };
  const expanded = Array.isArray(inside) ? inside.map(one) : one(inside);
  return { ...object, [field]: expandAt(world, expanded, rest, full) };
};

/** Puts objects in place of their ids along each path of `expand[]` (`data.latest_invoice.payment_intent`). */
export const expand = (world: World, answer: object, paths: readonly string[]): object =>
  paths.reduce<object>((object, path) => {
    const steps = path.split('.');
    const depth = steps.filter((step) => step !== 'data').length;
    if (depth > DEPTH_MAX) throw invalid(`You cannot expand more than ${DEPTH_MAX} levels of a property.`, 'expand');
    return expandAt(world, object, steps, path) as object;
  }, answer);
