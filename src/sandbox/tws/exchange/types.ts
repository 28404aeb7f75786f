import type { Instant, SessionDate } from '../../../engine/core/types.ts';

export type OrderAction = 'BUY' | 'SELL';
export type OrderType = 'LMT' | 'MKT' | 'STP' | 'STP LMT' | 'TRAIL';
export type OrderStatus = 'PendingSubmit' | 'PreSubmitted' | 'Submitted' | 'PendingCancel' | 'Cancelled' | 'Filled';

/** What a client asks for. Prices in dollars; `auxPrice` is the stop trigger, for TRAIL the trailing amount. */
export interface OrderTerms {
  readonly action: OrderAction;
  readonly totalQuantity: number;
  readonly orderType: OrderType;
  readonly limitPrice: number | null;
  readonly auxPrice: number | null;
  readonly timeInForce: 'DAY' | 'GTC';
  readonly ocaGroup: string;
  /** 1 cancel the others on any fill, 2 and 3 reduce them by what was filled. */
  readonly ocaType: number;
  readonly orderRef: string;
  readonly transmit: boolean;
  /** Order id of the parent at the same client, 0 for none. */
  readonly parentId: number;
  /** IBKR trigger methods: 0 default, 1 double bid/ask, 2 last, 3 double last, 4 bid/ask, 7 last or bid/ask, 8 midpoint. */
  readonly triggerMethod: number;
  readonly outsideRth: boolean;
  readonly openClose: string;
  readonly trailStopPrice: number | null;
  readonly trailingPercent: number | null;
}

/** An order as the exchange holds it; plain data, for it is what the state file keeps. */
export interface Order {
  readonly permId: number;
  readonly orderId: number;
  readonly clientId: number;
  readonly conId: number;
  readonly exchange: string;
  terms: OrderTerms;
  status: OrderStatus;
  filled: number;
  averageFillPrice: number;
  lastFillPrice: number;
  commission: number;
  /** A stop whose trigger was hit works as MKT or LMT from then on. */
  triggered: boolean;
  /** Consecutive quotes beyond the stop, for the double methods. */
  triggerHits: number;
  /** TRAIL only: where the stop stands now. */
  trailStop: number | null;
  /** Most units one quote may fill: how a forced split is made. Null is no cap. */
  partQuantity: number | null;
  readonly placedOn: SessionDate;
  /** Whether the session was open when it was transmitted: an order for the next day outlives tonight. */
  enteredOpen: boolean;
  completedAt: Instant | null;
  completedStatus: string;
}

export interface Execution {
  /** `0000e0d5.6560a1b2.01.01`: a correction repeats all but the number after the last dot. */
  readonly execId: string;
  readonly at: Instant;
  readonly orderId: number;
  readonly clientId: number;
  readonly permId: number;
  readonly conId: number;
  readonly exchange: string;
  readonly side: 'BOT' | 'SLD';
  readonly shares: number;
  /** Dollars per share or per unit of premium. */
  readonly price: number;
  readonly cumulativeQuantity: number;
  readonly averagePrice: number;
  readonly orderRef: string;
  /** Dollars, positive is a cost. */
  readonly commission: number;
  /** Dollars net of commissions; null when the execution opened or added. */
  readonly realizedPnl: number | null;
}

export interface Position {
  readonly conId: number;
  /** Negative when short. */
  quantity: number;
  /** Dollars per unit including the multiplier and commissions, as IBKR reports it. */
  averageCost: number;
  realizedPnl: number;
}

/** All that a real broker would remember while our process is gone. */
export interface ExchangeState {
  readonly version: number;
  /** Which market this account traded: another recording must not inherit it. */
  readonly identity: string;
  cash: number;
  nextPermId: number;
  nextExecution: number;
  /** Next order id per client id. */
  nextOrderIds: Record<string, number>;
  orders: Order[];
  executions: Execution[];
  positions: Position[];
  /** Last known price of each underlying, so that an expiry missed by a leap of the clock settles on it. */
  underlyingPrices: Record<string, number>;
}

export interface Rejection {
  readonly code: number;
  readonly text: string;
}

export const isWorking = (order: Order): boolean =>
  order.status === 'PreSubmitted' || order.status === 'Submitted' || order.status === 'PendingSubmit';

export const remaining = (order: Order): number => order.terms.totalQuantity - order.filled;

export const signed = (action: OrderAction, quantity: number): number => (action === 'BUY' ? quantity : -quantity);

/** Sums of binary fractions of cents drift; accounts are kept to a millionth of a dollar. */
export const roundMicros = (dollars: number): number => Math.round(dollars * 1e6) / 1e6;
