import type { ChainColumns } from '../market/chain.ts';
import type { Instant } from '../types.ts';
import type { Figure } from '../view.ts';
import type { ChainTerms } from './chain-terms.ts';
import { absent, absentLevels, figureOf, type Levels, levelsOf } from './exposure-levels.ts';
import { type ExposureRejection, type PricedChain, priceChain, type Rates, yearsPerSlot } from './exposure-sums.ts';
import {
  atStrike,
  BUCKETS,
  CHARM,
  DELTA,
  GAMMA,
  type Measure,
  type Tallies,
  type Tally,
  tallyChain,
  totalOf,
  VANNA,
  VENDOR_GAMMA,
} from './exposure-tally.ts';
import { gammaFlip } from './gamma-flip.ts';
import { gaussiansOf } from './gaussians.ts';

/** Dollar sums over the contracts with our own Greeks. Natural: as signed by the Greek; dealer: calls +, puts −. */
export interface OwnTotals {
  /** Dollars of delta: Σ delta · OI · 100 · S. */
  readonly deltaNatural: number;
  readonly deltaDealer: number;
  /** Dollars of delta per volatility point: Σ vanna · OI · 100 · S · 0.01. */
  readonly vannaNaturalPerPoint: number;
  readonly vannaDealerPerPoint: number;
  /** Dollars of delta per calendar day passing: Σ charm · OI · 100 · S. */
  readonly charmNaturalPerDay: number;
  readonly charmDealerPerDay: number;
}

/**
 * Dealer exposure, modelled: the naive dealer is long every call and short every put (calls +, puts −). Gamma exposure
 * is in dollars of delta per 1 % move, sign · γ · OI · 100 · S² · 0.01. Basis: open interest. Absent is never zero.
 * Sources: SqueezeMetrics, "Gamma Exposure" (2017); SpotGamma's glossary for the walls.
 */
export interface Exposure {
  readonly at: Instant;
  readonly chainAt: Instant;
  readonly basis: 'open-interest';
  readonly spot: number;
  /** Contracts in the figures from the vendor's gamma, and in those from our own. */
  readonly contracts: number;
  readonly contractsOwn: number;
  readonly rejected: Readonly<Partial<Record<ExposureRejection, number>>>;
  /** Ascending; the columns below go with it. Empty when everything is absent. */
  readonly strikes: Float64Array;
  /** From the vendor's gamma column as sent. Puts negative. */
  readonly callGex: Float64Array;
  readonly putGex: Float64Array;
  /** From our gamma at the vendor's implied volatility. Puts negative. */
  readonly callGexOwn: Float64Array;
  readonly putGexOwn: Float64Array;
  /** Dealer convention, own Greeks, calls and puts added; units as in `OwnTotals`. */
  readonly deltaDealer: Float64Array;
  readonly vannaDealerPerPoint: Float64Array;
  readonly charmDealerPerDay: Float64Array;
  /** Null when no contract has our own Greeks. */
  readonly own: OwnTotals | null;
  readonly gex: Figure;
  readonly gexOwn: Figure;
  /** Spot nearest to ours at which our own total gamma changes sign, volatilities and time held. */
  readonly gammaFlip: Figure;
  /** Strike of the largest call gamma exposure, and of the most negative put's. From the vendor's gamma. */
  readonly callWall: Figure;
  readonly putWall: Figure;
  /** Strike with the most gamma exposure, calls and puts not netted. From the vendor's gamma. */
  readonly absoluteGammaStrike: Figure;
  readonly callWallOwn: Figure;
  readonly putWallOwn: Figure;
  readonly absoluteGammaStrikeOwn: Figure;
}

const MULTIPLIER = 100;
/** Dollars of delta per share of delta. */
export const perDollarOf = (spot: number): number => MULTIPLIER * spot;
/** Dollars of delta per 1 % move, of a share's gamma. */
export const perPercentOf = (spot: number): number => MULTIPLIER * spot * spot * 0.01;

