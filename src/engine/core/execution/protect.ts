import type { Context } from '../context.ts';
import { countAnomaly, emit, nextOrderId, tellAnomaly } from '../context.ts';
import { answerWithinMs } from '../limits.ts';
import { expiresAt, sessionAt, settlesAm } from '../market/calendar.ts';
import type { OrderTicket } from '../outputs.ts';
import type { State } from '../state.ts';
import { exitReason } from './exit-reason.ts';
import { initialStop } from './move-stop.ts';
import { isLive, type Order, remaining } from './order.ts';
import { openQuantity, type Trade } from './trade.ts';

/** Between repeats of a cancel, or of an exit that did not work. */
const retryMs = (context: Context): number => answerWithinMs(context.state.limits);

/** Stops refused beyond this are not tried again; exits are, for as long as the session lasts. */
const REFUSED_STOPS_MAX = 3;

export const cancelOrder = (context: Context, order: Order, reason: string): void => {
  if (!isLive(order)) return;
  if (order.cancelAskedAt !== null && context.at - order.cancelAskedAt < retryMs(context)) return;
  emit(context, { kind: 'order.cancel', clientOrderId: order.ticket.clientOrderId, reason });
};

const liveOf = (trade: Trade, purpose: 'protective-stop' | 'exit'): Order | null =>
  trade.orders.findLast((order) => order.ticket.purpose === purpose && isLive(order)) ?? null;

/** The working stop's. A refused stop may have been refused a change only: an exit beside it must still be able to cancel it. */
const groupOfExit = (trade: Trade): string => {
  const stop =
    liveOf(trade, 'protective-stop') ??
    trade.orders.findLast(({ ticket, state }) => ticket.purpose === 'protective-stop' && state === 'refused');
  return stop?.ticket.ocaGroup ?? newGroup(trade);
};

/** A group that has fired is dead at the broker: whatever comes after it needs a new one. */
const newGroup = (trade: Trade): string =>
  `${trade.signalId}-${trade.orders.filter(({ ticket }) => ticket.side === 'SELL').length + 1}`;

const placeStop = (context: Context, trade: Trade, quantity: number): void => {
  const stop = initialStop(context.state, trade);
  emit(context, {
    kind: 'order.place',
    ticket: {
      clientOrderId: nextOrderId(context),
      signalId: trade.signalId,
      purpose: 'protective-stop',
      contract: trade.contract,
      side: 'SELL',
      type: 'STP',
      quantity,
      limitPrice: null,
      stopPrice: Math.max(stop, trade.stopPrice ?? 0),
      ocaGroup: newGroup(trade),
      timeInForce: 'DAY',
    },
  });
};

/** The broker's stop made equal to what we hold and to where the ladder stands. */
const adjustStop = (context: Context, trade: Trade, stop: Order, quantity: number): void => {
  if (stop.state === 'unknown' || stop.state === 'pending-cancel' || stop.cancelAskedAt !== null) return;
  const wantedQuantity = quantity + stop.filled;
  const wantedPrice = Math.max(trade.stopPrice ?? 0, stop.ticket.stopPrice ?? 0);
  const quantityDiffers = stop.ticket.quantity !== wantedQuantity;
  if (!quantityDiffers && stop.ticket.stopPrice === wantedPrice) return;
  emit(context, {
    kind: 'order.change',
    ticket: { ...stop.ticket, quantity: wantedQuantity, stopPrice: wantedPrice },
    reason: quantityDiffers ? 'quantity' : 'ladder',
  });
};

const lastExitAt = (trade: Trade): number =>
  trade.orders.findLast(({ ticket }) => ticket.purpose === 'exit')?.placedAt ?? Number.NEGATIVE_INFINITY;

/**
 * What may be sold at market. While the broker, asked after our last fill, contradicts us, no more than it holds: an
 * exit must never open a position the other way. The resting stop stays as it is, for the broker may be the one that is wrong.
 */
const sellable = (state: State, trade: Trade): number => {
  const { positions, positionsSeq, filledSeq, mismatchTold } = state.broker;
  const quantity = openQuantity(trade);
  if (mismatchTold === '' || positions === null || positionsSeq < filledSeq) return quantity;
  return Math.max(0, Math.min(quantity, positions.get(trade.contract.id) ?? 0));
};

