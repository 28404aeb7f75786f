import type { Instant, SessionDate } from '../types.ts';

/**
 * Closing-auction figures of a listing exchange (TWS generic tick 225: types 34 paired volume, 36 imbalance, 35 price,
 * 61 regulatory imbalance). NaN is absent. Shares; `imbalanceShares` above 0 is to buy.
 */
export interface AuctionSeen {
  kind: 'auction.seen';
  symbol: string;
  pairedShares: number;
  imbalanceShares: number;
  referencePrice: number;
  nearPrice: number;
  farPrice: number;
  regulatoryImbalanceShares: number;
}

/** IBKR real-time bar of TRADES, stamped with its opening. Volume in shares; `vwap` NaN where nothing traded. */
export interface FiveSecondBarSeen {
  kind: 'five-second-bar.seen';
  symbol: string;
  openAt: Instant;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  vwap: number;
  trades: number;
}

export type HistoryInterval = '1m' | '5m' | '30m' | '1d';
/** A bar of the past, asked for at the start or after a gap; oldest first within a symbol and interval. */
export interface HistoryBarSeen {
  kind: 'history-bar.seen';
  symbol: string;
  interval: HistoryInterval;
  openAt: Instant;
  /** Exclusive. */
  endAt: Instant;
  open: number;
  high: number;
  low: number;
  close: number;
  /** NaN where the vendor has none (indices). */
  volume: number;
}
/** At-the-money implied volatility over 30 days at the end of a past session (IBKR OPTION_IMPLIED_VOLATILITY), decimal per year. */
export interface VolatilityDaySeen {
  kind: 'volatility-day.seen';
  symbol: string;
  date: SessionDate;
  impliedVolatility: number;
}

/** Alpha Vantage RSI, MACD, BBANDS. `values` under the vendor's names (`RSI`, `MACD_Signal`, …). `at`: the vendor's stamp. */
export interface VendorIndicatorSeen {
  kind: 'vendor-indicator.seen';
  symbol: string;
  indicator: 'RSI' | 'MACD' | 'BBANDS';
  interval: string;
  at: Instant;
  values: Readonly<Record<string, number>>;
}
/** One observation of a macroeconomic series, in the vendor's unit. Revisions come as further observations of the same date. */
export interface MacroSeen {
  kind: 'macro.seen';
  series: 'REAL_GDP' | 'CPI' | 'FEDERAL_FUNDS_RATE';
  date: SessionDate;
  value: number;
  unit: string;
}
/** Alpha Vantage NEWS_SENTIMENT of one article about one symbol. Relevance 0 … 1, sentiment -1 … 1. */
export interface NewsSentimentSeen {
  kind: 'news-sentiment.seen';
  symbol: string;
  publishedAt: Instant;
  title: string;
  source: string;
  url: string;
  relevance: number;
  sentiment: number;
}

/** Vendor's one-minute bar (Alpha Vantage TIME_SERIES_INTRADAY), stamped with its opening. */
export interface VendorBarSeen {
  kind: 'vendor-bar.seen';
  symbol: string;
  openAt: Instant;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}
