import { describe, expect, test } from 'bun:test';
import { sessionOn } from '../../../../engine/core/market/calendar.ts';
import type { SessionDate } from '../../../../engine/core/types.ts';
import { profileOf } from '../instruments/profiles.ts';
import { expirationsOn, nearExpirations } from './expirations.ts';

const day = (text: string): SessionDate => text as SessionDate;
const listed = (symbol: string, on: string) => {
  const { options } = profileOf(symbol);
  if (!options) throw new Error(`${symbol} has no options`);
  return expirationsOn(options, day(on));
};
const datesOf = (symbol: string, on: string, root?: string): string[] =>
  listed(symbol, on)
    .filter((one) => root === undefined || one.root === root)
    .map(({ date }) => date);

// Every date below was read off a calendar of 2026 by hand.
describe('the listing calendar', () => {
  test('has an expiry every session for funds and the index: eight ahead, over weekend and Thanksgiving', () => {
    const dailies = [
      '2026-11-18',
      '2026-11-19',
      '2026-11-20',
      '2026-11-23',
      '2026-11-24',
      '2026-11-25',
      '2026-11-27',
      '2026-11-30',
    ];
    for (const symbol of ['SPX', 'SPY', 'QQQ', 'IWM']) {
      const dates = datesOf(symbol, '2026-11-18', symbol === 'SPX' ? 'SPXW' : undefined);
      expect(dates.slice(0, 8)).toEqual(dailies);
      expect(dates).not.toContain('2026-11-26');
    }
  });

  test('has Fridays alone for single names, with monthlies, the quarterly cycle and LEAPS behind them', () => {
    // Juneteenth 2027 is a Saturday, observed on the third Friday: its monthly expires on Thursday.
    expect(datesOf('AAPL', '2026-11-18')).toEqual([
      ...['2026-11-20', '2026-11-27', '2026-12-04', '2026-12-11', '2026-12-18', '2026-12-24', '2027-01-15'],
      ...['2027-02-19', '2027-03-19', '2027-06-17', '2027-09-17', '2028-01-21'],
    ]);
  });

  test.each([
    ['Good Friday 2026: Thursday', '2026-03-30', '2026-04-02', '2026-04-03'],
    ['Independence Day 2026, observed on Friday: Thursday', '2026-06-29', '2026-07-02', '2026-07-03'],
    ['Christmas 2026 on a Friday: the half-day before', '2026-12-21', '2026-12-24', '2026-12-25'],
    ['New Year 2027 on a Friday: the last day of the year', '2026-12-28', '2026-12-31', '2027-01-01'],
  ])('moves %s', (_name, monday, moved, holiday) => {
    expect(sessionOn(day(holiday))).toBeNull();
    const dates = datesOf('TSLA', monday);
    expect(dates[0]).toBe(moved);
    expect(dates).not.toContain(holiday);
  });

  test('moves the third Friday of June 2026, which is Juneteenth, to Thursday, for both roots of the index', () => {
    expect(datesOf('SPX', '2026-06-01', 'SPX')[0]).toBe('2026-06-18');
    expect(datesOf('SPX', '2026-06-01', 'SPXW')).toContain('2026-06-18');
    expect(datesOf('SPX', '2026-06-01')).not.toContain('2026-06-19');
    expect(datesOf('NVDA', '2026-06-15')[0]).toBe('2026-06-18');
  });

  test('lists what settles at the opening beside what settles at the close, until the day before', () => {
    const both = (on: string) =>
      listed('SPX', on)
        .filter(({ date }) => date === '2026-11-20')
        .map(({ root }) => root);
    expect(both('2026-11-19')).toEqual(['SPX', 'SPXW']);
    expect(both('2026-11-20')).toEqual(['SPXW']);
    expect(listed('SPX', '2026-11-18').filter(({ root, monthly }) => root === 'SPX' && !monthly)).toEqual([]);
  });

  test('has the ends of months and quarters for funds: Halloween 2026 is a Saturday, so the Friday before', () => {
    expect(datesOf('SPY', '2026-10-05')).toContain('2026-10-30');
    expect(datesOf('SPY', '2026-10-05')).toContain('2026-12-31');
    expect(datesOf('SPY', '2026-10-05')).toContain('2027-03-31');
    expect(datesOf('AAPL', '2026-10-05')).not.toContain('2027-03-31');
  });

  test('every expiry is a session on or after the day, once a root, in order', () => {
    for (const symbol of ['SPX', 'IWM', 'META'])
      for (const on of ['2026-01-02', '2026-04-02', '2026-06-18', '2026-09-30', '2026-12-24', '2035-12-20']) {
        const all = listed(symbol, on);
        expect(all.length).toBeGreaterThan(0);
        for (const { date } of all) {
          expect(date >= on).toBe(true);
          expect(sessionOn(date)).not.toBeNull();
        }
        expect(new Set(all.map(({ date, root }) => root + date)).size).toBe(all.length);
        expect(all.map(({ date }) => date)).toEqual(all.map(({ date }) => date).sort());
      }
  });

  test('names the two that dealers hedge first', () => {
    const spy = profileOf('SPY').options;
    const tsla = profileOf('TSLA').options;
    if (!spy || !tsla) throw new Error('no options');
    expect(nearExpirations(spy, day('2026-11-25'))).toEqual([day('2026-11-25'), day('2026-11-27')]);
    expect(nearExpirations(tsla, day('2026-12-24'))).toEqual([day('2026-12-24'), day('2026-12-31')]);
  });
});
