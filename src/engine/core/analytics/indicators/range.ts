import { type Definition, define, defineOne, type IndicatorParams, isZero, kindOf, periodOf } from './definition.ts';
import { createExtreme, type Extreme, extremeAge, extremeOf, pushExtreme } from './extreme.ts';
import { createStrength, onRsi } from './momentum.ts';
import { type Average, createAverage, onAverage } from './moving-average.ts';
import { trueRange } from './wilder.ts';
import { absoluteDeviationSum, createWindow, isFull, pushWindow, sumOf, type Window } from './window.ts';

interface Range {
  readonly highest: Extreme;
  readonly lowest: Extreme;
}
const createRange = (period: number): Range => ({
  highest: createExtreme(period, 1),
  lowest: createExtreme(period, -1),
});
const onRange = (range: Range, high: number, low: number): void => {
  pushExtreme(range.highest, high);
  pushExtreme(range.lowest, low);
};
/** Where `value` lies in the range, 0 (lowest) … 100; 0 in a range without width. */
const placeIn = (range: Range, value: number): number => {
  const low = extremeOf(range.lowest);
  const width = extremeOf(range.highest) - low;
  return width === 0 ? 0 : (value - low) / (width / 100);
};

interface Stochastic {
  readonly range: Range;
  readonly smooth: Average;
  readonly signal: Average;
}
const stoch = define<Stochastic>({
  params: { fastKPeriod: 5, slowKPeriod: 3, slowKAverageKind: 0, slowDPeriod: 3, slowDAverageKind: 0 },
  outputs: ['slowK', 'slowD'],
  create: (p) => ({
    range: createRange(periodOf(p, 'fastKPeriod')),
    smooth: createAverage(kindOf(p, 'slowKAverageKind'), periodOf(p, 'slowKPeriod')),
    signal: createAverage(kindOf(p, 'slowDAverageKind'), periodOf(p, 'slowDPeriod')),
  }),
  onBar: (state, bar, out) => {
    onRange(state.range, bar.high, bar.low);
    const k = onAverage(state.smooth, placeIn(state.range, bar.close));
    const d = onAverage(state.signal, k);
    if (Number.isNaN(d)) return;
    out[0] = k;
    out[1] = d;
  },
});

interface FastStochastic {
  readonly range: Range;
  readonly signal: Average;
}
const createFast = (p: IndicatorParams): FastStochastic => ({
  range: createRange(periodOf(p, 'fastKPeriod')),
  signal: createAverage(kindOf(p, 'fastDAverageKind'), periodOf(p, 'fastDPeriod')),
});
const onFast = (state: FastStochastic, high: number, low: number, close: number, out: Float64Array): void => {
  onRange(state.range, high, low);
  const k = placeIn(state.range, close);
  const d = onAverage(state.signal, k);
  if (Number.isNaN(d)) return;
  out[0] = k;
  out[1] = d;
};

const onAroon = (range: Range, period: number, bar: { high: number; low: number }, out: Float64Array): void => {
  onRange(range, bar.high, bar.low);
  out[0] = (100 * (period - extremeAge(range.lowest))) / period;
  out[1] = (100 * (period - extremeAge(range.highest))) / period;
};

const onCci = (window: Window, typical: number): number => {
  pushWindow(window, typical);
  if (!isFull(window)) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < window.length; i++) sum += window.ring[i] ?? Number.NaN;
  const mean = sum / window.length;
  const distance = typical - mean;
  const deviation = absoluteDeviationSum(window, mean);
  return distance === 0 || deviation === 0 ? 0 : distance / (0.015 * (deviation / window.length));
};

interface Ultimate {
  readonly pressures: readonly [Window, Window, Window];
  readonly ranges: readonly [Window, Window, Window];
  previousClose: number;
}
const three = (p: IndicatorParams): [Window, Window, Window] => {
  const [a, b, c] = ['period1', 'period2', 'period3'].map((name) => periodOf(p, name)).sort((x, y) => x - y);
  return [createWindow(a as number), createWindow(b as number), createWindow(c as number)];
};
const onUltimate = (state: Ultimate, high: number, low: number, close: number): number => {
  const { previousClose } = state;
  state.previousClose = close;
  if (Number.isNaN(previousClose)) return Number.NaN;
  const pressure = close - Math.min(low, previousClose);
  const range = trueRange(high, low, previousClose);
  let sum = 0;
  for (let i = 0; i < 3; i++) {
    const pressures = state.pressures[i] as Window;
    const ranges = state.ranges[i] as Window;
    pushWindow(pressures, pressure);
    pushWindow(ranges, range);
    const width = sumOf(ranges);
    if (Number.isNaN(width)) sum = Number.NaN;
    else if (!isZero(width)) sum += ((4 >> i) * sumOf(pressures)) / width;
  }
  return (100 * sum) / 7;
};

