import type { BillingDetailsChange } from '../../seam.ts';
import { COUNTRIES } from '../countries.ts';
import type { AddressText } from '../fields.tsx';

/** Tax numbers that the form offers: a few of those that Stripe knows. */
export const TAX_ID_TYPES: Readonly<Record<string, string>> = {
  eu_vat: 'European VAT number',
  gb_vat: 'United Kingdom VAT number',
  us_ein: 'United States EIN',
  ca_gst_hst: 'Canadian GST/HST number',
  au_abn: 'Australian business number (ABN)',
  ch_vat: 'Swiss VAT number',
  in_gst: 'Indian GST number',
  jp_cn: 'Japanese corporate number',
};

export interface DetailsText extends AddressText {
  readonly name: string;
  readonly country: string;
  readonly postalCode: string;
  readonly taxType: string;
  readonly taxNumber: string;
}
export type DetailsField = keyof DetailsText;
export type DetailsProblems = Partial<Readonly<Record<DetailsField, string>>>;

export const detailsTextOf = (form: ReadonlyMap<string, string>): DetailsText => {
  const text = (name: DetailsField): string => (form.get(name) ?? '').trim();
  return {
    name: text('name'),
    line1: text('line1'),
    city: text('city'),
    state: text('state'),
    country: text('country'),
    postalCode: text('postalCode'),
    taxType: text('taxType'),
    taxNumber: text('taxNumber'),
  };
};

const problemsOf = (text: DetailsText, allowed: readonly string[]): DetailsProblems => ({
  ...(allowed.includes('name') && text.name === '' ? { name: 'Enter a name.' } : {}),
  ...(allowed.includes('address') && text.line1 === '' ? { line1: 'Enter your address.' } : {}),
  ...(allowed.includes('address') && !COUNTRIES.some(({ code }) => code === text.country)
    ? { country: 'Choose a country.' }
    : {}),
  ...(text.taxNumber !== '' && !Object.hasOwn(TAX_ID_TYPES, text.taxType) ? { taxType: 'Choose a kind.' } : {}),
});

export type ReadDetails =
  | { readonly ok: true; readonly change: BillingDetailsChange }
  | { readonly ok: false; readonly problems: DetailsProblems };

/** What the form asks for, of what the portal's configuration lets the customer change. */
export const readDetails = (text: DetailsText, allowed: readonly string[]): ReadDetails => {
  const problems = problemsOf(text, allowed);
  if (Object.keys(problems).length > 0) return { ok: false, problems };
  const { name, line1, city, state, country, postalCode, taxType, taxNumber } = text;
  const address = {
    ...{ line1, line2: null, country },
    city: city || null,
    state: state || null,
    postal_code: postalCode || null,
  };
  return {
    ok: true,
    change: {
      ...(allowed.includes('name') && { name }),
      ...(allowed.includes('address') && { address }),
      ...(allowed.includes('tax_id') && taxNumber !== '' && { taxId: { type: taxType, value: taxNumber } }),
    },
  };
};
