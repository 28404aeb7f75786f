import { describe, expect, test } from 'bun:test';
import type { SessionDate } from '../types.ts';
import { instant } from '../types.ts';
import {
  calendarCovers,
  dateInNewYork,
  expiresAt,
  newYorkInstant,
  nextSession,
  previousSession,
  type Session,
  sessionAt,
  sessionOn,
  settlesAm,
} from './calendar.ts';

const day = (text: string): SessionDate => text as SessionDate;
const utc = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;

const sessionsOf = (year: number): Session[] => {
  const found: Session[] = [];
  for (let date = Temporal.PlainDate.from(`${year}-01-02`); date.year === year; date = date.add({ days: 1 })) {
    const session = sessionOn(day(date.toString()));
    if (session) found.push(session);
  }
  return found;
};

/** Published by NYSE; counts of trading days per year as commonly tabulated. */
const SESSIONS_PER_YEAR: readonly (readonly [number, number])[] = [
  [2004, 252],
  [2005, 252],
  [2006, 251],
  [2007, 251],
  [2008, 253],
  [2009, 252],
  [2010, 252],
  [2011, 252],
  [2012, 250],
  [2013, 252],
  [2014, 252],
  [2015, 252],
  [2016, 252],
  [2017, 251],
  [2018, 251],
  [2019, 252],
  [2020, 253],
  [2021, 252],
  [2022, 251],
  [2023, 250],
  [2024, 252],
  [2025, 250],
  [2026, 251],
];

describe('NYSE sessions', () => {
  test.each(SESSIONS_PER_YEAR)('%d had %d of them', (year, count) => {
    expect(sessionsOf(year).length).toBe(count);
  });
  test.each([
    ['2004-06-11', 'Reagan'],
    ['2004-12-24', 'Christmas on a Saturday'],
    ['2007-01-02', 'Ford'],
    ['2012-10-29', 'Sandy'],
    ['2012-10-30', 'Sandy'],
    ['2015-07-03', 'Independence Day on a Saturday'],
    ['2018-12-05', 'Bush'],
    ['2021-07-05', 'Independence Day on a Sunday'],
    ['2022-04-15', 'Good Friday'],
    ['2022-06-20', 'Juneteenth on a Sunday'],
    ['2023-01-02', "New Year's Day on a Sunday"],
    ['2024-03-29', 'Good Friday'],
    ['2025-01-09', 'Carter'],
    ['2026-06-19', 'Juneteenth'],
    ['2026-07-03', 'Independence Day on a Saturday'],
    ['2027-06-18', 'Juneteenth on a Saturday'],
    ['2027-12-24', 'Christmas on a Saturday'],
    ['2026-11-21', 'a Saturday'],
  ])('there is none on %s (%s)', (date) => {
    expect(sessionOn(day(date))).toBeNull();
  });
  test.each([
    ['2010-12-31', "before a New Year's Day on a Saturday"],
    ['2021-12-31', "before a New Year's Day on a Saturday"],
    ['2021-06-18', 'Juneteenth was no holiday yet'],
    ['2022-12-23', 'before a Christmas on a Sunday'],
    ['2021-07-02', 'before an Independence Day on a Sunday'],
    ['2016-07-01', 'before an Independence Day on a Monday'],
  ])('there is a full one on %s (%s)', (date) => {
    expect(sessionOn(day(date))?.earlyClose).toBe(false);
  });
  test('early closes are those that NYSE published', () => {
    const early = [2007, 2013, 2017, 2023, 2024, 2025, 2026].flatMap((year) =>
      sessionsOf(year).flatMap((session) => (session.earlyClose ? [session.date as string] : [])),
    );
    expect(early).toEqual([
      ...['2007-07-03', '2007-11-23', '2007-12-24'],
      ...['2013-07-03', '2013-11-29', '2013-12-24'],
      ...['2017-07-03', '2017-11-24'],
      ...['2023-07-03', '2023-11-24'],
      ...['2024-07-03', '2024-11-29', '2024-12-24'],
      ...['2025-07-03', '2025-11-28', '2025-12-24'],
      ...['2026-11-27', '2026-12-24'],
    ]);
  });
  test('open and close in local time on both sides of each change of clocks', () => {
    expect(sessionOn(day('2026-03-06'))?.openAt as number).toBe(utc('2026-03-06T14:30:00Z'));
    expect(sessionOn(day('2026-03-09'))?.openAt as number).toBe(utc('2026-03-09T13:30:00Z'));
    expect(sessionOn(day('2026-10-30'))?.closeAt as number).toBe(utc('2026-10-30T20:00:00Z'));
    expect(sessionOn(day('2026-11-02'))?.closeAt as number).toBe(utc('2026-11-02T21:00:00Z'));
    expect(sessionOn(day('2026-11-27'))?.closeAt as number).toBe(utc('2026-11-27T18:00:00Z'));
  });
  test('hold from their open until just before their close', () => {
    const session = sessionOn(day('2026-11-20')) as Session;
    expect(sessionAt(session.openAt)).toBe(session);
    expect(sessionAt(instant(session.closeAt - 1))).toBe(session);
    expect(sessionAt(session.closeAt)).toBeNull();
    expect(sessionAt(instant(session.openAt - 1))).toBeNull();
  });
  test('next and previous skip weekends and holidays', () => {
    expect(nextSession(day('2026-11-25')).date).toBe(day('2026-11-27'));
    expect(nextSession(day('2026-11-26')).date).toBe(day('2026-11-27'));
    expect(previousSession(day('2026-07-06')).date).toBe(day('2026-07-02'));
    expect(previousSession(day('2012-10-31')).date).toBe(day('2012-10-26'));
  });
});

