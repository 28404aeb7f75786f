import { type Session, sessionAt } from '../market/calendar.ts';
import { type Instant, instant } from '../types.ts';
import { addTrade, type Bar, type Bars, barAt, closeDueBar, createBars } from './bars.ts';

export type BarInterval = '1m' | '5m' | '15m' | '30m' | '1d';

/** What an update closed, as a bit mask; 0 when nothing. */
export const CLOSED: Readonly<Record<BarInterval, number>> = { '1m': 1, '5m': 2, '15m': 4, '30m': 8, '1d': 16 };

/** The calendar knows holidays from 2004 to 2035: a stamp outside belongs to no session. */
const CALENDAR_FROM = 1_073_088_000_000;
const CALENDAR_TO = 2_082_672_000_000;

/** Bars put together from closed minutes of regular sessions. */
export interface BarSeries {
  readonly bars: Bars;
  /** Milliseconds; 0 stands for a whole session. */
  readonly intervalMs: number;
  /** End of the open bar, exclusive; NaN when none is open. Sessions end on whole half hours, so that no bar sticks out. */
  endAt: number;
}

/**
 * Bars of one symbol in five intervals. A trade is folded into its minute alone; a closed minute of a regular session
 * is merged into the coarser bars, which start at 09:30 New York (half hours of UTC are half hours there) and end with
 * the session. Minutes outside sessions stay minutes. A closed bar is never changed.
 */
export interface BarSet {
  readonly minutes: Bars;
  readonly fives: BarSeries;
  readonly fifteens: BarSeries;
  readonly thirties: BarSeries;
  readonly days: BarSeries;
  /** How long after its end a bar waits for trades that are on their way, when no later trade closes it. */
  readonly graceMs: number;
  /** Minutes closed outside regular sessions. */
  minutesOutsideSession: number;
}

export interface BarSetParams {
  /** Shared with whoever else reads the minutes. */
  readonly minutes?: Bars;
  readonly graceMs?: number;
}

const createSeries = (intervalMs: number, capacity: number): BarSeries => ({
  bars: createBars(capacity),
  intervalMs,
  endAt: Number.NaN,
});

/** Rings that hold a session, or a month of days. */
export const createBarSet = (params: BarSetParams = {}): BarSet => ({
  minutes: params.minutes ?? createBars(),
  fives: createSeries(5 * 60_000, 96),
  fifteens: createSeries(15 * 60_000, 32),
  thirties: createSeries(30 * 60_000, 16),
  days: createSeries(0, 32),
  graceMs: params.graceMs ?? 2000,
  minutesOutsideSession: 0,
});

export const inCalendar = (at: number): boolean => at >= CALENDAR_FROM && at < CALENDAR_TO;

const sessionOf = (at: number): Session | null => (inCalendar(at) ? sessionAt(instant(at)) : null);

const startOf = (series: BarSeries, minuteAt: number, session: Session): number =>
  series.intervalMs === 0 ? session.openAt : minuteAt - (minuteAt % series.intervalMs);

const add = (column: Float64Array, slot: number, value: number): void => {
  column[slot] = (column[slot] ?? 0) + value;
};

/** Adds the minute in `from` to the series' open bar, opening one when there is none. */
const mergeMinute = (series: BarSeries, minutes: Bars, from: number, session: Session): void => {
  const { bars } = series;
  const to = bars.closed % bars.capacity;
  const startAt = startOf(series, minutes.openAt[from] ?? Number.NaN, session);
  const high = minutes.high[from] ?? Number.NaN;
  const low = minutes.low[from] ?? Number.NaN;
  if (bars.minuteAt !== startAt) {
    bars.minuteAt = startAt;
    series.endAt = series.intervalMs === 0 ? session.closeAt : startAt + series.intervalMs;
    bars.openAt[to] = startAt;
    bars.open[to] = minutes.open[from] ?? Number.NaN;
    bars.high[to] = high;
    bars.low[to] = low;
    bars.volume[to] = 0;
    bars.notional[to] = 0;
    bars.trades[to] = 0;
  }
  if (high > (bars.high[to] ?? high)) bars.high[to] = high;
  if (low < (bars.low[to] ?? low)) bars.low[to] = low;
  bars.close[to] = minutes.close[from] ?? Number.NaN;
  add(bars.volume, to, minutes.volume[from] ?? 0);
  add(bars.notional, to, minutes.notional[from] ?? 0);
  add(bars.trades, to, minutes.trades[from] ?? 0);
};

