import type { Price, Recurring } from '../catalog/types.ts';
import type { Params } from '../http/params.ts';
import { invalid, missingParam, noSuch } from '../http/refusal.ts';
import { ratesNamed } from '../tax/rates.ts';
import type { ListOf } from '../types.ts';
import type { World } from '../world.ts';
import type { Plan, SubscriptionItem } from './types.ts';

export const planOf = (price: Price): Plan => ({
  id: price.id,
  object: 'plan',
  active: price.active,
  aggregate_usage: null,
  amount: price.unit_amount,
  amount_decimal: price.unit_amount_decimal,
  billing_scheme: 'per_unit',
  created: price.created,
  currency: price.currency,
  interval: price.recurring?.interval ?? 'month',
  interval_count: price.recurring?.interval_count ?? 1,
  livemode: false,
  metadata: price.metadata,
  nickname: price.nickname,
  product: price.product,
  tiers_mode: null,
  transform_usage: null,
  trial_period_days: null,
  usage_type: 'licensed',
});

export const itemList = (subscription: string, data: readonly SubscriptionItem[]): ListOf<SubscriptionItem> => ({
  object: 'list',
  data,
  has_more: false,
  url: `/v1/subscription_items?subscription=${subscription}`,
});

/** The cycle that all items of a subscription share. */
export const cycleOf = (items: readonly SubscriptionItem[]): Recurring => {
  const recurring = items[0]?.price.recurring;
  if (!recurring) throw new Error('a subscription without a recurring price');
  return recurring;
};

export const makeItem = (
  world: World,
  subscription: string,
  price: Price,
  quantity: number,
  rest: Partial<Pick<SubscriptionItem, 'metadata' | 'tax_rates'>> = {},
): SubscriptionItem => ({
  id: world.newId('si'),
  object: 'subscription_item',
  billing_thresholds: null,
  created: world.now(),
  metadata: rest.metadata ?? {},
  plan: planOf(price),
  price,
  quantity,
  subscription,
  tax_rates: rest.tax_rates ?? [],
});

/** A recurring, active price that a parameter names. */
export const recurringPrice = (world: World, id: string, param: string): Price => {
  const price = world.named('price', id, param);
  if (!price.recurring)
    throw invalid(
      `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\`.`,
      param,
    );
  if (!price.active) throw invalid('The price specified is inactive. This field only accepts active prices.', param);
  return price;
};

const checkAlike = (items: readonly SubscriptionItem[]): readonly SubscriptionItem[] => {
  const [first] = items;
  if (!first) throw invalid('A subscription must have at least one active item.', 'items');
  const cycle = cycleOf(items);
  for (const { price } of items) {
    if (price.currency !== first.price.currency)
      throw invalid('All prices on a subscription must use the same currency.', 'items');
    if (price.recurring?.interval !== cycle.interval || price.recurring.interval_count !== cycle.interval_count)
      throw invalid(
        'All prices on a subscription must have the same `recurring.interval` and `recurring.interval_count`. If you meant to update an existing subscription item instead of creating a new one, make sure to include the subscription item ID in your request.',
        'items',
      );
  }
  return items;
};

const newItem = (world: World, subscription: string, sent: Params): SubscriptionItem => {
  const id = sent.text('price') ?? sent.text('plan');
  if (!id) throw missingParam(sent.name('price'));
  return makeItem(world, subscription, recurringPrice(world, id, sent.name('price')), sent.integer('quantity') ?? 1, {
    metadata: sent.metadata(),
    tax_rates: ratesNamed(world, sent, 'tax_rates') ?? [],
  });
};

/** The items of a new subscription. */
export const itemsOf = (world: World, subscription: string, params: Params): readonly SubscriptionItem[] => {
  const sent = params.hashes('items');
  if (!sent || sent.length === 0) throw missingParam('items');
  return checkAlike(sent.map((entry) => newItem(world, subscription, entry)));
};

/** The items after an update: named ones changed or deleted, unnamed ones added, the rest as they were. */
export const changedItems = (
  world: World,
  subscription: string,
  before: readonly SubscriptionItem[],
  sent: readonly Params[],
): readonly SubscriptionItem[] => {
  let items = [...before];
  for (const entry of sent) {
    const id = entry.text('id');
    if (!id) {
      items.push(newItem(world, subscription, entry));
      continue;
    }
    const old = items.find((item) => item.id === id);
    if (!old) throw noSuch('subscription item', id, entry.name('id'));
    if (entry.flag('deleted') === true) {
      items = items.filter((item) => item !== old);
      continue;
    }
    const priceId = entry.text('price') ?? entry.text('plan');
    const price = priceId && priceId !== old.price.id ? recurringPrice(world, priceId, entry.name('price')) : old.price;
    const changed: SubscriptionItem = {
      ...old,
      price,
      plan: planOf(price),
      quantity: entry.integer('quantity') ?? old.quantity,
      metadata: entry.metadata(old.metadata),
      tax_rates: ratesNamed(world, entry, 'tax_rates') ?? old.tax_rates,
    };
    items = items.map((item) => (item === old ? changed : item));
  }
  return checkAlike(items);
};