describe('New York days', () => {
  test('begin at local midnight, also on the days of 23 and 25 hours', () => {
    expect(dateInNewYork(instant(utc('2026-03-08T04:59:59.999Z')))).toBe(day('2026-03-07'));
    expect(dateInNewYork(instant(utc('2026-03-08T05:00:00Z')))).toBe(day('2026-03-08'));
    expect(dateInNewYork(instant(utc('2026-03-09T03:59:59Z')))).toBe(day('2026-03-08'));
    expect(dateInNewYork(instant(utc('2026-11-01T04:00:00Z')))).toBe(day('2026-11-01'));
    expect(dateInNewYork(instant(utc('2026-11-02T04:59:59Z')))).toBe(day('2026-11-01'));
    expect(dateInNewYork(instant(utc('2026-11-02T05:00:00Z')))).toBe(day('2026-11-02'));
  });
  test('are the same asked in any order', () => {
    const ask = (text: string): string => dateInNewYork(instant(utc(text)));
    expect([ask('2026-11-20T15:00:00Z'), ask('2004-01-05T15:00:00Z'), ask('2026-11-20T15:00:01Z')]).toEqual([
      '2026-11-20',
      '2004-01-05',
      '2026-11-20',
    ]);
  });
  test('a wall-clock time is that instant', () => {
    expect(newYorkInstant(day('2026-11-20'), '09:30:00') as number).toBe(utc('2026-11-20T14:30:00Z'));
    expect(newYorkInstant(day('2026-07-20'), '16:15') as number).toBe(utc('2026-07-20T20:15:00Z'));
  });
  test.each(['2003-12-31', '2004-01-01', '2036-01-01', '2026-02-30', '2026-13-01', '20261120', '', '2026-00-10'])(
    'outside 2004 to 2035, or no day at all, is refused with what was expected: "%s"',
    (date) => {
      expect(calendarCovers(date)).toBe(false);
      expect(() => sessionOn(day(date))).toThrow(/expected a date YYYY-MM-DD from 2004-01-02 to 2035-12-31/);
    },
  );
  test('an instant that is not a number is refused', () => {
    expect(() => sessionAt(instant(Number.NaN))).toThrow(/expected milliseconds/);
    expect(() => sessionAt(instant(0))).toThrow(/1969-12-31/);
  });
});

describe('expiry', () => {
  test.each([
    ['2026-09-18', false, '2026-09-18T20:00:00Z', 'the close'],
    ['2026-09-18', true, '2026-09-18T13:30:00Z', 'the open'],
    ['2026-11-27', false, '2026-11-27T18:00:00Z', 'an early close'],
    ['2022-04-15', false, '2022-04-14T20:00:00Z', 'the close before a holiday'],
    ['2022-04-15', true, '2022-04-14T13:30:00Z', 'the open before a holiday'],
    ['2012-06-16', true, '2012-06-15T13:30:00Z', 'the Friday before an old Saturday date'],
    ['2022-03-11', false, '2022-03-11T21:00:00Z', 'the close in winter time'],
    ['2022-03-14', false, '2022-03-14T20:00:00Z', 'the close in summer time'],
  ])('of %s, by the open: %p, is at %s (%s)', (expiry, am, at) => {
    expect(expiresAt(day(expiry), am) as number).toBe(utc(at));
  });
  test.each([
    ['SPX', '2026-09-18', true],
    ['SPX', '2026-09-17', false],
    ['SPX', '2026-09-25', false],
    ['SPX', '2022-04-14', true],
    ['SPX', '2022-04-15', true],
    ['SPX', '2012-06-16', true],
    ['SPXW', '2026-09-18', false],
    ['SPXW', '2022-04-14', false],
    ['NDX', '2026-09-18', true],
    ['NDXP', '2026-09-18', false],
    ['RUT', '2026-09-18', true],
    ['RUTW', '2026-09-18', false],
    ['VIX', '2026-09-16', true],
    ['XSP', '2026-09-18', false],
    ['SPY', '2026-09-18', false],
    ['SPX', '2026-02-31', false],
    ['SPX', '2099-09-18', false],
    ['SPX', '2004-01-02', false],
    ['SPX', '2035-12-21', true],
  ])('%s of %s settles by the open: %p', (root, expiry, am) => {
    expect(settlesAm(root, day(expiry))).toBe(am);
  });
});
