import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { newYorkInstant, sessionOn } from '../../engine/core/market/calendar.ts';
import { instant, type SessionDate } from '../../engine/core/types.ts';
import { AFTER_CLOSE_MS, createSessionClock, marketTimeOf, type SessionClockAnchor } from './session-clock.ts';

const at = (date: string, time: string) => newYorkInstant(date as SessionDate, time);
const anchorAt = (date: string, time: string, speed: number): SessionClockAnchor => ({
  wallMs: 1000,
  marketMs: at(date, time),
  speed,
  endsAtMs: null,
});
const HOUR_MS = 3_600_000;

test('market time runs as many times faster than the wall as its speed says', () => {
  const anchor = anchorAt('2026-11-18', '10:00', 60);
  expect(marketTimeOf(anchor, 1000)).toBe(at('2026-11-18', '10:00'));
  expect(marketTimeOf(anchor, 1000 + 60_000)).toBe(at('2026-11-18', '11:00'));
});

test('fifteen minutes after a close it is the next session’s open, over weekends and holidays', () => {
  const fridayEvening = anchorAt('2026-11-20', '16:14:59', 1);
  expect(marketTimeOf(fridayEvening, 1000)).toBe(at('2026-11-20', '16:14:59'));
  expect(marketTimeOf(fridayEvening, 2000)).toBe(at('2026-11-23', '09:30'));
  // The day after Wednesday is Thanksgiving; Friday closes at 13:00.
  expect(marketTimeOf(anchorAt('2026-11-25', '16:14', 1), 61_000)).toBe(at('2026-11-27', '09:30'));
  expect(marketTimeOf(anchorAt('2026-11-27', '13:14', 1), 61_000)).toBe(at('2026-11-30', '09:30'));
});

test('a start at night or on a Sunday opens the next session', () => {
  expect(marketTimeOf(anchorAt('2026-11-22', '12:00', 1), 1000)).toBe(at('2026-11-23', '09:30'));
  expect(marketTimeOf(anchorAt('2026-11-23', '03:00', 1), 1000)).toBe(at('2026-11-23', '09:30'));
});

test('market time is always within a session or the quarter of an hour after it, and never goes back', () => {
  const seed = Date.now();
  console.info(`session clock: seed ${seed}`);
  fc.assert(
    fc.property(
      fc.constantFrom(1, 60, 600),
      fc.array(fc.integer({ min: 0, max: 40 * HOUR_MS }), { minLength: 2, maxLength: 30 }),
      (speed, walls) => {
        const anchor = anchorAt('2026-06-17', '15:00', speed);
        let latest = 0;
        for (const wall of walls.toSorted((a, b) => a - b)) {
          const market = marketTimeOf(anchor, 1000 + wall);
          const date = new Date(market - 5 * HOUR_MS).toISOString().slice(0, 10) as SessionDate;
          const session = sessionOn(date);
          expect(session).not.toBeNull();
          expect(market).toBeGreaterThanOrEqual(session?.openAt ?? Infinity);
          expect(market).toBeLessThanOrEqual((session?.closeAt ?? 0) + AFTER_CLOSE_MS);
          expect(market).toBeGreaterThanOrEqual(latest);
          latest = market;
          // Another thread, with its own copy and no history, tells the same time.
          expect(marketTimeOf({ ...anchor }, 1000 + wall)).toBe(market);
        }
      },
    ),
    { seed, numRuns: 60 },
  );
});

test('a clock whose wall goes back stands still, and a recording’s stops at its end', () => {
  let wall = 5000;
  const startAt = at('2022-03-23', '15:59');
  const endsAt = at('2022-03-23', '16:15');
  const clock = createSessionClock({ speed: 1, startAt, wallNow: () => wall, endsAt });
  wall = 65_000;
  expect(clock.now()).toBe(at('2022-03-23', '16:00'));
  wall = 10_000;
  expect(clock.now()).toBe(at('2022-03-23', '16:00'));
  wall = 100 * HOUR_MS;
  expect(clock.now()).toBe(endsAt);
  expect(JSON.parse(JSON.stringify(clock.anchor))).toEqual(clock.anchor);
});

test('a recording’s clock may start before the open', () => {
  const clock = createSessionClock({
    speed: 60,
    startAt: at('2022-03-23', '09:20'),
    wallNow: () => 0,
    endsAt: at('2022-03-23', '16:15'),
  });
  expect(clock.now()).toBe(at('2022-03-23', '09:20'));
});

test('time stands still where the calendar ends instead of failing', () => {
  const anchor = anchorAt('2035-12-27', '10:00', 600);
  const end = marketTimeOf(anchor, 1000 + 24 * HOUR_MS);
  expect(end).toBe(instant(at('2035-12-28', '16:15')));
});
