import type { Rates } from './analytics/chain-terms.ts';
import { restoreForecasts } from './analytics/forecast/kept-forecasts.ts';
import { type CrossSuite, createCrossSuite } from './analytics/suite/cross.ts';
import { beginRun, restoreTrading } from './execution/snapshot.ts';
import type { Recovered, Trading } from './execution/trade.ts';
import { createTrading } from './execution/trade.ts';
import { FEED_IDS, type FeedId, type FeedState } from './inputs/feeds.ts';
import type { Limits } from './limits.ts';
import { type CalendarOverrides, NO_OVERRIDES } from './market/calendar-overrides.ts';
import type { OptionContract } from './market/contract.ts';
import type { GatewaySchedule } from './market/gateway-gate.ts';
import { type IndexWeights, SP500_WEIGHTS } from './market/index-weights.ts';
import type { Denial } from './outputs.ts';
import { createPricingState, type PricingState } from './pricing-source.ts';
import { parseZeroDteGamma, type ZeroDteGammaParams } from './strategies/zero-dte-gamma-params.ts';
import type { StreamRecord } from './streams.ts';
import { createSymbol, type SymbolState } from './symbol-state.ts';
import type { ContractId, Instant, SessionDate, SignalId, TradingMode, UsdMicros } from './types.ts';

export type { Candidate, SymbolState } from './symbol-state.ts';

export type { Rates };

export interface StateParams {
  /** Short: it begins every order's reference. */
  readonly runId: string;
  readonly symbols: readonly string[];
  /** Measured and never traded: volatility indices. */
  readonly measured?: readonly string[];
  /** Shares of the index in the implied correlation; the built-in table without. */
  readonly indexWeights?: IndexWeights;
  readonly limits: Limits;
  readonly mode: TradingMode;
  readonly rates: Rates;
  /** Closures and early closes that no rule foretells, as known at the start. */
  readonly calendar?: CalendarOverrides;
  /** When the broker's gateway goes down by schedule; without, never. */
  readonly gateway?: GatewaySchedule | null;
  /** Overrides of `DEFAULT_ZERO_DTE_GAMMA`; a bad one throws here. */
  readonly strategyParams?: unknown;
}

/** One observation as it was known from `seenAt` on; a revision is another of the same date. */
export interface MacroObservation {
  readonly date: SessionDate;
  readonly value: number;
  readonly unit: string;
  readonly seenAt: Instant;
}

export interface OptionQuote {
  readonly contract: OptionContract;
  bidPrice: number;
  bidSize: number;
  askPrice: number;
  askSize: number;
  quoteAt: number;
  ofNow: boolean;
}

export interface FeedRecord {
  state: FeedState | null;
  reason: string | null;
  receivedAt: number;
  received: number;
  refused: Readonly<Record<string, number>>;
}

export interface BrokerState {
  connected: boolean;
  synced: boolean;
  /** When the connection was lost last; NaN while it never was. */
  lostAt: number;
  account: string | null;
  netLiquidation: UsdMicros | null;
  buyingPower: UsdMicros | null;
  /** Contracts held by the broker's word; null before the first complete answer of this connection. */
  positions: Map<ContractId, number> | null;
  /** Sequence of that answer: evidence counts only for what came before it. */
  positionsSeq: number;
  /** Sequence at which our own positions last changed. */
  filledSeq: number;
  /** Since when our positions and the broker's differ; NaN while they agree. */
  mismatchSince: number;
  mismatchTold: string;
  /** When it was last asked for everything anew; NaN before. */
  askedAt: number;
}

export interface Mark {
  highWaterPrice: number;
  movedAt: number;
}