const NONE = (): Float64Array => new Float64Array(0);

/** Everything absent, for one reason. What was refused is still told. */
const nothing = (
  chain: ChainColumns,
  spot: number,
  at: Instant,
  reason: string,
  rejected: Exposure['rejected'],
): Exposure => {
  const figure = absent(reason);
  return {
    at,
    chainAt: chain.receivedAt,
    basis: 'open-interest',
    spot,
    contracts: 0,
    contractsOwn: 0,
    rejected,
    strikes: NONE(),
    callGex: NONE(),
    putGex: NONE(),
    callGexOwn: NONE(),
    putGexOwn: NONE(),
    deltaDealer: NONE(),
    vannaDealerPerPoint: NONE(),
    charmDealerPerDay: NONE(),
    own: null,
    gex: figure,
    gexOwn: figure,
    gammaFlip: figure,
    callWall: figure,
    putWall: figure,
    absoluteGammaStrike: figure,
    callWallOwn: figure,
    putWallOwn: figure,
    absoluteGammaStrikeOwn: figure,
  };
};

/** Why no contract at all went into a figure that needs `missing`. */
const reasonOf = (rejected: Exposure['rejected'], missing: ExposureRejection): string =>
  (rejected[missing] ?? 0) > 0 ? missing : 'no-usable-contract';

/** Every strike's calls, puts or both, over all expiries. */
const columnOf = (tally: Tally, of: (j: number) => number): Float64Array => {
  const column = new Float64Array(tally.strikes);
  for (let j = 0; j < column.length; j++) column[j] = of(j);
  return column;
};
const sideOf = (tally: Tally, put: 0 | 1, measure: Measure, scale: number): Float64Array =>
  columnOf(tally, (j) => scale * atStrike(tally, BUCKETS, j, put, measure) || 0);
const dealerOf = (tally: Tally, measure: Measure, scale: number): Float64Array =>
  columnOf(
    tally,
    (j) => scale * (atStrike(tally, BUCKETS, j, 0, measure) - atStrike(tally, BUCKETS, j, 1, measure)) || 0,
  );

const ownTotals = (tally: Tally, spot: number): OwnTotals | null => {
  const perDollar = perDollarOf(spot);
  const natural = (measure: Measure): number => perDollar * (totalOf(tally, 0, measure) + totalOf(tally, 1, measure));
  const dealer = (measure: Measure): number => perDollar * (totalOf(tally, 0, measure) - totalOf(tally, 1, measure));
  const totals: OwnTotals = {
    deltaNatural: natural(DELTA),
    deltaDealer: dealer(DELTA),
    vannaNaturalPerPoint: natural(VANNA),
    vannaDealerPerPoint: dealer(VANNA),
    charmNaturalPerDay: natural(CHARM),
    charmDealerPerDay: dealer(CHARM),
  };
  return Object.values(totals).every(Number.isFinite) ? totals : null;
};

/** Why a whole chain says nothing; null when it does. */
export const chainRefusal = (priced: PricedChain, tallies: Tallies): string | null => {
  const { feed, live } = priced;
  if (live === 0) return 'no-live-contract';
  if (feed.sent > 0 && feed.nonZero === 0) return 'all-gamma-zero';
  const { known, bySlot } = tallies.openInterest;
  return known.some((contracts) => contracts > 0) && bySlot.every((sum) => sum === 0) ? 'all-open-interest-zero' : null;
};

/**
 * Exposure of a whole chain at `spot` and `at`; contracts past their own settlement instant are left out. Figures are
 * as of the chain's arrival. European, one rate and yield. A chain whose every gamma is zero is a feed dropout: `all-gamma-zero`, nothing else told.
 */
export const computeExposure = (chain: ChainColumns, spot: number, at: Instant, rates: Rates): Exposure =>
  exposureGiven(chain, yearsPerSlot(chain, at), spot, at, rates);

