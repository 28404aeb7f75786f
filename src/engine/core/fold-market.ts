import { CLOSED } from './analytics/bars-set.ts';
import { computeExposure } from './analytics/exposure.ts';
import { onCrossQuote, onCrossVolatility } from './analytics/suite/cross.ts';
import { impliedVolatilityOf, onSuiteChain, onSuiteChainTimer } from './analytics/suite/on-chain.ts';
import { onSuiteBook, onSuiteQuote, onSuiteTimer, onSuiteTrade } from './analytics/suite/on-market.ts';
import type {
  ChainSeen,
  DepthSeen,
  FeedId,
  FeedReported,
  OptionQuoteSeen,
  QuoteSeen,
  TradeSeen,
  VendorBarSeen,
} from './inputs.ts';
import { applyDepth, clearBook } from './market/book.ts';
import type { ChainColumns } from './market/chain.ts';
import type { State, SymbolState } from './state.ts';
import { midOf } from './strategies/zero-dte-gamma.ts';

/** What a market input asks of the rest of the step; a name of an anomaly, `bar` or `chain` to evaluate, or nothing. */
export type MarketNews =
  | 'none'
  | 'evaluate'
  | 'crossed-quote'
  | 'crossed-option-quote'
  | 'depth-hole'
  | 'all-gamma-zero';

const touch = (state: State, feed: FeedId): void => {
  const record = state.feeds.get(feed);
  if (!record) return;
  record.received += 1;
  record.receivedAt = state.at;
};

/** A crossed quote is no quote: both sides become absent until the next good one. */
export const foldQuote = (state: State, symbol: SymbolState, quote: QuoteSeen): MarketNews => {
  touch(state, 'ibkr.quotes');
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
  touch(state, 'ibkr.quotes');
  const known = state.options.get(quote.contractId);
  if (!known) return 'none';
  const crossed = quote.bidPrice > quote.askPrice;
  known.bidPrice = crossed ? Number.NaN : quote.bidPrice;
  known.askPrice = crossed ? Number.NaN : quote.askPrice;
  known.bidSize = quote.bidSize;
  known.askSize = quote.askSize;
  known.quoteAt = crossed ? Number.NaN : state.at;
  return crossed ? 'crossed-option-quote' : 'evaluate';
};

export const foldTrade = (state: State, symbol: SymbolState, trade: TradeSeen): MarketNews => {
  touch(state, 'ibkr.trades');
  symbol.trades += 1;
  symbol.tradeAt = state.at;
  if (trade.price > 0) symbol.lastPrice = trade.price;
  const { price, size, venue, sourceAt } = trade;
  const closed = onSuiteTrade(symbol.suite, price, size, venue, sourceAt, state.at);
  return closed & CLOSED['1m'] ? 'evaluate' : 'none';
};

export const foldDepth = (state: State, symbol: SymbolState, depth: DepthSeen): MarketNews => {
  touch(state, 'ibkr.depth');
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

/** The decoder may reuse its columns. */
const copyChain = (chain: ChainColumns): ChainColumns => ({
  ...chain,
  contractIds: chain.contractIds.slice(),
  expiries: chain.expiries.slice(),
  expiryIndex: chain.expiryIndex.slice(),
  settlesAm: chain.settlesAm.slice(),
  isCall: chain.isCall.slice(),
  strike: chain.strike.slice(),
  bid: chain.bid.slice(),
  ask: chain.ask.slice(),
  last: chain.last.slice(),
  volume: chain.volume.slice(),
  openInterest: chain.openInterest.slice(),
  impliedVolatility: chain.impliedVolatility.slice(),
  delta: chain.delta.slice(),
  gamma: chain.gamma.slice(),
  thetaPerDay: chain.thetaPerDay.slice(),
  vegaPerPoint: chain.vegaPerPoint.slice(),
  rejected: { ...chain.rejected },
});

/** The last price is the spot; the middle of the quote until there is one. */
const spotOf = (symbol: SymbolState): number => (symbol.lastPrice > 0 ? symbol.lastPrice : midOf(symbol));

/** A dropout keeps no figure of the chain before it: its exposure is absent, with the reason. */
export const foldChain = (state: State, symbol: SymbolState, { chain }: ChainSeen): MarketNews => {
  touch(state, 'alphavantage.options');
  symbol.chain = copyChain(chain);
  const spot = spotOf(symbol);
  onSuiteChain(symbol.suite, symbol.chain, spot, state.at, state.rates);
  onCrossVolatility(state.cross, symbol.symbol, impliedVolatilityOf(symbol.suite), state.at);
  // The same figures, unless positioning has failed or there is no spot to work them out at.
  const { hearts, positioning } = symbol.suite;
  const current = hearts.failed.has('positioning') ? null : positioning.current;
  symbol.exposure = current?.exposure ?? computeExposure(symbol.chain, spot, state.at, state.rates);
  const { gex } = symbol.exposure;
  return gex.value === null && gex.reason === 'all-gamma-zero' ? 'all-gamma-zero' : 'evaluate';
};

/** The analytics' pulse: bars that time alone closes, and the chain again at the spot of now. */
export const foldTimer = (state: State, symbol: SymbolState): void => {
  onSuiteTimer(symbol.suite, state.at);
  if (symbol.chain) onSuiteChainTimer(symbol.suite, symbol.chain, spotOf(symbol), state.at, state.rates);
};

export const foldFeed = (state: State, report: FeedReported): void => {
  const record = state.feeds.get(report.feed);
  if (!record) return;
  record.state = report.state;
  record.reason = report.reason;
  record.refused = { ...report.refused };
};

const KEPT_VENDOR_BARS = 16;

/** A bar sent again replaces the one before: the vendor revises its latest. */
export const foldVendorBar = (state: State, symbol: SymbolState, bar: VendorBarSeen): void => {
  touch(state, 'alphavantage.bars');
  const { vendorBars } = symbol;
  const same = vendorBars.findIndex(({ openAt }) => openAt === bar.openAt);
  if (same >= 0) vendorBars.splice(same, 1);
  vendorBars.push({ openAt: bar.openAt, close: bar.close });
  vendorBars.sort((a, b) => a.openAt - b.openAt);
  if (vendorBars.length > KEPT_VENDOR_BARS) vendorBars.shift();
};

export const touchFeed = touch;
