import type { Params } from '../http/params.ts';
import { invalid, missingParam } from '../http/refusal.ts';
import type { World } from '../world.ts';
import type { Price, Recurring } from './types.ts';

const INTERVALS = ['day', 'week', 'month', 'year'] as const;

const recurringOf = (params: Params): Recurring | null => {
  const sent = params.hash('recurring');
  if (!sent) return null;
  const interval = sent.oneOf('interval', INTERVALS);
  if (!interval) throw missingParam(sent.name('interval'));
  if (sent.text('usage_type') === 'metered')
    throw invalid('The sandbox has no metered prices.', sent.name('usage_type'));
  return {
    aggregate_usage: null,
    interval,
    interval_count: sent.integer('interval_count') ?? 1,
    usage_type: 'licensed',
  };
};

/** One price at most has a lookup key: it is refused, or taken from the other when the call says so. */
export const takeLookupKey = (world: World, params: Params, exceptId: string | null): string | null | undefined => {
  const [key, takes] = [params.text('lookup_key'), params.flag('transfer_lookup_key') ?? false];
  if (!key) return key;
  const owner = world.store.all('price').find((price) => price.lookup_key === key && price.id !== exceptId);
  if (!owner) return key;
  if (!takes) throw invalid(`A price (\`${owner.id}\`) already uses that lookup key.`, 'lookup_key');
  world.update('price', owner.id, { lookup_key: null }, 'price.updated');
  return key;
};

const unitAmountOf = (params: Params): number => {
  const amount = params.integer('unit_amount') ?? params.number('unit_amount_decimal');
  if (amount === undefined)
    throw invalid(
      'Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.',
      'unit_amount',
      'parameter_missing',
    );
  if (amount < 0)
    throw invalid('Invalid non-negative integer', params.name('unit_amount'), 'parameter_invalid_integer');
  if (!Number.isInteger(amount)) throw invalid('The sandbox has prices in whole cents only.', 'unit_amount_decimal');
  return amount;
};

/** A price of per-unit billing, recurring or once. Tiers and metered use are not simulated. */
export const createPrice = (world: World, params: Params, productId: string): Price => {
  const recurring = recurringOf(params);
  const unitAmount = unitAmountOf(params);
  return world.insert(
    'price',
    {
      id: world.newId('price'),
      object: 'price',
      active: params.flag('active') ?? true,
      billing_scheme: 'per_unit',
      created: world.now(),
      currency: params.required('currency').toLowerCase(),
      custom_unit_amount: null,
      livemode: false,
      lookup_key: takeLookupKey(world, params, null) ?? null,
      metadata: params.metadata(),
      nickname: params.text('nickname') ?? null,
      product: productId,
      recurring,
      tax_behavior: params.oneOf('tax_behavior', ['exclusive', 'inclusive', 'unspecified']) ?? 'unspecified',
      tiers_mode: null,
      transform_quantity: null,
      type: recurring ? 'recurring' : 'one_time',
      unit_amount: unitAmount,
      unit_amount_decimal: String(unitAmount),
    },
    'price.created',
  );
};
