import { onSuiteQuote } from '../analytics/suite/on-market.ts';
import type { Context } from '../context.ts';
import { countAnomaly, tellAnomaly } from '../context.ts';
import type { FeedId, FeedReported, StreamReported } from '../inputs.ts';
import { sessionAt } from '../market/calendar.ts';
import type { OptionQuote, State, SymbolState } from '../state.ts';
import { isOfNow, streamKey } from '../streams.ts';
import type { ContractId } from '../types.ts';

/** Counts what a feed delivered. */
export const touchFeed = (state: State, feed: FeedId): void => {
  const record = state.feeds.get(feed);
  if (!record) return;
  record.received += 1;
  record.receivedAt = state.at;
};

export const foldFeed = (state: State, report: FeedReported): void => {
  const record = state.feeds.get(report.feed);
  if (!record) return;
  record.state = report.state;
  record.reason = report.reason;
  record.refused = { ...report.refused };
};

/** What came is not of now: both sides are absent until a quote of now comes. */
const withdrawQuote = (state: State, symbol: SymbolState): void => {
  symbol.bidPrice = Number.NaN;
  symbol.askPrice = Number.NaN;
  symbol.quoteAt = Number.NaN;
  onSuiteQuote(symbol.suite, Number.NaN, symbol.bidSize, Number.NaN, symbol.askSize, state.at);
};

const withdrawOptionQuote = (quote: OptionQuote): void => {
  quote.bidPrice = Number.NaN;
  quote.askPrice = Number.NaN;
  quote.quoteAt = Number.NaN;
};

/**
 * What is known of one stream: of a symbol, or of a watched option under its contract's id. A delayed or frozen one goes
 * on sending, so what it sends is left out from here on until it is live again.
 */
export const foldStream = (context: Context, report: StreamReported): void => {
  const { state, at } = context;
  const { feed, symbol: name, reason } = report;
  const symbol = state.symbols.get(name);
  const option = state.options.get(name as ContractId);
  if (!symbol && !option) {
    if (countAnomaly(state, 'unknown-symbol', name)) tellAnomaly(context, 'unknown-symbol', { subject: name, feed });
    return;
  }
  const key = streamKey(feed, name);
  const before = state.streams.get(key)?.state ?? null;
  const since = before === report.state ? (state.streams.get(key)?.since ?? at) : at;
  state.streams.set(key, { feed, symbol: name, state: report.state, reason, since });
  const ofNow = isOfNow(report.state);
  if (feed === 'ibkr.quotes' && option) {
    option.ofNow = ofNow;
    if (!ofNow) withdrawOptionQuote(option);
  } else if (feed === 'ibkr.quotes' && symbol) {
    symbol.quotesOfNow = ofNow;
    if (!ofNow) withdrawQuote(state, symbol);
  } else if (feed === 'ibkr.trades' && symbol) {
    symbol.tradesOfNow = ofNow;
    symbol.suite.levelOne.awaitsPrints = report.state !== 'live';
  }
  // At night nothing flows, and nobody is to be woken for it.
  if (report.state === 'live' || report.state === before || sessionAt(at) === null) return;
  if (!countAnomaly(state, `stream-${report.state}`, key)) return;
  tellAnomaly(context, `stream-${report.state}`, { feed, subject: name, reason: reason ?? 'not given' });
};
