import type { SessionDate } from '../types.ts';
import { calendarCovers, previousSession, sessionOn } from './calendar.ts';
import { nthWeekday } from './holidays.ts';

type Weekday = 1 | 2 | 3 | 4 | 5;
/** First expiration of each weekday's series, as `YYYY-MM-DD`; a weekday that is not named has none. */
type WeeklySince = Readonly<Partial<Record<Weekday, string>>>;

/**
 * First expirations by weekday. SPX: Cboe's announcements (Friday weeklies October 2005, Wednesdays first expiring
 * 2 March 2016, Mondays 22 August 2016, Tuesdays 26 April 2022, Thursdays 19 May 2022). Single names on Monday and
 * Wednesday: Nasdaq's short-term programme, first expiring 2 and 4 February 2026; a name's own earnings day may be left
 * out there, which no rule here knows. Of the funds' Mondays to Thursdays, and of Friday weeklies of shares, the dates
 * are those from which they are known to have been listed: earlier ones may be missing, later ones are not.
 */
const WEEKLIES: Readonly<Record<string, WeeklySince>> = {
  SPX: { 1: '2016-08-22', 2: '2022-04-26', 3: '2016-03-02', 4: '2022-05-19', 5: '2005-11-04' },
  XSP: { 1: '2022-05-19', 2: '2022-05-19', 3: '2022-05-19', 4: '2022-05-19', 5: '2010-07-02' },
  SPY: { 1: '2018-03-05', 2: '2022-11-22', 3: '2016-09-14', 4: '2022-11-24', 5: '2010-06-11' },
  QQQ: { 1: '2021-01-04', 2: '2022-11-22', 3: '2021-01-04', 4: '2022-11-24', 5: '2010-06-11' },
  IWM: { 1: '2021-01-04', 2: '2024-06-04', 3: '2021-01-04', 4: '2024-06-04', 5: '2010-06-11' },
  VIX: { 3: '2015-10-14' },
};
const MEGA_CAPS: ReadonlySet<string> = new Set([
  'AAPL',
  'AMZN',
  'GOOGL',
  'META',
  'MSFT',
  'NVDA',
  'TSLA',
  'AVGO',
  'IBIT',
]);
const OF_MEGA_CAPS: WeeklySince = { 1: '2026-02-02', 3: '2026-02-04', 5: '2011-01-07' };
const OF_OTHERS: WeeklySince = { 5: '2011-01-07' };

/** Symbols with an expiration on the last session of every quarter. Source: the exchanges' quarterly options programmes. */
const QUARTERLIES: ReadonlySet<string> = new Set(['SPX', 'XSP', 'SPY', 'QQQ', 'IWM', 'DIA']);
const QUARTERLIES_SINCE = '2007-06-29';

const weekliesOf = (symbol: string): WeeklySince =>
  WEEKLIES[symbol] ?? (MEGA_CAPS.has(symbol) ? OF_MEGA_CAPS : OF_OTHERS);

const iso = (date: Temporal.PlainDate): SessionDate => date.toString() as SessionDate;
/** The session of a day, or the last one before it where the exchange is closed. */
const onOrBefore = (date: Temporal.PlainDate): SessionDate => (sessionOn(iso(date)) ?? previousSession(iso(date))).date;

/** The third Friday; of VIX, the day 30 days before that of the month after: a Wednesday, or a Tuesday before Good Friday. */
const monthlyOf = (symbol: string, year: number, month: number): SessionDate => {
  if (symbol !== 'VIX') return onOrBefore(nthWeekday(year, month, 5, 3));
  const next = Temporal.PlainDate.from({ year, month, day: 1 }).add({ months: 1 });
  const friday = nthWeekday(next.year, next.month, 5, 3);
  const settled = calendarCovers(iso(friday)) ? Temporal.PlainDate.from(onOrBefore(friday)) : friday;
  return onOrBefore(settled.subtract({ days: 30 }));
};

const isQuarterEnd = (date: Temporal.PlainDate): boolean => {
  if (date.month % 3 !== 0) return false;
  const last = date.with({ day: date.daysInMonth });
  return onOrBefore(last) === iso(date);
};

/** Whose Monday series move to the Tuesday after a holiday Monday; everybody else's holidays move to the session before. */
const MONDAY_MOVES_ON: ReadonlySet<string> = new Set(['SPX', 'XSP']);

/** Whether a weekly series ends on this session: its own weekday's, or one whose weekday is a holiday beside it. */
const isWeekly = (symbol: string, date: Temporal.PlainDate): boolean => {
  const since = weekliesOf(symbol);
  const due = (day: Temporal.PlainDate): boolean => {
    const first = since[day.dayOfWeek as Weekday];
    return first !== undefined && iso(day) >= first;
  };
  if (due(date)) return true;
  const isHoliday = (day: Temporal.PlainDate): boolean =>
    day.dayOfWeek < 6 && calendarCovers(iso(day)) && sessionOn(iso(day)) === null;
  // A holiday of several days brings the series of all of them to the session before.
  for (let day = date.add({ days: 1 }); isHoliday(day); day = day.add({ days: 1 })) if (due(day)) return true;
  const yesterday = date.subtract({ days: 1 });
  return MONDAY_MOVES_ON.has(symbol) && yesterday.dayOfWeek === 1 && isHoliday(yesterday) && due(yesterday);
};

/** Whether options on `symbol` (an underlying, `SPX` for both of its roots) expire on that day; false outside the calendar. */
export const isExpiration = (symbol: string, date: SessionDate): boolean => {
  if (!calendarCovers(date) || sessionOn(date) === null) return false;
  const plain = Temporal.PlainDate.from(date);
  if (monthlyOf(symbol, plain.year, plain.month) === date) return true;
  if (isWeekly(symbol, plain)) return true;
  return QUARTERLIES.has(symbol) && date >= QUARTERLIES_SINCE && isQuarterEnd(plain);
};

/** The next `count` expirations on or after `from`, ascending; fewer where the calendar ends. */
export const expirationsOf = (symbol: string, from: SessionDate, count: number): readonly SessionDate[] => {
  const found: SessionDate[] = [];
  for (
    let day = Temporal.PlainDate.from(from);
    found.length < count && calendarCovers(iso(day));
    day = day.add({ days: 1 })
  )
    if (isExpiration(symbol, iso(day))) found.push(iso(day));
  return found;
};
