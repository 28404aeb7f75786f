import { describe, expect, test } from 'bun:test';
import type { SessionDate } from '../types.ts';
import { nextSession, sessionOn } from './calendar.ts';
import { expirationsOf, isExpiration } from './expirations.ts';
import { optionTradesUntil } from './option-hours.ts';

const day = (text: string): SessionDate => text as SessionDate;
const list = (symbol: string, from: string, count: number): string[] => [...expirationsOf(symbol, day(from), count)];

describe('expirations', () => {
  test.each(['SPX', 'SPY', 'QQQ', 'IWM'])('%s has had one on every session since mid-2024', (symbol) => {
    for (let at = nextSession(day('2024-06-10')); at.date < '2026-12-31'; at = nextSession(at.date))
      expect(isExpiration(symbol, at.date), `${symbol} ${at.date}`).toBe(true);
  });

  test.each([
    // The list that Cboe published when the Monday series of SPX began, with the Tuesday after Labor Day.
    [
      'SPX',
      '2016-08-17',
      [
        ...['2016-08-17', '2016-08-19', '2016-08-22', '2016-08-24', '2016-08-26', '2016-08-29', '2016-08-31'],
        ...['2016-09-02', '2016-09-06', '2016-09-07', '2016-09-09', '2016-09-12', '2016-09-14'],
      ],
    ],
    ['SPX', '2016-02-22', ['2016-02-26', '2016-03-02', '2016-03-04', '2016-03-09']],
    ['SPX', '2022-04-22', ['2022-04-22', '2022-04-25', '2022-04-26', '2022-04-27', '2022-04-29']],
    ['SPX', '2005-09-01', ['2005-09-16', '2005-10-21', '2005-11-04', '2005-11-11']],
    ['SPY', '2010-05-01', ['2010-05-21', '2010-06-11', '2010-06-18', '2010-06-25', '2010-06-30', '2010-07-02']],
    ['AAPL', '2026-01-26', ['2026-01-30', '2026-02-02', '2026-02-04', '2026-02-06', '2026-02-09']],
    // Presidents' Day: the Monday series is gone with the Friday before, Good Friday moves to the Thursday.
    ['AAPL', '2026-02-12', ['2026-02-13', '2026-02-18', '2026-02-20']],
    ['AAPL', '2026-03-31', ['2026-04-01', '2026-04-02', '2026-04-06']],
    ['F', '2026-11-23', ['2026-11-27', '2026-12-04', '2026-12-11', '2026-12-18']],
    // Cboe: 30 days before the third Friday after; 19 March 2019 was a Tuesday for Good Friday's sake.
    ['VIX', '2014-12-20', ['2015-01-21', '2015-02-18', '2015-03-18', '2015-04-15']],
    ['VIX', '2019-03-14', ['2019-03-19', '2019-03-20', '2019-03-27']],
    ['SPX', '2025-12-22', ['2025-12-22', '2025-12-23', '2025-12-24', '2025-12-26', '2025-12-29']],
  ])('of %s from %s on are as listed', (symbol, from, expected) => {
    expect(list(symbol, from, expected.length)).toEqual(expected);
  });

  test('are always sessions, ascending, and end with the calendar', () => {
    for (const symbol of ['SPX', 'SPY', 'TSLA', 'GE', 'VIX']) {
      const found = expirationsOf(symbol, day('2034-06-01'), 1_000);
      expect(found.length).toBeLessThan(1_000);
      expect([...found].sort()).toEqual([...found]);
      for (const date of found) expect(sessionOn(date)).not.toBeNull();
    }
    expect(isExpiration('SPY', day('2036-01-04'))).toBe(false);
    expect(isExpiration('SPY', day('2026-11-26'))).toBe(false);
  });
});

describe('option hours', () => {
  test.each([
    // Root, expiry, date, end of trading in New York.
    ['SPXW', '2026-11-20', '2026-11-18', '16:15'],
    ['SPXW', '2026-11-18', '2026-11-18', '16:00'],
    ['XSP', '2026-11-18', '2026-11-18', '16:00'],
    ['SPX', '2026-11-20', '2026-11-19', '16:15'],
    ['SPX', '2026-11-20', '2026-11-20', null],
    ['VIX', '2026-11-18', '2026-11-17', '16:15'],
    ['VIX', '2026-11-18', '2026-11-18', null],
    ['SPY', '2026-11-18', '2026-11-18', '16:15'],
    ['QQQ', '2026-11-20', '2026-11-18', '16:15'],
    ['IWM', '2026-11-20', '2026-11-18', '16:15'],
    ['AAPL', '2026-11-20', '2026-11-20', '16:00'],
    ['SPY', '2026-11-30', '2026-11-27', '13:15'],
    ['SPXW', '2026-11-27', '2026-11-27', '13:00'],
    ['SPXW', '2026-11-30', '2026-11-27', '13:15'],
    ['AAPL', '2026-11-27', '2026-11-27', '13:00'],
    ['AAPL', '2026-11-27', '2026-11-26', null],
    ['AAPL', '2026-11-20', '2026-11-23', null],
    // An expiry on Good Friday is of the Thursday.
    ['SPXW', '2022-04-15', '2022-04-14', '16:00'],
  ])('%s of %s trades on %s until %s', (root, expiry, date, expected) => {
    const until = optionTradesUntil(root, day(expiry), day(date));
    const clock =
      until && new Intl.DateTimeFormat('en-GB', { timeZone: 'America/New_York', timeStyle: 'short' }).format(until);
    expect(clock).toBe(expected);
  });
});