const atMarket = (
  context: Context,
  { signalId, contract }: Trade,
  side: 'BUY' | 'SELL',
  quantity: number,
  ocaGroup: string | null,
): OrderTicket => ({
  clientOrderId: nextOrderId(context),
  signalId,
  purpose: 'exit',
  contract,
  side,
  type: 'MKT',
  quantity,
  limitPrice: null,
  stopPrice: null,
  ocaGroup,
  timeInForce: 'DAY',
});

/** At market, in the stop's own group: whichever fills first cancels the other. */
const placeExit = (context: Context, trade: Trade, reason: string): void => {
  const quantity = sellable(context.state, trade);
  if (quantity === 0) return;
  if (sessionAt(context.at) === null || context.at - lastExitAt(trade) < retryMs(context)) return;
  tellAnomalyOfExit(context, trade, reason);
  emit(context, { kind: 'order.place', ticket: atMarket(context, trade, 'SELL', quantity, groupOfExit(trade)) });
};

/**
 * Somebody sold by hand what our stop rested for, and it fired: we are short. Bought back at market once nothing of the
 * trade works any more and the broker, asked after our last fill, says that it is so.
 */
const placeCover = (context: Context, trade: Trade, quantity: number): void => {
  const { contract, orders } = trade;
  const { positions, positionsSeq, filledSeq } = context.state.broker;
  const agreed = positionsSeq >= filledSeq && positions?.get(contract.id) === -quantity;
  if (!agreed || orders.some((order) => isLive(order))) return;
  if (sessionAt(context.at) === null || context.at - lastExitAt(trade) < retryMs(context)) return;
  if (context.at >= expiresAt(contract.expiry, settlesAm(contract.tradingClass, contract.expiry))) return;
  emit(context, { kind: 'order.place', ticket: atMarket(context, trade, 'BUY', quantity, null) });
};

const tellAnomalyOfExit = (context: Context, trade: Trade, reason: string): void => {
  if (reason !== 'stop-refused' && reason !== 'late-fill') return;
  countAnomaly(context.state, reason, trade.signalId);
  tellAnomaly(context, reason, { contractId: trade.contract.id, quantity: openQuantity(trade) });
};

/** The exit from a refused stop came to nothing as well: a stop is tried again until the exit's next turn comes. */
const mayTryStopAgain = (trade: Trade): boolean => {
  const refusedStops = trade.orders.filter(
    ({ ticket, state }) => ticket.purpose === 'protective-stop' && state === 'refused',
  );
  return trade.orders.some(({ ticket }) => ticket.purpose === 'exit') && refusedStops.length <= REFUSED_STOPS_MAX;
};

/**
 * Makes the resting sell side of one trade equal to its position: exactly one stop for exactly what is held; an exit,
 * while one is wanted, in that stop's group; nothing once nothing is held. Called with the broker in sync only.
 */
export const protect = (context: Context, trade: Trade): void => {
  const quantity = openQuantity(trade);
  const stop = liveOf(trade, 'protective-stop');
  const exit = liveOf(trade, 'exit');
  // An order given up for lost may turn up after its replacement was placed.
  for (const order of trade.orders) {
    if (order.ticket.purpose === 'protective-stop' && order !== stop) cancelOrder(context, order, 'second-stop');
  }
  if (quantity <= 0) {
    for (const order of trade.orders) if (order.ticket.side === 'SELL') cancelOrder(context, order, 'nothing-held');
    if (quantity < 0) placeCover(context, trade, -quantity);
    return;
  }
  if (exit !== null) {
    // The exit covers what it was placed for; a later entry fill waits for its end, and the stop is not raised beside it.
    if (remaining(exit) > quantity && exit.state !== 'unknown') shrinkExit(context, exit, quantity);
    return;
  }
  // An expired contract takes no orders; the broker's positions will tell that it is gone.
  if (context.at >= expiresAt(trade.contract.expiry, settlesAm(trade.contract.tradingClass, trade.contract.expiry))) {
    return;
  }
  const reason = exitReason(context.state, trade, context.at);
  if (stop === null && (reason !== 'stop-refused' || mayTryStopAgain(trade))) placeStop(context, trade, quantity);
  else if (stop !== null) adjustStop(context, trade, stop, quantity);
  if (reason !== null) placeExit(context, trade, reason);
};

const shrinkExit = (context: Context, exit: Order, quantity: number): void => {
  if (exit.cancelAskedAt !== null || exit.state === 'pending-cancel') return;
  emit(context, {
    kind: 'order.change',
    ticket: { ...exit.ticket, quantity: quantity + exit.filled },
    reason: 'quantity',
  });
};
