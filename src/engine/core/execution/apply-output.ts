import type { Output } from '../outputs.ts';
import type { SignalEvent } from '../signal.ts';
import type { Instant } from '../types.ts';
import { locate } from './book-fill.ts';
import type { Order } from './order.ts';
import { NO_POSITION } from './position.ts';
import type { Trade, Trading } from './trade.ts';

const createTrade = (told: SignalEvent): Trade => ({
  signalId: told.signalId,
  contract: told.contract,
  told,
  orders: [],
  fills: [],
  position: { ...NO_POSITION },
  stopPrice: null,
  highWaterPrice: null,
  rung: 'initial',
  expired: false,
  lastFillAt: null,
});

const mustFind = <T>(found: T | null | undefined, what: string): T => {
  if (found === null || found === undefined) throw new Error(`${what} is not among the engine's trades`);
  return found;
};

const place = (trading: Trading, output: Output & { kind: 'order.place' }, at: Instant): void => {
  const { ticket } = output;
  const trade = mustFind(trading.trades.get(ticket.signalId), `signal ${ticket.signalId}`);
  if (trading.orderOwners.has(ticket.clientOrderId)) throw new Error(`order ${ticket.clientOrderId} placed twice`);
  const order: Order = {
    ticket,
    state: 'intended',
    placedAt: at,
    brokerOrderId: null,
    permId: null,
    filled: 0,
    cancelAskedAt: null,
    doubtful: false,
  };
  trade.orders.push(order);
  trading.orderOwners.set(ticket.clientOrderId, trade.signalId);
  if (ticket.purpose === 'protective-stop' && ticket.stopPrice !== null) {
    trade.stopPrice = Math.max(trade.stopPrice ?? 0, ticket.stopPrice);
  }
};

const tell = (trading: Trading, told: SignalEvent): void => {
  const trade = trading.trades.get(told.signalId);
  if (trade) trade.told = told;
  else trading.trades.set(told.signalId, createTrade(told));
};

const applyKill = (trading: Trading, output: Output & { kind: 'kill.engaged' }, at: Instant): void => {
  trading.kill = { engaged: true, by: output.by, reason: output.reason, since: at, flat: false };
};

/** Our own decisions, taken into orders and positions as they are emitted, and again when the ledger is recovered. */
export const applyOutput = (trading: Trading, output: Output, at: Instant): void => {
  switch (output.kind) {
    case 'order.place':
      place(trading, output, at);
      return;
    case 'order.change': {
      const id = output.ticket.clientOrderId;
      mustFind(locate(trading, id, null), `order ${id}`).order.ticket = output.ticket;
      return;
    }
    case 'order.cancel':
      mustFind(locate(trading, output.clientOrderId, null), `order ${output.clientOrderId}`).order.cancelAskedAt = at;
      return;
    case 'signal.told':
      tell(trading, output.signal);
      return;
    case 'stop.moved': {
      const trade = mustFind(trading.trades.get(output.signalId), `signal ${output.signalId}`);
      trade.stopPrice = output.to;
      trade.rung = output.rung;
      trade.highWaterPrice = output.highWaterPrice;
      return;
    }
    case 'kill.engaged':
      applyKill(trading, output, at);
      return;
    case 'kill.flat':
      trading.kill.flat = true;
      return;
    case 'kill.released':
      trading.kill = { engaged: false, by: null, reason: null, since: null, flat: false };
      return;
    case 'mode.changed':
      trading.control = output.mode;
      return;
    case 'evidence.ask':
    case 'contract.watch':
    case 'contract.unwatch':
    case 'signal.refused':
    case 'position.changed':
    case 'forecast.recorded':
    case 'anomaly.seen':
      return;
  }
};
