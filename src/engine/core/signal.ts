import type { OptionContract } from './market/contract.ts';
import type { Instant, SignalId, TradingMode } from './types.ts';

export type SignalChange = 'new' | 'updated' | 'closed';
export type SignalDirection = 'bullish' | 'bearish';
export type StrategyId = '0dte-gamma';

/** Why a signal ended. */
export type SignalOutcome =
  | 'stopped'
  | 'closed-by-operator'
  | 'closed-at-session-end'
  | 'not-filled'
  | 'refused-by-broker';

/**
 * One state of one signal, in full. Only `src/distribution/release.ts` may hand it on, and only redacted for a tier.
 * Prices are option premiums in dollars per share.
 */
export interface SignalEvent {
  readonly signalId: SignalId;
  /** 1 for `new`, then counting. */
  readonly version: number;
  readonly change: SignalChange;
  readonly strategy: StrategyId;
  readonly mode: TradingMode;
  readonly direction: SignalDirection;
  readonly contract: OptionContract;
  readonly quantity: number;
  readonly entryPrice: number;
  readonly stopPrice: number;
  readonly targetPrice: number;
  /** What moved, for `updated`: `filled`, `stop-raised`. */
  readonly update: 'filled' | 'stop-raised' | null;
  readonly outcome: SignalOutcome | null;
  /** Quantity-weighted exit premium; null while open or when never filled. */
  readonly exitPrice: number | null;
  /** Realised, after commissions, in percent of the premium paid; null until closed or when never filled. */
  readonly returnPercent: number | null;
  readonly marketAt: Instant;
  readonly triggeredBy: readonly string[];
  readonly riskFactors: readonly string[];
}
