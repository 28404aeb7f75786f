import { isLuhn } from '../payments/cards.ts';
import type { CardEntry } from '../seam.ts';
import { COUNTRIES } from './countries.ts';

export type CardField = 'number' | 'expiry' | 'cvc' | 'name' | 'country' | 'postalCode' | 'line1' | 'city' | 'state';
export type CardText = Readonly<Record<CardField, string>>;
export type CardProblems = Partial<Readonly<Record<CardField, string>>>;
export type ReadCard =
  | { readonly ok: true; readonly card: CardEntry }
  | { readonly ok: false; readonly problems: CardProblems };

export const EMPTY_CARD: CardText = {
  ...{ number: '', expiry: '', cvc: '', name: '', country: 'US', postalCode: '', line1: '', city: '', state: '' },
};

export const cardTextOf = (form: ReadonlyMap<string, string>): CardText => {
  const text = (name: CardField): string => (form.get(name) ?? '').trim();
  return {
    number: text('number').replace(/[\s-]/g, ''),
    expiry: text('expiry'),
    cvc: text('cvc'),
    name: text('name'),
    country: text('country'),
    postalCode: text('postalCode'),
    line1: text('line1'),
    city: text('city'),
    state: text('state'),
  };
};

const numberProblem = (number: string): string | null => {
  if (!/^\d*$/.test(number)) return 'Your card number is invalid.';
  if (number.length < 13) return 'Your card number is incomplete.';
  return number.length > 19 || !isLuhn(number) ? 'Your card number is invalid.' : null;
};

const monthAndYear = (text: string): readonly [number, number] | null => {
  const match = /^(\d{1,2})\s*[/ -]\s*(?:20)?(\d{2})$|^(\d{2})(\d{2})$/.exec(text);
  if (!match) return null;
  return [Number(match[1] ?? match[3]), 2000 + Number(match[2] ?? match[4])];
};

const expiryProblem = (text: string, nowSeconds: number): string | null => {
  const read = monthAndYear(text);
  if (!read || read[0] < 1 || read[0] > 12) return 'Your card’s expiration date is incomplete.';
  const now = new Date(nowSeconds * 1_000);
  const [month, year] = read;
  if (year < now.getUTCFullYear()) return 'Your card’s expiration year is in the past.';
  return year === now.getUTCFullYear() && month < now.getUTCMonth() + 1
    ? 'Your card’s expiration date is in the past.'
    : null;
};

const cvcProblem = (cvc: string, number: string): string | null => {
  const digits = /^3[47]/.test(number) ? 4 : 3;
  return /^\d+$/.test(cvc) && cvc.length === digits ? null : 'Your card’s security code is incomplete.';
};

const addressProblems = (text: CardText): CardProblems => ({
  ...(text.line1 === '' ? { line1: 'Enter your address.' } : {}),
  ...(text.city === '' ? { city: 'Enter your city.' } : {}),
  ...(text.country === 'US' && !/^[A-Za-z]{2}$/.test(text.state) ? { state: 'Enter your state, such as NY.' } : {}),
});

/** What Stripe's own form checks before it sends the card on: in its words where we know them. */
export const readCard = (text: CardText, nowSeconds: number, needsAddress: boolean): ReadCard => {
  const problems: Record<string, string | null> = {
    number: numberProblem(text.number),
    expiry: expiryProblem(text.expiry, nowSeconds),
    cvc: cvcProblem(text.cvc, text.number),
    name: text.name === '' ? 'Enter the name on your card.' : null,
    country: COUNTRIES.some(({ code }) => code === text.country) ? null : 'Choose a country.',
    postalCode: text.country === 'US' && !/^\d{5}(-\d{4})?$/.test(text.postalCode) ? 'Your ZIP is incomplete.' : null,
    ...(needsAddress ? addressProblems(text) : {}),
  };
  const found = Object.entries(problems).filter((entry): entry is [string, string] => entry[1] !== null);
  if (found.length > 0) return { ok: false, problems: Object.fromEntries(found) };
  const [expMonth, expYear] = monthAndYear(text.expiry) ?? [0, 0];
  const address = {
    city: text.city,
    country: text.country,
    line1: text.line1,
    line2: null,
    postal_code: text.postalCode || null,
    state: text.state ? text.state.toUpperCase() : null,
  };
  return {
    ok: true,
    card: {
      number: text.number,
      expMonth,
      expYear,
      cvc: text.cvc,
      name: text.name,
      postalCode: text.postalCode || null,
      country: text.country,
      ...(needsAddress ? { address } : {}),
    },
  };
};
