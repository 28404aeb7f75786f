import { nextSession, previousSession, sessionOn } from '../../../../engine/core/market/calendar.ts';
import type { SessionDate } from '../../../../engine/core/types.ts';
import type { OptionProfile } from '../instruments/profiles.ts';

/** How far each kind is listed ahead. */
const DAILY_SESSIONS = 8;
const WEEKLY_FRIDAYS = 6;
const MONTHLIES = 4;
const QUARTER_ENDS = 3;
const MONTH_ENDS = 2;
const LEAPS_YEARS = 2;
/** The calendar ends with 2035: nothing expires beyond it. */
const LAST_DATE = '2035-12-31';

export interface Expiration {
  readonly date: SessionDate;
  /** OSI root. */
  readonly root: string;
  /** Third Fridays hold more interest than the weeks between. */
  readonly monthly: boolean;
}

type Plain = Temporal.PlainDate;
const plain = (date: string): Plain => Temporal.PlainDate.from(date);

/** An expiry on a day without a session belongs to the session before it. */
const sessionFor = (day: Plain): SessionDate => {
  const date = day.toString() as SessionDate;
  if (date > LAST_DATE) return date;
  return sessionOn(date) ? date : previousSession(date).date;
};

const fridayOnOrAfter = (day: Plain): Plain => day.add({ days: (5 - day.dayOfWeek + 7) % 7 });
const thirdFriday = (year: number, month: number): Plain =>
  fridayOnOrAfter(Temporal.PlainDate.from({ year, month, day: 15 }));
const lastSessionOf = (month: Temporal.PlainYearMonth): SessionDate =>
  sessionFor(month.toPlainDate({ day: month.daysInMonth }));

const dailies = (from: SessionDate): SessionDate[] => {
  const dates: SessionDate[] = [from];
  while (dates.length < DAILY_SESSIONS && (dates.at(-1) as SessionDate) < LAST_DATE)
    dates.push(nextSession(dates.at(-1) as SessionDate).date);
  return dates;
};

const fridays = (from: SessionDate): SessionDate[] => {
  const first = fridayOnOrAfter(plain(from));
  return Array.from({ length: WEEKLY_FRIDAYS }, (_, week) => sessionFor(first.add({ weeks: week })));
};

/** The next third Fridays, then those of the quarterly cycle up to a year, then the Januaries of the years after. */
const monthlies = (from: SessionDate): SessionDate[] => {
  const dates: SessionDate[] = [];
  const start = plain(from).toPlainYearMonth();
  for (let ahead = 0; ahead <= 12; ahead++) {
    const month = start.add({ months: ahead });
    const date = sessionFor(thirdFriday(month.year, month.month));
    if (date >= from && (dates.length < MONTHLIES || month.month % 3 === 0)) dates.push(date);
  }
  for (let year = 1; year <= LEAPS_YEARS; year++) dates.push(sessionFor(thirdFriday(start.year + year, 1)));
  return dates;
};

const monthEnds = (from: SessionDate): SessionDate[] => {
  const start = plain(from).toPlainYearMonth();
  const ends: SessionDate[] = [];
  let quarters = 0;
  for (let ahead = 0; quarters < QUARTER_ENDS; ahead++) {
    const month = start.add({ months: ahead });
    const quarterly = month.month % 3 === 0;
    if (quarterly) quarters++;
    if (quarterly || ahead < MONTH_ENDS) ends.push(lastSessionOf(month));
  }
  return ends;
};

/**
 * What is listed on a session's morning, by date: every session for those with dailies, Fridays, third Fridays, ends of
 * months and quarters, LEAPS in January. A holiday moves an expiry to the session before it. What settles at the opening
 * of its expiry is gone by then. Source: Cboe and OCC listing schedules.
 */
export const expirationsOn = (options: OptionProfile, session: SessionDate): readonly Expiration[] => {
  const months = new Set(monthlies(session));
  const all = new Set([...fridays(session), ...months]);
  if (options.cycle === 'daily') for (const date of [...dailies(session), ...monthEnds(session)]) all.add(date);
  const { root, amRoot } = options;
  const listed: Expiration[] = [];
  for (const date of [...all].sort()) {
    if (date < session || date > LAST_DATE) continue;
    const monthly = months.has(date);
    if (monthly && amRoot !== null && date > session) listed.push({ date, root: amRoot, monthly });
    listed.push({ date, root, monthly });
  }
  return listed;
};

/** The two that expire next: what dealers hedge within the day. */
export const nearExpirations = (options: OptionProfile, session: SessionDate): readonly SessionDate[] => {
  if (options.cycle === 'daily') return [session, nextSession(session).date];
  const [first, second] = fridays(session).filter((date) => date >= session);
  return first && second ? [first, second] : [];
};
