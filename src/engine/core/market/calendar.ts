import { type Instant, instant, type SessionDate } from '../types.ts';
import { type CalendarOverrides, NO_OVERRIDES } from './calendar-overrides.ts';
import { earlyCloseOn, holidayOn, LAST_RULED_YEAR, nthWeekday } from './holidays.ts';

const ZONE = 'America/New_York';
/** New Year's Day 2004 is left out: the session before it is not known. */
const FIRST_DATE = '2004-01-02';
const LAST_DATE = `${LAST_RULED_YEAR}-12-31`;

/** One regular session of the New York Stock Exchange. `closeAt` is exclusive: 16:00, or 13:00 on an early close. */
export interface Session {
  readonly date: SessionDate;
  readonly openAt: Instant;
  readonly closeAt: Instant;
  readonly earlyClose: boolean;
}

/** A calendar day in New York: 23 to 25 hours long. */
interface Day {
  readonly date: SessionDate;
  readonly startAt: number;
  readonly endAt: number;
  readonly session: Session | null;
}

/** Whether `date` is a real day from 2004-01-02 to 2035-12-31, for which holidays are known. Never throws. */
export const calendarCovers = (date: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return false;
  if (date < FIRST_DATE || date > LAST_DATE) return false;
  const year = Number(date.slice(0, 4));
  const month = Number(date.slice(5, 7));
  const day = Number(date.slice(8, 10));
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  return Temporal.PlainDate.from({ year, month, day }, { overflow: 'constrain' }).day === day;
};

const requireCovered = (date: string): void => {
  if (calendarCovers(date)) return;
  throw new RangeError(
    `Session calendar: expected a date YYYY-MM-DD from ${FIRST_DATE} to ${LAST_DATE}, got "${date}"`,
  );
};

/** The instant of a wall-clock time in New York. `time` is `HH:MM` or `HH:MM:SS`. */
export const newYorkInstant = (date: SessionDate, time: string): Instant => {
  const zoned = Temporal.PlainDate.from(date).toZonedDateTime({
    timeZone: ZONE,
    plainTime: Temporal.PlainTime.from(time),
  });
  return instant(zoned.epochMilliseconds);
};

const isClosed = (date: SessionDate, dayOfWeek: number, { closures }: CalendarOverrides): boolean =>
  dayOfWeek > 5 || holidayOn(date) !== null || closures[date] !== undefined;

const buildDay = (date: SessionDate, overrides: CalendarOverrides): Day => {
  requireCovered(date);
  const plain = Temporal.PlainDate.from(date);
  const startAt = plain.toZonedDateTime(ZONE).epochMilliseconds;
  const endAt = plain.add({ days: 1 }).toZonedDateTime(ZONE).epochMilliseconds;
  if (isClosed(date, plain.dayOfWeek, overrides)) return { date, startAt, endAt, session: null };
  const earlyClose = earlyCloseOn(date) || overrides.earlyCloses[date] !== undefined;
  const session: Session = Object.freeze({
    date,
    openAt: newYorkInstant(date, '09:30:00'),
    closeAt: newYorkInstant(date, earlyClose ? '13:00:00' : '16:00:00'),
    earlyClose,
  });
  return { date, startAt, endAt, session };
};

// Memoised values of a pure function of date and overrides: they cannot change what a replay sees.
const daysUnder = new WeakMap<CalendarOverrides, Map<SessionDate, Day>>();
let installed: CalendarOverrides = NO_OVERRIDES;
let days = new Map<SessionDate, Day>();
daysUnder.set(installed, days);
let lastDay: Day | null = null;

/**
 * From here on, in this thread, sessions are the rules' with these exceptions. The core calls it with its own state's at
 * the beginning of every step, so that what was in force before cannot be seen; others once at their start, and when told.
 */
export const useCalendar = (overrides: CalendarOverrides): void => {
  if (overrides === installed) return;
  installed = overrides;
  lastDay = null;
  days = daysUnder.get(overrides) ?? new Map<SessionDate, Day>();
  daysUnder.set(overrides, days);
};

