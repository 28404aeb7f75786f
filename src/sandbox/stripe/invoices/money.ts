/** `amount × numerator / denominator` to the nearest cent, halves away from zero. Exact below 2^53. */
export const share = (amountCents: number, numerator: number, denominator: number): number => {
  const sign = Math.sign(amountCents) * Math.sign(numerator) * Math.sign(denominator);
  if (sign === 0) return 0;
  const [top, bottom] = [Math.abs(amountCents * numerator), Math.abs(denominator)];
  return sign * Math.floor((2 * top + bottom) / (2 * bottom));
};

const PARTS = 10_000;

/** So many percent (up to four decimals) of an amount, to the nearest cent. */
export const percentOf = (amountCents: number, percent: number): number =>
  share(amountCents, Math.round(percent * PARTS), 100 * PARTS);

/** The tax that is inside of an amount that includes it. */
export const percentWithin = (amountCents: number, percent: number): number => {
  const parts = Math.round(percent * PARTS);
  return share(amountCents, parts, 100 * PARTS + parts);
};

/** `$297.00` */
export const dollars = (cents: number): string => `${cents < 0 ? '-' : ''}$${(Math.abs(cents) / 100).toFixed(2)}`;
