import { describe, expect, test } from 'bun:test';
import { type Instant, instant } from '../../../core/types.ts';
import type { Underlying } from '../contracts.ts';
import { readRow } from './answer.ts';
import { keyOf, lastEndBefore, type Question, questionsAt, weightOf } from './questions.ts';

const at = (text: string): Instant => instant(Date.parse(text));
const SPY: Underlying = { symbol: 'SPY', kind: 'stock', exchange: 'SMART', depth: true, trades: true, options: true };
const VIX: Underlying = { ...SPY, symbol: 'VIX', kind: 'index', depth: false, trades: false, options: false };
const named = (questions: readonly Question[]): string[] =>
  questions.map((question) => `${keyOf(question)} ${question.duration}`);

describe('what is asked of the past', () => {
  test('at the start: a year of days and of implied volatility, a month of half hours, five days of five minutes', () => {
    expect(named(questionsAt(at('2026-03-20T15:02:00Z'), [SPY, VIX], new Map()))).toEqual([
      'SPY daily 1 Y',
      'VIX daily 1 Y',
      'SPY volatility 1 Y',
      'SPY half-hours 1 M',
      'SPY five-minutes 5 D',
    ]);
  });

  test.each([
    ['within a bar', '2026-03-20T15:02:00Z', '5m', '2026-03-20T15:00:00Z'],
    ['in the first bar', '2026-03-20T13:34:00Z', '5m', '2026-03-19T20:00:00Z'],
    ['before the open', '2026-03-20T12:00:00Z', '30m', '2026-03-19T20:00:00Z'],
    ['after the close', '2026-03-20T21:00:00Z', '30m', '2026-03-20T20:00:00Z'],
    ['on a Sunday', '2026-03-22T15:00:00Z', '1d', '2026-03-20T20:00:00Z'],
    ['during a session, of days', '2026-03-20T15:00:00Z', '1d', '2026-03-19T20:00:00Z'],
    ['after an early close', '2026-11-27T19:00:00Z', '1d', '2026-11-27T18:00:00Z'],
    ['on the Monday after the clocks change', '2026-03-09T13:45:00Z', '5m', '2026-03-09T13:45:00Z'],
  ] as const)('the last bar that is over %s', (_name, now, interval, end) => {
    expect(new Date(lastEndBefore(at(now), interval)).toISOString()).toBe(new Date(end).toISOString());
  });

  test('a series that is known up to its last whole bar is not asked again; after a gap only as many days as it lasted', () => {
    const now = at('2026-03-20T15:02:00Z');
    const known = new Map<string, Instant>([
      ['SPY daily', at('2026-03-19T20:00:00Z')],
      ['SPY volatility', at('2026-03-16T20:00:00Z')],
      ['SPY half-hours', at('2026-03-20T15:00:00Z')],
      ['SPY five-minutes', at('2026-03-20T14:00:00Z')],
    ]);
    expect(named(questionsAt(now, [SPY], known))).toEqual(['SPY volatility 5 D', 'SPY five-minutes 2 D']);
  });

  test("a day's bar is asked for once its closing prints are in it", () => {
    const known = new Map<string, Instant>([['VIX daily', at('2026-03-19T20:00:00Z')]]);
    const daily = (now: string) => named(questionsAt(at(now), [VIX], known)).filter((name) => name.includes('daily'));
    expect(daily('2026-03-20T20:05:00Z')).toEqual([]);
    expect(daily('2026-03-20T20:10:00Z')).toEqual(['VIX daily 3 D']);
  });

  test('weighs by what it asks: the same words are the same request', () => {
    const [first, , , other] = questionsAt(at('2026-03-20T15:02:00Z'), [SPY], new Map());
    if (!first || !other) throw new Error('no questions');
    expect(weightOf(first)).toEqual({ identity: 'SPY TRADES 1 day 1 Y', series: 'SPY SMART TRADES', cost: 1 });
    expect(weightOf(other).series).toBe(weightOf(first).series);
    expect(weightOf(other).identity).not.toBe(weightOf(first).identity);
  });
});

describe('a row of an answer', () => {
  const now = at('2026-03-20T15:02:00Z');
  const question = (series: Question['series'], underlying = SPY): Question => ({
    series,
    underlying,
    duration: '1 D',
  });
  const row = (date: string, more = {}) => ({ date, open: 10, high: 12, low: 9, close: 11, volume: 500, ...more });
  const seconds = (text: string): string => String(Date.parse(text) / 1_000);

  test('of a day spans its session, an early close included', () => {
    expect(readRow(question('daily'), row('20251128'), now)).toEqual({
      kind: 'history-bar.seen',
      symbol: 'SPY',
      interval: '1d',
      openAt: at('2025-11-28T14:30:00Z'),
      endAt: at('2025-11-28T18:00:00Z'),
      open: 10,
      high: 12,
      low: 9,
      close: 11,
      volume: 500,
    });
  });

  test('of an index has no volume, whatever is sent for it', () => {
    expect(readRow(question('daily', VIX), row('20260319', { volume: 0 }), now)).toMatchObject({ volume: Number.NaN });
  });

  test('of implied volatility is its close', () => {
    expect(readRow(question('volatility'), row('20260319', { close: 0.187 }), now)).toEqual({
      kind: 'volatility-day.seen',
      symbol: 'SPY',
      date: '2026-03-19' as never,
      impliedVolatility: 0.187,
    });
  });

  test('that is not over yet is no fact', () => {
    expect(readRow(question('daily'), row('20260320'), now)).toBeNull();
    expect(readRow(question('five-minutes'), row(seconds('2026-03-20T15:00:00Z')), now)).toBeNull();
    expect(readRow(question('five-minutes'), row(seconds('2026-03-20T14:55:00Z')), now)).toMatchObject({ close: 11 });
  });

  test.each([
    ['a day without a session', 'daily', row('20260321')],
    ['a day that is none', 'daily', row('2026-03-19')],
    ['a stamp that is none', 'half-hours', row('20260319 10:00:00')],
    ['a bar before the open', 'half-hours', row(seconds('2026-03-19T13:00:00Z'))],
    ['no close', 'daily', row('20260319', { close: -1 })],
    ['a high below its close', 'daily', row('20260319', { high: 10.5 })],
    ['no open', 'daily', row('20260319', { open: undefined })],
  ] as const)('with %s is refused with a reason', (_name, series, bad) => {
    expect(typeof readRow(question(series), bad, now)).toBe('string');
  });
});
