import type { Context } from '../context.ts';
import { emit } from '../context.ts';
import type { OptionQuote, State } from '../state.ts';
import { ESTIMATED_COMMISSION, type LadderStop, ladderStop, rungNumber } from './ladder.ts';
import { isLive } from './order.ts';
import { averagePrice } from './position.ts';
import { tellStopRaised } from './tell.ts';
import { openQuantity, type Trade } from './trade.ts';

/** Least market time between two moves of one stop within a rung. */
const MOVE_EVERY_MS = 1_000;

/** Commission of the round trip, dollars per share. */
const costPerShare = (trade: Trade): number => {
  const { bought, commissionMicros } = trade.position;
  const paid = bought > 0 ? commissionMicros / 1e6 / bought : 0;
  return (2 * Math.max(ESTIMATED_COMMISSION, paid)) / trade.contract.multiplier;
};

const ladderOf = (state: State, trade: Trade): LadderStop => {
  const entryPrice = averagePrice(trade.position, trade.contract.multiplier);
  const mark = state.marks.get(trade.signalId)?.highWaterPrice ?? trade.highWaterPrice ?? entryPrice;
  return ladderStop(trade.contract, entryPrice, Math.max(entryPrice, mark), costPerShare(trade));
};

/** Where a stop for what has been filled so far belongs. */
export const initialStop = (state: State, trade: Trade): number => ladderOf(state, trade).price;

/** A bid below its ask is what the option could be sold at; nothing else raises the high-water mark. */
const raiseMark = (state: State, trade: Trade, quote: OptionQuote): void => {
  const { bidPrice, askPrice, bidSize } = quote;
  if (!(bidPrice > 0 && askPrice > bidPrice && bidSize > 0)) return;
  const mark = state.marks.get(trade.signalId);
  if (!mark) {
    const start = Math.max(trade.highWaterPrice ?? 0, averagePrice(trade.position, trade.contract.multiplier));
    state.marks.set(trade.signalId, { highWaterPrice: Math.max(start, bidPrice), movedAt: 0 });
  } else if (bidPrice > mark.highWaterPrice) mark.highWaterPrice = bidPrice;
};

/**
 * Moves the ladder's stop up when the mark says so. Only our own figure is moved here; `protect` makes the broker's
 * stop follow in the same step.
 */
export const moveStop = (context: Context, trade: Trade, quote: OptionQuote | undefined): void => {
  const { state, at } = context;
  if (openQuantity(trade) <= 0 || trade.stopPrice === null) return;
  if (quote) raiseMark(state, trade, quote);
  const mark = state.marks.get(trade.signalId);
  const stop = trade.orders.findLast(({ ticket }) => ticket.purpose === 'protective-stop');
  if (!mark || !stop || !isLive(stop) || stop.state === 'unknown' || stop.cancelAskedAt !== null) return;
  if (trade.orders.some((order) => order.ticket.purpose === 'exit' && isLive(order))) return;
  const { price, rung } = ladderOf(state, trade);
  if (price <= trade.stopPrice) return;
  const climbed = rungNumber(rung) > rungNumber(trade.rung);
  if (!climbed && at - mark.movedAt < MOVE_EVERY_MS) return;
  mark.movedAt = at;
  emit(context, {
    kind: 'stop.moved',
    signalId: trade.signalId,
    from: trade.stopPrice,
    to: price,
    // The rung never falls, even when a later fill raised the average entry.
    rung: climbed ? rung : trade.rung,
    highWaterPrice: mark.highWaterPrice,
  });
  tellStopRaised(context, trade, climbed);
};
