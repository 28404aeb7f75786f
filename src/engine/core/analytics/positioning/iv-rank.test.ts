import { describe, expect, test } from 'bun:test';
import { hasRecordedData, readRecordedText } from '../../../../../tests/support/reference.ts';
import { newYorkInstant } from '../../market/calendar.ts';
import type { SessionDate } from '../../types.ts';
import { createIvRank, type IvRank, ivRankOf, onIvRankDay } from './iv-rank.ts';

const VIX = 'bars/daily/vix-daily.csv';
const day = (k: number): SessionDate =>
  Temporal.PlainDate.from('2024-01-01').add({ days: k }).toString() as SessionDate;
const AT = newYorkInstant('2026-09-18' as SessionDate, '10:00:00');
const TODAY = '2026-09-18' as SessionDate;

const after = (values: readonly number[]): IvRank => {
  const state = createIvRank();
  values.forEach((value, k) => {
    onIvRankDay(state, day(k), value);
  });
  return state;
};

describe('volatility rank', () => {
  test('is where now stands between the lowest and the highest; the percentile counts days below', () => {
    const state = after(Array.from({ length: 100 }, (_, k) => 0.1 + 0.001 * k));
    const { rank, percentile, sessions } = ivRankOf(state, 0.1495, TODAY, AT);
    expect(sessions).toBe(100);
    expect(rank).toMatchObject({ value: expect.closeTo(0.5, 9), confidence: 100 / 252, asOf: AT });
    expect(percentile.value).toBe(0.5);
    expect(ivRankOf(state, 0.5, TODAY, AT).rank.value).toBeGreaterThan(1);
  });
  test('says nothing before sixty sessions, on a flat history, or without a volatility now', () => {
    expect(ivRankOf(after(Array.from({ length: 59 }, () => 0.2)), 0.2, TODAY, AT).rank).toMatchObject({
      value: null,
      reason: 'warming-up',
    });
    const flat = ivRankOf(after(Array.from({ length: 60 }, () => 0.2)), 0.2, TODAY, AT);
    expect(flat.rank).toMatchObject({ value: null, reason: 'no-range' });
    expect(flat.percentile.value).toBe(0.5);
    expect(ivRankOf(after([0.2]), Number.NaN, TODAY, AT).percentile).toMatchObject({ reason: 'no-volatility-now' });
  });
  test('knows only the 252 sessions before its day', () => {
    const values = Array.from({ length: 300 }, (_, k) => (k < 40 ? 9 : 0.1 + 0.0001 * k));
    const state = after(values);
    const full = ivRankOf(state, 0.12, TODAY, AT);
    expect(full.sessions).toBe(252);
    expect(full.rank.value).toBeLessThan(1);
    const earlier = ivRankOf(state, 0.12, day(299), AT);
    expect(ivRankOf(after(values.slice(0, 299)), 0.12, day(299), AT)).toEqual(earlier);
  });
  test('takes a day once, the last word on it, and refuses days that come late', () => {
    const state = after([0.2, 0.3]);
    onIvRankDay(state, day(1), 0.35);
    onIvRankDay(state, day(0), 0.5);
    onIvRankDay(state, day(2), Number.NaN);
    onIvRankDay(state, day(2), 0);
    expect(state.values).toEqual([0.2, 0.35]);
    expect(state.refused).toBe(3);
  });
});

test.skipIf(!hasRecordedData(VIX))('VIX day by day: rank and percentile are what sorting the year says', () => {
  const rows = readRecordedText(VIX).trimEnd().split(/\r?\n/).slice(1);
  const state = createIvRank('index');
  const closes: number[] = [];
  let checked = 0;
  for (const row of rows.slice(-1500)) {
    const cells = row.split(',');
    const [month = '', dayOfMonth = '', year = ''] = (cells[0] ?? '').includes('/') ? (cells[0] ?? '').split('/') : [];
    const date = (year === '' ? cells[0] : `${year}-${month}-${dayOfMonth}`) as SessionDate;
    const close = Number(cells[4]);
    const past = closes.slice(-252);
    const told = ivRankOf(state, close, date, AT);
    if (past.length === 252) {
      const [low, high] = [Math.min(...past), Math.max(...past)];
      expect(told.rank.value).toBeCloseTo((close - low) / (high - low), 12);
      const below = past.filter((v) => v < close).length + past.filter((v) => v === close).length / 2;
      expect(told.percentile.value).toBeCloseTo(below / 252, 12);
      checked++;
    }
    onIvRankDay(state, date, close);
    closes.push(close);
  }
  process.stdout.write(`VIX: ${checked} days' ranks checked\n`);
  expect(checked).toBeGreaterThan(1000);
});
