import { hash32, hashText } from '../../market/random.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** How long the part after the prefix is, and what it starts with, as seen in Stripe's ids. */
const FORM: Readonly<Record<string, { readonly length: number; readonly start?: string }>> = {
  cus: { length: 14 },
  prod: { length: 14 },
  si: { length: 14 },
  req: { length: 14 },
  whsec: { length: 32 },
  cs_test: { length: 58, start: 'a1' },
  bps: { length: 24, start: '1' },
  pi: { length: 24, start: '3' },
  ch: { length: 24, start: '3' },
  re: { length: 24, start: '3' },
  secret: { length: 25 },
  coupon: { length: 8 },
  code: { length: 8 },
  prefix: { length: 8 },
};
const USUAL = { length: 24, start: '1' };

const text = (seed: number, label: number, count: number, length: number): string => {
  let out = '';
  for (let at = 0; at < length; at += 1) out += ALPHABET[hash32(seed, label, count, at) % ALPHABET.length];
  return out;
};

/** The `count`th id of a prefix: the same for the same seed, and of the form that Stripe's have. */
export const idOf = (seed: number, prefix: string, count: number): string => {
  const { length, start = '' } = FORM[prefix] ?? USUAL;
  const body = start + text(seed, hashText(prefix), count, length - start.length);
  switch (prefix) {
    case 'coupon':
    case 'secret':
      return body;
    case 'code':
    case 'prefix':
      return body.toUpperCase();
    default:
      return `${prefix}_${body}`;
  }
};
