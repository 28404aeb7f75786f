import type { Instant } from '../types.ts';

/** What a figure rests on. Stated with every figure, since the same name on another basis is another figure. */
export type Basis =
  | 'open-interest'
  | 'volume'
  | 'trades'
  | 'book'
  | 'quotes'
  | 'bars'
  | 'chain-quotes'
  | 'vendor-greeks'
  | 'own-greeks'
  | 'auction'
  | 'forecast'
  | 'settings';

/** A figure with what it rests on, or its absence with a reason: null is not zero. `confidence` from 0 to 1. */
export type Measured<T = number> =
  | { readonly value: T; readonly asOf: Instant; readonly basis: Basis; readonly confidence: number }
  | { readonly value: null; readonly reason: string; readonly basis: Basis };

/** What a module promises: when it is worked out again, and how much history it needs before it says anything. */
export interface ModuleInfo {
  readonly name: string;
  readonly level: 1 | 2 | 3 | 4;
  readonly cadence:
    | 'trade'
    | 'quote'
    | 'book-change'
    | 'bar-close'
    | 'new-chain'
    | 'timer-30s'
    | 'timer-60s'
    | 'auction-tick';
  /** In words and figures: `50 buckets of 1,000 shares`. */
  readonly warmUp: string;
  /** Older than this and the figure is absent: `stale`. Market milliseconds. */
  readonly ageMsMax: number;
}

export const measured = <T>(value: T, asOf: Instant, basis: Basis, confidence = 1): Measured<T> => ({
  value,
  asOf,
  basis,
  confidence,
});
export const absent = (reason: string, basis: Basis): Measured<never> => ({ value: null, reason, basis });
/** NaN becomes an absence. */
export const measuredNumber = (value: number, asOf: Instant, basis: Basis, reason: string, confidence = 1): Measured =>
  Number.isFinite(value) ? measured(value, asOf, basis, confidence) : absent(reason, basis);
