import { expect, test } from 'bun:test';
import { createRateLimit } from './rate-limit.ts';

test('admits so many attempts in a window, then none until it is over', () => {
  let nowMs = 0;
  const limit = createRateLimit({ attemptsMax: 2, windowMs: 1_000, now: () => nowMs });
  expect([limit.attempt('a'), limit.attempt('a'), limit.attempt('a'), limit.attempt('b')]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  nowMs = 999;
  expect(limit.attempt('a')).toBe(false);
  nowMs = 1_000;
  expect(limit.attempt('a')).toBe(true);
});

test('forgets on request, and holds no more keys than it may', () => {
  const limit = createRateLimit({ attemptsMax: 1, windowMs: 1_000, keysMax: 2, now: () => 0 });
  limit.attempt('a');
  limit.forget('a');
  expect(limit.attempt('a')).toBe(true);
  limit.attempt('b');
  limit.attempt('c');
  expect([limit.attempt('a'), limit.attempt('c')]).toEqual([true, false]);
});
