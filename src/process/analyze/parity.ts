import { calendarCovers, expiresAt } from '../../engine/core/market/calendar.ts';
import type { ChainColumns } from '../../engine/core/market/chain.ts';
import { yearsUntil } from '../../engine/core/pricing/bsm.ts';
import type { Instant, SessionDate } from '../../engine/core/types.ts';

/** The price for delivery at an expiry at which calls and puts agree, undiscounted: K + call − put near the money. */
export interface Forward {
  readonly expiry: SessionDate;
  readonly settlesAm: boolean;
  readonly years: number;
  readonly forward: number;
  /** Pairs of quotes it is the median of. */
  readonly pairs: number;
  /** By how much call − put falls per dollar of strike: the discount to the expiry where exercise waits for it. Null: too few. */
  readonly discount: number | null;
}

interface Pair {
  readonly strike: number;
  call: number;
  put: number;
}

const NEAREST_PAIRS = 7;

const middle = (bid: number, ask: number): number => (bid > 0 && ask >= bid ? (bid + ask) / 2 : Number.NaN);

const medianOf = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
};

const pairsOf = (chain: ChainColumns): Map<number, Map<number, Pair>> => {
  const slots = new Map<number, Map<number, Pair>>();
  for (let i = 0; i < chain.rowCount; i++) {
    const slot = 2 * (chain.expiryIndex[i] ?? 0) + (chain.settlesAm[i] ?? 0);
    const strike = chain.strike[i] ?? Number.NaN;
    const strikes = slots.get(slot) ?? new Map<number, Pair>();
    slots.set(slot, strikes);
    const pair = strikes.get(strike) ?? { strike, call: Number.NaN, put: Number.NaN };
    strikes.set(strike, pair);
    const mid = middle(chain.bid[i] ?? Number.NaN, chain.ask[i] ?? Number.NaN);
    if (chain.isCall[i] === 1) pair.call = mid;
    else pair.put = mid;
  }
  return slots;
};

const DISCOUNT_PAIRS_MIN = 20;
const DISCOUNT_BAND = 0.2;

/** Least squares of call − put on the strike, within a fifth of the forward. */
const discountOf = (pairs: readonly { strike: number; difference: number }[], forward: number): number | null => {
  const near = pairs.filter(({ strike }) => Math.abs(strike / forward - 1) <= DISCOUNT_BAND);
  if (near.length < DISCOUNT_PAIRS_MIN) return null;
  let [strikes, differences] = [0, 0];
  for (const { strike, difference } of near) {
    strikes += strike / near.length;
    differences += difference / near.length;
  }
  let [square, product] = [0, 0];
  for (const { strike, difference } of near) {
    square += (strike - strikes) ** 2;
    product += (strike - strikes) * (difference - differences);
  }
  return -product / square;
};

/** Continuously compounded, from discounts of a quarter to two years ahead; null when there are none to be had. */
export const rateImplied = (
  forwards: readonly Forward[],
): { readonly rate: number; readonly expiries: number } | null => {
  const rates = forwards
    .filter(({ years }) => years >= 0.25 && years <= 2)
    .flatMap(({ years, discount }) =>
      discount !== null && discount > 0.5 && discount < 1.2 ? [-Math.log(discount) / years] : [],
    );
  return rates.length === 0 ? null : { rate: medianOf(rates), expiries: rates.length };
};

/** One per expiry and settlement that is still alive at `at`, ascending; expiries without quoted pairs are left out. */
export const forwardsOf = (chain: ChainColumns, at: Instant): readonly Forward[] => {
  const forwards: Forward[] = [];
  for (const [slot, strikes] of pairsOf(chain)) {
    const expiry = chain.expiries[slot >> 1];
    if (expiry === undefined || !calendarCovers(expiry)) continue;
    const years = yearsUntil(at, expiresAt(expiry, slot % 2 === 1));
    if (!(years > 0)) continue;
    const pairs = [...strikes.values()]
      .map(({ strike, call, put }) => ({ strike, difference: call - put }))
      .filter(({ difference }) => Number.isFinite(difference))
      .sort((a, b) => Math.abs(a.difference) - Math.abs(b.difference));
    const near = pairs.slice(0, NEAREST_PAIRS);
    if (near.length === 0) continue;
    const forward = medianOf(near.map(({ strike, difference }) => strike + difference));
    const discount = discountOf(pairs, forward);
    forwards.push({ expiry, settlesAm: slot % 2 === 1, years, forward, pairs: near.length, discount });
  }
  return forwards.sort((a, b) => a.years - b.years);
};