/** The same with the years to expiry given per slot, slot = 2 · expiryIndex + settlesAm; European and flat unless `terms` say otherwise. */
export const exposureGiven = (
  chain: ChainColumns,
  years: Float64Array,
  spot: number,
  at: Instant,
  rates: Rates,
  terms?: ChainTerms,
): Exposure => {
  if (!isSpot(spot)) return nothing(chain, spot, at, 'no-spot', {});
  const priced = priceChain(chain, years, spot, at, rates, terms);
  const together = new Uint8Array(years.length).fill(BUCKETS - 1);
  const tallies = tallyChain(priced, together);
  return exposureOf(priced, tallies, at, () => gammaFlip(priced, gaussiansOf(priced, tallies.refused, together)));
};

export const isSpot = (spot: number): boolean => spot > 0 && spot < Infinity;

const sum = (column: Iterable<number>): number => {
  let total = 0;
  for (const value of column) total += value;
  return total;
};

/** From a chain priced and tallied; `flip` is asked only when there is one to be had. */
export const exposureOf = (priced: PricedChain, tallies: Tallies, at: Instant, flip: () => number | null): Exposure => {
  const { chain, spot } = priced;
  const { 'volume-absent': _, ...rejected } = tallies.rejected;
  const refusal = chainRefusal(priced, tallies);
  if (refusal !== null) return nothing(chain, spot, at, refusal, rejected);
  const tally = tallies.openInterest;
  const asOf = chain.receivedAt;
  const contracts = sum(tally.vendor);
  const contractsOwn = sum(tally.own);
  const perDollar = perDollarOf(spot);
  const perPercent = perPercentOf(spot);
  const { strikes } = priced.index;
  const callGex = sideOf(tally, 0, VENDOR_GAMMA, perPercent);
  const putGex = sideOf(tally, 1, VENDOR_GAMMA, -perPercent);
  const callGexOwn = sideOf(tally, 0, GAMMA, perPercent);
  const putGexOwn = sideOf(tally, 1, GAMMA, -perPercent);
  const noVendor = contracts === 0 ? reasonOf(rejected, 'gamma-absent') : null;
  const noOwn = contractsOwn === 0 ? reasonOf(rejected, 'implied-volatility-absent') : null;
  const vendor: Levels = noVendor === null ? levelsOf(strikes, callGex, putGex, asOf) : absentLevels(noVendor);
  const own: Levels = noOwn === null ? levelsOf(strikes, callGexOwn, putGexOwn, asOf) : absentLevels(noOwn);
  return {
    at,
    chainAt: chain.receivedAt,
    basis: 'open-interest',
    spot,
    contracts,
    contractsOwn,
    rejected,
    strikes,
    callGex,
    putGex,
    callGexOwn,
    putGexOwn,
    deltaDealer: dealerOf(tally, DELTA, perDollar),
    vannaDealerPerPoint: dealerOf(tally, VANNA, perDollar),
    charmDealerPerDay: dealerOf(tally, CHARM, perDollar),
    own: noOwn === null ? ownTotals(tally, spot) : null,
    gex: noVendor === null ? figureOf(sum(callGex) + sum(putGex), asOf) : absent(noVendor),
    gexOwn: noOwn === null ? figureOf(sum(callGexOwn) + sum(putGexOwn), asOf) : absent(noOwn),
    gammaFlip: noOwn === null ? flipFigure(flip(), asOf) : absent(noOwn),
    callWall: vendor.callWall,
    putWall: vendor.putWall,
    absoluteGammaStrike: vendor.absolute,
    callWallOwn: own.callWall,
    putWallOwn: own.putWall,
    absoluteGammaStrikeOwn: own.absolute,
  };
};

const flipFigure = (flip: number | null, asOf: Instant): Figure =>
  flip === null ? absent('no-sign-change') : figureOf(flip, asOf);
