const clock = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** Hours, minutes and seconds in New York. */
export const clockTime = (ms: number): string => clock.format(ms);

/** To the second, for records. */
export const utc = (at: Date): string => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;

const numbers = new Map<number, Intl.NumberFormat>();
export const decimal = (value: number, digits = 2): string => {
  let format = numbers.get(digits);
  if (!format) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
    numbers.set(digits, format);
  }
  return format.format(value);
};

const large = new Intl.NumberFormat('en-US', {
  notation: 'compact',
  maximumFractionDigits: 2,
  signDisplay: 'exceptZero',
});
/** Dollars of the size of dealer exposure: `+1.23B`. */
export const compact = (value: number): string => large.format(value);

/** Money with its sign before the currency: `-$12.50`. */
export const money = (dollars: number): string => `${dollars < 0 ? '-' : ''}$${decimal(Math.abs(dollars))}`;

/** Age in words: `820 ms`, `4.2 s`, `3 min`. */
export const age = (ms: number): string => {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 120_000 ? `${decimal(ms / 1_000, 1)} s` : `${Math.round(ms / 60_000)} min`;
};

export const listed = (facts: Readonly<Record<string, string | number>>): string =>
  Object.entries(facts)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
