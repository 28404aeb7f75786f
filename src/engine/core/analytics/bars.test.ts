import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Instant, instant } from '../types.ts';
import { addTrade, type Bar, type Bars, barAt, createBars } from './bars.ts';

const at = (minute: number, second = 0): Instant => instant(1_700_000_040_000 + minute * 60_000 + second * 1000);

test('a minute of trades makes one bar, closed by the first trade of a later minute', () => {
  const bars = createBars();
  expect(barAt(bars, 0)).toBeNull();
  expect(addTrade(bars, 100, 10, at(0))).toBe(false);
  expect(addTrade(bars, 103, 20, at(0, 20))).toBe(false);
  expect(addTrade(bars, 99, 30, at(0, 40))).toBe(false);
  expect(addTrade(bars, 101, 40, at(0, 59))).toBe(false);
  expect(barAt(bars, 1)).toBeNull();
  expect(addTrade(bars, 102, 5, at(2))).toBe(true);
  expect(barAt(bars, 1)).toEqual({
    openAt: at(0),
    open: 100,
    high: 103,
    low: 99,
    close: 101,
    volume: 100,
    vwap: (100 * 10 + 103 * 20 + 99 * 30 + 101 * 40) / 100,
    trades: 4,
  });
  expect(barAt(bars, 0)?.openAt).toBe(at(2));
  expect(barAt(bars, 2)).toBeNull();
});

test('a trade of an earlier minute is counted as late and folded nowhere', () => {
  const bars = createBars();
  addTrade(bars, 100, 10, at(0));
  addTrade(bars, 101, 10, at(1));
  const [closed, open] = [barAt(bars, 1), barAt(bars, 0)];
  expect(addTrade(bars, 500, 999, at(0, 59))).toBe(false);
  expect(bars.lateTrades).toBe(1);
  expect([barAt(bars, 1), barAt(bars, 0)]).toEqual([closed, open]);
  expect(addTrade(bars, 100.5, 1, at(1, 30))).toBe(false);
  expect(barAt(bars, 0)?.trades).toBe(2);
});

test('a corrected print never changes a closed bar, and in the open one counts as a print of its own', () => {
  const bars = createBars();
  addTrade(bars, 100, 10, at(0));
  addTrade(bars, 700, 10, at(0, 30));
  addTrade(bars, 101, 10, at(1));
  const closed = barAt(bars, 1);
  // The bad print of 700 again, put right, with the stamp that it had: too late.
  expect(addTrade(bars, 100.2, 10, at(0, 30), at(1, 5))).toBe(false);
  expect([bars.lateTrades, barAt(bars, 1)]).toEqual([1, closed]);
  // The same within its minute: nothing says which print it replaces, so both stand.
  addTrade(bars, 900, 10, at(1, 10));
  addTrade(bars, 101.2, 10, at(1, 10), at(1, 12));
  expect(barAt(bars, 0)).toMatchObject({ high: 900, close: 101.2, volume: 30, trades: 3 });
});

test('trades without price or size are refused by count', () => {
  const bars = createBars();
  for (const [price, size] of [
    [Number.NaN, 1],
    [0, 1],
    [1, 0],
    [1, -1],
    [1, Number.NaN],
  ] as const)
    expect(addTrade(bars, price, size, at(0))).toBe(false);
  expect(addTrade(bars, 1, 1, instant(Number.NaN))).toBe(false);
  expect(bars.refusedTrades).toBe(6);
  expect(barAt(bars, 0)).toBeNull();
});

test('the ring holds a whole session and forgets what is older', () => {
  const bars = createBars();
  for (let minute = 0; minute < 1000; minute++) addTrade(bars, 100 + minute, 1, at(minute));
  expect(barAt(bars, 390)?.open).toBe(100 + 609);
  expect(barAt(bars, bars.capacity - 1)?.open).toBe(100 + 1000 - bars.capacity);
  expect(barAt(bars, bars.capacity)).toBeNull();
});

test('bars over the first trades are the first bars over all trades', () => {
  const seed = 11;
  console.log(`bars truncation property: seed ${seed}`);
  const trade = fc.record({
    price: fc.integer({ min: 1, max: 1000 }),
    size: fc.integer({ min: 1, max: 500 }),
    second: fc.integer({ min: -30, max: 90 }),
  });
  fc.assert(
    fc.property(fc.array(trade, { minLength: 2, maxLength: 200 }), fc.nat(), (steps, cut) => {
      const foldUntil = (count: number): { bars: Bars; closed: (Bar | null)[] } => {
        const bars = createBars(64);
        const closed: (Bar | null)[] = [];
        let clock = 0;
        for (const step of steps.slice(0, count)) {
          clock += step.second;
          if (addTrade(bars, step.price, step.size, at(0, clock))) closed.push(barAt(bars, 1));
        }
        return { bars, closed };
      };
      const whole = foldUntil(steps.length);
      const part = foldUntil(1 + (cut % steps.length));
      expect(whole.closed.slice(0, part.closed.length)).toEqual(part.closed);
    }),
    { seed, numRuns: 200 },
  );
});
