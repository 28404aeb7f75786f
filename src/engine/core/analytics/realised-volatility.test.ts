import { expect, test } from 'bun:test';
import { hasRecordedData, readRecordedText } from '../../../../tests/support/reference.ts';
import { createRandom } from '../../testing/random.ts';
import {
  breakRealisedVolatility,
  closeToCloseVolatility,
  createRealisedVolatility,
  garmanKlassVolatility,
  onRealisedVolatilityBar,
  parkinsonVolatility,
  type RealisedVolatility,
  yangZhangVolatility,
} from './realised-volatility.ts';

type Bar = readonly [open: number, high: number, low: number, close: number];

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: readonly number[]): number => {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
};

/** The papers' formulas over the last `n` bars of a list, written out. */
const direct = (bars: readonly Bar[], n: number, perYear: number): [number, number, number, number] => {
  const last = bars.slice(-n);
  const before = bars.slice(-n - 1, -1);
  const closes = last.map(([, , , c], i) => Math.log(c / (before[i] as Bar)[3]));
  const gaps = last.map(([o], i) => Math.log(o / (before[i] as Bar)[3]));
  const bodies = last.map(([o, , , c]) => Math.log(c / o));
  const parkinson = mean(last.map(([, h, l]) => Math.log(h / l) ** 2 / (4 * Math.LN2)));
  const garmanKlass = mean(
    last.map(([o, h, l, c]) => 0.5 * Math.log(h / l) ** 2 - (2 * Math.LN2 - 1) * Math.log(c / o) ** 2),
  );
  const rogersSatchell = mean(
    last.map(([o, h, l, c]) => Math.log(h / c) * Math.log(h / o) + Math.log(l / c) * Math.log(l / o)),
  );
  const k = 0.34 / (1.34 + (n + 1) / (n - 1));
  const yangZhang = variance(gaps) + k * variance(bodies) + (1 - k) * rogersSatchell;
  return [variance(closes), parkinson, garmanKlass, yangZhang].map((each) => Math.sqrt(each * perYear)) as never;
};
const figures = (state: RealisedVolatility): [number, number, number, number] => [
  closeToCloseVolatility(state),
  parkinsonVolatility(state),
  garmanKlassVolatility(state),
  yangZhangVolatility(state),
];

/** Every prefix against the formulas. Returns how many figures were compared. */
const compare = (bars: readonly Bar[], n: number, perYear: number): number => {
  const state = createRealisedVolatility(n, perYear);
  let compared = 0;
  bars.forEach((bar, i) => {
    onRealisedVolatilityBar(state, ...bar);
    if (i < n) {
      expect([closeToCloseVolatility(state), yangZhangVolatility(state)]).toEqual([Number.NaN, Number.NaN]);
      expect(Number.isNaN(parkinsonVolatility(state))).toBe(i < n - 1);
      return;
    }
    const expected = direct(bars.slice(0, i + 1), n, perYear);
    figures(state).forEach((figure, f) => {
      expect(Math.abs(figure / (expected[f] as number) - 1)).toBeLessThan(1e-9);
      compared++;
    });
  });
  return compared;
};

const randomBars = (seed: number, count: number): Bar[] => {
  const random = createRandom(seed);
  let close = 400;
  return Array.from({ length: count }, () => {
    const open = close * (1 + (random.next() - 0.5) * 0.01);
    close = open * (1 + (random.next() - 0.5) * 0.03);
    const high = Math.max(open, close) * (1 + random.next() * 0.01);
    return [open, high, Math.min(open, close) * (1 - random.next() * 0.01), close];
  });
};

test.each([1, 2])('four estimators equal their formulas on every prefix (seed %d)', (seed) => {
  expect(compare(randomBars(seed, 400), 20, 252)).toBe(4 * 380);
});

test('the years bars are counted in scale every figure by the root', () => {
  const bars = randomBars(3, 40);
  const fold = (perYear: number): number[] => {
    const state = createRealisedVolatility(20, perYear);
    for (const bar of bars) onRealisedVolatilityBar(state, ...bar);
    return figures(state);
  };
  const daily = fold(252);
  fold(252 * 78).forEach((figure, f) => void expect(figure / (daily[f] as number)).toBeCloseTo(Math.sqrt(78), 10));
});

test('a market that does not move has no volatility, and bars that cannot be are refused', () => {
  const state = createRealisedVolatility(5, 252);
  for (let i = 0; i < 7; i++) onRealisedVolatilityBar(state, 100, 100, 100, 100);
  expect(figures(state)).toEqual([0, 0, 0, 0]);
  const before = structuredClone(state);
  const broken: readonly Bar[] = [
    [100, 99, 98, 99],
    [100, 101, 100.5, 101],
    [100, 101, 0, 100],
    [100, 101, -1, 100],
    [Number.NaN, 101, 99, 100],
    [100, 101, 99, Number.NaN],
    [100, Infinity, 99, 100],
  ];
  for (const bar of broken) onRealisedVolatilityBar(state, ...bar);
  expect(state).toEqual({ ...before, refusedBars: 7 });
});

test('no return is taken over a break', () => {
  const state = createRealisedVolatility(2, 1);
  for (const price of [100, 101, 102]) onRealisedVolatilityBar(state, price, price, price, price);
  const before = closeToCloseVolatility(state);
  breakRealisedVolatility(state);
  onRealisedVolatilityBar(state, 200, 200, 200, 200);
  expect(closeToCloseVolatility(state)).toBe(before);
  expect(before).toBeGreaterThan(0);
});

const DAILY = 'bars/daily/yahoo_raw_spx.json';
test.skipIf(!hasRecordedData(DAILY))('S&P 500 since 2024: every estimator equals its formula on every day', () => {
  const [quote] = JSON.parse(readRecordedText(DAILY)).chart.result[0].indicators.quote;
  const bars: Bar[] = quote.open.map((open: number, i: number) => [open, quote.high[i], quote.low[i], quote.close[i]]);
  expect(bars.length).toBeGreaterThan(490);
  const compared = compare(bars, 20, 252);
  console.log(`realised volatility: ${compared} figures compared on ${bars.length} days`);
  expect(compared).toBe(4 * (bars.length - 20));
});

const MINUTES = 'bars/spx-1m/2026-07-17.csv';
test.skipIf(!hasRecordedData(MINUTES))('S&P 500 minutes of 2026-07-17: the same within a session', () => {
  const bars = readRecordedText(MINUTES)
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').slice(1).map(Number) as never as Bar);
  expect(compare(bars, 30, 252 * 390)).toBeGreaterThan(1000);
});
