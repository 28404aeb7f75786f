import type { Rates } from '../engine/core/analytics/chain-terms.ts';
import type { Limits } from '../engine/core/limits.ts';
import type { CalendarOverrides } from '../engine/core/market/calendar-overrides.ts';
import type { GatewaySchedule } from '../engine/core/market/gateway-gate.ts';
import type { TradingMode } from '../engine/core/types.ts';
import type { LogLevel } from '../log.ts';
import type { SessionClockAnchor } from '../sandbox/market/session-clock.ts';

export interface TradedSymbol {
  readonly symbol: string;
  readonly kind: 'stock' | 'index';
  readonly depth: boolean;
  readonly trades: boolean;
  readonly options: boolean;
}

/** All the engine's thread is told. Plain JSON; it holds secrets, so it is never logged. */
export interface EngineOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
  readonly tapeFolder: string;
  /** Calendar days of tape to keep; absent keeps all. */
  readonly tapeDaysKept?: number | null;
  readonly mode: TradingMode;
  readonly symbols: readonly TradedSymbol[];
  readonly limits: Limits;
  readonly rates: Rates;
  readonly ibkr: {
    readonly host: string;
    readonly port: number;
    readonly clientId: number;
    /** Of the machine that the gateway runs on. */
    readonly localZone: string;
    readonly messagesPerSecond: number;
    /** What the account may have open at once. */
    readonly entitlement: { readonly marketData: number; readonly depth: number; readonly tickByTick: number };
  };
  /** Exceptions to the session calendar: as read at the start, and where to look for changes. */
  readonly calendar: { readonly overrides: CalendarOverrides; readonly path: string | null };
  /** When the broker's gateway goes down by schedule; null: never. */
  readonly gateway: GatewaySchedule | null;
  readonly alphaVantage: {
    readonly baseUrl: string;
    readonly apiKeys: readonly string[];
    readonly keyFile: string | null;
    readonly budgetPerMinute: number;
    /** Market seconds in a wall second. */
    readonly speed: number;
    /** Periods for drills, in place of the plan's, wall milliseconds. */
    readonly openEveryMs?: { readonly options: number; readonly bars: number };
    /** How long a chain may repeat itself in a session, wall milliseconds; null: for ever, as a recording does. */
    readonly repeatsMsMax: number | null;
    /** How many past sessions of option chains to keep. */
    readonly backfillSessions: number;
  };
  /** Null when market time is the wall's. */
  readonly clockAnchor: SessionClockAnchor | null;
  readonly logLevel: LogLevel;
  /** Version and commit of this program, for the run's first ledger row. */
  readonly build: string;
}

export type EngineRequest =
  | { readonly kind: 'start'; readonly options: EngineOptions }
  | { readonly kind: 'stop' }
  /** Drill: the thread dies at once, as by a crash. */
  | { readonly kind: 'crash' };
export type EngineAnswer =
  | { readonly kind: 'waiting'; readonly reason: string }
  | { readonly kind: 'started'; readonly runId: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'stopped'; readonly seq: number; readonly stateHash: string };
