import type { ChainColumns } from '../market/chain.ts';
import type { ChainGreeks } from './chain-greeks.ts';

/** How far a vendor's figure may be from ours: `absolute + relative · |ours|`. */
export interface VendorBound {
  readonly absolute: number;
  readonly relative: number;
}

export const VENDOR_GREEKS = ['delta', 'gamma', 'thetaPerDay', 'vegaPerPoint'] as const;
export type VendorGreek = (typeof VENDOR_GREEKS)[number];
export type VendorBounds = Readonly<Record<VendorGreek, VendorBound>>;

/**
 * Room for another rate, dividend, day count and quote a few seconds older; not for a wrong sign, unit, expiry or
 * contract. The absolute parts are what four (two for theta) printed decimals and a penny of spot come to.
 */
export const VENDOR_BOUNDS: VendorBounds = {
  delta: { absolute: 0.03, relative: 0 },
  gamma: { absolute: 0.0002, relative: 0.1 },
  thetaPerDay: { absolute: 0.02, relative: 0.25 },
  vegaPerPoint: { absolute: 0.01, relative: 0.1 },
};

/** What disagrees, or why a contract cannot be compared. `impossible`: a figure that no option can have. */
export type VendorReason =
  | 'delta-differs'
  | 'gamma-differs'
  | 'theta-differs'
  | 'vega-differs'
  | 'impossible'
  | 'expired'
  | 'unknown-expiry'
  | 'implied-volatility-absent'
  | 'own-greeks-absent'
  | 'vendor-greeks-absent';

const DIFFERS: Readonly<Record<VendorGreek, VendorReason>> = {
  delta: 'delta-differs',
  gamma: 'gamma-differs',
  thetaPerDay: 'theta-differs',
  vegaPerPoint: 'vega-differs',
};

/** Per contract: not compared, agreeing in every figure the vendor sent, or disagreeing in one at least. */
export const VENDOR_MARK = { unchecked: 0, agrees: 1, differs: 2 } as const;

export interface VendorCheck {
  /** Row i = one contract; values of `VENDOR_MARK`. */
  readonly marks: Uint8Array;
  readonly checked: number;
  readonly agreeing: number;
  readonly differing: number;
  /** A contract counts once under each figure in which it differs, else once under what kept it from comparison. */
  readonly reasons: Readonly<Partial<Record<VendorReason, number>>>;
  /** Largest difference as a share of its bound, per figure; null where none was compared. */
  readonly worst: Readonly<Record<VendorGreek, number | null>>;
}

const skipReason = (chain: ChainColumns, own: ChainGreeks, i: number, years: number): VendorReason | null => {
  if (Number.isNaN(years)) return 'unknown-expiry';
  if (years <= 0) return 'expired';
  if (!((chain.impliedVolatility[i] as number) > 0)) return 'implied-volatility-absent';
  if (!Number.isFinite(own.delta[i] as number)) return 'own-greeks-absent';
  return VENDOR_GREEKS.some((name) => Number.isFinite(chain[name][i] as number)) ? null : 'vendor-greeks-absent';
};

/** Delta of the wrong sign or beyond 1, negative gamma or vega: by more than rounding. */
const isImpossible = (chain: ChainColumns, i: number): boolean => {
  const delta = (chain.isCall[i] === 1 ? 1 : -1) * (chain.delta[i] as number);
  return delta < -1e-3 || delta > 1.001 || (chain.gamma[i] as number) < 0 || (chain.vegaPerPoint[i] as number) < 0;
};

/**
 * A vendor's Greeks against ours, which were made from the vendor's own volatility (`own`, same rows), spot and rates.
 * `years` per slot, slot = 2 · expiryIndex + settlesAm.
 */
export const checkVendorGreeks = (
  chain: ChainColumns,
  years: Float64Array,
  own: ChainGreeks,
  bounds: VendorBounds = VENDOR_BOUNDS,
): VendorCheck => {
  const marks = new Uint8Array(chain.rowCount);
  const reasons: Partial<Record<VendorReason, number>> = {};
  const worst: Record<VendorGreek, number | null> = { delta: null, gamma: null, thetaPerDay: null, vegaPerPoint: null };
  const count = (reason: VendorReason): void => {
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  };
  let agreeing = 0;
  let differing = 0;
  for (let i = 0; i < chain.rowCount; i++) {
    const slot = 2 * (chain.expiryIndex[i] as number) + (chain.settlesAm[i] === 1 ? 1 : 0);
    const skip = skipReason(chain, own, i, years[slot] ?? Number.NaN);
    if (skip !== null) {
      count(skip);
      continue;
    }
    let agrees = !isImpossible(chain, i);
    if (!agrees) count('impossible');
    for (const name of VENDOR_GREEKS) {
      const vendor = chain[name][i] as number;
      if (!Number.isFinite(vendor)) continue;
      const ours = own[name][i] as number;
      const share = Math.abs(vendor - ours) / (bounds[name].absolute + bounds[name].relative * Math.abs(ours));
      worst[name] = Math.max(worst[name] ?? 0, share);
      if (share <= 1) continue;
      agrees = false;
      count(DIFFERS[name]);
    }
    marks[i] = agrees ? VENDOR_MARK.agrees : VENDOR_MARK.differs;
    if (agrees) agreeing++;
    else differing++;
  }
  return { marks, checked: agreeing + differing, agreeing, differing, reasons, worst };
};
