/** Cents as people read them: `$97.00`. */
export const money = (cents: number, currency: string): string =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency: currency.toUpperCase() }).format(cents / 100);

/** `per month`, `every 3 months`. */
export const perInterval = (interval: string | null, count = 1): string => {
  if (interval === null) return '';
  return count === 1 ? `per ${interval}` : `every ${count} ${interval}s`;
};

/** Seconds since epoch as `November 26, 2026`, by UTC as Stripe bills. */
export const day = (seconds: number): string =>
  new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' }).format(seconds * 1_000);

/** The same, short, for lists: `Nov 26, 2026`. */
export const shortDay = (seconds: number): string =>
  new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' }).format(seconds * 1_000);

/** `visa` as cardholders write it. */
export const brandName = (brand: string): string =>
  ({ amex: 'American Express', diners: 'Diners Club', jcb: 'JCB', mastercard: 'Mastercard', unionpay: 'UnionPay' })[
    brand
  ] ?? `${brand.slice(0, 1).toUpperCase()}${brand.slice(1)}`;

/** `12 / 2034` as `12/34`. */
export const expiry = (month: number, year: number): string =>
  `${String(month).padStart(2, '0')}/${String(year % 100).padStart(2, '0')}`;
