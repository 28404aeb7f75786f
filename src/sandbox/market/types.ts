import type { OptionContract } from '../../engine/core/market/contract.ts';
import type { ContractId, Instant, SessionDate } from '../../engine/core/types.ts';

/** What every sandbox server draws on: one world, seeded or recorded. Prices in dollars (index points), sizes in shares or contracts. */
export interface SandboxMarket {
  /** Market time now: scaled by SANDBOX_SPEED, skipping nights. */
  now(): Instant;
  readonly speed: number;
  readonly source: 'seeded' | 'recorded';
  /** Names for the banner and the admin page: `seed 7`, `AMZN_2012-06-21 (LOBSTER)`. */
  readonly description: string;
  /** False between the end of a recording and the next start; the seeded market never ends. */
  sessionOpen(): boolean;
  instruments(): readonly Instrument[];
  quote(symbol: string): MarketQuote | null;
  optionQuote(contractId: ContractId): OptionMarketQuote | null;
  option(contractId: ContractId): OptionContract | null;
  optionsOf(underlying: string): readonly OptionContract[];
  /** Rows of the chain as the vendor would serve it now; null figures are absent at the source. */
  chain(underlying: string): readonly ChainRow[] | null;
  book(symbol: string): BookSnapshot | null;
  /** The last `count` one-minute bars, oldest first. */
  minuteBars(symbol: string, count: number): readonly MinuteBar[];
  /** Trading in this symbol is halted; left out where the source never halts. */
  halted?(symbol: string): boolean;
  /** Bars of `minutes` each up to now, past sessions included, oldest first; left out where the source has no past. */
  bars?(symbol: string, minutes: number, count: number): readonly MinuteBar[];
  /** Completed sessions before today's, oldest first. */
  dailyBars?(symbol: string, count: number): readonly DailyBar[];
  /** The closing imbalance as last published; null outside its window and for what is not listed. */
  auction?(symbol: string): AuctionSnapshot | null;
  /** Articles up to now, newest first. */
  news?(symbol: string, count: number): readonly NewsItem[];
  /** The chain as it stood at the end of a past session; null for a day that is not known. */
  pastChain?(underlying: string, date: SessionDate): readonly ChainRow[] | null;
  /** What the market can be made to go through; left out where it cannot. */
  readonly scenarios?: {
    readonly names: readonly string[];
    /** From the next minute on. Answers why not; null when it is done. */
    switchTo(name: string): string | null;
  };
  /** Events in market order. Returns how to stop listening. The event object may be reused. */
  listen(listener: (event: MarketEvent) => void): () => void;
  start(): void;
  stop(): void;
}

export interface Instrument {
  readonly symbol: string;
  readonly kind: 'stock' | 'index';
  readonly name: string;
  readonly primaryExchange: string;
  readonly hasDepth: boolean;
  readonly hasTrades: boolean;
  readonly hasOptions: boolean;
  readonly conId: number;
}
export interface MarketQuote {
  readonly bidPrice: number | null;
  readonly bidSize: number;
  readonly askPrice: number | null;
  readonly askSize: number;
  readonly lastPrice: number | null;
  readonly lastSize: number;
  readonly volume: number;
}
export interface OptionMarketQuote {
  readonly bidPrice: number | null;
  readonly bidSize: number;
  readonly askPrice: number | null;
  readonly askSize: number;
  readonly lastPrice: number | null;
}
export interface ChainRow {
  readonly contract: OptionContract;
  readonly date: SessionDate;
  readonly last: number | null;
  readonly mark: number | null;
  readonly bid: number | null;
  readonly bidSize: number | null;
  readonly ask: number | null;
  readonly askSize: number | null;
  readonly volume: number | null;
  readonly openInterest: number | null;
  readonly impliedVolatility: number | null;
  readonly delta: number | null;
  readonly gamma: number | null;
  readonly theta: number | null;
  readonly vega: number | null;
  readonly rho: number | null;
}
export interface BookLevel {
  readonly price: number;
  readonly size: number;
  readonly venue: string;
}
export interface BookSnapshot {
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}
export interface MinuteBar {
  readonly openAt: Instant;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export interface DailyBar {
  readonly date: SessionDate;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Shares; null for an index. */
  readonly volume: number | null;
  /** At the money over 30 days at the close, decimal per year; null where there are no options. */
  readonly impliedVolatility: number | null;
}
/** Closing-auction figures as a listing exchange publishes them. Shares; imbalance above 0 is to buy; null is not published yet. */
export interface AuctionSnapshot {
  readonly at: Instant;
  readonly pairedShares: number;
  readonly imbalanceShares: number;
  readonly referencePrice: number;
  readonly nearPrice: number | null;
  readonly farPrice: number | null;
  readonly regulatoryImbalanceShares: number | null;
}
export interface NewsItem {
  readonly publishedAt: Instant;
  readonly title: string;
  readonly source: string;
  readonly url: string;
  /** 0 … 1 and -1 … 1. */
  readonly relevance: number;
  readonly sentiment: number;
}

export type MarketEvent =
  | { kind: 'trade'; symbol: string; at: Instant; price: number; size: number; venue: string }
  | { kind: 'quote'; symbol: string; at: Instant }
  /** TWS row semantics: operation 0 insert, 1 update, 2 delete; side 0 ask, 1 bid. */
  | {
      kind: 'depth';
      symbol: string;
      at: Instant;
      operation: 0 | 1 | 2;
      side: 0 | 1;
      level: number;
      price: number;
      size: number;
      venue: string;
    }
  | { kind: 'chain'; symbol: string; at: Instant }
  /** A new closing imbalance: ask `auction`. */
  | { kind: 'auction'; symbol: string; at: Instant };