const dayOn = (date: SessionDate): Day => {
  const known = days.get(date);
  if (known) return known;
  const day = buildDay(date, installed);
  days.set(date, day);
  return day;
};

const dayAt = (at: Instant): Day => {
  if (lastDay !== null && at >= lastDay.startAt && at < lastDay.endAt) return lastDay;
  if (!Number.isFinite(at)) throw new RangeError(`Session calendar: expected milliseconds since 1970, got ${at}`);
  const zoned = Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(ZONE);
  lastDay = dayOn(zoned.toPlainDate().toString() as SessionDate);
  return lastDay;
};

/** The session of that day; null when the exchange is closed all day. */
export const sessionOn = (date: SessionDate): Session | null => dayOn(date).session;

/** The session that is open at this instant: open ≤ at < close. Constant time within a day. */
export const sessionAt = (at: Instant): Session | null => {
  const { session } = dayAt(at);
  return session !== null && at >= session.openAt && at < session.closeAt ? session : null;
};

export const dateInNewYork = (at: Instant): SessionDate => dayAt(at).date;

const step = (date: SessionDate, days: 1 | -1): Session => {
  let day = dayOn(date);
  do day = dayOn(Temporal.PlainDate.from(day.date).add({ days }).toString() as SessionDate);
  while (day.session === null);
  return day.session;
};

/** The first session strictly after `date`. */
export const nextSession = (date: SessionDate): Session => step(date, 1);
/** The last session strictly before `date`. */
export const previousSession = (date: SessionDate): Session => step(date, -1);

/**
 * When a contract stops being worth anything but its settlement: at the open of its expiry's session when it settles
 * by the opening prices, else at its close. An expiry on a closed day belongs to the session before it.
 */
export const expiresAt = (expiry: SessionDate, settlesAm: boolean): Instant => {
  const session = sessionOn(expiry) ?? previousSession(expiry);
  return settlesAm ? session.openAt : session.closeAt;
};

const AM_ON_THIRD_FRIDAY: ReadonlySet<string> = new Set(['SPX', 'NDX', 'RUT', 'DJX']);
const AM_ALWAYS: ReadonlySet<string> = new Set(['VIX', 'VIXW']);

/**
 * Whether a contract settles by the opening prices. Standard index roots do on the third Friday, or on the session
 * before it when that Friday is a holiday; VIX options always do; weekly roots (SPXW, NDXP, …) and stocks never.
 * Never throws: of a date that the calendar does not cover it knows no settlement, and says false.
 * Source: Cboe product specifications.
 */
export const settlesAm = (root: string, expiry: SessionDate): boolean => {
  if (AM_ALWAYS.has(root)) return true;
  if (!AM_ON_THIRD_FRIDAY.has(root) || !calendarCovers(expiry)) return false;
  const plain = Temporal.PlainDate.from(expiry);
  const thirdFriday = nthWeekday(plain.year, plain.month, 5, 3);
  const friday = thirdFriday.toString() as SessionDate;
  // Until February 2015 listings carried the Saturday after.
  if (plain.equals(thirdFriday) || plain.equals(thirdFriday.add({ days: 1 }))) return true;
  return sessionOn(friday) === null && previousSession(friday).date === expiry;
};

/**
 * What is wrong with starting at this instant: a calendar that ends within the coming year would stop being right while
 * the program runs. Null when this year and the next are covered.
 */
export const calendarProblem = (at: number): string | null => {
  const { year } = Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(ZONE);
  if (year + 1 <= LAST_RULED_YEAR && year >= Number(FIRST_DATE.slice(0, 4))) return null;
  return `Session calendar: it covers ${FIRST_DATE} to ${LAST_DATE}, and ${year} and ${year + 1} are needed. Check the rules in src/engine/core/market/holidays.ts against the years that NYSE has published since, and raise LAST_RULED_YEAR there`;
};
