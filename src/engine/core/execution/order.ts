import type { BrokerOrderStatus } from '../inputs.ts';
import type { OrderTicket } from '../outputs.ts';
import type { Instant } from '../types.ts';

/**
 * Where an order stands, on the broker's evidence alone. `intended`: committed, perhaps not handed over yet.
 * `unknown`: may or may not be at the broker; keeps its risk budget and is never resent.
 * `never-arrived`: unknown once, then absent from everything the broker knows.
 */
export type OrderState =
  | 'intended'
  | 'sent'
  | 'acknowledged'
  | 'partially-filled'
  | 'pending-cancel'
  | 'unknown'
  | 'filled'
  | 'cancelled'
  | 'refused'
  | 'never-arrived';

/** What can be learned about an order. `found` and `absent` are the answers of a complete sync. */
export type OrderEvent =
  | 'sent'
  | 'unknown'
  | 'working'
  | 'cancelling'
  | 'cancelled'
  | 'refused'
  | 'part-filled'
  | 'all-filled'
  | 'found'
  | 'absent'
  | 'contact-lost';

const EVENTS = [
  'sent',
  'unknown',
  'working',
  'cancelling',
  'cancelled',
  'refused',
  'part-filled',
  'all-filled',
  'found',
  'absent',
  'contact-lost',
] as const satisfies readonly OrderEvent[];

/** One row per state, one column per event in the order of `EVENTS`; `.` stays. */
const TABLE: Readonly<Record<OrderState, string>> = {
  // biome-ignore format: a table
  intended: 'sent unknown acknowledged pending-cancel cancelled refused partially-filled filled acknowledged never-arrived unknown',
  sent: '. unknown acknowledged pending-cancel cancelled refused partially-filled filled acknowledged never-arrived unknown',
  acknowledged: '. . . pending-cancel cancelled refused partially-filled filled . cancelled .',
  'partially-filled': '. . . pending-cancel cancelled refused . filled . cancelled .',
  // A working status here is the one that crossed our cancel on the wire.
  'pending-cancel': '. . . . cancelled cancelled . filled acknowledged cancelled .',
  unknown: '. . acknowledged pending-cancel cancelled refused partially-filled filled acknowledged never-arrived .',
  filled: '. . . . . . . . . . .',
  cancelled: '. . . . . . . filled acknowledged . .',
  // Evidence of life wins over a refusal, which may have been of a change only.
  refused: '. . acknowledged . cancelled . partially-filled filled acknowledged . .',
  'never-arrived': '. . acknowledged pending-cancel cancelled refused partially-filled filled acknowledged . .',
};

const MOVES = new Map<string, OrderState>();
for (const [state, row] of Object.entries(TABLE)) {
  const cells = row.split(' ');
  if (cells.length !== EVENTS.length) throw new Error(`order table: ${state} has ${cells.length} of ${EVENTS.length}`);
  cells.forEach((cell, index) => {
    MOVES.set(`${state} ${EVENTS[index]}`, (cell === '.' ? state : cell) as OrderState);
  });
}

export const nextOrderState = (state: OrderState, event: OrderEvent): OrderState => {
  const next = MOVES.get(`${state} ${event}`);
  if (!next) throw new Error(`order table: no move from ${state} on ${event}`);
  return next;
};

export const ORDER_STATES = Object.keys(TABLE) as readonly OrderState[];
export const ORDER_EVENTS: readonly OrderEvent[] = EVENTS;

const LIVE: ReadonlySet<OrderState> = new Set([
  'intended',
  'sent',
  'acknowledged',
  'partially-filled',
  'pending-cancel',
  'unknown',
]);

/** One order of ours. `ticket` is what the broker was last told, or found to hold. */
export interface Order {
  ticket: OrderTicket;
  state: OrderState;
  placedAt: Instant;
  brokerOrderId: number | null;
  permId: number | null;
  /** Contracts, from executions. */
  filled: number;
  cancelAskedAt: Instant | null;
  /** Contact was lost since it was last seen: only then may absence from a sync end it. */
  doubtful: boolean;
}

export const isLive = (order: Order): boolean => LIVE.has(order.state);
export const remaining = (order: Order): number => Math.max(0, order.ticket.quantity - order.filled);

export const advance = (order: Order, event: OrderEvent): void => {
  order.state = nextOrderState(order.state, event);
};

/** `Filled` proves nothing here: only executions book fills. */
export const eventOfStatus = (status: BrokerOrderStatus): OrderEvent | null => {
  switch (status) {
    case 'PendingSubmit':
      return 'sent';
    case 'PreSubmitted':
    case 'Submitted':
      return 'working';
    case 'PendingCancel':
      return 'cancelling';
    case 'Cancelled':
    case 'ApiCancelled':
      return 'cancelled';
    case 'Inactive':
      return 'refused';
    case 'Filled':
      return null;
  }
};
