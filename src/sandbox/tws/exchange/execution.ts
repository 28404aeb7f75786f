import type { Instant } from '../../../engine/core/types.ts';
import type { Listing } from '../directory.ts';
import { type ExchangeState, type Execution, type Order, roundMicros } from './types.ts';

const nextExecId = (state: ExchangeState): string =>
  `0000e0d5.${(state.nextExecution++).toString(16).padStart(8, '0')}.01.01`;

/** Records what an order just traded; the order already counts it. */
export const recordFill = (
  state: ExchangeState,
  order: Order,
  listing: Listing,
  fill: { at: Instant; shares: number; price: number; commission: number; realizedPnl: number | null },
): Execution => {
  const execution: Execution = {
    ...fill,
    execId: nextExecId(state),
    orderId: order.orderId,
    clientId: order.clientId,
    permId: order.permId,
    conId: order.conId,
    exchange: listing.kind === 'OPT' ? 'CBOE' : listing.instrument.primaryExchange,
    side: order.terms.action === 'BUY' ? 'BOT' : 'SLD',
    cumulativeQuantity: order.filled,
    averagePrice: order.averageFillPrice,
    orderRef: order.terms.orderRef,
  };
  state.executions.push(execution);
  return execution;
};

/** Records an expiry: an execution that no order made, as the account statement shows it. `quantity` is signed. */
export const recordSettlement = (
  state: ExchangeState,
  conId: number,
  settlement: { at: Instant; quantity: number; price: number; realizedPnl: number | null },
): Execution => {
  const { at, quantity, price, realizedPnl } = settlement;
  const execution: Execution = {
    execId: nextExecId(state),
    at,
    orderId: 0,
    clientId: 0,
    permId: state.nextPermId++,
    conId,
    exchange: 'OPTEXP',
    side: quantity > 0 ? 'BOT' : 'SLD',
    shares: Math.abs(quantity),
    price,
    cumulativeQuantity: Math.abs(quantity),
    averagePrice: price,
    orderRef: '',
    commission: 0,
    realizedPnl,
  };
  state.executions.push(execution);
  return execution;
};

/** Replaces an execution by its correction: same id but for the number after the last dot. Null when unknown. */
export const recordCorrection = (
  state: ExchangeState,
  execId: string,
  price: number,
  multiplierOf: (conId: number) => number,
): Execution | null => {
  const index = state.executions.findIndex((execution) => execution.execId === execId);
  const original = state.executions[index];
  if (!original) return null;
  const dot = execId.lastIndexOf('.');
  const revision = String(Number(execId.slice(dot + 1)) + 1).padStart(2, '0');
  const corrected: Execution = { ...original, execId: `${execId.slice(0, dot)}.${revision}`, price };
  const units = (original.side === 'BOT' ? 1 : -1) * original.shares * multiplierOf(original.conId);
  state.cash = roundMicros(state.cash - units * (price - original.price));
  state.executions[index] = corrected;
  return corrected;
};
