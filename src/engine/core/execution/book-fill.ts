import type { BrokerExecution } from '../inputs.ts';
import type { ClientOrderId, Instant, UsdMicros } from '../types.ts';
import type { Order } from './order.ts';
import { advance } from './order.ts';
import { positionOf } from './position.ts';
import type { Fill, Trade, Trading } from './trade.ts';

/** Something odd, to be told and counted. */
export interface Note {
  readonly name: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

export interface Located {
  readonly trade: Trade;
  readonly order: Order;
}

/** By our own reference, else by the broker's permanent id; its order number is not unique among clients. */
export const locate = (
  trading: Trading,
  clientOrderId: ClientOrderId | null,
  permId: number | null,
): Located | null => {
  if (clientOrderId !== null) {
    const trade = trading.trades.get(trading.orderOwners.get(clientOrderId) ?? ('' as never));
    const order = trade?.orders.find(({ ticket }) => ticket.clientOrderId === clientOrderId);
    return trade && order ? { trade, order } : null;
  }
  if (permId === null || permId === 0) return null;
  for (const trade of trading.trades.values()) {
    const order = trade.orders.find((candidate) => candidate.permId === permId);
    if (order) return { trade, order };
  }
  return null;
};

/** Execution ids equal but for the part after the last dot are corrections of one another (IBKR). */
export const splitExecutionId = (executionId: string): { base: string; revision: string } => {
  const dot = executionId.lastIndexOf('.');
  return dot < 0
    ? { base: executionId, revision: '' }
    : { base: executionId.slice(0, dot), revision: executionId.slice(dot + 1) };
};

const isNewer = (revision: string, than: string): boolean => {
  const difference = Number(revision) - Number(than);
  return Number.isFinite(difference) && difference !== 0 ? difference > 0 : revision > than;
};

/** Everything derived from fills, afresh. */
const recompute = (trading: Trading, trade: Trade): void => {
  trade.position = positionOf(trade.fills, trade.contract.multiplier, trading.commissions);
  trade.lastFillAt = null;
  for (const fill of trade.fills) {
    if (trade.lastFillAt === null || fill.at > trade.lastFillAt) trade.lastFillAt = fill.at;
  }
  for (const order of trade.orders) {
    const mine = trade.fills.filter(({ clientOrderId }) => clientOrderId === order.ticket.clientOrderId);
    order.filled = mine.reduce((sum, { quantity }) => sum + quantity, 0);
    if (order.filled >= order.ticket.quantity) advance(order, 'all-filled');
    else if (order.filled > 0) advance(order, 'part-filled');
  }
  // A fill after the broker's word that we were flat takes that word back.
  if (trade.position.quantity !== 0 && !trade.expired) trading.kill.flat = false;
};

/** The trade that an execution without a reference of ours reduces: sold, or a short bought back, by hand or by the broker. */
const reducedBy = (trading: Trading, execution: BrokerExecution, base: string): Trade | null => {
  for (const trade of trading.trades.values()) {
    if (trade.contract.id !== execution.contractId) continue;
    if (trade.fills.some((fill) => fill.base === base)) return trade;
    const against = execution.side === 'SELL' ? trade.position.quantity : -trade.position.quantity;
    if (against >= execution.quantity && !trade.expired && !trading.foreign.has(base)) return trade;
  }
  return null;
};

/** Books one execution, once: repeats change nothing, a correction replaces what it corrects. True when something changed. */
export const bookExecution = (trading: Trading, execution: BrokerExecution, notes: Note[]): boolean => {
  const { base, revision } = splitExecutionId(execution.executionId);
  const located = locate(trading, execution.clientOrderId, execution.permId);
  const ours = located !== null && located.trade.contract.id === execution.contractId;
  const trade = ours ? located.trade : reducedBy(trading, execution, base);
  const fill: Fill = {
    base,
    revision,
    clientOrderId: ours ? located.order.ticket.clientOrderId : null,
    side: execution.side,
    quantity: execution.quantity,
    priceMicros: Math.round(execution.price * 1e6),
    at: execution.at,
  };
  const seen = trade ? trade.fills.find((other) => other.base === base) : trading.foreign.get(base);
  if (seen && !isNewer(revision, seen.revision)) return false;
  if (!ours && !seen) notes.push({ name: 'foreign-execution', facts: { contractId: execution.contractId, base } });
  if (!trade) {
    trading.foreign.set(base, { ...fill, contractId: execution.contractId });
    return false;
  }
  trade.fills = trade.fills.filter((other) => other.base !== base);
  trade.fills.push(fill);
  recompute(trading, trade);
  if (trade.position.quantity < 0) {
    notes.push({
      name: 'over-closed',
      facts: { contractId: trade.contract.id, quantity: trade.position.quantity },
    });
  }
  return true;
};

export const bookCommission = (trading: Trading, executionId: string, micros: UsdMicros): void => {
  const { base, revision } = splitExecutionId(executionId);
  const seen = trading.commissions.get(base);
  if (seen && !isNewer(revision, seen.revision)) return;
  trading.commissions.set(base, { revision, micros });
  for (const trade of trading.trades.values()) {
    if (trade.fills.some((fill) => fill.base === base)) recompute(trading, trade);
  }
};

/** Days whose executions a broker may still repeat; older closed trades are let go when a run begins. */
const KEPT_MS = 8 * 86_400_000;

export const forgetOld = (trading: Trading, at: Instant): void => {
  for (const [signalId, trade] of trading.trades) {
    const settled = trade.told.change === 'closed' && (trade.expired || trade.position.quantity === 0);
    if (!settled || trade.told.marketAt > at - KEPT_MS) continue;
    trading.trades.delete(signalId);
    for (const { ticket } of trade.orders) trading.orderOwners.delete(ticket.clientOrderId);
    for (const { base } of trade.fills) trading.commissions.delete(base);
  }
};
