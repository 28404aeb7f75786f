import { describe, expect, test } from 'bun:test';
import { newYorkInstant } from '../../market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../../types.ts';
import { createGexWatch, type GexShift, onGexWatch } from './gex-watch.ts';

const DATE = '2026-09-18' as SessionDate;
const OPEN = newYorkInstant(DATE, '10:00:00');
const at = (seconds: number): Instant => instant(OPEN + 1000 * seconds);

/** Samples every 30 s from 10:00; what is told, by sample. */
const shiftsOf = (samples: readonly number[], spacing = 30, contracts = (_: number) => 1000): (GexShift | null)[] => {
  const watch = createGexWatch();
  return samples.map((gex, k) => onGexWatch(watch, gex, 10e9, contracts(k), at(k * spacing)));
};
const told = (shifts: readonly (GexShift | null)[]): number[] =>
  shifts.flatMap((shift, k) => (shift === null ? [] : [k]));

describe('a shift of gamma exposure', () => {
  test('is told with both values and their times', () => {
    const shifts = shiftsOf([1e9, 1.1e9, 1.3e9]);
    expect(shifts).toEqual([
      null,
      null,
      { from: 1e9, fromAt: at(0), to: 1.3e9, toAt: at(60), share: expect.closeTo(0.3, 12) },
    ]);
  });
  test('of exactly a fifth is none, of a little more is one, up or down', () => {
    expect(told(shiftsOf([1e9, 1.2e9]))).toEqual([]);
    expect(told(shiftsOf([1e9, 1.201e9]))).toEqual([1]);
    expect(told(shiftsOf([1e9, 0.799e9]))).toEqual([1]);
  });
  test('counts across zero: the same size with the other sign is no calm', () => {
    expect(told(shiftsOf([-1e9, 1e9]))).toEqual([1]);
  });
  test('is one within five minutes; slower it is none', () => {
    const slow = Array.from({ length: 40 }, (_, k) => 1e9 * (1 + 0.015 * k));
    expect(told(shiftsOf(slow, 30))).toEqual([]);
    expect(told(shiftsOf([1e9, 1.3e9], 300))).toEqual([1]);
    expect(told(shiftsOf([1e9, 1.3e9], 301))).toEqual([]);
  });
  test('that goes back and forth is told once, and again after five calm minutes', () => {
    const swinging = Array.from({ length: 60 }, (_, k) => (k % 2 === 0 ? 1e9 : 1.3e9));
    expect(told(shiftsOf(swinging))).toEqual([1]);
    const calm = Array.from({ length: 12 }, () => 1.3e9);
    expect(told(shiftsOf([...swinging, ...calm, 1e9]))).toEqual([1, 72]);
  });
  test('of what is nothing beside its parts is measured against them', () => {
    expect(told(shiftsOf([1e6, 15e6]))).toEqual([]);
    expect(told(shiftsOf([1e6, 25e6]))).toEqual([1]);
  });
  test('is not told when the chain covers other contracts', () => {
    expect(told(shiftsOf([1e9, 1.5e9], 30, (k) => (k === 0 ? 1000 : 850)))).toEqual([]);
    expect(told(shiftsOf([1e9, 1.5e9], 30, (k) => (k === 0 ? 1000 : 950)))).toEqual([1]);
  });
  test('is not told outside the session nor across nights', () => {
    const watch = createGexWatch();
    const evening = newYorkInstant(DATE, '16:00:00');
    expect(onGexWatch(watch, 1e9, 10e9, 1000, instant(evening - 60_000))).toBeNull();
    expect(onGexWatch(watch, 2e9, 10e9, 1000, evening)).toBeNull();
    expect(watch.count).toBe(1);
    const monday = newYorkInstant('2026-09-21' as SessionDate, '09:30:00');
    expect(onGexWatch(watch, 2e9, 10e9, 1000, monday)).toBeNull();
    expect(watch.count).toBe(1);
  });
  test('is found in a feed of a chain every second too', () => {
    const fast = Array.from({ length: 600 }, (_, k) => (k < 400 ? 1e9 : 1.25e9));
    expect(told(shiftsOf(fast, 1))).toEqual([400]);
  });
});
