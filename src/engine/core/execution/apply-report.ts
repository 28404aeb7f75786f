import type { BrokerOrder, BrokerPosition, BrokerReport } from '../inputs.ts';
import { expiresAt, settlesAm } from '../market/calendar.ts';
import type { Instant } from '../types.ts';
import type { Located, Note } from './book-fill.ts';
import { bookCommission, bookExecution, locate } from './book-fill.ts';
import type { Order } from './order.ts';
import { advance, eventOfStatus, isLive } from './order.ts';
import { loseContact } from './snapshot.ts';
import type { Trade, Trading } from './trade.ts';

/** TWS: cancel of what is not there, or no longer cancellable. These say nothing against the order itself. */
const CANCEL_NOT_FOUND = 10147;
const CANCEL_TOO_LATE: ReadonlySet<number> = new Set([161, 10148]);

const takeIdentity = (order: Order, broker: BrokerOrder): void => {
  order.brokerOrderId = broker.brokerOrderId;
  if (broker.permId !== 0) order.permId = broker.permId;
};

const takeStatus = ({ order }: Located, broker: BrokerOrder): void => {
  takeIdentity(order, broker);
  const event = eventOfStatus(broker.status);
  if (event) advance(order, event);
  if (order.state === 'acknowledged' && order.filled > 0) advance(order, 'part-filled');
};

/** What the broker holds is what we changed it to, or what we shall change it to again. */
const adopt = (located: Located, broker: BrokerOrder): void => {
  const { order } = located;
  if (order.state === 'filled') return;
  advance(order, 'found');
  order.ticket = {
    ...order.ticket,
    quantity: broker.quantity,
    limitPrice: order.ticket.type === 'LMT' ? broker.limitPrice : order.ticket.limitPrice,
    stopPrice: order.ticket.type === 'STP' ? broker.stopPrice : order.ticket.stopPrice,
  };
  order.cancelAskedAt = null;
  takeStatus(located, broker);
};

const endAbsent = (trade: Trade, order: Order, notes: Note[]): void => {
  advance(order, 'absent');
  notes.push({
    name: order.state === 'never-arrived' ? 'order-never-arrived' : 'order-vanished',
    facts: {
      clientOrderId: order.ticket.clientOrderId,
      purpose: order.ticket.purpose,
      contractId: trade.contract.id,
      filled: order.filled,
    },
  });
};

/** The one moment when absence is evidence, and only about orders we lost sight of. */
const resolve = (trading: Trading, report: BrokerReport & { kind: 'synced' }, notes: Note[]): void => {
  for (const execution of report.executions) bookExecution(trading, execution, notes);
  const found = new Set<Order>();
  for (const broker of report.openOrders) {
    const located = locate(trading, broker.clientOrderId, broker.permId);
    if (located) {
      found.add(located.order);
      adopt(located, broker);
    } else {
      notes.push({ name: 'foreign-order', facts: { brokerOrderId: broker.brokerOrderId, permId: broker.permId } });
    }
  }
  for (const trade of trading.trades.values()) {
    for (const order of trade.orders) {
      if (isLive(order) && order.doubtful && !found.has(order)) endAbsent(trade, order, notes);
      order.doubtful = false;
    }
  }
};

/** Options vanish from an account when they expire, without an execution. Before expiry a missing position is a mismatch. */
const expire = (trading: Trading, positions: readonly BrokerPosition[], at: Instant, notes: Note[]): void => {
  for (const trade of trading.trades.values()) {
    const { contract } = trade;
    if (trade.expired || trade.position.quantity === 0) continue;
    if (at < expiresAt(contract.expiry, settlesAm(contract.tradingClass, contract.expiry))) continue;
    if (positions.some((held) => held.contractId === contract.id && held.quantity !== 0)) continue;
    trade.expired = true;
    trade.position = { ...trade.position };
    notes.push({ name: 'expired-unsettled', facts: { contractId: contract.id, quantity: trade.position.quantity } });
  }
};

const refuse = (located: Located, report: BrokerReport & { kind: 'order-refused' }, notes: Note[]): void => {
  const { order } = located;
  const facts = { clientOrderId: report.clientOrderId, purpose: order.ticket.purpose, code: report.code };
  if (CANCEL_TOO_LATE.has(report.code)) notes.push({ name: 'cancel-too-late', facts });
  else if (report.code === CANCEL_NOT_FOUND) advance(order, 'cancelled');
  else {
    advance(order, 'refused');
    notes.push({ name: 'order-refused', facts: { ...facts, message: report.message } });
  }
};

/**
 * Takes one broker report into orders and positions. Facts only: what to do about them is decided afterwards, so that
 * recovery can fold a ledger through this same function.
 */
export const applyReport = (trading: Trading, report: BrokerReport, at: Instant, notes: Note[]): void => {
  switch (report.kind) {
    case 'disconnected':
      loseContact(trading);
      return;
    case 'synced':
      resolve(trading, report, notes);
      expire(trading, report.positions, at, notes);
      return;
    case 'positions':
      expire(trading, report.positions, at, notes);
      return;
    case 'executed':
      bookExecution(trading, report.execution, notes);
      return;
    case 'commission':
      bookCommission(trading, report.executionId, report.commission);
      return;
    case 'connected':
    case 'account':
      return;
    default:
      applyOrderReport(trading, report, notes);
  }
};

type OrderReport = Extract<BrokerReport, { kind: 'order-sent' | 'order-unknown' | 'order-status' | 'order-refused' }>;

const applyOrderReport = (trading: Trading, report: OrderReport, notes: Note[]): void => {
  const located =
    report.kind === 'order-status'
      ? locate(trading, report.order.clientOrderId, report.order.permId)
      : locate(trading, report.clientOrderId, null);
  if (!located) {
    notes.push({ name: 'foreign-order', facts: { report: report.kind } });
    return;
  }
  switch (report.kind) {
    case 'order-sent':
      located.order.brokerOrderId = report.brokerOrderId;
      advance(located.order, 'sent');
      return;
    case 'order-unknown':
      located.order.doubtful = true;
      advance(located.order, 'unknown');
      notes.push({ name: 'order-unknown', facts: { clientOrderId: report.clientOrderId, reason: report.reason } });
      return;
    case 'order-status':
      takeStatus(located, report.order);
      return;
    case 'order-refused':
      refuse(located, report, notes);
      return;
  }
};
