import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { PastChains } from '../../ports/past-chains.ts';
import type { PayloadTap, Quarantine } from '../../ports/payloads.ts';
import type { RepeatedStream } from './schedule/plan.ts';

export interface AlphaVantageOptions {
  /** `https://www.alphavantage.co`, or the sandbox's. */
  readonly baseUrl: string;
  /** One or more keys of one account; which is in use changes only while the market is closed. */
  readonly apiKeys: readonly string[];
  /** A file with keys, one a line, read again every half minute; null: there is none. */
  readonly keyFile?: string | null;
  readonly optionSymbols: readonly string[];
  readonly barSymbols: readonly string[];
  readonly indicatorSymbols?: readonly string[];
  readonly newsSymbols?: readonly string[];
  readonly macro?: boolean;
  /** Calls that the vendor allows in a minute. */
  readonly budgetPerMinute?: number;
  /** Market seconds in a wall second. */
  readonly speed?: number;
  /** Wall milliseconds between two questions while the market is open, in place of the plan's. */
  readonly openEveryMs?: Readonly<Partial<Record<RepeatedStream, number>>>;
  readonly timeoutMs?: number;
  /** How long a chain may repeat itself to the last figure in a session before it counts as stale, wall ms; null: it may for ever. */
  readonly repeatsMsMax?: number | null;
  /** How many past sessions of chains are kept, and where; null: none. */
  readonly backfill?: { readonly sessions: number; readonly pastChains: PastChains } | null;
  readonly quarantine?: Quarantine;
  readonly tap?: PayloadTap;
  readonly clock: Clock;
  readonly log: Log;
}
