import type { Instant } from '../types.ts';

/** `ibkr.bars` are real-time bars, `ibkr.history` what is asked of HMDS; the others are named for what they carry. */
export const FEED_IDS = [
  'ibkr.session',
  'ibkr.quotes',
  'ibkr.trades',
  'ibkr.depth',
  'ibkr.bars',
  'ibkr.auction',
  'ibkr.history',
  'ibkr.account',
  'alphavantage.options',
  'alphavantage.bars',
  'alphavantage.indicators',
  'alphavantage.macro',
  'alphavantage.news',
] as const;
export type FeedId = (typeof FEED_IDS)[number];
export type FeedState = 'connecting' | 'live' | 'degraded' | 'down';
/** A change in what we know of a feed, with what was refused at the border since the start, by reason. */
export interface FeedReported {
  kind: 'feed.reported';
  feed: FeedId;
  state: FeedState;
  reason: string | null;
  refused: Readonly<Record<string, number>>;
}

/**
 * What is known of one subscription of a feed. `silent`: open, and nothing came for longer than its rate at this time of
 * the session allows. `delayed` and `frozen`: data come, but not of now (TWS market-data types 3, 4 and 2). `dead`: refused.
 */
export type StreamState = 'live' | 'silent' | 'delayed' | 'frozen' | 'dead';
export interface StreamReported {
  kind: 'stream.reported';
  feed: FeedId;
  symbol: string;
  state: StreamState;
  reason: string | null;
}

/**
 * How a vendor's request budget stands, every few seconds. Latencies over the last three minutes, NaN without answers.
 * `streams`: per stream asked, dropped and answered in the last minute.
 */
export interface BudgetReported {
  kind: 'budget.reported';
  vendor: 'alphavantage';
  latencyP50Ms: number;
  latencyP95Ms: number;
  /** Since when p95 has been above its bound without a break; null while it is not. */
  slowSince: Instant | null;
  tokens: number;
  budgetPerMinute: number;
  callsLastMinute: number;
  streams: Readonly<Record<string, { readonly asked: number; readonly dropped: number; readonly answered: number }>>;
}
