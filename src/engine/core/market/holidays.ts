import type { SessionDate } from '../types.ts';

/** Full-day closures that no rule foretells. Source: NYSE holiday history. */
const UNSCHEDULED: Readonly<Record<string, string>> = {
  '2004-06-11': 'Mourning for President Reagan',
  '2007-01-02': 'Mourning for President Ford',
  '2012-10-29': 'Hurricane Sandy',
  '2012-10-30': 'Hurricane Sandy',
  '2018-12-05': 'Mourning for President Bush',
  '2025-01-09': 'Mourning for President Carter',
};

const SATURDAY = 6;
const SUNDAY = 7;

/** The last year whose holidays these rules have been held against NYSE's published calendars for: extend with care. */
export const LAST_RULED_YEAR = 2035;

/** The `n`th given weekday (1 Monday … 7 Sunday) of a month. */
export const nthWeekday = (year: number, month: number, weekday: number, n: number): Temporal.PlainDate => {
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  return first.add({ days: ((weekday - first.dayOfWeek + 7) % 7) + 7 * (n - 1) });
};

/** Western Easter by the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, ch. 8). */
const easter = (year: number): Temporal.PlainDate => {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return Temporal.PlainDate.from({ year, month: Math.floor(n / 31), day: (n % 31) + 1 });
};

/** NYSE Rule 7.2: a holiday on a Sunday moves to Monday, on a Saturday to Friday. */
const observed = (year: number, month: number, day: number): Temporal.PlainDate => {
  const date = Temporal.PlainDate.from({ year, month, day });
  if (date.dayOfWeek === SUNDAY) return date.add({ days: 1 });
  return date.dayOfWeek === SATURDAY ? date.subtract({ days: 1 }) : date;
};

const holidaysOf = (year: number): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const add = (date: Temporal.PlainDate, name: string): void => {
    found.set(date.toString(), name);
  };
  const newYear = Temporal.PlainDate.from({ year, month: 1, day: 1 });
  // A Saturday 1 January is not observed: the Friday closes the accounting year.
  if (newYear.dayOfWeek !== SATURDAY) add(observed(year, 1, 1), "New Year's Day");
  add(nthWeekday(year, 1, 1, 3), 'Martin Luther King Jr. Day');
  add(nthWeekday(year, 2, 1, 3), "Washington's Birthday");
  add(easter(year).subtract({ days: 2 }), 'Good Friday');
  const lastOfMay = Temporal.PlainDate.from({ year, month: 5, day: 31 });
  add(lastOfMay.subtract({ days: lastOfMay.dayOfWeek - 1 }), 'Memorial Day');
  if (year >= 2022) add(observed(year, 6, 19), 'Juneteenth');
  add(observed(year, 7, 4), 'Independence Day');
  add(nthWeekday(year, 9, 1, 1), 'Labor Day');
  add(nthWeekday(year, 11, 4, 4), 'Thanksgiving Day');
  add(observed(year, 12, 25), 'Christmas Day');
  for (const [date, name] of Object.entries(UNSCHEDULED)) if (date.startsWith(String(year))) found.set(date, name);
  return found;
};

const years = new Map<number, ReadonlyMap<string, string>>();

/** The name of the holiday that closes NYSE on that day; null on sessions and ordinary weekends. */
export const holidayOn = (date: SessionDate): string | null => {
  const year = Number(date.slice(0, 4));
  let known = years.get(year);
  if (!known) {
    known = holidaysOf(year);
    years.set(year, known);
  }
  return known.get(date) ?? null;
};

/** Whether a day that is a session closes at 13:00: 3 July, the day after Thanksgiving, Christmas Eve. */
export const earlyCloseOn = (date: SessionDate): boolean => {
  const monthDay = date.slice(5);
  if (monthDay === '07-03' || monthDay === '12-24') return true;
  return (
    date ===
    nthWeekday(Number(date.slice(0, 4)), 11, 4, 4)
      .add({ days: 1 })
      .toString()
  );
};
