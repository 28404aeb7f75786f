import { newYorkInstant } from '../../../engine/core/market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../../../engine/core/types.ts';
import type { Listing } from '../directory.ts';

export const WHAT_TO_SHOW = [
  'TRADES',
  'MIDPOINT',
  'BID',
  'ASK',
  'BID_ASK',
  'ADJUSTED_LAST',
  'HISTORICAL_VOLATILITY',
  'OPTION_IMPLIED_VOLATILITY',
] as const;
export type WhatToShow = (typeof WHAT_TO_SHOW)[number];

export interface HistoryQuery {
  readonly listing: Listing;
  readonly what: WhatToShow;
  /** Minutes of an intraday bar; null for days and longer. */
  readonly barMinutes: number | null;
  readonly dayGroup: 'day' | 'week' | 'month';
  /** Sessions the duration covers; null for a duration in seconds, which is `barCount` bars. */
  readonly sessions: number | null;
  readonly barCount: number;
  /** Exclusive. */
  readonly endAt: Instant;
}

/** Bar sizes in seconds. Source: IBKR TWS API, "Valid Bar Sizes". */
const BAR_SECONDS: Readonly<Record<string, number>> = {
  '1 secs': 1,
  '5 secs': 5,
  '10 secs': 10,
  '15 secs': 15,
  '30 secs': 30,
  '1 min': 60,
  '2 mins': 120,
  '3 mins': 180,
  '5 mins': 300,
  '10 mins': 600,
  '15 mins': 900,
  '20 mins': 1_200,
  '30 mins': 1_800,
  '1 hour': 3_600,
  '2 hours': 7_200,
  '3 hours': 10_800,
  '4 hours': 14_400,
  '8 hours': 28_800,
  '1 day': 86_400,
  '1W': 604_800,
  '1 week': 604_800,
  '1M': 2_592_000,
  '1 month': 2_592_000,
};
const DAY_SECONDS = 86_400;

/** Sessions in one unit of a duration. */
const SESSIONS_PER: Readonly<Record<string, number>> = { D: 1, W: 5, M: 21, Y: 252 };

/** Seconds of a bar size as clients write it; null for none of the vendor's. `5 min` and `1 hours` are understood too. */
export const barSecondsOf = (text: string): number | null => {
  const size = text.trim();
  return BAR_SECONDS[size] ?? BAR_SECONDS[`${size}s`] ?? BAR_SECONDS[size.replace(/s$/, '')] ?? null;
};

/** The range a duration covers: whole sessions, or a number of bars. Null when it is not a duration. */
export const spanOf = (
  durationText: string,
  barSeconds: number,
): Pick<HistoryQuery, 'sessions' | 'barCount'> | null => {
  const match = /^(\d+) ?([SDWMY])?$/.exec(durationText.trim());
  const count = Number(match?.[1]);
  if (!match || count === 0) return null;
  const unit = match[2] ?? 'S';
  const sessionsPer = SESSIONS_PER[unit];
  if (sessionsPer !== undefined) return { sessions: count * sessionsPer, barCount: 0 };
  return { sessions: null, barCount: Math.max(1, Math.ceil(count / barSeconds)) };
};

/** Sessions one request for bars of less than a day may cover; longer ones get 162. */
export const INTRADAY_SESSIONS_MAX = 66;

export const barShapeOf = (barSeconds: number): Pick<HistoryQuery, 'barMinutes' | 'dayGroup'> => ({
  barMinutes: barSeconds < DAY_SECONDS ? barSeconds / 60 : null,
  dayGroup: barSeconds <= DAY_SECONDS ? 'day' : barSeconds < 1_000_000 ? 'week' : 'month',
});

/**
 * An end as clients write it: empty for now, `yyyymmdd-hh:mm:ss` in UTC, `yyyymmdd hh:mm:ss [zone]` in that zone or
 * New York's. Null when it is none of these.
 */
export const endOf = (text: string, now: Instant): Instant | null => {
  const trimmed = text.trim();
  if (trimmed === '') return now;
  const match = /^(\d{4})(\d\d)(\d\d)(?:(-| +)(\d\d:\d\d:\d\d)(?: +(\S.*))?)?$/.exec(trimmed);
  if (!match) return null;
  const [, year, month, day, separator, time = '23:59:59', zone] = match;
  const date = `${year}-${month}-${day}`;
  try {
    if (separator === '-') return instant(Temporal.Instant.from(`${date}T${time}Z`).epochMilliseconds);
    if (zone === undefined || ZONES_OF_NEW_YORK.has(zone)) return newYorkInstant(date as SessionDate, time);
    return instant(Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone).epochMilliseconds);
  } catch {
    return null;
  }
};

const ZONES_OF_NEW_YORK = new Set(['US/Eastern', 'EST', 'EST5EDT', 'America/New_York']);
