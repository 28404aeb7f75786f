import { createIndicatorChecks, type IndicatorChecks } from './agreement/indicators.ts';
import { type BrokerMinutes, createBrokerMinutes } from './agreement/minutes.ts';
import type { Bars } from './analytics/bars.ts';
import type { Exposure } from './analytics/exposure.ts';
import { createSuite, type Suite } from './analytics/suite/suite.ts';
import type { Vpin } from './analytics/vpin.ts';
import { type Book, createBook } from './market/book.ts';
import type { ChainColumns } from './market/chain.ts';
import type { OptionContract } from './market/contract.ts';
import type { SignalDirection } from './signal.ts';
import type { Instant, SignalId } from './types.ts';

/** A contract the strategy wants, waiting for a fresh quote of it. */
export interface Candidate {
  readonly signalId: SignalId;
  readonly contract: OptionContract;
  readonly direction: SignalDirection;
  readonly since: Instant;
  readonly triggeredBy: readonly string[];
  readonly riskFactors: readonly string[];
}

/** What is known of one underlying. NaN in price and time fields is absent. */
export interface SymbolState {
  readonly symbol: string;
  readonly role: 'traded' | 'measured';
  bidPrice: number;
  bidSize: number;
  askPrice: number;
  askSize: number;
  lastPrice: number;
  quoteAt: number;
  /** False while the stream is known to be delayed, frozen or refused: what it sends is left out. */
  quotesOfNow: boolean;
  tradesOfNow: boolean;
  trades: number;
  tradeAt: number;
  /** All of its analytics; `bars` and `vpin` below are the suite's own. */
  readonly suite: Suite;
  readonly bars: Bars;
  /** The vendor's latest minute bars, ascending: what momentum is measured from before we have bars of our own. */
  readonly vendorBars: VendorClose[];
  readonly brokerMinutes: BrokerMinutes;
  readonly indicatorChecks: IndicatorChecks;
  /** Newest first. */
  readonly news: KeptNews[];
  /** Bars of the past that warmed something up, and those that came too late or for nothing. */
  readonly history: { taken: number; leftOut: number };
  readonly vpin: Vpin;
  readonly book: Book;
  /** NaN until the first depth row, and again after a reset. */
  bookAt: number;
  chain: ChainColumns | null;
  exposure: Exposure | null;
  candidate: Candidate | null;
  /** No new candidate before this. */
  quietUntil: number;
}

export interface VendorClose {
  readonly openAt: Instant;
  readonly close: number;
}

export interface KeptNews {
  readonly publishedAt: Instant;
  readonly title: string;
  readonly source: string;
  readonly url: string;
  readonly relevance: number;
  readonly sentiment: number;
  readonly seenAt: Instant;
}

export const createSymbol = (
  symbol: string,
  role: SymbolState['role'],
  quietUntilMs: number,
  suite = createSuite(symbol),
): SymbolState => ({
  symbol,
  role,
  bidPrice: Number.NaN,
  bidSize: Number.NaN,
  askPrice: Number.NaN,
  askSize: Number.NaN,
  lastPrice: Number.NaN,
  quoteAt: Number.NaN,
  quotesOfNow: true,
  tradesOfNow: true,
  trades: 0,
  tradeAt: Number.NaN,
  suite,
  bars: suite.levelOne.bars.minutes,
  vendorBars: [],
  brokerMinutes: createBrokerMinutes(),
  indicatorChecks: createIndicatorChecks(),
  news: [],
  history: { taken: 0, leftOut: 0 },
  vpin: suite.vpin.tickRule,
  book: createBook(),
  bookAt: Number.NaN,
  chain: null,
  exposure: null,
  candidate: null,
  quietUntil: quietUntilMs,
});
