import { describe, expect, test } from 'bun:test';
import type { SessionDate } from '../types.ts';
import { calendarProblem, expiresAt, sessionOn, settlesAm } from './calendar.ts';

/**
 * NYSE's closures and its closes at 13:00, `MMDD`: as published each year up to 2028 with the ad-hoc closures since; from
 * then on by the exchange's Rule 7.2 worked out apart from the code here. Weekends are left out.
 */
const PUBLISHED: Readonly<Record<number, readonly [string, string]>> = {
  2005: ['0117 0221 0325 0530 0704 0905 1124 1226', '1125'],
  2006: ['0102 0116 0220 0414 0529 0704 0904 1123 1225', '0703 1124'],
  2007: ['0101 0102 0115 0219 0406 0528 0704 0903 1122 1225', '0703 1123 1224'],
  2008: ['0101 0121 0218 0321 0526 0704 0901 1127 1225', '0703 1128 1224'],
  2009: ['0101 0119 0216 0410 0525 0703 0907 1126 1225', '1127 1224'],
  2010: ['0101 0118 0215 0402 0531 0705 0906 1125 1224', '1126'],
  2011: ['0117 0221 0422 0530 0704 0905 1124 1226', '1125'],
  2012: ['0102 0116 0220 0406 0528 0704 0903 1029 1030 1122 1225', '0703 1123 1224'],
  2013: ['0101 0121 0218 0329 0527 0704 0902 1128 1225', '0703 1129 1224'],
  2014: ['0101 0120 0217 0418 0526 0704 0901 1127 1225', '0703 1128 1224'],
  2015: ['0101 0119 0216 0403 0525 0703 0907 1126 1225', '1127 1224'],
  2016: ['0101 0118 0215 0325 0530 0704 0905 1124 1226', '1125'],
  2017: ['0102 0116 0220 0414 0529 0704 0904 1123 1225', '0703 1124'],
  2018: ['0101 0115 0219 0330 0528 0704 0903 1122 1205 1225', '0703 1123 1224'],
  2019: ['0101 0121 0218 0419 0527 0704 0902 1128 1225', '0703 1129 1224'],
  2020: ['0101 0120 0217 0410 0525 0703 0907 1126 1225', '1127 1224'],
  2021: ['0101 0118 0215 0402 0531 0705 0906 1125 1224', '1126'],
  2022: ['0117 0221 0415 0530 0620 0704 0905 1124 1226', '1125'],
  2023: ['0102 0116 0220 0407 0529 0619 0704 0904 1123 1225', '0703 1124'],
  2024: ['0101 0115 0219 0329 0527 0619 0704 0902 1128 1225', '0703 1129 1224'],
  2025: ['0101 0109 0120 0217 0418 0526 0619 0704 0901 1127 1225', '0703 1128 1224'],
  2026: ['0101 0119 0216 0403 0525 0619 0703 0907 1126 1225', '1127 1224'],
  2027: ['0101 0118 0215 0326 0531 0618 0705 0906 1125 1224', '1126'],
  2028: ['0117 0221 0414 0529 0619 0704 0904 1123 1225', '0703 1124'],
  2029: ['0101 0115 0219 0330 0528 0619 0704 0903 1122 1225', '0703 1123 1224'],
  2030: ['0101 0121 0218 0419 0527 0619 0704 0902 1128 1225', '0703 1129 1224'],
  2031: ['0101 0120 0217 0411 0526 0619 0704 0901 1127 1225', '0703 1128 1224'],
  2032: ['0101 0119 0216 0326 0531 0618 0705 0906 1125 1224', '1126'],
  2033: ['0117 0221 0415 0530 0620 0704 0905 1124 1226', '1125'],
  2034: ['0102 0116 0220 0407 0529 0619 0704 0904 1123 1225', '0703 1124'],
  2035: ['0101 0115 0219 0323 0528 0619 0704 0903 1122 1225', '0703 1123 1224'],
};
const YEARS = Object.keys(PUBLISHED).map(Number);

const dated = (year: number, list: string): string[] =>
  list.split(' ').map((text) => `${year}-${text.slice(0, 2)}-${text.slice(2)}`);
const DAY_MS = 86_400_000;
/** Every day of a year by plain arithmetic on UTC midnights. */
const daysOf = (year: number): { date: string; weekday: number }[] => {
  const days = [];
  for (let ms = Date.UTC(year, 0, 1); ms < Date.UTC(year + 1, 0, 1); ms += DAY_MS)
    days.push({ date: new Date(ms).toISOString().slice(0, 10), weekday: new Date(ms).getUTCDay() });
  return days;
};

/** Hours that New York is behind UTC on that day, by the Energy Policy Act of 2005 and the law before it. */
const behindUtc = (date: string): number => {
  const year = Number(date.slice(0, 4));
  const sundays = (month: number): string[] =>
    daysOf(year)
      .filter(({ date: day, weekday }) => weekday === 0 && Number(day.slice(5, 7)) === month)
      .map(({ date: day }) => day);
  const from = year >= 2007 ? sundays(3)[1] : sundays(4)[0];
  const until = year >= 2007 ? sundays(11)[0] : sundays(10).at(-1);
  return date >= (from ?? '') && date < (until ?? '') ? 4 : 5;
};
const utc = (date: string, hour: number, minute = 0): number =>
  Date.parse(`${date}T00:00:00Z`) + (hour + behindUtc(date)) * 3_600_000 + minute * 60_000;

