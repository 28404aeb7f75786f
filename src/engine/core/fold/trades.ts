import { CLOSED } from '../analytics/bars-set.ts';
import { onSuiteAuctionPrint } from '../analytics/suite/on-auction.ts';
import { onSuiteBook, onSuiteTrade } from '../analytics/suite/on-market.ts';
import type { DepthSeen, TradeSeen } from '../inputs.ts';
import { applyDepth, clearBook } from '../market/book.ts';
import { isListingVenue } from '../market/listing.ts';
import type { State, SymbolState } from '../state.ts';
import { touchFeed } from './feeds.ts';
import type { MarketNews } from './news.ts';

export const foldTrade = (state: State, symbol: SymbolState, trade: TradeSeen): MarketNews => {
  touchFeed(state, 'ibkr.trades');
  if (!symbol.tradesOfNow) return 'none';
  symbol.trades += 1;
  symbol.tradeAt = state.at;
  if (trade.price > 0) symbol.lastPrice = trade.price;
  const { price, size, venue, sourceAt } = trade;
  const closed = onSuiteTrade(symbol.suite, price, size, venue, sourceAt, state.at);
  if (sourceAt >= symbol.suite.auction.closeAt && isListingVenue(symbol.symbol, venue))
    onSuiteAuctionPrint(symbol.suite, price, size, sourceAt, state.at);
  return closed & CLOSED['1m'] ? 'evaluate' : 'none';
};

export const foldDepth = (state: State, symbol: SymbolState, depth: DepthSeen): MarketNews => {
  touchFeed(state, 'ibkr.depth');
  const fits = applyDepth(symbol.book, depth);
  if (fits) symbol.bookAt = state.at;
  onSuiteBook(symbol.suite, symbol.book, state.at);
  return fits ? 'none' : 'depth-hole';
};

export const resetDepth = (state: State, symbol: SymbolState): void => {
  clearBook(symbol.book);
  symbol.bookAt = Number.NaN;
  onSuiteBook(symbol.suite, symbol.book, state.at);
};
