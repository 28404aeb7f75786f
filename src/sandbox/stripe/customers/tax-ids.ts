import type { World } from '../world.ts';
import type { TaxId } from './types.ts';

/** The country is read from the type's first letters (`gb_vat`), from the number's for `eu_vat`. */
const countryOf = (type: string, value: string): string | null => {
  const letters = type === 'eu_vat' ? value.slice(0, 2) : type.slice(0, 2);
  return /^[a-z]{2}$/i.test(letters) ? letters.toUpperCase() : null;
};

/** Every number counts as verified at once, where Stripe verifies such numbers at all: a simplification. */
export const addTaxId = (world: World, customer: string, type: string, value: string): TaxId => {
  const isVerifiable = type === 'eu_vat' || type === 'gb_vat' || type === 'au_abn';
  return world.insert(
    'tax_id',
    {
      id: world.newId('txi'),
      object: 'tax_id',
      country: countryOf(type, value),
      created: world.now(),
      customer,
      livemode: false,
      type,
      value,
      verification: isVerifiable ? { status: 'verified', verified_address: null, verified_name: null } : null,
    },
    'customer.tax_id.created',
  );
};
