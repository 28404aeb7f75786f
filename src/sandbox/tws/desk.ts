import type { SandboxMarket } from '../market/types.ts';
import type { Directory } from './directory.ts';
import type { Exchange } from './exchange/exchange.ts';
import type { ExchangeRules } from './exchange/rules.ts';
import type { Faults } from './faults.ts';
import type { Activity } from './feeds/activity.ts';
import type { BarFeeds } from './feeds/bars.ts';
import type { DepthFeeds } from './feeds/depth.ts';
import type { HistoryFeeds } from './feeds/history.ts';
import type { PnlFeeds } from './feeds/pnl.ts';
import type { QuoteFeeds } from './feeds/quotes.ts';
import type { TickByTickFeeds } from './feeds/tick-by-tick.ts';
import type { TickLog } from './feeds/tick-log.ts';
import type { HistoryPacing } from './history/pacing.ts';
import type { Session } from './session.ts';
import type { FieldReader } from './wire/fields.ts';

/** Lines an account may hold at once. Defaults are IBKR's smallest allowance. */
export interface LineLimits {
  readonly marketData: number;
  readonly depth: number;
  readonly tickByTick: number;
  /** Requests a second of wall time that may be kept up; what is more is answered with error 100. TWS allows 50. */
  readonly requestsPerSecond: number;
}

export const DEFAULT_LIMITS: LineLimits = { marketData: 100, depth: 3, tickByTick: 3, requestsPerSecond: 50 };

/** All that a request handler may touch. */
export interface Desk {
  readonly market: SandboxMarket;
  readonly directory: Directory;
  readonly exchange: Exchange;
  readonly rules: ExchangeRules;
  readonly limits: LineLimits;
  readonly faults: Faults;
  readonly activity: Activity;
  readonly quotes: QuoteFeeds;
  readonly depth: DepthFeeds;
  readonly ticks: TickByTickFeeds;
  readonly bars: BarFeeds;
  readonly history: HistoryFeeds;
  readonly pnl: PnlFeeds;
  readonly tickLog: TickLog;
  readonly pacing: HistoryPacing;
  readonly sessions: Set<Session>;
  readonly log: (line: string) => void;
}

/** Answers one request; `fields` stands behind the message id. */
export type Handler = (desk: Desk, session: Session, fields: FieldReader) => void;
