import type { ChainColumns } from '../market/chain.ts';
import { americanChainGreeks } from '../pricing/american-chain.ts';
import { chainGreeksByExpiry, createChainGreeks } from '../pricing/chain-greeks.ts';
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

/** The last chain whose vendor's Greeks were held against ours, contract by contract (`marks` of the check). */
export interface VendorGreeks {
  readonly style: ExerciseStyle;
  check: VendorCheck | null;
  chainAt: number;
  checkedAt: number;
}

export const createVendorGreeks = (style: ExerciseStyle): VendorGreeks => ({
  style,
  check: null,
  chainAt: Number.NaN,
  checkedAt: Number.NaN,
});

/** A new chain; ours are worked out from the vendor's own volatilities, exercised early where the product may be. */
export const onVendorGreeksChain = (
  state: VendorGreeks,
  chain: ChainColumns,
  spot: number,
  at: Instant,
  rates: Rates,
  terms?: ChainTerms,
): void => {
  if (at - state.checkedAt < CHECK_EVERY_MS) return;
  state.chainAt = chain.receivedAt;
  state.checkedAt = at;
  state.check = null;
  if (!(spot > 0 && spot < Infinity)) return;
  const years = yearsPerSlot(chain, at);
  const own = createChainGreeks(chain.rowCount);
  const pricing = {
    rowCount: chain.rowCount,
    isCall: chain.isCall,
    strike: chain.strike,
    logStrike: chain.strike.map(Math.log),
    volatility: chain.impliedVolatility,
    expirySlot: Uint16Array.from(chain.expiryIndex, (e, i) => 2 * e + (chain.settlesAm[i] === 1 ? 1 : 0)),
    years,
  };
  const { carry } = terms ?? flatTerms(rates, years.length);
  if (state.style === 'european') chainGreeksByExpiry(pricing, spot, carry, own);
  else americanChainGreeks(pricing, spot, carry, own);
  state.check = checkVendorGreeks(chain, years, own);
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