export interface SeenDenial {
  readonly at: Instant;
  readonly symbol: string;
  readonly denials: readonly Denial[];
}
export interface SeenAnomaly {
  readonly at: Instant;
  readonly name: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** The engine's memory. Mutated in place by `step` alone; plain data throughout, so that a hash can walk it. */
export interface State {
  readonly runId: string;
  readonly limits: Limits;
  readonly mode: TradingMode;
  readonly rates: Rates;
  /** In force now: of the parameters, or as last told. */
  calendar: CalendarOverrides;
  readonly gateway: GatewaySchedule | null;
  readonly strategy: ZeroDteGammaParams;
  seq: number;
  at: Instant;
  readonly symbols: Map<string, SymbolState>;
  /** Whose chain was worked on last, by its place among the symbols. */
  chainTurn: number;
  /** What is measured between underlyings. */
  readonly cross: CrossSuite;
  /** Quotes of options asked for with `contract.watch`. */
  readonly options: Map<ContractId, OptionQuote>;
  readonly feeds: Map<FeedId, FeedRecord>;
  /** By feed and symbol (or watched contract): what is known of single subscriptions. */
  readonly streams: Map<string, StreamRecord>;
  readonly pricing: PricingState;
  /** By series, ascending by date. */
  readonly macro: Map<string, MacroObservation[]>;
  readonly broker: BrokerState;
  readonly trading: Trading;
  /** The ladder's high-water marks of open trades. */
  readonly marks: Map<SignalId, Mark>;
  readonly denials: SeenDenial[];
  readonly anomalies: SeenAnomaly[];
  readonly anomalyCounts: Map<string, number>;
  /** When each anomaly of each subject was last told, to keep a storm out of the ledger. */
  readonly anomalyToldAt: Map<string, number>;
  /** Sequence of this run at which the kill switch was engaged; 0 when it was engaged before. */
  killSeq: number;
  internalErrors: number;
}

/** A restart does not shorten the pause after a signal. */
const quietUntil = (trading: Trading, symbol: string, cooldownMs: number): number => {
  let until = 0;
  for (const { contract, orders } of trading.trades.values()) {
    const placedAt = contract.underlying === symbol ? (orders[0]?.placedAt ?? 0) : 0;
    if (placedAt > 0) until = Math.max(until, placedAt + cooldownMs);
  }
  return until;
};

/** `recovered` comes from `recover`: orders, positions, kill switch and control of the runs before. */
export const createState = (params: StateParams, recovered?: Recovered): State => {
  const both = (params.measured ?? []).find((symbol) => params.symbols.includes(symbol));
  if (both !== undefined) throw new Error(`createState: ${both} is traded and measured, expected one of the two`);
  if (params.symbols.length === 0) throw new Error('createState: symbols is empty, expected at least one ticker');
  const trading = recovered ? restoreTrading(recovered) : createTrading();
  beginRun(trading);
  const symbols = new Map([
    ...params.symbols.map((symbol) => {
      const until = quietUntil(trading, symbol, params.limits.signalCooldownMs);
      return [symbol, createSymbol(symbol, 'traded', until)] as const;
    }),
    ...(params.measured ?? []).map((symbol) => [symbol, createSymbol(symbol, 'measured', 0)] as const),
  ]);
  for (const kept of recovered?.forecasts ?? []) {
    const suite = symbols.get(kept.symbol)?.suite;
    if (suite) restoreForecasts(suite, kept);
  }
  return {
    runId: params.runId,
    limits: params.limits,
    mode: params.mode,
    rates: params.rates,
    calendar: params.calendar ?? NO_OVERRIDES,
    gateway: params.gateway ?? null,
    strategy: parseZeroDteGamma(params.strategyParams),
    seq: 0,
    at: 0 as Instant,
    symbols,
    chainTurn: -1,
    cross: createCrossSuite(params.indexWeights ?? SP500_WEIGHTS),
    options: new Map(),
    feeds: new Map(
      FEED_IDS.map((feed) => [feed, { state: null, reason: null, receivedAt: Number.NaN, received: 0, refused: {} }]),
    ),
    streams: new Map(),
    pricing: createPricingState(),
    macro: new Map(),
    broker: {
      connected: false,
      synced: false,
      lostAt: Number.NaN,
      account: null,
      netLiquidation: null,
      buyingPower: null,
      positions: null,
      positionsSeq: 0,
      filledSeq: 0,
      mismatchSince: Number.NaN,
      mismatchTold: '',
      askedAt: Number.NaN,
    },
    trading,
    marks: new Map(),
    denials: [],
    anomalies: [],
    anomalyCounts: new Map(),
    anomalyToldAt: new Map(),
    killSeq: 0,
    internalErrors: 0,
  };
};
