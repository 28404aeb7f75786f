import { expect, test } from 'bun:test';
import { createRandom } from '../../../testing/random.ts';
import { stateHash } from '../../hash.ts';
import type { IndicatorBar } from './definition.ts';
import { createIndicator, INDICATORS, type Indicator, onIndicatorBar, outputsOf, silenceOf } from './indicator.ts';

const names = Object.keys(INDICATORS);

const randomBars = (seed: number, count: number): IndicatorBar[] => {
  const random = createRandom(seed);
  let close = 400;
  return Array.from({ length: count }, () => {
    const open = close;
    close = Math.round(open * (1 + (random.next() - 0.5) * 0.02) * 100) / 100;
    const high = Math.max(open, close) + random.whole(0, 100) / 100;
    return { open, high, low: Math.min(open, close) - random.whole(0, 100) / 100, close, volume: random.whole(0, 1e6) };
  });
};
/** Arc sine and cosine of a price are not numbers: theirs are fractions. */
const within = (name: string, bars: readonly IndicatorBar[]): readonly IndicatorBar[] =>
  /^(acos|asin)$/.test(name) ? bars.map((bar) => ({ ...bar, close: bar.close % 1 })) : bars;
const fold = (name: string, bars: readonly IndicatorBar[]): { indicator: Indicator; said: number[][] } => {
  const indicator = createIndicator(name);
  const said = within(name, bars).map((bar) => {
    onIndicatorBar(indicator, bar);
    return [...indicator.values];
  });
  return { indicator, said };
};

test('what is said of the first bars does not depend on the bars after them', () => {
  const bars = randomBars(1, 300);
  expect(names.length).toBe(161);
  for (const name of names) {
    const whole = fold(name, bars).said;
    for (const cut of [1, 40, 150]) expect(fold(name, bars.slice(0, cut)).said).toEqual(whole.slice(0, cut));
  }
});

test('once warm an indicator always says a number, and it warms up within a hundred bars', () => {
  for (const name of names) {
    const { said } = fold(name, randomBars(2, 400));
    const first = said.findIndex((values) => values.every(Number.isFinite));
    expect(first).toBeGreaterThanOrEqual(0);
    expect(first).toBeLessThan(100);
    said.forEach((values, i) => void expect(values.every(i < first ? Number.isNaN : Number.isFinite)).toBe(true));
  }
});

test('a market that stands still, at zero volume, makes no figure that is not a number', () => {
  const flat: IndicatorBar = { open: 100.1, high: 100.1, low: 100.1, close: 100.1, volume: 0 };
  for (const name of names) {
    const { indicator, said } = fold(name, [...randomBars(3, 200), ...new Array<IndicatorBar>(200).fill(flat)]);
    const last = said.at(-1) as number[];
    // Nothing over nothing: no bar has a body.
    expect(last.every(name === 'imi' ? Number.isNaN : Number.isFinite) ? '' : name).toBe('');
    if (name === 'imi') expect(silenceOf(indicator)).toBe('not-defined');
  }
  expect(fold('stddev', new Array<IndicatorBar>(50).fill(flat)).said.at(-1)).toEqual([0]);
  expect(fold('bbands', new Array<IndicatorBar>(50).fill(flat)).said.at(-1)).toEqual([100.1, 100.1, 100.1]);
});

test('a broken bar is counted and changes nothing', () => {
  const bars = randomBars(5, 60);
  const broken = { ...(bars[0] as IndicatorBar) };
  for (const name of names) {
    const clean = fold(name, bars).indicator;
    const indicator = createIndicator(name);
    for (const bar of within(name, bars)) {
      onIndicatorBar(indicator, bar);
      onIndicatorBar(indicator, { ...broken, high: Number.NaN });
      onIndicatorBar(indicator, { ...broken, volume: Infinity });
    }
    expect(stateHash(indicator)).toBe(stateHash({ ...clean, refusedBars: 120 }));
  }
});

test('indicators are plain data: a copy goes on as the original, with the same hash', () => {
  const bars = randomBars(6, 200);
  for (const name of names) {
    const { indicator } = fold(name, bars.slice(0, 120));
    const copy = structuredClone(indicator);
    for (const bar of within(name, bars.slice(120))) {
      onIndicatorBar(indicator, bar);
      onIndicatorBar(copy, bar);
    }
    expect(stateHash(copy)).toBe(stateHash(indicator));
    expect(copy.values).toEqual(indicator.values);
  }
});

