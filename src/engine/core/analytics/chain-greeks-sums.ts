import type { ChainColumns } from '../market/chain.ts';
import type { ChainGreeks } from '../pricing/chain-greeks.ts';
import type { Instant, SessionDate } from '../types.ts';
import type { Rates } from './chain-terms.ts';
import { type PricedChain, priceChain, yearsPerSlot } from './exposure-sums.ts';

const MULTIPLIER = 100;

/** Whose Greeks, and by what each contract counts. */
export type GreekSource = 'own' | 'vendor';
export type GreekWeight = 'openInterest' | 'volume';
export type GreekName = 'delta' | 'gamma' | 'thetaPerDay' | 'vegaPerPoint';
export const GREEK_SOURCES: readonly GreekSource[] = ['own', 'vendor'];
export const GREEK_WEIGHTS: readonly GreekWeight[] = ['openInterest', 'volume'];
const GREEK_NAMES: readonly GreekName[] = ['delta', 'gamma', 'thetaPerDay', 'vegaPerPoint'];

/** One Greek added up over groups of contracts (expiries, strikes, or all): group g at index g. */
export interface GreekSum {
  /** Σ greek · w · 100. Means nothing in a group without `contracts`. */
  readonly sum: Float64Array;
  readonly contracts: Float64Array;
  /** Open interest or volume, in contracts, in the sum and left out of it for want of the Greek. */
  readonly weight: Float64Array;
  readonly missingWeight: Float64Array;
}

/**
 * For a holder long of every contract counted; puts keep their negative delta. Delta in shares, gamma in shares per
 * 1.00 of the underlying, theta in dollars per calendar day passing, vega in dollars per volatility point.
 */
export type GreekColumns = Readonly<Record<GreekName, GreekSum>>;
export type GreekTable = Readonly<Record<GreekSource, Readonly<Record<GreekWeight, GreekColumns>>>>;

/** Why a contract is in none of the sums, not in those by the weight it lacks, or not in those of the Greek it lacks. */
export type GreekSumRejection =
  | 'expired'
  | 'unknown-expiry'
  | 'bad-strike'
  | 'crossed-quote'
  | 'open-interest-absent'
  | 'volume-absent'
  | 'own-greeks-incomplete'
  | 'vendor-greeks-incomplete'
  | 'vendor-expiry-gamma-zero';

export interface ChainGreekSums {
  readonly at: Instant;
  readonly chainAt: Instant;
  readonly spot: number;
  readonly expiries: readonly SessionDate[];
  /** Ascending. */
  readonly strikes: Float64Array;
  readonly live: number;
  readonly rejected: Readonly<Partial<Record<GreekSumRejection, number>>>;
  readonly byExpiry: GreekTable;
  readonly byStrike: GreekTable;
  /** One group: the whole chain. */
  readonly total: GreekTable;
}

const createSum = (groups: number): GreekSum => ({
  sum: new Float64Array(groups),
  contracts: new Float64Array(groups),
  weight: new Float64Array(groups),
  missingWeight: new Float64Array(groups),
});
const createColumns = (groups: number): GreekColumns => ({
  delta: createSum(groups),
  gamma: createSum(groups),
  thetaPerDay: createSum(groups),
  vegaPerPoint: createSum(groups),
});
const createTable = (groups: number): GreekTable => ({
  own: { openInterest: createColumns(groups), volume: createColumns(groups) },
  vendor: { openInterest: createColumns(groups), volume: createColumns(groups) },
});

const add = (column: Float64Array, group: number, value: number): void => {
  column[group] = (column[group] as number) + value;
};
const weighs = (weight: number): boolean => weight >= 0 && weight < Infinity;

/** Adds one column of Greeks: rows with `usable` 0 are in nothing, rows with `told` 0 have no Greek. */
const sumColumn = (
  out: GreekSum,
  greek: Float64Array,
  weights: Float64Array,
  groupOf: Int32Array,
  usable: Uint8Array,
  told: Uint8Array,
): void => {
  for (let i = 0; i < groupOf.length; i++) {
    const weight = weights[i] as number;
    if (usable[i] === 0 || !weighs(weight)) continue;
    const group = groupOf[i] as number;
    const value = greek[i] as number;
    const known = told[i] === 1 && value > -Infinity && value < Infinity;
    if (weight === 0) {
      // A contract that nobody holds adds nothing, whatever its Greeks.
      add(out.contracts, group, 1);
    } else if (known) {
      add(out.contracts, group, 1);
      add(out.weight, group, weight);
      add(out.sum, group, value * weight * MULTIPLIER);
    } else add(out.missingWeight, group, weight);
  }
};

