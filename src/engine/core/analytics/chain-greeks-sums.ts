import type { ChainColumns } from '../market/chain.ts';
import { chainGreeks, createChainGreeks } from '../pricing/chain-greeks.ts';
import type { Instant, SessionDate } from '../types.ts';
import { type Rates, yearsPerSlot } from './exposure-sums.ts';
import { indexStrikes } from './strikes.ts';

const MULTIPLIER = 100;

/** Whose Greeks, and by what each contract counts. */
export type GreekSource = 'own' | 'vendor';
export type GreekWeight = 'openInterest' | 'volume';
export const GREEK_SOURCES: readonly GreekSource[] = ['own', 'vendor'];
export const GREEK_WEIGHTS: readonly GreekWeight[] = ['openInterest', 'volume'];

/**
 * Sums over groups of contracts (expiries, strikes, or all), for a holder long of every contract counted; puts keep
 * their negative delta. Group g is at index g. A group with `contracts` 0 has no sums, whatever the columns hold.
 */
export interface GreekColumns {
  /** Shares: Σ δ · w · 100. */
  readonly delta: Float64Array;
  /** Shares per 1.00 of the underlying: Σ γ · w · 100. */
  readonly gamma: Float64Array;
  /** Dollars per calendar day passing: Σ θ · w · 100. */
  readonly thetaPerDay: Float64Array;
  /** Dollars per volatility point: Σ vega · w · 100. */
  readonly vegaPerPoint: Float64Array;
  /** Contracts listed in the sums, the weight they carry, and the weight left out for want of a Greek. */
  readonly contracts: Float64Array;
  readonly weight: Float64Array;
  readonly missingWeight: Float64Array;
}

export type GreekTable = Readonly<Record<GreekSource, Readonly<Record<GreekWeight, GreekColumns>>>>;

/** Why a contract is in none of the sums, or not in those by the weight it lacks. */
export type GreekSumRejection =
  | 'expired'
  | 'unknown-expiry'
  | 'bad-strike'
  | 'crossed-quote'
  | 'open-interest-absent'
  | 'volume-absent'
  | 'own-greeks-absent'
  | 'vendor-greeks-absent'
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

const createColumns = (groups: number): GreekColumns => ({
  delta: new Float64Array(groups),
  gamma: new Float64Array(groups),
  thetaPerDay: new Float64Array(groups),
  vegaPerPoint: new Float64Array(groups),
  contracts: new Float64Array(groups),
  weight: new Float64Array(groups),
  missingWeight: new Float64Array(groups),
});
const createTable = (groups: number): GreekTable => ({
  own: { openInterest: createColumns(groups), volume: createColumns(groups) },
  vendor: { openInterest: createColumns(groups), volume: createColumns(groups) },
});

const add = (column: Float64Array, group: number, value: number): void => {
  column[group] = (column[group] as number) + value;
};

/** One contract's Greeks, wherever they come from. */
interface Row {
  delta: number;
  gamma: number;
  thetaPerDay: number;
  vegaPerPoint: number;
}

const addRow = (columns: GreekColumns, group: number, row: Row, weight: number, known: boolean): void => {
  // A contract that nobody holds adds nothing, whatever its Greeks.
  if (!known && weight > 0) {
    add(columns.missingWeight, group, weight);
    return;
  }
  add(columns.contracts, group, 1);
  if (weight === 0) return;
  const shares = weight * MULTIPLIER;
  add(columns.weight, group, weight);
  add(columns.delta, group, row.delta * shares);
  add(columns.gamma, group, row.gamma * shares);
  add(columns.thetaPerDay, group, row.thetaPerDay * shares);
  add(columns.vegaPerPoint, group, row.vegaPerPoint * shares);
};

const isKnown = (row: Row): boolean => Number.isFinite(row.delta + row.gamma + row.thetaPerDay + row.vegaPerPoint);

/** Expiries whose every gamma is zero: a vendor's dropout, not a fact. */
const deadExpiries = (chain: ChainColumns, slots: Uint16Array, years: Float64Array): Uint8Array => {
  const seen = new Uint8Array(chain.expiries.length);
  for (let i = 0; i < chain.rowCount; i++) {
    if (!((years[slots[i] as number] as number) > 0)) continue;
    const e = chain.expiryIndex[i] as number;
    if ((chain.gamma[i] as number) === 0) seen[e] = (seen[e] as number) | 1;
    else if ((chain.gamma[i] as number) > 0) seen[e] = (seen[e] as number) | 2;
  }
  return seen.map((bits) => (bits === 1 ? 1 : 0));
};

