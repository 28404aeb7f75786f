import type { ChainColumns } from '../market/chain.ts';
import type { Instant } from '../types.ts';
import type { Figure } from '../view.ts';
import { absent, absentLevels, figureOf, type Levels, levelsOf } from './exposure-levels.ts';
import { type ExposureRejection, type ExposureSums, type Rates, sumExposure, yearsPerSlot } from './exposure-sums.ts';
import { gammaFlip } from './gamma-flip.ts';

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

const add = (a: number, b: number): number => a + b;
const total = (column: Float64Array): number => column.reduce(add, 0);

const NONE = (): Float64Array => new Float64Array(0);

/** Everything absent, for one reason. What was refused is still told. */
const nothing = (
  chain: ChainColumns,
  spot: number,
  at: Instant,
  reason: string,
  sums: ExposureSums | null,
): Exposure => {
  const figure = absent(reason);
  return {
    at,
    chainAt: chain.receivedAt,
    basis: 'open-interest',
    spot,
    contracts: 0,
    contractsOwn: 0,
    rejected: sums?.rejected ?? {},
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
const reasonOf = (sums: ExposureSums, missing: ExposureRejection): string =>
  (sums.rejected[missing] ?? 0) > 0 ? missing : 'no-usable-contract';

const ownTotals = (sums: ExposureSums): OwnTotals | null => {
  const totals: OwnTotals = {
    deltaNatural: sums.deltaNatural,
    deltaDealer: total(sums.deltaDealer),
    vannaNaturalPerPoint: sums.vannaNaturalPerPoint,
    vannaDealerPerPoint: total(sums.vannaDealerPerPoint),
    charmNaturalPerDay: sums.charmNaturalPerDay,
    charmDealerPerDay: total(sums.charmDealerPerDay),
  };
  return Object.values(totals).every(Number.isFinite) ? totals : null;
};

const flipOf = (sums: ExposureSums, spot: number, asOf: Instant): Figure => {
  const flip = gammaFlip(sums.gammaBySpot, spot);
  return flip === null ? absent('no-sign-change') : figureOf(flip, asOf);
};

/**
 * Exposure of a whole chain at `spot` and `at`; contracts past their own settlement instant are left out. Figures are
 * as of the chain's arrival. A chain whose every gamma is zero is a feed dropout: `all-gamma-zero`, nothing else told.
 */
export const computeExposure = (chain: ChainColumns, spot: number, at: Instant, rates: Rates): Exposure =>
  exposureGiven(chain, yearsPerSlot(chain, at), spot, at, rates);

/** The same with the years to expiry given per slot, slot = 2 · expiryIndex + settlesAm. */
export const exposureGiven = (
  chain: ChainColumns,
  years: Float64Array,
  spot: number,
  at: Instant,
  rates: Rates,
): Exposure => {
  if (!(spot > 0 && spot < Infinity)) return nothing(chain, spot, at, 'no-spot', null);
  const sums = sumExposure(chain, years, spot, rates);
  if (sums.live === 0) return nothing(chain, spot, at, 'no-live-contract', sums);
  if (sums.gammasSent > 0 && sums.gammasNonZero === 0) return nothing(chain, spot, at, 'all-gamma-zero', sums);
  if (sums.contracts + sums.contractsOwn > 0 && sums.openInterest === 0)
    return nothing(chain, spot, at, 'all-open-interest-zero', sums);
  const asOf = chain.receivedAt;
  const { strikes, callGex, putGex, callGexOwn, putGexOwn } = sums;
  const noVendor = sums.contracts === 0 ? reasonOf(sums, 'gamma-absent') : null;
  const noOwn = sums.contractsOwn === 0 ? reasonOf(sums, 'implied-volatility-absent') : null;
  const vendor: Levels = noVendor === null ? levelsOf(strikes, callGex, putGex, asOf) : absentLevels(noVendor);
  const own: Levels = noOwn === null ? levelsOf(strikes, callGexOwn, putGexOwn, asOf) : absentLevels(noOwn);
  return {
    at,
    chainAt: chain.receivedAt,
    basis: 'open-interest',
    spot,
    contracts: sums.contracts,
    contractsOwn: sums.contractsOwn,
    rejected: sums.rejected,
    strikes,
    callGex,
    putGex,
    callGexOwn,
    putGexOwn,
    deltaDealer: sums.deltaDealer,
    vannaDealerPerPoint: sums.vannaDealerPerPoint,
    charmDealerPerDay: sums.charmDealerPerDay,
    own: noOwn === null ? ownTotals(sums) : null,
    gex: noVendor === null ? figureOf(total(callGex) + total(putGex), asOf) : absent(noVendor),
    gexOwn: noOwn === null ? figureOf(total(callGexOwn) + total(putGexOwn), asOf) : absent(noOwn),
    gammaFlip: noOwn === null ? flipOf(sums, spot, asOf) : absent(noOwn),
    callWall: vendor.callWall,
    putWall: vendor.putWall,
    absoluteGammaStrike: vendor.absolute,
    callWallOwn: own.callWall,
    putWallOwn: own.putWall,
    absoluteGammaStrikeOwn: own.absolute,
  };
};
