import { calendarCovers, expiresAt } from '../market/calendar.ts';
import type { ChainColumns } from '../market/chain.ts';
import { americanChainGreeks, createExerciseSides, type ExerciseSides } from '../pricing/american-chain.ts';
import { yearsUntil } from '../pricing/bsm.ts';
import {
  type ChainGreeks,
  type ChainPricing,
  chainGreeksByExpiry,
  createChainGreeks,
} from '../pricing/chain-greeks.ts';
import type { Instant } from '../types.ts';
import { boundariesAt, type ChainBoundaries, type ChainTerms, flatTerms, type Rates } from './chain-terms.ts';
import { indexStrikes, type StrikeIndex } from './strikes.ts';

export type { Rates } from './chain-terms.ts';

/** Why a contract is left out. The last three only leave it out of the figures that need what it lacks. */
export type ExposureRejection =
  | 'expired'
  | 'unknown-expiry'
  | 'bad-strike'
  | 'crossed-quote'
  | 'open-interest-absent'
  | 'gamma-absent'
  | 'expiry-gamma-zero'
  | 'implied-volatility-absent'
  | 'own-greeks-absent';

/** Years to expiry per slot; slot = 2 · expiryIndex + settlesAm. NaN for a date the calendar does not know. */
export const yearsPerSlot = (chain: ChainColumns, at: Instant): Float64Array => {
  const years = new Float64Array(2 * chain.expiries.length);
  chain.expiries.forEach((expiry, e) => {
    const known = calendarCovers(expiry);
    years[2 * e] = known ? yearsUntil(at, expiresAt(expiry, false)) : Number.NaN;
    years[2 * e + 1] = known ? yearsUntil(at, expiresAt(expiry, true)) : Number.NaN;
  });
  return years;
};

// Scratch columns, written before they are read in every call: memory reused, nothing remembered.
let scratch: { greeks: ChainGreeks; expirySlot: Uint16Array; logStrike: Float64Array } | null = null;
const scratchFor = (rows: number): NonNullable<typeof scratch> => {
  if (scratch === null || scratch.logStrike.length < rows) {
    scratch = {
      greeks: createChainGreeks(rows),
      expirySlot: new Uint16Array(rows),
      logStrike: new Float64Array(rows),
    };
  }
  return scratch;
};

export interface GammaFeed {
  /** Live contracts with a gamma, zero or not. */
  readonly sent: number;
  readonly nonZero: number;
  /** Per expiry slot: 1 when it has gammas and all of them are zero. */
  readonly dead: Uint8Array;
}

/** A vendor whose feed drops out sends zeros: a whole expiry without any gamma is missing data, not a neutral dealer. */
const inspectGammas = (chain: ChainColumns, slots: Uint16Array, years: Float64Array): GammaFeed => {
  const sentIn = new Float64Array(years.length);
  const nonZeroIn = new Float64Array(years.length);
  for (let i = 0; i < chain.rowCount; i++) {
    const slot = slots[i] as number;
    const gamma = chain.gamma[i] as number;
    if (!((years[slot] as number) > 0 && gamma >= 0)) continue;
    sentIn[slot] = (sentIn[slot] as number) + 1;
    if (gamma > 0) nonZeroIn[slot] = (nonZeroIn[slot] as number) + 1;
  }
  const dead = new Uint8Array(years.length);
  for (let s = 0; s < years.length; s++) if (sentIn[s] !== 0 && nonZeroIn[s] === 0) dead[s] = 1;
  const add = (a: number, b: number): number => a + b;
  return { sent: sentIn.reduce(add, 0), nonZero: nonZeroIn.reduce(add, 0), dead };
};

/** A chain with our Greeks at one spot and instant. Columns are scratch: valid until the next chain is priced. */
export interface PricedChain {
  readonly chain: ChainColumns;
  readonly spot: number;
  readonly terms: ChainTerms;
  /** What the chain was priced from; American options: with the boundaries solved for it. */
  readonly pricing: ChainPricing;
  readonly sides: ExerciseSides | null;
  /** Per expiry slot. */
  readonly years: Float64Array;
  readonly expirySlot: Uint16Array;
  readonly index: StrikeIndex;
  readonly logStrike: Float64Array;
  readonly greeks: ChainGreeks;
  readonly feed: GammaFeed;
  /** Contracts that have not settled. */
  readonly live: number;
}

/** Quarter-delta volatilities are read off contracts between these deltas, whoever holds them. */
const QUOTED_DELTA_MIN = 0.02;
const QUOTED_DELTA_MAX = 0.65;

/**
 * `spot` is positive and finite. American options that nobody holds or trades, and whose delta no volatility is read
 * off, keep European Greeks: they are in no figure.
 */
export const priceChain = (
  chain: ChainColumns,
  years: Float64Array,
  spot: number,
  rates: Rates,
  terms: ChainTerms = flatTerms(rates, years.length),
  boundaries: ChainBoundaries | null = null,
): PricedChain => {
  const rows = chain.rowCount;
  const { greeks, expirySlot, logStrike } = scratchFor(rows);
  const index = indexStrikes(chain.strike, rows);
  const logOfStrike = index.strikes.map(Math.log);
  let live = 0;
  for (let i = 0; i < rows; i++) {
    const slot = 2 * (chain.expiryIndex[i] as number) + (chain.settlesAm[i] === 1 ? 1 : 0);
    expirySlot[i] = slot;
    logStrike[i] = logOfStrike[index.ofRow[i] as number] ?? Number.NaN;
    if ((years[slot] as number) > 0) live++;
  }
  const { isCall, strike, impliedVolatility: volatility } = chain;
  const pricing: ChainPricing = { rowCount: rows, isCall, strike, logStrike, volatility, expirySlot, years };
  const sides =
    terms.style === 'american'
      ? createExerciseSides(years, terms.carry, boundariesAt(boundaries, 'told', chain))
      : null;
  if (sides === null) chainGreeksByExpiry(pricing, spot, terms.carry, greeks);
  else
    americanChainGreeks(pricing, spot, terms.carry, greeks, sides, (i) => {
      if ((chain.openInterest[i] as number) > 0 || (chain.volume[i] as number) > 0) return true;
      const delta = Math.abs(greeks.delta[i] as number);
      return delta >= QUOTED_DELTA_MIN && delta <= QUOTED_DELTA_MAX;
    });
  const feed = inspectGammas(chain, expirySlot, years);
  return { chain, spot, terms, pricing, sides, years, expirySlot, index, logStrike, greeks, feed, live };
};

/**
 * Why a contract cannot be in any figure; null when it can. Open interest and volume are the business of the figures
 * that rest on them.
 */
export const refusalOf = (priced: PricedChain, i: number): ExposureRejection | null => {
  const years = priced.years[priced.expirySlot[i] as number] as number;
  if (Number.isNaN(years)) return 'unknown-expiry';
  if (years <= 0) return 'expired';
  if ((priced.index.ofRow[i] as number) < 0) return 'bad-strike';
  if ((priced.chain.bid[i] as number) > (priced.chain.ask[i] as number)) return 'crossed-quote';
  return null;
};