const refusalOf = (chain: ChainColumns, i: number, years: number, strikePlace: number): GreekSumRejection | null => {
  if (Number.isNaN(years)) return 'unknown-expiry';
  if (years <= 0) return 'expired';
  if (strikePlace < 0) return 'bad-strike';
  return (chain.bid[i] as number) > (chain.ask[i] as number) ? 'crossed-quote' : null;
};

const ownGreeks = (chain: ChainColumns, slots: Uint16Array, years: Float64Array, spot: number, rates: Rates) => {
  const greeks = createChainGreeks(chain.rowCount);
  const { rowCount, isCall, strike, impliedVolatility: volatility } = chain;
  const logStrike = strike.map(Math.log);
  const { rate, dividendYield } = rates;
  chainGreeks(
    { rowCount, isCall, strike, logStrike, volatility, expirySlot: slots, years },
    spot,
    rate,
    dividendYield,
    greeks,
  );
  return greeks;
};

/**
 * Greeks of a chain added up by expiry, by strike and in all, by open interest and by the day's volume, from our own
 * Greeks (European, at the vendor's implied volatility) and from the vendor's columns as sent. Without a positive spot
 * there are no Greeks of our own.
 */
export const sumChainGreeks = (chain: ChainColumns, spot: number, at: Instant, rates: Rates): ChainGreekSums => {
  const years = yearsPerSlot(chain, at);
  const slots = Uint16Array.from(chain.expiryIndex, (e, i) => 2 * e + (chain.settlesAm[i] === 1 ? 1 : 0));
  const index = indexStrikes(chain.strike, chain.rowCount);
  const greeks = ownGreeks(chain, slots, years, spot, rates);
  const dead = deadExpiries(chain, slots, years);
  const rejected: Partial<Record<GreekSumRejection, number>> = {};
  const refuse = (reason: GreekSumRejection): void => {
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  };
  const sums = {
    byExpiry: createTable(chain.expiries.length),
    byStrike: createTable(index.strikes.length),
    total: createTable(1),
  };
  const row: Row = { delta: 0, gamma: 0, thetaPerDay: 0, vegaPerPoint: 0 };
  let live = 0;
  for (let i = 0; i < chain.rowCount; i++) {
    const expiry = chain.expiryIndex[i] as number;
    const strike = index.ofRow[i] as number;
    const refusal = refusalOf(chain, i, years[slots[i] as number] as number, strike);
    if (refusal !== null) {
      refuse(refusal);
      continue;
    }
    live++;
    for (const weightName of GREEK_WEIGHTS)
      if (!weighs(chain[weightName][i])) refuse(weightName === 'volume' ? 'volume-absent' : 'open-interest-absent');
    for (const source of GREEK_SOURCES) {
      const from = source === 'own' ? greeks : chain;
      row.delta = from.delta[i] as number;
      row.gamma = from.gamma[i] as number;
      row.thetaPerDay = from.thetaPerDay[i] as number;
      row.vegaPerPoint = from.vegaPerPoint[i] as number;
      const dropped = source === 'vendor' && dead[expiry] === 1;
      const known = isKnown(row) && !dropped;
      if (!known) refuse(dropped ? 'vendor-expiry-gamma-zero' : `${source}-greeks-absent`);
      for (const weightName of GREEK_WEIGHTS) {
        const weight = chain[weightName][i] as number;
        if (!weighs(weight)) continue;
        addRow(sums.byExpiry[source][weightName], expiry, row, weight, known);
        addRow(sums.byStrike[source][weightName], strike, row, weight, known);
        addRow(sums.total[source][weightName], 0, row, weight, known);
      }
    }
  }
  return {
    at,
    chainAt: chain.receivedAt,
    spot,
    expiries: chain.expiries,
    strikes: index.strikes,
    live,
    rejected,
    ...sums,
  };
};

const weighs = (weight: number | undefined): boolean => weight !== undefined && weight >= 0 && weight < Infinity;
