import type { Context } from '../context.ts';
import { emit } from '../context.ts';
import { answerWithinMs } from '../limits.ts';
import type { SignalEvent } from '../signal.ts';
import { exitReason } from './exit-reason.ts';
import { ESTIMATED_COMMISSION } from './ladder.ts';
import { isLive } from './order.ts';
import { averagePrice, exitPrice } from './position.ts';
import { realised } from './profit.ts';
import { entryOf, isOpen, openQuantity, outcomeOf, type Trade } from './trade.ts';

/** A stop move within a rung is told once it amounts to this much. */
const TOLD_MOVE = 1.05;

const tell = (context: Context, trade: Trade, change: Partial<SignalEvent>): void => {
  emit(context, {
    kind: 'signal.told',
    signal: { ...trade.told, ...change, version: trade.told.version + 1, marketAt: context.at },
  });
};

const cents = (price: number): number => Math.round(price * 100) / 100;
const hundredths = (percent: number): number => Math.round(percent * 100) / 100;

export const tellStopRaised = (context: Context, trade: Trade, climbed: boolean): void => {
  if (trade.stopPrice === null || (!climbed && trade.stopPrice < trade.told.stopPrice * TOLD_MOVE)) return;
  tell(context, trade, { change: 'updated', update: 'stop-raised', stopPrice: trade.stopPrice });
};

/** At the first fill, and once more when the entry ends with more than that. */
const tellFilled = (context: Context, trade: Trade): void => {
  const { bought } = trade.position;
  const entry = entryOf(trade);
  const ended = entry !== null && !isLive(entry);
  const first = trade.told.update === null;
  // What was bought back is no entry.
  const covered = trade.orders.some(({ ticket }) => ticket.side === 'BUY' && ticket.purpose === 'exit');
  if (bought === 0 || covered || !(first || (ended && trade.told.quantity !== bought))) return;
  const entryPrice = averagePrice(trade.position, trade.contract.multiplier);
  tell(context, trade, {
    change: 'updated',
    update: 'filled',
    quantity: bought,
    entryPrice: cents(entryPrice),
    stopPrice: trade.stopPrice ?? trade.told.stopPrice,
    targetPrice: cents(entryPrice * (1 + context.state.strategy.targetGain)),
  });
};

/** A closed position waits a while for its last commission before its return is told. */
const mayClose = (context: Context, trade: Trade): boolean => {
  const entry = entryOf(trade);
  if (entry === null || isLive(entry) || openQuantity(trade) !== 0) return false;
  const complete = trade.position.contractsWithoutCommission === 0;
  return complete || context.at - (trade.lastFillAt ?? 0) >= answerWithinMs(context.state.limits);
};

/**
 * Percent of the premium paid; a commission that did not come in time is estimated. What expired without a report of
 * its settlement counts as worth nothing, so that no loss is left out of the record.
 */
const returnPercent = (trade: Trade): number => {
  const { position } = trade;
  const missingMicros = position.contractsWithoutCommission * ESTIMATED_COMMISSION * 1e6;
  return hundredths((100 * (realised(trade) * 1e6 - missingMicros)) / position.costMicros);
};

const tellClosed = (context: Context, trade: Trade): void => {
  const { position, contract } = trade;
  const traded = position.bought > 0;
  const left = trade.expired ? position.bought : position.sold;
  tell(context, trade, {
    change: 'closed',
    update: null,
    outcome: outcomeOf(trade, exitReason(context.state, trade, context.at)),
    exitPrice: traded ? cents(exitPrice(position, left, contract.multiplier)) : null,
    returnPercent: traded ? returnPercent(trade) : null,
  });
  context.state.marks.delete(trade.signalId);
};

/** Tells subscribers what has become of a trade. */
export const tellTrade = (context: Context, trade: Trade): void => {
  if (!isOpen(trade)) return;
  tellFilled(context, trade);
  if (mayClose(context, trade)) tellClosed(context, trade);
};
