import { isTradable, type ObservedQuote } from './quotes.ts';
import { type Order, remaining } from './types.ts';

/** The touch an order trades at now, in dollars; null when it does not trade. Never inside the spread. */
export const fillsAt = (order: Order, quote: ObservedQuote): number | null => {
  if (!isTradable(quote)) return null;
  const buying = order.terms.action === 'BUY';
  const touch = buying ? quote.ask : quote.bid;
  if (touch === null || touch <= 0) return null;
  const { orderType, limitPrice } = order.terms;
  const limited = orderType === 'LMT' || orderType === 'STP LMT';
  if (limited && (limitPrice === null || (buying ? touch > limitPrice : touch < limitPrice))) return null;
  return touch;
};

/** Units that the displayed size still allows. */
export const fillQuantity = (order: Order, quote: ObservedQuote): number => {
  const displayed = order.terms.action === 'BUY' ? quote.askSize - quote.takenAsk : quote.bidSize - quote.takenBid;
  return Math.max(0, Math.min(remaining(order), displayed));
};
