import type { State, SymbolState } from './state.ts';

/** Middle of the quote, dollars; NaN when a side is absent. */
export const midOf = (symbol: SymbolState): number => (symbol.bidPrice + symbol.askPrice) / 2;

/**
 * The underlying's price for whatever is worked out from its chain; dollars, NaN when nobody can say. It is always the
 * broker's, since the chain's vendor sends none: the last price, or the middle of the quote until there is one; the other
 * way round while the broker's quotes are what counts. A stream that is not of now prices nothing.
 */
export const spotOf = ({ pricing }: State, symbol: SymbolState): number => {
  if (!symbol.quotesOfNow) return Number.NaN;
  const middle = midOf(symbol);
  if (pricing.primary === 'ibkr' && middle > 0) return middle;
  return symbol.lastPrice > 0 ? symbol.lastPrice : middle;
};