interface MoneyFlow {
  readonly positive: Window;
  readonly negative: Window;
  previous: number;
}
/** 0 while less than one dollar flowed. */
const onMfi = (state: MoneyFlow, typical: number, volume: number): number => {
  const { previous } = state;
  state.previous = typical;
  if (Number.isNaN(previous)) return Number.NaN;
  pushWindow(state.positive, typical > previous ? typical * volume : 0);
  pushWindow(state.negative, typical < previous ? typical * volume : 0);
  if (!isFull(state.positive)) return Number.NaN;
  const positive = sumOf(state.positive);
  const both = positive + sumOf(state.negative);
  return both < 1 ? 0 : (100 * positive) / both;
};

interface Aroon {
  readonly range: Range;
  readonly period: number;
  readonly out: Float64Array;
}
const createAroon = (p: IndicatorParams): Aroon => ({
  range: createRange(periodOf(p) + 1),
  period: periodOf(p),
  out: new Float64Array(2),
});

/** Oscillators against a range of bars. 0 … 100 (willr −100 … 0, aroonosc ±100); cci unbounded. */
export const RANGE: Readonly<Record<string, Definition>> = {
  stoch,
  stochf: define<FastStochastic>({
    params: { fastKPeriod: 5, fastDPeriod: 3, fastDAverageKind: 0 },
    outputs: ['fastK', 'fastD'],
    create: createFast,
    onBar: (state, bar, out) => onFast(state, bar.high, bar.low, bar.close, out),
  }),
  stochrsi: define({
    params: { period: 14, fastKPeriod: 5, fastDPeriod: 3, fastDAverageKind: 0 },
    outputs: ['fastK', 'fastD'],
    create: (p) => ({ strength: createStrength(periodOf(p)), fast: createFast(p) }),
    onBar: (state, bar, out) => {
      const rsi = onRsi(state.strength, bar.close);
      if (!Number.isNaN(rsi)) onFast(state.fast, rsi, rsi, rsi, out);
    },
  }),
  willr: defineOne(
    { period: 14 },
    (p) => createRange(periodOf(p)),
    (state, bar) => {
      onRange(state, bar.high, bar.low);
      const high = extremeOf(state.highest);
      const width = high - extremeOf(state.lowest);
      return width === 0 ? 0 : ((high - bar.close) / width) * -100;
    },
  ),
  aroon: define<Aroon>({
    params: { period: 14 },
    outputs: ['down', 'up'],
    create: createAroon,
    onBar: (state, bar, out) => onAroon(state.range, state.period, bar, out),
  }),
  aroonosc: defineOne({ period: 14 }, createAroon, (state, bar) => {
    onAroon(state.range, state.period, bar, state.out);
    return (state.out[1] ?? Number.NaN) - (state.out[0] ?? Number.NaN);
  }),
  cci: defineOne(
    { period: 14 },
    (p) => createWindow(periodOf(p)),
    (state, { high, low, close }) => onCci(state, (high + low + close) / 3),
  ),
  ultosc: defineOne(
    { period1: 7, period2: 14, period3: 28 },
    (p): Ultimate => ({ pressures: three(p), ranges: three(p), previousClose: Number.NaN }),
    (state, bar) => onUltimate(state, bar.high, bar.low, bar.close),
  ),
  mfi: defineOne(
    { period: 14 },
    (p): MoneyFlow => ({
      positive: createWindow(periodOf(p)),
      negative: createWindow(periodOf(p)),
      previous: Number.NaN,
    }),
    (state, { high, low, close, volume }) => onMfi(state, (high + low + close) / 3, volume),
  ),
};
