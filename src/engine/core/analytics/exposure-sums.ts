import { calendarCovers, expiresAt } from '../market/calendar.ts';
import type { ChainColumns } from '../market/chain.ts';
import { exerciseRow } from '../pricing/american-chain.ts';
import { yearsUntil } from '../pricing/bsm.ts';
import {
  type ChainGreeks,
  type ChainPricing,
  chainGreeksByExpiry,
  createChainGreeks,
} from '../pricing/chain-greeks.ts';
import { exerciseEffortNs } from '../pricing/effort.ts';
import { createExerciseSides, type ExerciseSides } from '../pricing/exercise-sides.ts';
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

/** A chain with our Greeks at one spot and instant: priced once, for every module that asks. */
export interface PricedChain {
  readonly chain: ChainColumns;
  readonly spot: number;
  readonly at: Instant;
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
  /** American: 1 where early exercise is in the Greeks. */
  readonly exercised: Uint8Array;
  /** The first row that is not priced yet. */
  row: number;
}

/** Quarter-delta volatilities are read off contracts between these deltas, whoever holds them. */
const QUOTED_DELTA_MIN = 0.02;
const QUOTED_DELTA_MAX = 0.65;

/**
 * A chain to be priced at `spot` (positive, finite) and `at`: everything but the Greeks. `boundaries`, where given, keep
 * what is solved for the chains that follow.
 */
export const beginPricing = (
  chain: ChainColumns,
  years: Float64Array,
  spot: number,
  at: Instant,
  terms: ChainTerms,
  boundaries: ChainBoundaries | null,
): PricedChain => {
  const rows = chain.rowCount;
  const expirySlot = new Uint16Array(rows);
  const logStrike = new Float64Array(rows);
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
  const kept = boundariesAt(boundaries, 'told', chain);
  return {
    chain,
    spot,
    at,
    terms,
    pricing: { rowCount: rows, isCall, strike, logStrike, volatility, expirySlot, years },
    sides: terms.style === 'american' ? createExerciseSides(years, terms.carry, kept) : null,
    years,
    expirySlot,
    index,
    logStrike,
    greeks: createChainGreeks(rows),
    feed: inspectGammas(chain, expirySlot, years),
    live,
    exercised: new Uint8Array(terms.style === 'american' ? rows : 0),
    row: 0,
  };
};

const isNeeded = ({ chain, greeks }: PricedChain, i: number): boolean => {
  if ((chain.openInterest[i] as number) > 0 || (chain.volume[i] as number) > 0) return true;
  const delta = Math.abs(greeks.delta[i] as number);
  return delta >= QUOTED_DELTA_MIN && delta <= QUOTED_DELTA_MAX;
};

const exercise = (priced: PricedChain, sides: ExerciseSides, i: number): void => {
  if (priced.exercised[i] === 1) return;
  exerciseRow(priced.pricing, priced.spot, priced.greeks, sides, i);
  priced.exercised[i] = 1;
};

/** Reckoned, for a contract's European figures and for looking at it at all. */
const ROW_NS = 60;
const LOOK_NS = 10;
/** Rows between two looks at what has been spent. */
const BLOCK = 64;

/** Rows from `from` on, a block at a time, until about `budgetNs` is spent; returns the next row and what was spent. */
const inBlocks = (
  rowCount: number,
  from: number,
  budgetNs: number,
  rowNs: number,
  work: (first: number, end: number) => void,
): { readonly row: number; readonly spentNs: number } => {
  const before = exerciseEffortNs();
  let row = from;
  let spentNs = 0;
  do {
    const end = Math.min(rowCount, row + BLOCK);
    work(row, end);
    row = end;
    spentNs = (row - from) * rowNs + exerciseEffortNs() - before;
  } while (row < rowCount && spentNs < budgetNs);
  return { row, spentNs };
};

/**
 * Goes on pricing for about so long, a block of rows at least; returns what it has cost by the same reckoning. American
 * options that nobody holds or trades, and whose delta no volatility is read off, keep European Greeks: they are in no
 * figure.
 */
export const continuePricing = (priced: PricedChain, budgetNs: number): number => {
  const { pricing, spot, terms, greeks, sides } = priced;
  const { row, spentNs } = inBlocks(pricing.rowCount, priced.row, budgetNs, ROW_NS, (first, end) => {
    chainGreeksByExpiry(pricing, spot, terms.carry, greeks, first, end);
    if (sides === null) return;
    for (let i = first; i < end; i++) if (isNeeded(priced, i)) exercise(priced, sides, i);
  });
  priced.row = row;
  return spentNs;
};

/** The rows that pricing left European, from `from` on in the same manner: for who compares contract by contract. */
export const exerciseRest = (
  priced: PricedChain,
  from: number,
  budgetNs: number,
): { readonly row: number; readonly spentNs: number } => {
  const { sides, pricing } = priced;
  if (sides === null) return { row: pricing.rowCount, spentNs: 0 };
  return inBlocks(pricing.rowCount, from, budgetNs, LOOK_NS, (first, end) => {
    for (let i = first; i < end; i++) exercise(priced, sides, i);
  });
};

/** All of it at once. */
export const priceChain = (
  chain: ChainColumns,
  years: Float64Array,
  spot: number,
  at: Instant,
  rates: Rates,
  terms: ChainTerms = flatTerms(rates, years.length),
  boundaries: ChainBoundaries | null = null,
): PricedChain => {
  const priced = beginPricing(chain, years, spot, at, terms, boundaries);
  continuePricing(priced, Infinity);
  return priced;
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
