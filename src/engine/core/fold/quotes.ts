import { onCrossQuote } from '../analytics/suite/cross.ts';
import { onSuiteQuote } from '../analytics/suite/on-market.ts';
import type { OptionQuoteSeen, QuoteSeen } from '../inputs.ts';
import type { State, SymbolState } from '../state.ts';
import { touchFeed } from './feeds.ts';
import type { MarketNews } from './news.ts';

/** A crossed quote is no quote: both sides become absent until the next good one. One that is not of now is left out. */
export const foldQuote = (state: State, symbol: SymbolState, quote: QuoteSeen): MarketNews => {
  touchFeed(state, 'ibkr.quotes');
  if (!symbol.quotesOfNow) return 'none';
  const crossed = quote.bidPrice > quote.askPrice;
  symbol.bidPrice = crossed ? Number.NaN : quote.bidPrice;
  symbol.askPrice = crossed ? Number.NaN : quote.askPrice;
  symbol.bidSize = quote.bidSize;
  symbol.askSize = quote.askSize;
  if (quote.lastPrice > 0) symbol.lastPrice = quote.lastPrice;
  symbol.quoteAt = crossed ? Number.NaN : state.at;
  onSuiteQuote(symbol.suite, symbol.bidPrice, quote.bidSize, symbol.askPrice, quote.askSize, state.at);
  onCrossQuote(state.cross, symbol.symbol, symbol.bidPrice, symbol.askPrice, symbol.lastPrice, state.at);
  return crossed ? 'crossed-quote' : 'none';
};

export const foldOptionQuote = (state: State, quote: OptionQuoteSeen): MarketNews => {
  touchFeed(state, 'ibkr.quotes');
  const known = state.options.get(quote.contractId);
  if (!known?.ofNow) return 'none';
  const crossed = quote.bidPrice > quote.askPrice;
  known.bidPrice = crossed ? Number.NaN : quote.bidPrice;
  known.askPrice = crossed ? Number.NaN : quote.askPrice;
  known.bidSize = quote.bidSize;
  known.askSize = quote.askSize;
  known.quoteAt = crossed ? Number.NaN : state.at;
  return crossed ? 'crossed-option-quote' : 'evaluate';
};
