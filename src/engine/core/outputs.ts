import type { ForecastNews } from './analytics/forecast/kept-forecasts.ts';
import type { OptionContract } from './market/contract.ts';
import type { SignalEvent } from './signal.ts';
import type { ClientOrderId, Instant, SignalId } from './types.ts';

/** What the shell is to send. Prices in dollars per share on the contract's tick; quantity in contracts. */
export interface OrderTicket {
  readonly clientOrderId: ClientOrderId;
  readonly signalId: SignalId;
  readonly purpose: 'entry' | 'protective-stop' | 'exit';
  readonly contract: OptionContract;
  readonly side: 'BUY' | 'SELL';
  readonly type: 'LMT' | 'STP' | 'MKT';
  readonly quantity: number;
  /** For LMT. */
  readonly limitPrice: number | null;
  /** For STP: TWS auxPrice. */
  readonly stopPrice: number | null;
  /** Orders of one group cancel one another (TWS ocaGroup, ocaType 1: with block), so stop and exit cannot both fill. */
  readonly ocaGroup: string | null;
  readonly timeInForce: 'DAY' | 'GTC';
}

/** A closed list: text is made at the edge. */
export type DenialCode =
  | 'kill-switch'
  | 'manual-mode'
  | 'broker-not-synced'
  | 'broker-disconnected'
  /** The gateway's own restart or login is due, or just was. */
  | 'gateway-restart'
  | 'feed-not-live'
  /** One stream is silent, delayed, frozen or refused, and the trade rests on it. */
  | 'stream-not-live'
  /** A symbol that is measured and never traded. */
  | 'measured-only'
  | 'stale-quote'
  | 'stale-book'
  | 'stale-chain'
  | 'stale-option-quote'
  /** The broker is back, its data are not. */
  | 'no-data-since-reconnect'
  | 'greeks-absent'
  | 'market-closed'
  | 'too-close-to-close'
  | 'max-contracts'
  | 'max-net-delta'
  | 'max-net-gamma'
  | 'max-net-theta'
  | 'duplicate-signal'
  | 'equity-unknown'
  | 'risk-per-trade'
  | 'daily-loss'
  | 'wide-spread'
  /** The chain's quote of the contract and the broker's are too far apart. */
  | 'price-disagreement'
  /** Our positions and the broker's disagree: no new risk until they agree. */
  | 'position-mismatch'
  /** An evaluation threw; fails closed for the rest of the run. */
  | 'internal-error'
  /** The broker's account is a live one, and live trading was not asked for. */
  | 'live-account-in-paper-mode';
export interface Denial {
  readonly code: DenialCode;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** Everything decided and worth keeping. Each output is one ledger row, committed before it is performed. */
export type Output =
  | { readonly kind: 'order.place'; readonly ticket: OrderTicket }
  /** Same order, new quantity and/or price: never a second live order. */
  | { readonly kind: 'order.change'; readonly ticket: OrderTicket; readonly reason: 'quantity' | 'ladder' }
  /** The broker is to be asked for everything anew: `synced` answers. */
  | { readonly kind: 'evidence.ask'; readonly reason: 'kill-switch' | 'position-mismatch' }
  | { readonly kind: 'order.cancel'; readonly clientOrderId: ClientOrderId; readonly reason: string }
  | { readonly kind: 'contract.watch'; readonly contract: OptionContract }
  | { readonly kind: 'contract.unwatch'; readonly contract: OptionContract }
  | { readonly kind: 'signal.told'; readonly signal: SignalEvent }
  | {
      readonly kind: 'signal.refused';
      readonly signalId: SignalId;
      readonly contract: OptionContract;
      readonly denials: readonly Denial[];
    }
  | {
      readonly kind: 'stop.moved';
      readonly signalId: SignalId;
      readonly from: number;
      readonly to: number;
      readonly rung: string;
      readonly highWaterPrice: number;
    }
  | {
      readonly kind: 'position.changed';
      readonly signalId: SignalId;
      readonly contract: OptionContract;
      readonly quantity: number;
      readonly averagePrice: number;
      readonly realisedMicros: number;
    }
  | { readonly kind: 'kill.engaged'; readonly by: string; readonly reason: string }
  | { readonly kind: 'kill.flat'; readonly at: Instant }
  | { readonly kind: 'kill.released'; readonly by: string; readonly reason: string }
  | {
      readonly kind: 'mode.changed';
      readonly mode: 'automatic' | 'manual';
      readonly by: string;
      readonly reason: string;
    }
  /** The track record: what was foretold, when, what came, and what was learnt of it. */
  | { readonly kind: 'forecast.recorded'; readonly news: ForecastNews }
  | { readonly kind: 'anomaly.seen'; readonly name: string; readonly facts: Readonly<Record<string, string | number>> };