/** Expiries whose every gamma is zero: a vendor's dropout, not a fact. */
const deadExpiries = (chain: ChainColumns, usable: Uint8Array): Uint8Array => {
  const seen = new Uint8Array(chain.expiries.length);
  for (let i = 0; i < chain.rowCount; i++) {
    if (usable[i] === 0) continue;
    const e = chain.expiryIndex[i] as number;
    const gamma = chain.gamma[i] as number;
    if (gamma === 0) seen[e] = (seen[e] as number) | 1;
    else if (gamma > 0) seen[e] = (seen[e] as number) | 2;
  }
  return seen.map((bits) => (bits === 1 ? 1 : 0));
};

const refusalOf = (chain: ChainColumns, i: number, years: number, strikePlace: number): GreekSumRejection | null => {
  if (Number.isNaN(years)) return 'unknown-expiry';
  if (years <= 0) return 'expired';
  if (strikePlace < 0) return 'bad-strike';
  return (chain.bid[i] as number) > (chain.ask[i] as number) ? 'crossed-quote' : null;
};

interface Rows {
  readonly usable: Uint8Array;
  readonly expiryOf: Int32Array;
  readonly strikeOf: Int32Array;
  /** Per source: 1 where the row may have Greeks at all. */
  readonly told: Readonly<Record<GreekSource, Uint8Array>>;
  readonly greeks: Readonly<Record<GreekSource, Readonly<Record<GreekName, Float64Array>>>>;
  readonly rejected: Partial<Record<GreekSumRejection, number>>;
  readonly live: number;
}

/** Which rows are in, and what is told of those that are not. */
const inspect = (
  chain: ChainColumns,
  own: ChainGreeks,
  years: Float64Array,
  slots: Uint16Array,
  strikeOf: Int32Array,
): Rows => {
  const rows = chain.rowCount;
  const rejected: Partial<Record<GreekSumRejection, number>> = {};
  const refuse = (reason: GreekSumRejection): void => {
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  };
  const usable = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    const refusal = refusalOf(chain, i, years[slots[i] as number] as number, strikeOf[i] as number);
    if (refusal === null) usable[i] = 1;
    else refuse(refusal);
  }
  const dead = deadExpiries(chain, usable);
  const told = { own: new Uint8Array(rows).fill(1), vendor: new Uint8Array(rows).fill(1) };
  let live = 0;
  for (let i = 0; i < rows; i++) {
    if (usable[i] === 0) continue;
    live++;
    if (!weighs(chain.openInterest[i] as number)) refuse('open-interest-absent');
    if (!weighs(chain.volume[i] as number)) refuse('volume-absent');
    if (!Number.isFinite(own.gamma[i] as number)) refuse('own-greeks-incomplete');
    if (dead[chain.expiryIndex[i] as number] === 1) {
      told.vendor[i] = 0;
      refuse('vendor-expiry-gamma-zero');
    } else if (
      !Number.isFinite(
        (chain.delta[i] as number) +
          (chain.gamma[i] as number) +
          (chain.thetaPerDay[i] as number) +
          (chain.vegaPerPoint[i] as number),
      )
    )
      refuse('vendor-greeks-incomplete');
  }
  const expiryOf = new Int32Array(chain.expiryIndex.subarray(0, rows));
  return { usable, expiryOf, strikeOf, told, greeks: { own, vendor: chain }, rejected, live };
};

/** The groups of a sum added up into one. */
const collapse = (from: GreekSum, to: GreekSum): void => {
  for (const name of ['sum', 'contracts', 'weight', 'missingWeight'] as const)
    to[name][0] = from[name].reduce((total, each) => total + each, 0);
};

/**
 * Greeks of a chain added up by expiry, by strike and in all, by open interest and by the day's volume, from our own
 * Greeks (at the vendor's implied volatility; European and flat unless the chain is `given` priced) and from the vendor's columns
 * as sent. Without a positive spot there are no Greeks of our own.
 */
export const sumChainGreeks = (
  chain: ChainColumns,
  spot: number,
  at: Instant,
  rates: Rates,
  given?: PricedChain,
): ChainGreekSums => {
  const priced = given ?? priceChain(chain, yearsPerSlot(chain, at), spot, at, rates);
  const { years, expirySlot, index } = priced;
  const rows = inspect(chain, priced.greeks, years, expirySlot, index.ofRow);
  const byExpiry = createTable(chain.expiries.length);
  const byStrike = createTable(index.strikes.length);
  const total = createTable(1);
  for (const source of GREEK_SOURCES)
    for (const weight of GREEK_WEIGHTS)
      for (const name of GREEK_NAMES) {
        const greek = rows.greeks[source][name];
        const told = rows.told[source];
        sumColumn(byExpiry[source][weight][name], greek, chain[weight], rows.expiryOf, rows.usable, told);
        sumColumn(byStrike[source][weight][name], greek, chain[weight], rows.strikeOf, rows.usable, told);
        collapse(byExpiry[source][weight][name], total[source][weight][name]);
      }
  const { live, rejected } = rows;
  const { expiries, receivedAt: chainAt } = chain;
  return { at, chainAt, spot, expiries, strikes: index.strikes, live, rejected, byExpiry, byStrike, total };
};
