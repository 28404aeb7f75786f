import type { OptionProfile } from '../instruments/profiles.ts';

/** Up to so many days an expiry has the finest strikes, this far from the money as a fraction of the price. */
const SOON_DAYS = 10;
const FINE_REACH = { daily: 0.045, weekly: 0.1 } as const;
/** Steps as fractions of the price: at the money of near, later and far expiries, then further from the money. */
const NEAR_STEP = 0.0008;
const LATER_STEP = 0.004;
const FAR_STEP = 0.01;
const WING_STEP = 0.012;
const FAR_WING_STEP = 0.025;
const MULTIPLES = [1, 2, 4, 5, 10, 20, 40, 50, 100];

/** The smallest listed multiple of the step that is no finer than this fraction of the price. */
const stepOf = (options: OptionProfile, price: number, fraction: number): number =>
  options.strikeStep * (MULTIPLES.find((multiple) => multiple * options.strikeStep >= fraction * price) ?? 100);

const add = (strikes: Set<number>, from: number, to: number, step: number): void => {
  for (let k = Math.ceil(from / step - 1e-9); k * step <= to + 1e-9; k++)
    if (k > 0) strikes.add(Math.round(k * step * 100) / 100);
};

/**
 * Strikes of one expiry, ascending, around the price that they were listed at. Nearby expiries have the finest steps;
 * the later the expiry, the wider the ladder and its steps.
 */
export const strikesAround = (
  options: OptionProfile,
  price: number,
  daysLeft: number,
  volatility: number,
): number[] => {
  const years = (daysLeft + 1) / 365;
  const reach = Math.min(0.5, Math.max(0.1, 4 * volatility * Math.sqrt(years)));
  const strikes = new Set<number>();
  const within = (fraction: number, step: number): void =>
    add(strikes, price * (1 - fraction), price * (1 + fraction), stepOf(options, price, step));
  if (daysLeft <= SOON_DAYS) within(FINE_REACH[options.cycle], NEAR_STEP);
  else within(0.1, daysLeft <= 100 ? LATER_STEP : FAR_STEP);
  within(Math.min(reach, 0.2), WING_STEP);
  within(reach, FAR_WING_STEP);
  return [...strikes].sort((a, b) => a - b);
};
