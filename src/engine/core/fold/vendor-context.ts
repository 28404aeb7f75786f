import type { MacroSeen, NewsSentimentSeen } from '../inputs.ts';
import type { State, SymbolState } from '../state.ts';
import { touchFeed } from './feeds.ts';

/** Observations kept per series, revisions included: a revision does not replace what was known before it. */
const KEPT_MACRO = 24;
/** Articles kept per symbol, newest first. */
const KEPT_NEWS = 20;

export const foldMacro = (state: State, { series, date, value, unit }: MacroSeen): void => {
  touchFeed(state, 'alphavantage.macro');
  const kept = state.macro.get(series) ?? [];
  // The vendor sends the whole series every day: the same value of the same date is no news.
  const known = kept.findLast((observation) => observation.date === date);
  if (known && (known.value === value || (Number.isNaN(known.value) && Number.isNaN(value)))) return;
  kept.push({ date, value, unit, seenAt: state.at });
  kept.sort((a, b) => (a.date === b.date ? a.seenAt - b.seenAt : a.date < b.date ? -1 : 1));
  if (kept.length > KEPT_MACRO) kept.shift();
  state.macro.set(series, kept);
};

export const foldNews = (state: State, symbol: SymbolState, news: NewsSentimentSeen): void => {
  touchFeed(state, 'alphavantage.news');
  const { publishedAt, title, source, url, relevance, sentiment } = news;
  const { news: kept } = symbol;
  if (kept.some((item) => item.url === url)) return;
  kept.push({ publishedAt, title, source, url, relevance, sentiment, seenAt: state.at });
  kept.sort((a, b) => b.publishedAt - a.publishedAt || (a.url < b.url ? -1 : 1));
  if (kept.length > KEPT_NEWS) kept.pop();
};