test('what cannot be made is refused with what was expected', () => {
  expect(() => createIndicator('rsj')).toThrow('Indicator: expected one of');
  expect(() => createIndicator('toString')).toThrow('Indicator: expected one of');
  expect(() => createIndicator('rsi', { length: 14 })).toThrow('Indicator rsi: expected parameters among period, got');
  expect(() => createIndicator('obv', { period: 14 })).toThrow('expected parameters among none');
  for (const period of [0, -1, 2.5, Number.NaN, 1e9])
    expect(() => createIndicator('rsi', { period })).toThrow('Indicator: expected');
  for (const averageKind of [9, -1, 0.5])
    expect(() => createIndicator('ma', { averageKind })).toThrow('expected "averageKind" to be 0 to 8');
  expect(() => createIndicator('cdldoji', { penetration: 0.3 })).toThrow('expected parameters among none');
  expect(() => createIndicator('cdlmathold', { penetration: -0.1 })).toThrow('expected "penetration" to be 0 or more');
  expect(() => createIndicator('mavp', { minPeriod: 9, maxPeriod: 8 })).toThrow('expected "maxPeriod" to be 9 to');
  expect(() => createIndicator('mavp', { maxPeriod: 5000 })).toThrow('expected "maxPeriod" to be 2 to 501');
  expect(() => createIndicator('sma', {}, { close: 'vwap' as 'close' })).toThrow('expected inputs among open, high');
});

test('a period of one bar is served by everything that has a period', () => {
  const bars = randomBars(7, 30);
  const withPeriod = names.filter((name) => Object.hasOwn(INDICATORS[name]?.params ?? {}, 'period'));
  expect(withPeriod.length).toBeGreaterThan(30);
  for (const name of withPeriod) {
    const indicator = createIndicator(name, { period: 1 });
    for (const bar of bars) onIndicatorBar(indicator, bar);
    expect(outputsOf(indicator)).toHaveLength(indicator.values.length);
    // A line through one point has no slope.
    if (!/linearreg|tsf/.test(name)) expect([...indicator.values].every(Number.isFinite) ? '' : name).toBe('');
  }
});

test('any series of a bar can stand in for another, and what has no value there is outside its domain', () => {
  const bars = randomBars(8, 60);
  const ofVolumes = createIndicator('sma', { period: 10 }, { close: 'volume' });
  const body = createIndicator('sub', {}, { high: 'close', low: 'open' });
  const noShare = createIndicator('acos');
  for (const bar of bars) {
    onIndicatorBar(ofVolumes, bar);
    onIndicatorBar(body, bar);
    onIndicatorBar(noShare, bar);
    expect(body.values[0]).toBe(bar.close - bar.open);
  }
  const mean = bars.slice(-10).reduce((sum, { volume }) => sum + volume, 0) / 10;
  expect(ofVolumes.values[0]).toBeCloseTo(mean, 6);
  expect([noShare.values[0], silenceOf(noShare)]).toEqual([Number.NaN, 'not-defined']);
  expect(silenceOf(createIndicator('acos'))).toBe('warming-up');
});

test('an average of variable period follows the period that bars bring, or else the dominant cycle', () => {
  const bars = randomBars(9, 120);
  const told = createIndicator('mavp');
  const own = createIndicator('mavp');
  const cycle = createIndicator('htDcperiod');
  bars.forEach((bar, i) => {
    onIndicatorBar(told, { ...bar, periods: i % 2 === 0 ? 7.9 : 900 });
    onIndicatorBar(own, bar);
    onIndicatorBar(cycle, bar);
    if (i < 40) return;
    const mean = (n: number): number => bars.slice(i + 1 - n, i + 1).reduce((sum, { close }) => sum + close, 0) / n;
    expect(told.values[0]).toBeCloseTo(mean(i % 2 === 0 ? 7 : 30), 9);
    expect(own.values[0]).toBeCloseTo(mean(Math.min(30, Math.trunc(cycle.values[0] as number))), 9);
  });
});
