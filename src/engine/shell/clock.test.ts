import { expect, test } from 'bun:test';
import { createScaledClock, createSystemClock } from './clock.ts';

test('the scaled clock gives whole milliseconds and never goes back', () => {
  const readings = [100.9, 90, 101.2];
  const clock = createScaledClock(() => readings.shift() ?? 0);
  expect([clock.now(), clock.now(), clock.now()].map(Number)).toEqual([100, 100, 101]);
});

test('a reading that is no time is a broken invariant', () => {
  expect(() => createScaledClock(() => Number.NaN).now()).toThrow('milliseconds since the epoch');
});

test("the system clock tells the wall's time", () => {
  expect(Math.abs(createSystemClock().now() - Date.now())).toBeLessThan(1_000);
});
