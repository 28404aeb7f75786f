import type { KeptForecasts } from '../analytics/forecast/kept-forecasts.ts';
import type { OptionContract } from '../market/contract.ts';
import type { SignalEvent, SignalOutcome } from '../signal.ts';
import type { Actor, ClientOrderId, Instant, SignalId, UsdMicros } from '../types.ts';
import type { Order } from './order.ts';
import type { Position } from './position.ts';

/** One execution as booked; a correction replaces the one of lower revision. Price in USD micros per share. */
export interface Fill {
  /** The broker's execution id up to its last dot. */
  base: string;
  revision: string;
  /** Null: a trade of somebody else in our contract, booked because it reduces our position. */
  clientOrderId: ClientOrderId | null;
  side: 'BUY' | 'SELL';
  quantity: number;
  priceMicros: number;
  at: Instant;
}

export type ExitReason = 'operator' | 'session-end' | 'stop-refused' | 'late-fill';

/** Everything about one signal that we acted on: plain JSON, a function of broker reports, commands and outputs. */
export interface Trade {
  readonly signalId: SignalId;
  readonly contract: OptionContract;
  /** The last state told. */
  told: SignalEvent;
  /** Entry, stops and exits in the order they were placed. */
  orders: Order[];
  fills: Fill[];
  position: Position;
  /** The ladder's stop; null before the first fill. */
  stopPrice: number | null;
  highWaterPrice: number | null;
  rung: string;
  /** Expired with no execution telling how: what was left is gone, at a price nobody reported. */
  expired: boolean;
  lastFillAt: Instant | null;
}

export interface KillSwitch {
  engaged: boolean;
  by: string | null;
  reason: string | null;
  since: Instant | null;
  flat: boolean;
}

/** What must survive a crash. Rebuilt from the ledger by the same functions that `step` uses. */
export interface Trading {
  trades: Map<SignalId, Trade>;
  /** Commission by execution base id, highest revision wins; may come before its execution. */
  commissions: Map<string, { revision: string; micros: UsdMicros }>;
  /** Which trade an order belongs to. */
  orderOwners: Map<ClientOrderId, SignalId>;
  /** Executions that belong to no order of ours, by base id. */
  foreign: Map<string, Fill & { contractId: string }>;
  kill: KillSwitch;
  control: 'automatic' | 'manual';
}

/** `Trading` as JSON: the body of `run.started` carries it. */
export interface Recovered {
  readonly version: 1;
  readonly trades: readonly Trade[];
  readonly commissions: readonly { readonly base: string; readonly revision: string; readonly micros: UsdMicros }[];
  readonly foreign: readonly (Fill & { contractId: string })[];
  readonly kill: KillSwitch;
  readonly control: 'automatic' | 'manual';
  /** Track records of forecasts by underlying; none in the ledgers of earlier builds. */
  readonly forecasts?: readonly KeptForecasts[];
}

export const createTrading = (): Trading => ({
  trades: new Map(),
  commissions: new Map(),
  orderOwners: new Map(),
  foreign: new Map(),
  kill: { engaged: false, by: null, reason: null, since: null, flat: false },
  control: 'automatic',
});

export const isOpen = (trade: Trade): boolean => trade.told.change !== 'closed';

export const actorName = (actor: Actor): string => (actor.kind === 'operator' ? actor.email : actor.name);

/** Contracts still held, signed; what expired is gone. */
export const openQuantity = (trade: Trade): number => (trade.expired ? 0 : trade.position.quantity);

/** The entry is the first order placed; null in the instant between telling the signal and placing it. */
export const entryOf = (trade: Trade): Order | null => trade.orders[0] ?? null;

const later = (best: Fill | null, fill: Fill): Fill =>
  best === null || fill.at > best.at || (fill.at === best.at && fill.base > best.base) ? fill : best;

/** Why a closed trade ended, by the order that closed it last; `exit` is why we wanted out, if we did. */
export const outcomeOf = (trade: Trade, exit: ExitReason | null): SignalOutcome => {
  if (trade.position.bought === 0) return entryOf(trade)?.state === 'refused' ? 'refused-by-broker' : 'not-filled';
  if (trade.expired) return 'closed-at-session-end';
  const closing = trade.fills.filter((fill) => fill.side === 'SELL').reduce<Fill | null>(later, null);
  const order = trade.orders.find(({ ticket }) => ticket.clientOrderId === closing?.clientOrderId);
  if (order?.ticket.purpose === 'protective-stop') return 'stopped';
  if (exit === 'session-end') return 'closed-at-session-end';
  if (exit === 'stop-refused') return 'refused-by-broker';
  return 'closed-by-operator';
};
