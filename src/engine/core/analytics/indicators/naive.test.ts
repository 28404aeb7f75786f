import { expect, test } from 'bun:test';
import { createRandom } from '../../../testing/random.ts';
import type { IndicatorBar } from './definition.ts';
import { createIndicator, type IndicatorInputs, onIndicatorBar } from './indicator.ts';

/** The plainest definition: all bars so far in, the figure of the last one out; NaN for none. */
type Plain = (bars: readonly IndicatorBar[], params: Readonly<Record<string, number>>) => number | readonly number[];

const closes = (bars: readonly IndicatorBar[], n: number): number[] => bars.slice(-n).map(({ close }) => close);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const last = (bars: readonly IndicatorBar[]): IndicatorBar => bars.at(-1) as IndicatorBar;

/** By TA-Lib's rule, told of the whole series: succeeded by the earliest of equals, overtaken by the latest. */
const holderOf = (bars: readonly IndicatorBar[], n: number, sign: 1 | -1): number => {
  let holder = -1;
  for (let end = n - 1; end < bars.length; end++) {
    const start = end - n + 1;
    const value = (i: number): number => sign * (bars[i] as IndicatorBar).close;
    if (holder >= start) {
      if (value(end) >= value(holder)) holder = end;
      continue;
    }
    holder = start;
    for (let i = start; i <= end; i++) if (value(i) > value(holder)) holder = i;
  }
  return holder < 0 ? Number.NaN : holder;
};

const covariance = (x: readonly number[], y: readonly number[]): number => {
  const [mx, my] = [mean(x), mean(y)];
  return sum(x.map((value, i) => (value - mx) * ((y[i] as number) - my)));
};

/** The exponential average seeded by the simple one of the `n` closes that end at bar `seedEnd`. */
const emaFrom = (bars: readonly IndicatorBar[], n: number, seedEnd: number): number => {
  let value = mean(closes(bars.slice(0, seedEnd + 1), n));
  for (const bar of bars.slice(seedEnd + 1)) value += (bar.close - value) * (2 / (n + 1));
  return value;
};

const variable: Plain = (bars, { minPeriod = 0, maxPeriod = 0, averageKind = 0 }) => {
  if (bars.length < maxPeriod) return Number.NaN;
  const n = Math.min(maxPeriod, Math.max(minPeriod, Math.floor(last(bars).periods ?? Number.NaN)));
  return averageKind === 0 ? mean(closes(bars, n)) : emaFrom(bars, n, maxPeriod - 1);
};

const returns = (bars: readonly IndicatorBar[], n: number, field: 'high' | 'low'): number[] =>
  bars.slice(-n).map((bar, i, list) => {
    const before = bars[bars.length - list.length + i - 1] as IndicatorBar;
    return bar[field] / before[field] - 1;
  });

const needs =
  (extra: number, plain: Plain): Plain =>
  (bars, params) =>
    bars.length < (params['period'] ?? 1) + extra ? Number.NaN : plain(bars, params);

