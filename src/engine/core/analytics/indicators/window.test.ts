import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { createRandom } from '../../../testing/random.ts';
import { createExtreme, extremeAge, extremeOf, pushExtreme } from './extreme.ts';
import { correlationOf, createPairWindow, pairSlopeOf, pushPair } from './pair-window.ts';
import { createWindow, meanOf, pushWindow, slopeOf, sumOf, valueAt, varianceOf, weightedMeanOf } from './window.ts';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

/** Slope of y on x, and their correlation, by two passes. */
const line = (x: readonly number[], y: readonly number[]): { slope: number; correlation: number } => {
  const [mx, my] = [mean(x), mean(y)];
  const xy = sum(x.map((value, i) => (value - mx) * ((y[i] as number) - my)));
  const xx = sum(x.map((value) => (value - mx) ** 2));
  const yy = sum(y.map((value) => (value - my) ** 2));
  return { slope: xx === 0 ? 0 : xy / xx, correlation: xx * yy === 0 ? 0 : xy / Math.sqrt(xx * yy) };
};

const prices = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 120, size: 'max' });
const lengths = fc.integer({ min: 1, max: 20 });
const near = (ours: number, expected: number): void => {
  if (!(Math.abs(ours - expected) <= 1e-9 * Math.max(1, Math.abs(expected))))
    throw new Error(`${ours}, not ${expected}`);
};

describe('a window says after every value what its last values come to', () => {
  const seed = 21;
  console.log(`window properties: seed ${seed}`);
  test('sum, mean, variance, weighted mean, slope', () => {
    let full = 0;
    fc.assert(
      fc.property(prices, lengths, (values, length) => {
        const window = createWindow(length);
        values.forEach((value, i) => {
          const left = pushWindow(window, value / 100);
          if (i + 1 < length) {
            expect([sumOf(window), meanOf(window), varianceOf(window), weightedMeanOf(window), left]).toEqual(
              new Array(5).fill(Number.NaN),
            );
            return;
          }
          full++;
          const last = values.slice(i + 1 - length, i + 1).map((each) => each / 100);
          if (i >= length) expect(left).toBe((values[i - length] as number) / 100);
          near(sumOf(window), sum(last));
          near(meanOf(window), mean(last));
          near(varianceOf(window), mean(last.map((each) => (each - mean(last)) ** 2)));
          near(weightedMeanOf(window), sum(last.map((each, j) => each * (j + 1))) / ((length * (length + 1)) / 2));
          if (length > 1)
            near(
              slopeOf(window),
              line(
                last.map((_, j) => j),
                last,
              ).slope,
            );
          expect(valueAt(window, 0)).toBe(value / 100);
          expect(valueAt(window, length - 1)).toBe(last[0] as number);
          expect(valueAt(window, length)).toBeNaN();
        });
      }),
      { seed, numRuns: 300 },
    );
    expect(full).toBeGreaterThan(5000);
  });
  test('greatest, least, and how long ago, the latest of equals', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 80, size: 'max' }),
        lengths,
        (values, length) => {
          const greatest = createExtreme(length, 1);
          const least = createExtreme(length, -1);
          values.forEach((value, i) => {
            pushExtreme(greatest, value);
            pushExtreme(least, value);
            if (i + 1 < length) {
              expect([extremeOf(greatest), extremeAge(least)]).toEqual([Number.NaN, Number.NaN]);
              return;
            }
            const newestFirst = values.slice(i + 1 - length, i + 1).reverse();
            expect(extremeOf(greatest)).toBe(Math.max(...newestFirst));
            expect(extremeOf(least)).toBe(Math.min(...newestFirst));
            expect(extremeAge(greatest)).toBe(newestFirst.indexOf(Math.max(...newestFirst)));
            expect(extremeAge(least)).toBe(newestFirst.indexOf(Math.min(...newestFirst)));
          });
        },
      ),
      { seed, numRuns: 300 },
    );
  });
  test('slope and correlation of pairs', () => {
    fc.assert(
      fc.property(prices, prices, fc.integer({ min: 2, max: 20 }), (a, b, length) => {
        const window = createPairWindow(length);
        const count = Math.min(a.length, b.length);
        for (let i = 0; i < count; i++) {
          pushPair(window, a[i] as number, b[i] as number);
          if (i + 1 < length) {
            expect(correlationOf(window)).toBeNaN();
            continue;
          }
          const expected = line(a.slice(i + 1 - length, i + 1), b.slice(i + 1 - length, i + 1));
          near(pairSlopeOf(window), expected.slope);
          near(correlationOf(window), expected.correlation);
        }
      }),
      { seed, numRuns: 300 },
    );
  });
});

test('a million values leave no drift behind', () => {
  const random = createRandom(4);
  const window = createWindow(20);
  for (let i = 0; i < 1_000_000; i++) pushWindow(window, 1e9 * random.next());
  for (let i = 0; i < 27; i++) pushWindow(window, 100 + (i % 2));
  expect(meanOf(window)).toBe(100.5);
  expect(varianceOf(window)).toBe(0.25);
});

test('a window needs a whole positive length', () => {
  for (const length of [0, -1, 1.5, Number.NaN]) {
    expect(() => createWindow(length)).toThrow('Window: expected a positive whole length');
    expect(() => createPairWindow(length)).toThrow('Pair window: expected');
  }
});