describe('the calendar of every year', () => {
  test.each(YEARS)('%d is open, closed and closed early as published, on New York time', (year) => {
    const [closures = '', earlyCloses = ''] = PUBLISHED[year] ?? [];
    const closed = new Set(dated(year, closures));
    const early = new Set(dated(year, earlyCloses));
    let sessions = 0;
    for (const { date, weekday } of daysOf(year)) {
      const session = sessionOn(date as SessionDate);
      expect(session === null, date).toBe(weekday === 0 || weekday === 6 || closed.has(date));
      if (session === null) continue;
      sessions++;
      expect([session.openAt, session.closeAt, session.earlyClose] as unknown[], date).toEqual([
        utc(date, 9, 30),
        utc(date, early.has(date) ? 13 : 16),
        early.has(date),
      ]);
    }
    expect(sessions).toBe(daysOf(year).filter(({ weekday }) => weekday > 0 && weekday < 6).length - closed.size);
  });

  test('covers 4 July and Christmas on every day of the week', () => {
    for (const monthDay of ['07-04', '12-25']) {
      const weekdays = new Set(YEARS.map((year) => new Date(`${year}-${monthDay}T00:00:00Z`).getUTCDay()));
      expect(weekdays.size).toBe(7);
    }
  });
});

describe('expiry instants of twenty years', () => {
  const thirdFridays = YEARS.filter((year) => year >= 2010 && year < 2030).flatMap((year) =>
    Array.from({ length: 12 }, (_, month) => {
      const fridays = daysOf(year).filter(
        ({ date, weekday }) => weekday === 5 && Number(date.slice(5, 7)) === month + 1,
      );
      return fridays[2]?.date ?? '';
    }),
  );

  test('a.m. settlement is at the open and p.m. settlement at the close of the third Friday, or of the day before a holiday', () => {
    let moved = 0;
    for (const friday of thirdFridays) {
      const [closures = ''] = PUBLISHED[Number(friday.slice(0, 4))] ?? [];
      const isHoliday = dated(Number(friday.slice(0, 4)), closures).includes(friday);
      const day = isHoliday ? new Date(Date.parse(`${friday}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10) : friday;
      if (isHoliday) moved++;
      expect(settlesAm('SPX', friday as SessionDate), friday).toBe(true);
      expect(settlesAm('SPX', day as SessionDate), day).toBe(true);
      expect(settlesAm('SPXW', friday as SessionDate), friday).toBe(false);
      expect(expiresAt(friday as SessionDate, true) as number, friday).toBe(utc(day, 9, 30));
      expect(expiresAt(friday as SessionDate, false) as number, friday).toBe(utc(day, 16));
    }
    expect(thirdFridays).toHaveLength(240);
    // Good Friday of 2014, 2019, 2022 and 2025, and Juneteenth of 2026 and (observed) 2027.
    expect(moved).toBe(6);
  });

  test.each([
    // The sessions on either side of a Sunday on which clocks change.
    ['2024-03-08', '2024-03-08T21:00:00Z'],
    ['2024-03-11', '2024-03-11T20:00:00Z'],
    ['2024-11-01', '2024-11-01T20:00:00Z'],
    ['2024-11-04', '2024-11-04T21:00:00Z'],
    ['2026-03-06', '2026-03-06T21:00:00Z'],
    ['2026-03-09', '2026-03-09T20:00:00Z'],
    // Those Sundays themselves belong to the Friday before.
    ['2026-03-08', '2026-03-06T21:00:00Z'],
    ['2026-11-01', '2026-10-30T20:00:00Z'],
    // Eves of holidays that close early, and one that does not.
    ['2013-07-03', '2013-07-03T17:00:00Z'],
    ['2018-12-24', '2018-12-24T18:00:00Z'],
    ['2024-11-29', '2024-11-29T18:00:00Z'],
    ['2024-12-24', '2024-12-24T18:00:00Z'],
    ['2025-07-03', '2025-07-03T17:00:00Z'],
    ['2026-07-02', '2026-07-02T20:00:00Z'],
    // Ad-hoc closures: what was to expire then expired the session before.
    ['2018-12-05', '2018-12-04T21:00:00Z'],
    ['2012-10-29', '2012-10-26T20:00:00Z'],
    ['2025-01-09', '2025-01-08T21:00:00Z'],
  ])('a p.m. contract of %s expires at %s', (expiry, at) => {
    expect(new Date(expiresAt(expiry as SessionDate, false)).toISOString()).toBe(at.replace('Z', '.000Z'));
  });
});

test('a start is refused when this year or the next is not covered, with the file that has to be extended', () => {
  expect(calendarProblem(Date.UTC(2026, 10, 25))).toBeNull();
  expect(calendarProblem(Date.UTC(2034, 11, 31, 12))).toBeNull();
  expect(calendarProblem(Date.UTC(2035, 0, 1, 12))).toMatch(
    /2035 and 2036 are needed.*src\/engine\/core\/market\/holidays.ts/,
  );
  expect(calendarProblem(Date.UTC(1999, 0, 1))).toMatch(/covers 2004-01-02/);
});
