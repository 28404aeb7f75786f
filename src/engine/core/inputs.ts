import type { BrokerReported } from './inputs/broker.ts';
import type { CalendarSeen } from './inputs/calendar.ts';
import type { CommandGiven } from './inputs/command.ts';
import type { BudgetReported, FeedReported, StreamReported } from './inputs/feeds.ts';
import type { ChainSeen, DepthReset, DepthSeen, OptionQuoteSeen, QuoteSeen, TradeSeen } from './inputs/market.ts';
import type {
  AuctionSeen,
  FiveSecondBarSeen,
  HistoryBarSeen,
  MacroSeen,
  NewsSentimentSeen,
  VendorBarSeen,
  VendorIndicatorSeen,
  VolatilityDaySeen,
} from './inputs/vendor.ts';
import type { Instant } from './types.ts';

export type {
  BrokerExecution,
  BrokerOrder,
  BrokerOrderStatus,
  BrokerPosition,
  BrokerReport,
  BrokerReported,
} from './inputs/broker.ts';
export type { Command, CommandGiven } from './inputs/command.ts';
export type { BudgetReported, FeedId, FeedReported, FeedState, StreamReported, StreamState } from './inputs/feeds.ts';
export type { ChainSeen, DepthReset, DepthSeen, OptionQuoteSeen, QuoteSeen, TradeSeen } from './inputs/market.ts';
export type {
  AuctionSeen,
  FiveSecondBarSeen,
  HistoryBarSeen,
  HistoryInterval,
  MacroSeen,
  NewsSentimentSeen,
  VendorBarSeen,
  VendorIndicatorSeen,
  VolatilityDaySeen,
} from './inputs/vendor.ts';

/** The runner's pulse: a few a second, so that the core can notice what did not happen. */
export interface TimerFired {
  kind: 'timer.fired';
}

export type MarketInput =
  | QuoteSeen
  | OptionQuoteSeen
  | TradeSeen
  | DepthSeen
  | DepthReset
  | ChainSeen
  | VendorBarSeen
  | FeedReported
  | StreamReported
  | AuctionSeen
  | FiveSecondBarSeen
  | HistoryBarSeen
  | VolatilityDaySeen
  | VendorIndicatorSeen
  | MacroSeen
  | NewsSentimentSeen
  | BudgetReported
  | CalendarSeen
  | TimerFired;
/** Kept in the ledger rather than on the tape. */
export type LedgerInput = BrokerReported | CommandGiven;
export type Input = MarketInput | LedgerInput;

/** `seq` orders, `at` explains: market time of arrival, never decreasing within a run. */
export interface Entry {
  seq: number;
  at: Instant;
  input: Input;
}
