import { sessionOn } from '../../../engine/core/market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../../../engine/core/types.ts';
import type { MinuteBar, SandboxMarket } from '../../market/types.ts';
import { volatilityDays } from '../feeds/volatility.ts';
import { sessionDateOf } from '../market-clock.ts';
import type { HistoryQuery } from './query.ts';

/** One bar as it goes over the wire. `at` null: a whole day, told by its date. Volume -1: not a matter of trades. */
export interface HistoryBar {
  readonly at: Instant | null;
  readonly date: SessionDate;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

const SESSION_MINUTES = 390;
const MINUTE_MS = 60_000;
/** Shares that make one print, for the count of trades the source does not keep. */
const SHARES_PER_TRADE = 100;

export const tradeCount = ({ volume }: HistoryBar): number => (volume < 0 ? -1 : Math.ceil(volume / SHARES_PER_TRADE));
export const averagePrice = ({ high, low, close, volume }: HistoryBar): number =>
  volume < 0 ? -1 : Math.round(((high + low + close) / 3) * 1e4) / 1e4;

/** Bars of a query up to its end, oldest first; empty where the source has none. */
export const readBars = (market: SandboxMarket, query: HistoryQuery): readonly HistoryBar[] => {
  const { what, listing } = query;
  if (listing.option) return [];
  if (what === 'HISTORICAL_VOLATILITY' || what === 'OPTION_IMPLIED_VOLATILITY') return volatilityBars(market, query);
  if (listing.kind === 'IND' && what !== 'TRADES') return [];
  const bars = query.barMinutes === null ? dailyBars(market, query) : intradayBars(market, query, query.barMinutes);
  return what === 'TRADES' || what === 'ADJUSTED_LAST' ? bars : quoted(market, query, bars);
};

const intradayBars = (market: SandboxMarket, query: HistoryQuery, minutes: number): HistoryBar[] => {
  const { symbol } = query.listing;
  const wanted = query.sessions === null ? query.barCount : Math.ceil(SESSION_MINUTES / minutes) * query.sessions;
  // What lies behind the end of the range is asked for too and left out below.
  const behind = Math.ceil(Math.max(0, market.now() - query.endAt) / MINUTE_MS / minutes);
  const found =
    market.bars?.(symbol, minutes, wanted + behind) ?? gather(market.minuteBars(symbol, SESSION_MINUTES), minutes);
  const bars = found.filter(({ openAt }) => openAt < query.endAt);
  const from =
    query.sessions === null
      ? null
      : firstDate(
          bars.map(({ openAt }) => sessionDateOf(openAt)),
          query.sessions,
        );
  return bars
    .map((bar) => ({ ...bar, at: bar.openAt, date: sessionDateOf(bar.openAt) }))
    .filter(({ date }) => from === null || date >= from)
    .slice(-wanted)
    .map(({ at, date, open, high, low, close, volume }) => ({ at, date, open, high, low, close, volume }));
};

/** The first of the last `count` different dates. */
const firstDate = (dates: readonly SessionDate[], count: number): SessionDate | null =>
  [...new Set(dates)].slice(-count)[0] ?? null;

/** Bars of several minutes out of bars of one, on the clock's multiples. */
const gather = (bars: readonly MinuteBar[], minutes: number): MinuteBar[] => {
  if (minutes === 1) return [...bars];
  const gathered: { openAt: Instant; open: number; high: number; low: number; close: number; volume: number }[] = [];
  for (const bar of bars) {
    const openAt = instant(startOf(bar.openAt, minutes));
    const last = gathered.at(-1);
    if (last?.openAt !== openAt) {
      gathered.push({ ...bar, openAt });
      continue;
    }
    last.high = Math.max(last.high, bar.high);
    last.low = Math.min(last.low, bar.low);
    last.close = bar.close;
    last.volume += bar.volume;
  }
  return gathered;
};

/** Bars are counted from the session's opening, so that an hourly bar of New York starts at half past. */
const startOf = (at: Instant, minutes: number): number => {
  const session = sessionOn(sessionDateOf(at));
  const origin = session && at >= session.openAt ? session.openAt : 0;
  const width = minutes * MINUTE_MS;
  return origin + Math.floor((at - origin) / width) * width;
};

/** Completed days and, inside a session, the day so far; weeks and months are made of them. */
const dailyBars = (market: SandboxMarket, query: HistoryQuery): HistoryBar[] => {
  const { symbol } = query.listing;
  const days = query.sessions ?? query.barCount;
  const past = market.dailyBars?.(symbol, sessionsBack(market, query, days)) ?? [];
  const bars: HistoryBar[] = past.map(({ date, open, high, low, close, volume }) => ({
    at: null,
    date,
    open,
    high,
    low,
    close,
    volume: volume ?? 0,
  }));
  const today = sessionDateOf(market.now());
  const minutes = market.minuteBars(symbol, SESSION_MINUTES).filter(({ openAt }) => sessionDateOf(openAt) === today);
  const soFar = merge(minutes.map((bar) => ({ ...bar, at: null, date: today })));
  if (soFar && bars.at(-1)?.date !== today) bars.push(soFar);
  const until = sessionDateOf(query.endAt);
  const chosen = bars.filter(({ date }) => date <= until).slice(-days);
  return query.dayGroup === 'day' ? chosen : groups(chosen, query.dayGroup);
};

/** Sessions the past is told of: a year. A source may have to work out each of them. */
export const PAST_SESSIONS = 260;
const DAY_MS = 86_400_000;

/** A query that ends in the past needs the days before that end. */
const sessionsBack = (market: SandboxMarket, { endAt }: HistoryQuery, days: number): number =>
  Math.min(PAST_SESSIONS, days + Math.ceil(Math.max(0, market.now() - endAt) / DAY_MS));

const groups = (bars: readonly HistoryBar[], by: 'week' | 'month'): HistoryBar[] => {
  const grouped = Map.groupBy(bars, ({ date }) => (by === 'month' ? date.slice(0, 7) : mondayOf(date)));
  return [...grouped.values()].flatMap((members) => {
    const bar = merge(members);
    return bar ? [bar] : [];
  });
};

const mondayOf = (date: SessionDate): string => {
  const day = Temporal.PlainDate.from(date);
  return day.subtract({ days: day.dayOfWeek - 1 }).toString();
};

/** One bar of several; it bears the last one's date, as at TWS. */
const merge = (bars: readonly HistoryBar[]): HistoryBar | null => {
  const [first] = bars;
  const last = bars.at(-1);
  if (!first || !last) return null;
  return {
    at: null,
    date: last.date,
    open: first.open,
    high: Math.max(...bars.map(({ high }) => high)),
    low: Math.min(...bars.map(({ low }) => low)),
    close: last.close,
    volume: bars.reduce((sum, { volume }) => sum + volume, 0),
  };
};

/**
 * Quotes of the past are not kept: they are taken from the trades, half of today's spread to either side. BID_ASK has the
 * average bid as its open, the lowest bid as its low, the highest ask as its high, the average ask as its close.
 */
const quoted = (market: SandboxMarket, query: HistoryQuery, bars: readonly HistoryBar[]): HistoryBar[] => {
  const quote = market.quote(query.listing.symbol);
  const { bidPrice, askPrice } = quote ?? { bidPrice: null, askPrice: null };
  const half = bidPrice === null || askPrice === null ? 0 : (askPrice - bidPrice) / 2;
  const cents = (price: number) => Math.round(price * 1e4) / 1e4;
  const moved = (bar: HistoryBar, by: number): HistoryBar => ({
    ...bar,
    open: cents(bar.open + by),
    high: cents(bar.high + by),
    low: cents(bar.low + by),
    close: cents(bar.close + by),
    volume: -1,
  });
  return bars.map((bar) => {
    if (query.what === 'MIDPOINT') return moved(bar, 0);
    if (query.what === 'BID') return moved(bar, -half);
    if (query.what === 'ASK') return moved(bar, half);
    const middle = (bar.open + bar.close) / 2;
    return {
      ...moved(bar, 0),
      open: cents(middle - half),
      high: cents(bar.high + half),
      low: cents(bar.low - half),
      close: cents(middle + half),
    };
  });
};

/** Volatilities are known by the day; other bar sizes have none. */
const volatilityBars = (market: SandboxMarket, query: HistoryQuery): HistoryBar[] => {
  if (query.barMinutes !== null || query.dayGroup !== 'day') return [];
  const days = query.sessions ?? query.barCount;
  const { symbol } = query.listing;
  const back = sessionsBack(market, query, days);
  const until = sessionDateOf(query.endAt);
  const figures =
    query.what === 'HISTORICAL_VOLATILITY'
      ? volatilityDays(market, symbol, back)
      : (market.dailyBars?.(symbol, back) ?? []).flatMap(({ date, impliedVolatility }) =>
          impliedVolatility === null ? [] : [{ date, volatility: impliedVolatility }],
        );
  return figures
    .filter(({ date }) => date <= until)
    .slice(-days)
    .map(({ date, volatility }) => {
      const value = Math.round(volatility * 1e8) / 1e8;
      return { at: null, date, open: value, high: value, low: value, close: value, volume: -1 };
    });
};
