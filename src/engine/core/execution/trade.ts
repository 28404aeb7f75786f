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
  exitReason: ExitReason | null;
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
}

export const createTrading = (): Trading => ({
  trades: new Map(),
  commissions: new Map(),
  foreign: new Map(),
  kill: { engaged: false, by: null, reason: null, since: null, flat: false },
  control: 'automatic',
});

export const isOpen = (trade: Trade): boolean => trade.told.change !== 'closed';

export const actorName = (actor: Actor): string => (actor.kind === 'operator' ? actor.email : actor.name);

/** Why a closed trade ended, by the order that closed it last. */
export const outcomeOf = (trade: Trade): SignalOutcome => {
  const entry = trade.orders[0];
  if (trade.position.bought === 0) return entry?.state === 'refused' ? 'refused-by-broker' : 'not-filled';
  if (trade.expired) return 'closed-at-session-end';
  const closing = trade.fills.filter((fill) => fill.side === 'SELL').reduce<Fill | null>(later, null);
  const order = trade.orders.find(({ ticket }) => ticket.clientOrderId === closing?.clientOrderId);
  if (order?.ticket.purpose === 'protective-stop') return 'stopped';
  if (trade.exitReason === 'session-end') return 'closed-at-session-end';
  if (trade.exitReason === 'stop-refused') return 'refused-by-broker';
  return 'closed-by-operator';
};

const later = (best: Fill | null, fill: Fill): Fill =>
  best === null || fill.at > best.at || (fill.at === best.at && fill.base > best.base) ? fill : best;
