import type { Customer } from '../customers/types.ts';
import { filtered, listOf } from '../http/list.ts';
import type { Params } from '../http/params.ts';
import { inPath, type Routes } from '../http/route.ts';
import type { World } from '../world.ts';
import type { TaxRate } from './types.ts';

/**
 * What automatic tax takes in the sandbox, by country or by country and state: a small table of round real rates for
 * digital services, not a tax engine. A place that is not listed is not collected in.
 */
const AUTOMATIC: Readonly<
  Record<string, { readonly name: string; readonly type: string; readonly percentage: number }>
> = {
  'US-NY': { name: 'Sales Tax', type: 'sales_tax', percentage: 8.875 },
  'US-TX': { name: 'Sales Tax', type: 'sales_tax', percentage: 8.25 },
  'US-WA': { name: 'Sales Tax', type: 'sales_tax', percentage: 10.25 },
  'US-PA': { name: 'Sales Tax', type: 'sales_tax', percentage: 6 },
  GB: { name: 'VAT', type: 'vat', percentage: 20 },
  DE: { name: 'VAT', type: 'vat', percentage: 19 },
  FR: { name: 'VAT', type: 'vat', percentage: 20 },
  IE: { name: 'VAT', type: 'vat', percentage: 23 },
  CA: { name: 'GST', type: 'gst', percentage: 5 },
  AU: { name: 'GST', type: 'gst', percentage: 10 },
};

export type TaxPlace =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'not-collecting' }
  | { readonly kind: 'rate'; readonly rate: TaxRate };

const makeRate = (
  world: World,
  fields: Partial<TaxRate> & Pick<TaxRate, 'display_name' | 'percentage' | 'inclusive'>,
): TaxRate =>
  world.insert(
    'tax_rate',
    {
      id: world.newId('txr'),
      object: 'tax_rate',
      active: true,
      country: null,
      created: world.now(),
      description: null,
      effective_percentage: null,
      jurisdiction: null,
      livemode: false,
      metadata: {},
      state: null,
      tax_type: null,
      ...fields,
    },
    'tax_rate.created',
  );

/** The state of a US postal code, for the states of the table. */
const stateOfZip = (code: string | null): string | null => {
  const area = Number((code ?? '').slice(0, 3));
  if (area >= 100 && area <= 149) return 'NY';
  if (area >= 150 && area <= 196) return 'PA';
  if (area >= 750 && area <= 799) return 'TX';
  return area >= 980 && area <= 994 ? 'WA' : null;
};

/** Where the customer is taxed: `unknown` without a country, or for the United States and Canada without a postal code. */
export const taxPlaceOf = (world: World, customer: Customer, inclusive: boolean): TaxPlace => {
  const address = customer.address ?? customer.shipping?.address ?? null;
  const country = address?.country?.toUpperCase();
  if (!address || !country || (country === 'US' && !address.postal_code && !address.state)) return { kind: 'unknown' };
  const state = address.state?.toUpperCase() ?? stateOfZip(address.postal_code);
  const row = AUTOMATIC[`${country}-${state}`] ?? AUTOMATIC[country];
  if (!row) return { kind: 'not-collecting' };
  const rateState = country === 'US' ? state : null;
  const known = world.store
    .all('tax_rate')
    .find(
      (rate) =>
        rate.metadata['automatic'] === 'sandbox' &&
        rate.country === country &&
        rate.state === rateState &&
        rate.inclusive === inclusive,
    );
  const rate =
    known ??
    makeRate(world, {
      country,
      state: rateState,
      display_name: row.name,
      effective_percentage: row.percentage,
      inclusive,
      jurisdiction: rateState ?? country,
      metadata: { automatic: 'sandbox' },
      percentage: row.percentage,
      tax_type: row.type,
    });
  return { kind: 'rate', rate };
};

/** The rates that a parameter lists by id. */
export const ratesNamed = (world: World, params: Params, key: string): readonly TaxRate[] | undefined =>
  params.texts(key)?.map((id) => world.named('tax_rate', id, params.name(key)));

export const taxRoutes: Routes = {
  'POST /v1/tax_rates': (world, { params }) => {
    const percentage = params.number('percentage') ?? 0;
    return makeRate(world, {
      active: params.flag('active') ?? true,
      country: params.text('country') ?? null,
      description: params.text('description') ?? null,
      display_name: params.required('display_name'),
      effective_percentage: percentage,
      inclusive: params.flag('inclusive') ?? false,
      jurisdiction: params.text('jurisdiction') ?? null,
      metadata: params.metadata(),
      percentage,
      state: params.text('state') ?? null,
      tax_type: params.text('tax_type') ?? null,
    });
  },
  'GET /v1/tax_rates': (world, call) =>
    listOf(
      call,
      filtered(call, world.store.all('tax_rate'), {
        active: ({ active }) => active,
        inclusive: ({ inclusive }) => inclusive,
      }),
    ),
  'GET /v1/tax_rates/{tax_rate}': (world, call) => world.find('tax_rate', inPath(call, 'tax_rate'), 'tax_rate'),
  'POST /v1/tax_rates/{tax_rate}': (world, call) => {
    const rate = world.find('tax_rate', inPath(call, 'tax_rate'), 'tax_rate');
    const { params } = call;
    return world.update(
      'tax_rate',
      rate.id,
      {
        active: params.flag('active') ?? rate.active,
        display_name: params.text('display_name') ?? rate.display_name,
        description: params.text('description') ?? rate.description,
        metadata: params.metadata(rate.metadata),
      },
      'tax_rate.updated',
    );
  },
};
