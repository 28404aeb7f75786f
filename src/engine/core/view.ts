import type { ModuleSummary } from './analytics/suite/suite-view.ts';
import type { FeedId, FeedState, StreamState } from './inputs.ts';
import type { Limits } from './limits.ts';
import type { Denial } from './outputs.ts';
import type { SignalEvent } from './signal.ts';
import type { Instant, SessionDate, TradingMode } from './types.ts';

/** A figure or its absence with a reason: null is not zero. */
export type Figure =
  | { readonly value: number; readonly asOf: Instant }
  | { readonly value: null; readonly reason: string };

/** One subscription: of a symbol, or of a watched option under its contract's id. */
export interface StreamView {
  readonly feed: FeedId;
  readonly symbol: string;
  readonly state: StreamState;
  readonly reason: string | null;
  readonly since: Instant;
}

/** Whose option prices count, and how the vendor's request budget stands; null before the first report. */
export interface PricingView {
  readonly primary: 'alphavantage' | 'ibkr';
  /** Null since the start. */
  readonly since: Instant | null;
  readonly budget: {
    readonly ageMs: number;
    /** Over three minutes; null without answers. */
    readonly latencyP50Ms: number | null;
    readonly latencyP95Ms: number | null;
    readonly slowSince: Instant | null;
    readonly tokens: number;
    readonly budgetPerMinute: number;
    readonly callsLastMinute: number;
    readonly streams: readonly {
      readonly name: string;
      readonly asked: number;
      readonly dropped: number;
      readonly answered: number;
    }[];
  } | null;
}

/** The session that is open, or the next one. */
export interface CalendarView {
  readonly date: SessionDate;
  readonly openAt: Instant;
  readonly closeAt: Instant;
  readonly earlyClose: boolean;
  readonly isOpen: boolean;
  /** While the broker's gateway is restarting by its timetable. */
  readonly gatewayClosedUntil: Instant | null;
  readonly expirations: readonly { readonly symbol: string; readonly dates: readonly SessionDate[] }[];
  /** What no rule foretells. */
  readonly exceptions: readonly {
    readonly date: string;
    readonly kind: 'closed' | 'closes at 13:00';
    readonly reason: string;
  }[];
}

/** Where figures come from and how far they can be believed. */
export interface SourcesView {
  readonly streams: readonly StreamView[];
  readonly pricing: PricingView;
  readonly calendar: CalendarView;
  /** Two ways to one figure, compared. */
  readonly agreement: readonly {
    readonly symbol: string;
    readonly minutesCompared: number;
    readonly minutesDisagreed: number;
    readonly indicatorsCompared: number;
    readonly indicatorsDisagreed: number;
    readonly historyBars: number;
  }[];
  readonly macro: readonly {
    readonly series: string;
    readonly date: SessionDate;
    readonly value: number | null;
    readonly unit: string;
  }[];
  /** Filled in by the shell; null where there is no Redis. */
  readonly stateStore: { readonly state: string; readonly written: number; readonly lost: number } | null;
}

/** What operators' pages show, published a few times a second, coalesced. Plain JSON. */
export interface EngineView {
  readonly runId: string;
  readonly seq: number;
  readonly marketAt: Instant;
  readonly sessionDate: SessionDate | null;
  readonly sessionOpen: boolean;
  readonly mode: TradingMode;
  readonly control: 'automatic' | 'manual';
  readonly kill: {
    readonly engaged: boolean;
    readonly by: string | null;
    readonly reason: string | null;
    readonly since: Instant | null /** Broker's evidence only. */;
    readonly flat: boolean;
  };
  readonly broker: {
    readonly connected: boolean;
    readonly synced: boolean;
    readonly account: string | null;
    readonly netLiquidation: number | null;
    readonly buyingPower: number | null;
  };
  readonly feeds: readonly {
    readonly feed: FeedId;
    readonly state: FeedState;
    readonly reason: string | null;
    readonly ageMs: number | null;
    readonly received: number;
    readonly refused: Readonly<Record<string, number>>;
  }[];
  readonly sources: SourcesView;
  readonly limits: Limits;
  readonly exposure: { readonly netDelta: Figure; readonly netGamma: Figure; readonly netThetaPerDay: Figure };
  readonly symbols: readonly SymbolView[];
  /** What is measured between underlyings. */
  readonly crossAsset: readonly ModuleSummary[];
  readonly orders: readonly {
    readonly clientOrderId: string;
    readonly purpose: string;
    readonly contractId: string;
    readonly side: string;
    readonly type: string;
    readonly quantity: number;
    readonly filled: number;
    readonly price: number | null;
    readonly status: string;
  }[];
  readonly positions: readonly {
    readonly contractId: string;
    readonly signalId: string;
    readonly quantity: number;
    readonly averagePrice: number;
    readonly markPrice: number | null;
    readonly unrealised: number | null;
    readonly realised: number;
    readonly stopPrice: number | null;
    readonly stopQuantity: number;
  }[];
  readonly realisedToday: number;
  readonly openSignals: readonly SignalEvent[];
  readonly lastDenials: readonly {
    readonly at: Instant;
    readonly symbol: string;
    readonly denials: readonly Denial[];
  }[];
  readonly anomalies: readonly {
    readonly at: Instant;
    readonly name: string;
    readonly facts: Readonly<Record<string, string | number>>;
  }[];
}

export interface SymbolView {
  readonly symbol: string;
  readonly role: 'traded' | 'measured';
  readonly lastPrice: Figure;
  readonly bidPrice: Figure;
  readonly askPrice: Figure;
  readonly bar: {
    readonly openAt: Instant;
    readonly open: number;
    readonly high: number;
    readonly low: number;
    readonly close: number;
    readonly volume: number;
    readonly trades: number;
  } | null;
  readonly trades: number;
  /** Mean of the last 50 buckets of 1,000 shares, classified by tick rule. */
  readonly vpin: Figure & { readonly buckets: number; readonly classifier: 'tick-rule'; readonly bucketShares: number };
  /** (bid size - ask size) / (bid size + ask size) over the book's top five levels; -1 … 1. */
  readonly bookImbalance: Figure;
  readonly exposure: ExposureView | null;
  /** Every module of this underlying, by level: heartbeat and figures, without what is told by strike or expiry. */
  readonly analytics: readonly ModuleSummary[];
}

/** Naive-dealer convention (calls +, puts -), modelled, dollars of delta per 1 % move. Basis: open interest. */
export interface ExposureView {
  readonly asOf: Instant;
  readonly basis: 'open-interest';
  readonly spot: number;
  readonly contracts: number;
  readonly rejected: Readonly<Record<string, number>>;
  /** From the vendor's gamma column as sent. */
  readonly gex: Figure;
  /** From our own gamma at the vendor's implied volatility. */
  readonly gexOwn: Figure;
  readonly gammaFlip: Figure;
  readonly callWall: Figure;
  readonly putWall: Figure;
  readonly absoluteGammaStrike: Figure;
}
