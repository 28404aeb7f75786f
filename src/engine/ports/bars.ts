import type { Instant } from '../core/types.ts';

export type BarSource = 'own' | 'alphavantage' | 'ibkr';

/** One version of a minute bar. NaN is absent. */
export interface MinuteBar {
  readonly symbol: string;
  readonly source: BarSource;
  readonly openAt: Instant;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly vwap: number;
  readonly trades: number;
  /** Heard from its first moment to its last. */
  readonly complete: boolean;
  /** When this version was learned, market time. */
  readonly knownAt: Instant;
  readonly runId: string;
}

/** Where bars are kept. A version that says what the newest one says already is no new version. */
export interface BarKeeper {
  /** At most one version of each bar. `onlyMissing`: leaves bars alone that are there, unless unfinished and with less volume. Returns how many were new. */
  keep(bars: readonly MinuteBar[], onlyMissing?: boolean): Promise<number>;
}
