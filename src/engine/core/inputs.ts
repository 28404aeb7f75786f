import type { ChainColumns } from './market/chain.ts';
import type { Actor, ClientOrderId, ContractId, Instant, UsdMicros } from './types.ts';

/**
 * Facts from outside, parsed at the border. Market inputs may be reused, mutated objects of a decoder:
 * the core copies what it keeps and holds no reference past `step`.
 */

/** Top of book of an underlying. NaN where the vendor sent nothing (IBKR sends -1). Sizes in shares. */
export interface QuoteSeen {
  kind: 'quote.seen';
  symbol: string;
  bidPrice: number;
  bidSize: number;
  askPrice: number;
  askSize: number;
  lastPrice: number;
}
/** Top of book of an option we watch. Sizes in contracts. */
export interface OptionQuoteSeen {
  kind: 'option-quote.seen';
  contractId: ContractId;
  bidPrice: number;
  bidSize: number;
  askPrice: number;
  askSize: number;
}
/** One print of the consolidated tape. `sourceAt` is the vendor's stamp (whole seconds on TWS). */
export interface TradeSeen {
  kind: 'trade.seen';
  symbol: string;
  price: number;
  size: number;
  venue: string;
  sourceAt: Instant;
}
/** One row change of a depth book, TWS semantics: operation 0 insert, 1 update, 2 delete; side 0 ask, 1 bid; level from 0. */
export interface DepthSeen {
  kind: 'depth.seen';
  symbol: string;
  operation: 0 | 1 | 2;
  side: 0 | 1;
  level: number;
  price: number;
  size: number;
  venue: string;
}
/** The book must be emptied (TWS 317, resubscription). */
export interface DepthReset {
  kind: 'depth.reset';
  symbol: string;
}
export interface ChainSeen {
  kind: 'chain.seen';
  chain: ChainColumns;
}

export type FeedId =
  | 'ibkr.session'
  | 'ibkr.quotes'
  | 'ibkr.trades'
  | 'ibkr.depth'
  | 'ibkr.account'
  | 'alphavantage.options'
  | 'alphavantage.bars';
export type FeedState = 'connecting' | 'live' | 'degraded' | 'down';
/** A change in what we know of a feed, with what was refused at the border since the start, by reason. */
export interface FeedReported {
  kind: 'feed.reported';
  feed: FeedId;
  state: FeedState;
  reason: string | null;
  refused: Readonly<Record<string, number>>;
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

export type BrokerOrderStatus =
  | 'PendingSubmit'
  | 'PreSubmitted'
  | 'Submitted'
  | 'PendingCancel'
  | 'Cancelled'
  | 'ApiCancelled'
  | 'Filled'
  | 'Inactive';
export interface BrokerOrder {
  readonly clientOrderId: ClientOrderId | null;
  readonly brokerOrderId: number;
  readonly permId: number;
  readonly contractId: ContractId | null;
  readonly side: 'BUY' | 'SELL';
  readonly orderType: string;
  readonly quantity: number;
  readonly limitPrice: number | null;
  readonly stopPrice: number | null;
  readonly status: BrokerOrderStatus;
}
export interface BrokerExecution {
  readonly executionId: string;
  readonly clientOrderId: ClientOrderId | null;
  readonly brokerOrderId: number;
  readonly permId: number;
  readonly contractId: ContractId;
  readonly side: 'BUY' | 'SELL';
  readonly quantity: number;
  readonly price: number;
  readonly at: Instant;
}
export interface BrokerPosition {
  readonly account: string;
  readonly contractId: ContractId | null;
  readonly symbol: string;
  readonly quantity: number /** Per share, without multiplier. */;
  readonly averagePrice: number;
}

export type BrokerReport =
  | { readonly kind: 'connected'; readonly account: string }
  | { readonly kind: 'disconnected'; readonly reason: string }
  /** Everything the broker knows, asked for after each (re)connect; complete or not sent at all. */
  | {
      readonly kind: 'synced';
      readonly openOrders: readonly BrokerOrder[];
      readonly executions: readonly BrokerExecution[];
      readonly positions: readonly BrokerPosition[];
    }
  /** Handed to the socket: proves nothing but names the broker's number. */
  | { readonly kind: 'order-sent'; readonly clientOrderId: ClientOrderId; readonly brokerOrderId: number }
  /** Could not be handed over for certain: resolved only by evidence. */
  | { readonly kind: 'order-unknown'; readonly clientOrderId: ClientOrderId; readonly reason: string }
  | { readonly kind: 'order-status'; readonly order: BrokerOrder; readonly filled: number; readonly remaining: number }
  | {
      readonly kind: 'order-refused';
      readonly clientOrderId: ClientOrderId;
      readonly code: number;
      readonly message: string;
    }
  | { readonly kind: 'executed'; readonly execution: BrokerExecution }
  | { readonly kind: 'commission'; readonly executionId: string; readonly commission: UsdMicros }
  | { readonly kind: 'positions'; readonly positions: readonly BrokerPosition[] }
  | { readonly kind: 'account'; readonly netLiquidation: UsdMicros; readonly buyingPower: UsdMicros };
export interface BrokerReported {
  kind: 'broker.reported';
  report: BrokerReport;
}

export type Command =
  | { readonly kind: 'kill' }
  | { readonly kind: 'rearm' }
  | { readonly kind: 'set-mode'; readonly mode: 'automatic' | 'manual' };
/** A row of the `commands` table. */
export interface CommandGiven {
  kind: 'command.given';
  commandId: string;
  actor: Actor;
  reason: string;
  command: Command;
}

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
