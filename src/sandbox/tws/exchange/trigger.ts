import type { Listing } from '../directory.ts';
import type { ObservedQuote } from './quotes.ts';
import type { Order } from './types.ts';

/**
 * Whether a stop fires on this quote. Method 0 is IBKR's default: double bid/ask for US options (two consecutive quotes
 * beyond the stop), last for stocks. Source: TWS API `Order.TriggerMethod`. Counts hits on the order itself.
 */
export const stopFires = (order: Order, listing: Listing, quote: ObservedQuote): boolean => {
  const stop = order.terms.orderType === 'TRAIL' ? order.trailStop : order.terms.auxPrice;
  if (stop === null) return false;
  const asked = order.terms.triggerMethod;
  const method = asked === 0 ? (listing.kind === 'OPT' ? 1 : 2) : asked;
  const selling = order.terms.action === 'SELL';
  const beyond = (price: number | null) => price !== null && price > 0 && (selling ? price <= stop : price >= stop);
  const touch = selling ? quote.bid : quote.ask;
  const once = (hit: boolean) => hit;
  const twice = (hit: boolean) => {
    order.triggerHits = hit ? order.triggerHits + 1 : 0;
    return order.triggerHits >= 2;
  };
  switch (method) {
    case 1:
      return twice(beyond(touch));
    case 3:
      return twice(beyond(quote.last));
    case 4:
      return once(beyond(touch));
    case 7:
      return once(beyond(touch) || beyond(quote.last));
    case 8:
      return once(quote.bid !== null && quote.ask !== null && beyond((quote.bid + quote.ask) / 2));
    default:
      return once(beyond(quote.last));
  }
};

/** Pulls a trailing stop after the market; it never moves back. */
export const trail = (order: Order, quote: ObservedQuote): boolean => {
  const selling = order.terms.action === 'SELL';
  const touch = selling ? quote.bid : quote.ask;
  if (touch === null) return false;
  const { auxPrice, trailingPercent } = order.terms;
  const distance = trailingPercent === null ? (auxPrice ?? 0) : (touch * trailingPercent) / 100;
  const candidate = Math.round((selling ? touch - distance : touch + distance) * 100) / 100;
  const better = order.trailStop === null || (selling ? candidate > order.trailStop : candidate < order.trailStop);
  if (better) order.trailStop = candidate;
  return better;
};
