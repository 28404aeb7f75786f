import { dateInNewYork, newYorkInstant, sessionOn } from '../../../core/market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../../../core/types.ts';

/** Budgets and periods run on the wall's time; sessions open on the market's, which a sandbox may speed up. */
export interface Moment {
  /** Milliseconds; only differences count. */
  readonly wallMs: number;
  readonly at: Instant;
}

/**
 * `early`: a session's day from 08:00 in New York to its open. `open`: until the last options stop trading, 15 minutes
 * after the close. `after`: until 20:00. `night`: the rest, holidays and weekends whole.
 */
export type Phase = 'early' | 'open' | 'after' | 'night';

const MINUTE_MS = 60_000;
const OPTIONS_TRADE_ON_MS = 15 * MINUTE_MS;
/** Vendors and brokers settle their day; nothing is changed or refreshed meanwhile. */
const WIND_DOWN_MS = 30 * MINUTE_MS;
const EARLY_FROM = '08:00';
const AFTER_UNTIL = '20:00';
const HISTORY_FROM = '16:30';
/** Backfill ends before the first real-time call of the morning, its minute's budget included. */
const HISTORY_ENDS_BEFORE_MS = 5 * MINUTE_MS;

interface DayTimes {
  readonly startAt: number;
  readonly endAt: number;
  readonly earlyAt: number;
  readonly openAt: number;
  readonly optionsEndAt: number;
  readonly afterEndAt: number;
  readonly historyAt: number;
  readonly quietAt: number;
  readonly isSession: boolean;
  readonly refreshAt: number | null;
}

const timesOf = (date: SessionDate): DayTimes => {
  const session = sessionOn(date);
  const day = Temporal.PlainDate.from(date);
  const closeAt = session?.closeAt ?? 0;
  return {
    startAt: newYorkInstant(date, '00:00'),
    endAt: newYorkInstant(day.add({ days: 1 }).toString() as SessionDate, '00:00'),
    earlyAt: newYorkInstant(date, EARLY_FROM),
    openAt: session?.openAt ?? 0,
    optionsEndAt: closeAt + OPTIONS_TRADE_ON_MS,
    afterEndAt: newYorkInstant(date, AFTER_UNTIL),
    historyAt: newYorkInstant(date, HISTORY_FROM),
    quietAt: closeAt + WIND_DOWN_MS,
    isSession: session !== null,
    refreshAt: day.dayOfWeek === 7 ? newYorkInstant(date, '18:00') : null,
  };
};

/** What the New York calendar says of an instant. Remembers the last day it was asked about. */
export const createCalendar = () => {
  let day: DayTimes | null = null;
  const dayOf = (at: Instant): DayTimes => {
    if (day === null || at < day.startAt || at >= day.endAt) day = timesOf(dateInNewYork(at));
    return day;
  };
  return {
    phase: (at: Instant): Phase => {
      const { isSession, earlyAt, openAt, optionsEndAt, afterEndAt } = dayOf(at);
      if (!isSession || at < earlyAt || at >= afterEndAt) return 'night';
      if (at < openAt) return 'early';
      return at < optionsEndAt ? 'open' : 'after';
    },
    /** Past days may be asked for: from 16:30 of a session's day until shortly before the next one's morning. */
    mayBackfill: (at: Instant): boolean => {
      const { isSession, earlyAt, historyAt } = dayOf(at);
      return !isSession || at >= historyAt || at < earlyAt - HISTORY_ENDS_BEFORE_MS;
    },
    /** Keys may change: half an hour after the close until the next session's morning. */
    isQuiet: (at: Instant): boolean => {
      const { isSession, earlyAt, quietAt } = dayOf(at);
      return !isSession || at >= quietAt || at < earlyAt;
    },
    /** When keys may change next; now if they may. */
    quietAt: (at: Instant): Instant => {
      const { isSession, earlyAt, quietAt } = dayOf(at);
      return !isSession || at >= quietAt || at < earlyAt ? at : instant(quietAt);
    },
    /** Sunday 18:00 in New York has passed today. */
    refreshDue: (at: Instant): number | null => {
      const { refreshAt } = dayOf(at);
      return refreshAt !== null && at >= refreshAt ? refreshAt : null;
    },
  };
};
export type Calendar = ReturnType<typeof createCalendar>;

/** The last `count` sessions that are over at this instant, newest first. */
export const sessionsOver = (at: Instant, count: number): SessionDate[] => {
  const dates: SessionDate[] = [];
  let date = Temporal.PlainDate.from(dateInNewYork(at));
  for (let back = 0; dates.length < count && back < count * 2 + 10; back++) {
    const session = sessionOn(date.toString() as SessionDate);
    if (session && session.closeAt + WIND_DOWN_MS <= at) dates.push(session.date);
    date = date.subtract({ days: 1 });
  }
  return dates;
};