const PLAIN: Readonly<Record<string, Plain>> = {
  maxindex: (bars, { period = 0 }) => holderOf(bars, period, 1),
  minindex: (bars, { period = 0 }) => holderOf(bars, period, -1),
  minmaxindex: (bars, { period = 0 }) => [holderOf(bars, period, -1), holderOf(bars, period, 1)],
  mavp: variable,
  correl: needs(0, (bars, { period = 0 }) => {
    const x = bars.slice(-period).map(({ high }) => high);
    const y = bars.slice(-period).map(({ low }) => low);
    const spread = covariance(x, x) * covariance(y, y);
    return spread > 1e-14 ? covariance(x, y) / Math.sqrt(spread) : 0;
  }),
  beta: needs(1, (bars, { period = 0 }) => {
    const x = returns(bars, period, 'high');
    return covariance(x, returns(bars, period, 'low')) / covariance(x, x);
  }),
  imi: needs(0, (bars, { period = 0 }) => {
    const bodies = bars.slice(-period).map(({ open, close }) => close - open);
    const up = sum(bodies.map((body) => Math.max(0, body)));
    return (100 * up) / sum(bodies.map(Math.abs));
  }),
  add: (bars) => last(bars).high + last(bars).low,
  sub: (bars) => last(bars).high - last(bars).low,
  mult: (bars) => last(bars).high * last(bars).low,
  div: (bars) => last(bars).high / last(bars).low,
  acos: (bars) => Math.acos(last(bars).close),
  asin: (bars) => Math.asin(last(bars).close),
  atan: (bars) => Math.atan(last(bars).close),
  ceil: (bars) => Math.ceil(last(bars).close),
  floor: (bars) => Math.floor(last(bars).close),
  cos: (bars) => Math.cos(last(bars).close),
  cosh: (bars) => (Math.exp(last(bars).close) + Math.exp(-last(bars).close)) / 2,
  exp: (bars) => Math.E ** last(bars).close,
  ln: (bars) => Math.log10(last(bars).close) / Math.LOG10E,
  log10: (bars) => Math.log(last(bars).close) / Math.LN10,
  sin: (bars) => Math.sin(last(bars).close),
  sinh: (bars) => (Math.exp(last(bars).close) - Math.exp(-last(bars).close)) / 2,
  sqrt: (bars) => last(bars).close ** 0.5,
  tan: (bars) => Math.sin(last(bars).close) / Math.cos(last(bars).close),
  tanh: (bars) => 1 - 2 / (Math.exp(2 * last(bars).close) + 1),
};

const SEED = 20_261_125;

/** Prices on a coarse grid, so that equals are common. */
const bars = (random: ReturnType<typeof createRandom>, count: number, from: number): IndicatorBar[] => {
  let close = from;
  return Array.from({ length: count }, () => {
    const open = close;
    close = Math.max(0.25, open + random.whole(-4, 4) * 0.25);
    const high = Math.max(open, close) + random.whole(0, 3) * 0.25;
    const low = Math.max(0.125, Math.min(open, close) - random.whole(0, 3) * 0.25);
    return { open, high, low, close, volume: random.whole(0, 1000), periods: random.whole(1, 50) + 0.5 };
  });
};

const paramsOf = (name: string, random: ReturnType<typeof createRandom>): Record<string, number> => {
  if (name === 'mavp') {
    const minPeriod = random.whole(2, 20);
    return { minPeriod, maxPeriod: minPeriod + random.whole(0, 20), averageKind: random.whole(0, 1) };
  }
  return /index|correl|beta|imi/.test(name) ? { period: random.whole(2, 40) } : {};
};

test.each(Object.keys(PLAIN))('%s says what its plainest definition says, over random windows', (name) => {
  const random = createRandom(SEED);
  const plain = PLAIN[name] as Plain;
  // Arcs and growth are asked of small figures, in a figure's stead.
  const small = /^(acos|asin|atan|cosh|exp|sinh|tanh)$/.test(name);
  const inputs: IndicatorInputs = small ? { close: 'open' } : {};
  let said = 0;
  for (let round = 0; round < 12; round++) {
    const params = paramsOf(name, random);
    const indicator = createIndicator(name, params, inputs);
    const series = bars(random, 120, small ? 1 : 20).map((bar) =>
      small ? { ...bar, open: random.next() * 2 - 1 } : bar,
    );
    series.forEach((bar, i) => {
      onIndicatorBar(indicator, bar);
      const seen = series.slice(0, i + 1).map((past) => (small ? { ...past, close: past.open } : past));
      const expected = [plain(seen, params)].flat();
      expected.forEach((value, o) => {
        const ours = indicator.values[o] as number;
        const told = `seed ${SEED} round ${round} bar ${i} ${JSON.stringify(params)}: ${ours}, not ${value}`;
        const agrees = Number.isNaN(value)
          ? Number.isNaN(ours)
          : Math.abs(ours - value) <= 1e-9 * Math.max(1, Math.abs(value));
        if (!agrees) throw new Error(told);
        if (!Number.isNaN(ours)) said++;
      });
    });
  }
  expect(said).toBeGreaterThan(600);
});