/** Closes the series' open bar when it ended at or before `now`. */
const advance = (series: BarSeries, now: number): boolean => {
  if (!(now >= series.endAt)) return false;
  series.bars.closedThrough = series.endAt;
  series.bars.minuteAt = Number.NaN;
  series.bars.closed++;
  series.endAt = Number.NaN;
  return true;
};

const advanceAll = (set: BarSet, now: number): number =>
  (advance(set.fives, now) ? CLOSED['5m'] : 0) |
  (advance(set.fifteens, now) ? CLOSED['15m'] : 0) |
  (advance(set.thirties, now) ? CLOSED['30m'] : 0) |
  (advance(set.days, now) ? CLOSED['1d'] : 0);

/** The minute closed last into the coarser bars, where it belongs to a session. */
const mergeClosed = (set: BarSet): void => {
  const slot = (set.minutes.closed - 1) % set.minutes.capacity;
  const session = sessionOf(set.minutes.openAt[slot] ?? Number.NaN);
  if (session === null) {
    set.minutesOutsideSession++;
    return;
  }
  mergeMinute(set.fives, set.minutes, slot, session);
  mergeMinute(set.fifteens, set.minutes, slot, session);
  mergeMinute(set.thirties, set.minutes, slot, session);
  mergeMinute(set.days, set.minutes, slot, session);
};

/** Folds one trade, arrived `at`. Returns the mask of the bars it closed. No allocation. */
export const onBarSetTrade = (set: BarSet, price: number, size: number, sourceAt: Instant, at: Instant): number => {
  const { minutes } = set;
  const minuteBefore = minutes.minuteAt;
  const closed = addTrade(minutes, price, size, sourceAt, at);
  if (minutes.minuteAt === minuteBefore || Number.isNaN(minutes.minuteAt)) return 0;
  if (closed) mergeClosed(set);
  return (closed ? CLOSED['1m'] : 0) | advanceAll(set, minutes.minuteAt);
};

/** Closes what time alone has ended `graceMs` ago. Returns the mask of the bars it closed. */
export const onBarSetTimer = (set: BarSet, at: Instant, graceMs = set.graceMs): number => {
  const closed = closeDueBar(set.minutes, at, graceMs);
  if (closed) mergeClosed(set);
  return (closed ? CLOSED['1m'] : 0) | advanceAll(set, Number.isNaN(set.minutes.minuteAt) ? at - graceMs : Number.NaN);
};

export const seriesOf = (set: BarSet, interval: Exclude<BarInterval, '1m'>): BarSeries => {
  switch (interval) {
    case '5m':
      return set.fives;
    case '15m':
      return set.fifteens;
    case '30m':
      return set.thirties;
    case '1d':
      return set.days;
  }
};

/** The open bar of a series with the open minute in it. */
const openBarOf = (set: BarSet, series: BarSeries): Bar | null => {
  const merged = barAt(series.bars, 0);
  const minute = barAt(set.minutes, 0);
  const session = minute === null ? null : sessionOf(minute.openAt);
  if (minute === null || session === null) return merged;
  const startAt = startOf(series, minute.openAt, session);
  if (merged === null) return { ...minute, openAt: instant(startAt) };
  if (startAt !== merged.openAt) return merged;
  const volume = merged.volume + minute.volume;
  return {
    openAt: merged.openAt,
    open: merged.open,
    high: Math.max(merged.high, minute.high),
    low: Math.min(merged.low, minute.low),
    close: minute.close,
    volume,
    vwap: (merged.vwap * merged.volume + minute.vwap * minute.volume) / volume,
    trades: merged.trades + minute.trades,
  };
};

/** The open bar (`back` 0) or the `back`th closed one before it; null when there is none, or no more. */
export const barOf = (set: BarSet, interval: BarInterval, back: number): Bar | null => {
  if (interval === '1m') return barAt(set.minutes, back);
  const series = seriesOf(set, interval);
  return back === 0 ? openBarOf(set, series) : barAt(series.bars, back);
};
