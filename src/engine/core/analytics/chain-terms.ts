import type { ChainColumns } from '../market/chain.ts';
import type { BoundaryBanks } from '../pricing/american-bank.ts';
import { type Dividends, dividendYieldUntil } from '../pricing/dividends.ts';
import { type ExerciseStyle, exerciseStyleOf } from '../pricing/exercise.ts';
import type { KeptBoundaries } from '../pricing/exercise-sides.ts';
import { flatRate } from '../pricing/rates.ts';
import type { Instant } from '../types.ts';
import { applyForwards, type ExpiryCarry, takeForwards, UNHELD } from './forward-carry.ts';
import {
  areForwardsTold,
  beginForwards,
  continueForwards,
  type ForwardsWork,
  tellForwards,
} from './implied-forwards.ts';

/** Continuously compounded decimals per year. */
export interface Rates {
  readonly rate: number;
  readonly dividendYield: number;
  /** Expected dividends by underlying, where known: they take the yield's place. */
  readonly dividends?: Readonly<Record<string, Dividends>>;
}

/** By what a chain is priced. */
export interface ChainTerms {
  readonly style: ExerciseStyle;
  /** Of the chain that told it. */
  readonly chainAt: Instant | null;
  readonly contracts: number;
  readonly carry: ExpiryCarry;
  /** ln of the spot that the chain's forwards point to over the spot used; 0 when nothing tells them apart. */
  readonly spotShift: number;
  /** Where the dividends given came from. */
  readonly dividendsFrom: string;
}

const FLAT = 'a yield of the settings';

const givenCarry = (chain: ChainColumns, years: Float64Array, spot: number, at: Instant, rates: Rates): ExpiryCarry => {
  const dividends = rates.dividends?.[chain.underlying];
  const inputs = dividends && { rates: flatRate(rates.rate, 'given', at), dividends };
  return {
    rate: years.map(() => rates.rate),
    dividendYield: years.map((t) => (inputs ? dividendYieldUntil(spot, at, t, inputs) : rates.dividendYield)),
    basis: new Uint8Array(years.length),
    confidence: new Float64Array(years.length).fill(1),
    pairs: new Uint16Array(years.length),
  };
};

/** European options at one rate and one yield. */
export const flatTerms = (rates: Rates, slots: number): ChainTerms => ({
  style: 'european',
  chainAt: null,
  contracts: 0,
  carry: {
    rate: new Float64Array(slots).fill(rates.rate),
    dividendYield: new Float64Array(slots).fill(rates.dividendYield),
    basis: new Uint8Array(slots),
    confidence: new Float64Array(slots).fill(1),
    pairs: new Uint16Array(slots),
  },
  spotShift: 0,
  dividendsFrom: FLAT,
});

/** A second look is worth it where the first moved a yield by more than this: early exercise then weighs differently. */
const SETTLED = 0.002;

/** What is kept of an underlying's exercise boundaries: at the carry given, and at what its chains told. */
export interface ChainBoundaries {
  readonly given: BoundaryBanks;
  readonly told: BoundaryBanks;
}
export const createChainBoundaries = (): ChainBoundaries => ({ given: new Map(), told: new Map() });

/** For one chain; null keeps nothing. */
export const boundariesAt = (
  boundaries: ChainBoundaries | null,
  which: keyof ChainBoundaries,
  { expiries }: ChainColumns,
): KeptBoundaries | null => boundaries && { banks: boundaries[which], expiries };

/** Terms being worked out. Plain data. */
export interface TermsWork {
  readonly at: Instant;
  readonly spot: number;
  readonly given: ExpiryCarry;
  readonly style: ExerciseStyle;
  /** At the carry given, then at the one that told. */
  forwards: ForwardsWork;
  isSecondLook: boolean;
}

export const beginTerms = (
  chain: ChainColumns,
  years: Float64Array,
  spot: number,
  at: Instant,
  rates: Rates,
  boundaries: ChainBoundaries | null,
): TermsWork => {
  const style = exerciseStyleOf(chain.underlying);
  const given = givenCarry(chain, years, spot, at, rates);
  const kept = boundariesAt(boundaries, 'given', chain);
  const forwards = beginForwards(chain, years, spot, given, style, kept);
  return { at, spot, given, style, forwards, isSecondLook: false };
};

/** Once the forwards are there: a second look at them, or the terms. */
const tellTerms = (work: TermsWork, rates: Rates, boundaries: ChainBoundaries | null): ChainTerms | null => {
  const { given, spot, style } = work;
  const { chain, years } = work.forwards;
  const forwards = tellForwards(work.forwards);
  const fitted = UNHELD.has(chain.underlying)
    ? { carry: takeForwards(given, forwards, years, spot), spotShift: 0 }
    : applyForwards(given, forwards, years, spot);
  const { carry } = fitted;
  const hasMoved = carry.dividendYield.some((q, slot) => Math.abs(q - (given.dividendYield[slot] as number)) > SETTLED);
  if (style === 'american' && hasMoved && !work.isSecondLook) {
    work.forwards = beginForwards(chain, years, spot, carry, style, boundariesAt(boundaries, 'told', chain));
    work.isSecondLook = true;
    return null;
  }
  return {
    style,
    chainAt: chain.receivedAt,
    contracts: chain.rowCount,
    ...fitted,
    dividendsFrom: rates.dividends?.[chain.underlying]?.source ?? FLAT,
  };
};

/** Reckoned nanoseconds a contract, for finding the pairs. */
const PAIRS_NS = 50;

/** Goes on for about so long; returns what it has cost by the same reckoning, and the terms once they are told. */
export const continueTerms = (
  work: TermsWork,
  rates: Rates,
  boundaries: ChainBoundaries | null,
  budgetNs: number,
): { readonly terms: ChainTerms | null; readonly spentNs: number } => {
  let spentNs = 0;
  do {
    spentNs += continueForwards(work.forwards, budgetNs - spentNs);
    if (!areForwardsTold(work.forwards)) break;
    const terms = tellTerms(work, rates, boundaries);
    if (terms !== null) return { terms, spentNs };
    spentNs += PAIRS_NS * work.forwards.chain.rowCount;
  } while (spentNs < budgetNs);
  return { terms: null, spentNs };
};

/**
 * By the chain's own calls and puts where they tell the forward, else by the rate and dividends given. `at` is the
 * instant that `years` count from, `spot` the underlying's price then. A spot of another moment than the quotes moves all
 * forwards alike: what the near expiries' forwards start from is told apart from the carry and left out of it.
 */
export const chainTerms = (
  chain: ChainColumns,
  years: Float64Array,
  spot: number,
  at: Instant,
  rates: Rates,
): ChainTerms => {
  const { terms } = continueTerms(beginTerms(chain, years, spot, at, rates, null), rates, null, Infinity);
  if (terms === null) throw new Error('chain terms: not told with all the time there is');
  return terms;
};
