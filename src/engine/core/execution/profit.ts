import { dateInNewYork } from '../market/calendar.ts';
import type { State } from '../state.ts';
import type { Instant } from '../types.ts';
import { averagePrice, realisedMicros } from './position.ts';
import { openQuantity, type Trade } from './trade.ts';

/** The option's bid, at which it could be sold; NaN when absent or crossed. */
export const markPrice = (state: State, trade: Trade): number => {
  const quote = state.options.get(trade.contract.id);
  return quote !== undefined && quote.bidPrice >= 0 && quote.bidPrice <= quote.askPrice ? quote.bidPrice : Number.NaN;
};

/** Open profit at the mark, dollars before exit commission; NaN without a mark. */
export const unrealised = (state: State, trade: Trade): number => {
  const { multiplier } = trade.contract;
  const quantity = openQuantity(trade);
  if (quantity === 0) return 0;
  return quantity * multiplier * (markPrice(state, trade) - averagePrice(trade.position, multiplier));
};

/** Dollars. What expired without a report of its settlement counts as worth nothing. */
export const realised = (trade: Trade): number => {
  const { position, expired } = trade;
  if (!expired) return realisedMicros(position) / 1e6;
  return (position.proceedsMicros - position.costMicros - position.commissionMicros) / 1e6;
};

export interface ProfitToday {
  readonly realised: number;
  /** A position without a bid counts as worth nothing. */
  readonly unrealisedWorst: number;
}

/** Dollars, of trades last filled on this New York day, and of everything open. */
export const profitToday = (state: State, at: Instant): ProfitToday => {
  const today = dateInNewYork(at);
  let realisedSum = 0;
  let unrealisedWorst = 0;
  for (const trade of state.trading.trades.values()) {
    if (trade.lastFillAt === null) continue;
    if (dateInNewYork(trade.lastFillAt) === today) realisedSum += realised(trade);
    if (openQuantity(trade) === 0) continue;
    const open = unrealised(state, trade);
    const { multiplier } = trade.contract;
    unrealisedWorst += Number.isNaN(open)
      ? -averagePrice(trade.position, multiplier) * openQuantity(trade) * multiplier
      : open;
  }
  return { realised: realisedSum, unrealisedWorst };
};
