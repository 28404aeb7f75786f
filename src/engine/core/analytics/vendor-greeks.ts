import type { ChainColumns } from '../market/chain.ts';
import type { ExerciseStyle } from '../pricing/exercise.ts';
import { checkVendorGreeks, VENDOR_GREEKS, type VendorCheck, type VendorGreek } from '../pricing/vendor-check.ts';
import type { Instant } from '../types.ts';
import type { Rates } from './chain-terms.ts';
import { exerciseRest, type PricedChain, priceChain, yearsPerSlot } from './exposure-sums.ts';
import { absent, type Measured, type ModuleInfo, measured } from './measured.ts';

/** What a vendor does wrong it does for longer: not with every chain. */
const CHECK_EVERY_MS = 60_000;

export const VENDOR_GREEKS_MODULE: ModuleInfo = {
  name: 'vendor-greeks-check',
  level: 1,
  cadence: 'new-chain',
  warmUp: 'one chain with a spot; checked at most once a minute',
  ageMsMax: 300_000,
};

/** A check under way: the chain as it was priced, and the first contract whose early exercise has not been looked at. */
interface VendorWork {
  readonly priced: PricedChain;
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
 * A new chain, when one is due and none is under way: compared with ours from the vendor's own volatilities, `given` or
 * else European and flat. What the last check said stands until this one is done.
 */
export const beginVendorGreeks = (
  state: VendorGreeks,
  chain: ChainColumns,
  spot: number,
  at: Instant,
  rates: Rates,
  given?: PricedChain,
): void => {
  if (state.work !== null || at - state.checkedAt < CHECK_EVERY_MS) return;
  state.checkedAt = at;
  if (!(spot > 0 && spot < Infinity)) {
    state.chainAt = chain.receivedAt;
    state.check = null;
    return;
  }
  state.work = { priced: given ?? priceChain(chain, yearsPerSlot(chain, at), spot, at, rates), row: 0 };
};

/** Reckoned, for holding one contract against ours. */
const COMPARE_NS = 60;

/**
 * Goes on for about so long, a block of contracts at least; returns what it has cost by the same reckoning. The comparison
 * itself is made when every contract has its early exercise, with a budget of its own.
 */
export const continueVendorGreeks = (state: VendorGreeks, budgetNs: number): number => {
  const { work } = state;
  if (work === null) return 0;
  const { priced } = work;
  const { chain } = priced;
  let spent = 0;
  if (work.row < chain.rowCount) {
    const { row, spentNs } = exerciseRest(priced, work.row, budgetNs);
    work.row = row;
    spent = spentNs;
  }
  const compareNs = COMPARE_NS * chain.rowCount;
  if (work.row < chain.rowCount || (spent > 0 && spent + compareNs > budgetNs)) return spent;
  state.check = checkVendorGreeks(chain, priced.years, priced.greeks);
  state.chainAt = chain.receivedAt;
  state.work = null;
  return spent + compareNs;
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
