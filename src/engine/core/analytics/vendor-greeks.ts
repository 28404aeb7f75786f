import type { ChainColumns } from '../market/chain.ts';
import { americanChainGreeks } from '../pricing/american-chain.ts';
import { type ChainCarry, type ChainGreeks, chainGreeksByExpiry, createChainGreeks } from '../pricing/chain-greeks.ts';
import type { ExerciseStyle } from '../pricing/exercise.ts';
import { checkVendorGreeks, VENDOR_GREEKS, type VendorCheck, type VendorGreek } from '../pricing/vendor-check.ts';
import type { Instant } from '../types.ts';
import { type ChainTerms, flatTerms, type Rates } from './chain-terms.ts';
import { yearsPerSlot } from './exposure-sums.ts';
import { absent, type Measured, type ModuleInfo, measured } from './measured.ts';

/** American Greeks of a whole chain take tens of milliseconds: not with every chain. */
const CHECK_EVERY_MS = 60_000;

export const VENDOR_GREEKS_MODULE: ModuleInfo = {
  name: 'vendor-greeks-check',
  level: 1,
  cadence: 'new-chain',
  warmUp: 'one chain with a spot; checked at most once a minute',
  ageMsMax: 300_000,
};

/** A check under way: which contracts are still to be priced, and what by. */
interface VendorWork {
  readonly chain: ChainColumns;
  readonly spot: number;
  readonly years: Float64Array;
  readonly carry: ChainCarry;
  readonly own: ChainGreeks;
  /** The first contract that is not priced yet. */
  row: number;
}

/** The last chain whose vendor's Greeks were held against ours, contract by contract (`marks` of the check). */
export interface VendorGreeks {
  readonly style: ExerciseStyle;
  check: VendorCheck | null;
  chainAt: number;
  checkedAt: number;
  work: VendorWork | null;
}

export const createVendorGreeks = (style: ExerciseStyle): VendorGreeks => ({
  style,
  check: null,
  chainAt: Number.NaN,
  checkedAt: Number.NaN,
  work: null,
});

/**
 * A new chain, when one is due and none is under way: ours will be worked out from the vendor's own volatilities. What the
 * last check said stands until this one is done.
 */
export const beginVendorGreeks = (
  state: VendorGreeks,
  chain: ChainColumns,
  spot: number,
  at: Instant,
  rates: Rates,
  terms?: ChainTerms,
): void => {
  if (state.work !== null || at - state.checkedAt < CHECK_EVERY_MS) return;
  state.checkedAt = at;
  if (!(spot > 0 && spot < Infinity)) {
    state.chainAt = chain.receivedAt;
    state.check = null;
    return;
  }
  const years = yearsPerSlot(chain, at);
  const { carry } = terms ?? flatTerms(rates, years.length);
  state.work = { chain, spot, years, carry, own: createChainGreeks(chain.rowCount), row: 0 };
};

const slotAt = ({ expiryIndex, settlesAm }: ChainColumns, i: number): number =>
  2 * (expiryIndex[i] ?? 0) + (settlesAm[i] === 1 ? 1 : 0);

/** Where a slice that must have so many contracts ends: with its expiry, so that no slice prices half of one. */
const endOfSlice = (chain: ChainColumns, from: number, rowsMax: number): number => {
  let end = Math.min(chain.rowCount, from + Math.max(1, rowsMax));
  while (end < chain.rowCount && slotAt(chain, end) === slotAt(chain, end - 1)) end++;
  return end;
};

/** Prices the next contracts, at least one expiry's worth; returns how many. The last slice makes the comparison. */
export const continueVendorGreeks = (state: VendorGreeks, rowsMax: number): number => {
  const { work } = state;
  if (work === null) return 0;
  const { chain, spot, years, carry, own, row } = work;
  const end = endOfSlice(chain, row, rowsMax);
  const strike = chain.strike.subarray(row, end);
  const slice = {
    rowCount: end - row,
    isCall: chain.isCall.subarray(row, end),
    strike,
    logStrike: strike.map(Math.log),
    volatility: chain.impliedVolatility.subarray(row, end),
    expirySlot: Uint16Array.from(strike, (_, i) => slotAt(chain, row + i)),
    years,
  };
  const into: ChainGreeks = {
    price: own.price.subarray(row, end),
    delta: own.delta.subarray(row, end),
    gamma: own.gamma.subarray(row, end),
    thetaPerDay: own.thetaPerDay.subarray(row, end),
    vegaPerPoint: own.vegaPerPoint.subarray(row, end),
    vannaPerPoint: own.vannaPerPoint.subarray(row, end),
    charmPerDay: own.charmPerDay.subarray(row, end),
  };
  if (state.style === 'european') chainGreeksByExpiry(slice, spot, carry, into);
  else americanChainGreeks(slice, spot, carry, into);
  work.row = end;
  if (end < chain.rowCount) return end - row;
  state.check = checkVendorGreeks(chain, years, own);
  state.chainAt = chain.receivedAt;
  state.work = null;
  return end - row;
};

export interface VendorGreeksView {
  /** Contracts that agree in every figure the vendor sent, as a share of those compared, 0 … 1. */
  readonly agreeing: Measured;
  readonly compared: Measured;
  readonly differing: Measured;
  /** Largest difference as a share of its bound; above 1 it marks its contract. */
  readonly worst: Readonly<Record<VendorGreek, Measured>>;
  /** What differs, and what kept contracts from comparison. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly style: ExerciseStyle;
}

export const vendorGreeksView = (state: VendorGreeks, at: Instant): VendorGreeksView => {
  const { check } = state;
  const stale = at - state.checkedAt > VENDOR_GREEKS_MODULE.ageMsMax;
  const nothing = Number.isNaN(state.chainAt) ? 'no-chain' : stale ? 'stale' : check === null ? 'no-spot' : null;
  const figure = (value: number | null, reason: string): Measured =>
    nothing !== null || value === null
      ? absent(nothing ?? reason, 'vendor-greeks')
      : measured(value, state.chainAt as Instant, 'vendor-greeks');
  const compared = check?.checked ?? 0;
  const worst = (name: VendorGreek): Measured => figure(check?.worst[name] ?? null, 'none-compared');
  return {
    agreeing: figure(compared > 0 ? (check?.agreeing ?? 0) / compared : null, 'none-compared'),
    compared: figure(compared, 'none-compared'),
    differing: figure(check?.differing ?? null, 'none-compared'),
    worst: Object.fromEntries(VENDOR_GREEKS.map((name) => [name, worst(name)])) as Record<VendorGreek, Measured>,
    reasons: nothing === null ? { ...check?.reasons } : {},
    style: state.style,
  };
};
