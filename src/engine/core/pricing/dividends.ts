import type { Instant } from '../types.ts';
import { yearsUntil } from './bsm.ts';
import type { ChainCarry } from './chain-greeks.ts';
import { type RateCurve, rateAt, type Sourced } from './rates.ts';

/** Dollars per share to holders before `exAt`. */
export interface CashDividend {
  readonly exAt: Instant;
  readonly amount: number;
}

/** A continuous yield (decimal per year, for indices and funds) or the payments expected one by one. */
export type Dividends = Sourced<
  | { readonly kind: 'yield'; readonly perYear: number }
  | { readonly kind: 'cash'; readonly payments: readonly CashDividend[] }
>;

/** What carries a spot price to a forward. */
export interface CarryInputs {
  readonly rates: RateCurve;
  readonly dividends: Dividends;
}

/** Present value, dollars per share, of the payments whose ex-date lies after `at` and up to `years` later. */
const presentValue = (payments: readonly CashDividend[], at: Instant, years: number, rates: RateCurve): number => {
  let sum = 0;
  for (const { exAt, amount } of payments) {
    const until = yearsUntil(at, exAt);
    if (until > 0 && until <= years) sum += amount * Math.exp(-rateAt(rates, until) * until);
  }
  return sum;
};

/**
 * The continuous yield with which spot grows to the same forward: q = −ln(1 − PV / S) / T for payments. NaN when the
 * payments exceed the spot or there is no time.
 */
export const dividendYieldUntil = (spot: number, at: Instant, years: number, inputs: CarryInputs): number => {
  const { value } = inputs.dividends;
  if (value.kind === 'yield') return value.perYear;
  if (!(spot > 0 && years > 0)) return Number.NaN;
  const share = presentValue(value.payments, at, years, inputs.rates) / spot;
  // −0 would price as 0, but is no figure to show.
  return share < 1 ? 0 - Math.log1p(-share) / years : Number.NaN;
};

/** Forward price, dollars: (S − PV of the payments) e^(rT), or S e^((r − q)T). */
export const forwardOf = (spot: number, at: Instant, years: number, inputs: CarryInputs): number =>
  spot * Math.exp((rateAt(inputs.rates, years) - dividendYieldUntil(spot, at, years, inputs)) * years);

/** Rate and yield for each expiry slot of a chain, NaN where there is none. */
export const carryByExpiry = (spot: number, at: Instant, years: Float64Array, inputs: CarryInputs): ChainCarry => ({
  rate: years.map((t) => rateAt(inputs.rates, t)),
  dividendYield: years.map((t) => dividendYieldUntil(spot, at, t, inputs)),
});
