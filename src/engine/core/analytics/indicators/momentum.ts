import { type Definition, define, defineOne, type IndicatorParams, isZero, kindOf, periodOf } from './definition.ts';
import {
  type Average,
  createAverage,
  createAveragePair,
  createEma,
  type Ema,
  onAverage,
  onEma,
} from './moving-average.ts';
import { createWilder, onWilder, type Wilder } from './wilder.ts';
import { createWindow, isFull, pushWindow, sumOf, type Window } from './window.ts';

/** Change of the close over `period` bars, by `figure(now, then)`. */
const change = (figure: (now: number, then: number) => number): Definition =>
  defineOne(
    { period: 10 },
    (p) => createWindow(periodOf(p)),
    (window: Window, bar) => figure(bar.close, pushWindow(window, bar.close)),
  );

const ratio = (now: number, then: number): number => (then === 0 ? 0 : now / then);

interface Strength {
  readonly gains: Wilder;
  readonly losses: Wilder;
  previous: number;
}
export const createStrength = (period: number): Strength => ({
  gains: createWilder(period),
  losses: createWilder(period),
  previous: Number.NaN,
});
/** Wilder's means of gains and of losses, up to date with `close`. */
const onStrength = (state: Strength, close: number): void => {
  const { previous } = state;
  state.previous = close;
  if (Number.isNaN(previous)) return;
  const moved = close - previous;
  onWilder(state.gains, Math.max(0, moved));
  onWilder(state.losses, Math.max(0, -moved));
};
/** 0 … 100; 0 when nothing moved at all. */
export const onRsi = (state: Strength, close: number): number => {
  onStrength(state, close);
  const sum = state.gains.value + state.losses.value;
  // In TA-Lib's order: a stochastic of saturated strength divides what rounding leaves.
  return isZero(sum) ? 0 : 100 * (state.gains.value / sum);
};
/** −100 … 100. */
const onCmo = (state: Strength, close: number): number => {
  onStrength(state, close);
  const sum = state.gains.value + state.losses.value;
  return isZero(sum) ? 0 : 100 * ((state.gains.value - state.losses.value) / sum);
};

interface Pair {
  readonly fast: Average;
  readonly slow: Average;
}
const pairParams = { fastPeriod: 12, slowPeriod: 26, averageKind: 0 };
/** Each seeded by its own first values. */
const createPair = (p: IndicatorParams): Pair => {
  const kind = kindOf(p, 'averageKind');
  const [a, b] = [periodOf(p, 'fastPeriod'), periodOf(p, 'slowPeriod')];
  return { fast: createAverage(kind, Math.min(a, b)), slow: createAverage(kind, Math.max(a, b)) };
};

interface Convergence extends Pair {
  readonly signal: Average;
}
const macd = (params: IndicatorParams, create: (p: IndicatorParams) => Convergence): Definition =>
  define<Convergence>({
    params,
    outputs: ['macd', 'signal', 'histogram'],
    create,
    onBar: (state, bar, out) => {
      const difference = onAverage(state.fast, bar.close) - onAverage(state.slow, bar.close);
      const signal = onAverage(state.signal, difference);
      if (Number.isNaN(signal)) return;
      out[0] = difference;
      out[1] = signal;
      out[2] = difference - signal;
    },
  });
const exchanged = (p: IndicatorParams): boolean => periodOf(p, 'slowPeriod') < periodOf(p, 'fastPeriod');

/** Means with the weights 0.15 and 0.075 that Appel rounded to. */
const createFixed = (signalPeriod: number): Convergence => {
  const pair = createAveragePair('ema', 12, 'ema', 26);
  return {
    fast: { ...pair.fast, emas: [createEma(12, 0.15)] },
    slow: { ...pair.slow, emas: [createEma(26, 0.075)] },
    signal: createAverage('ema', signalPeriod),
  };
};

interface Trix {
  readonly emas: readonly [Ema, Ema, Ema];
  previous: number;
}
const onTrix = (state: Trix, close: number): number => {
  const [first, second, third] = state.emas;
  const one = onEma(first, close);
  if (Number.isNaN(one)) return Number.NaN;
  const two = onEma(second, one);
  if (Number.isNaN(two)) return Number.NaN;
  const three = onEma(third, two);
  const before = state.previous;
  state.previous = three;
  return (ratio(three, before) - 1) * 100;
};

interface Intraday {
  readonly up: Window;
  readonly down: Window;
}
/** 0 … 100; NaN while no bar of the window has a body. */
const onImi = (state: Intraday, open: number, close: number): number => {
  pushWindow(state.up, close > open ? close - open : 0);
  pushWindow(state.down, close > open ? 0 : open - close);
  if (!isFull(state.up)) return Number.NaN;
  const up = sumOf(state.up);
  const both = up + sumOf(state.down);
  return isZero(both) ? Number.NaN : (100 * up) / both;
};

/** Speed of prices. Dollars (mom, macd, apo), percent (roc, rocr100, ppo, trix), fraction (rocp, rocr), or 0 … 100. */
export const MOMENTUM: Readonly<Record<string, Definition>> = {
  mom: change((now, then) => now - then),
  roc: change((now, then) => (then === 0 ? 0 : (now / then - 1) * 100)),
  rocp: change((now, then) => (then === 0 ? 0 : (now - then) / then)),
  rocr: change(ratio),
  rocr100: change((now, then) => ratio(now, then) * 100),
  rsi: defineOne(
    { period: 14 },
    (p) => createStrength(periodOf(p)),
    (state, bar) => onRsi(state, bar.close),
  ),
  cmo: defineOne(
    { period: 14 },
    (p) => createStrength(periodOf(p)),
    (state, bar) => onCmo(state, bar.close),
  ),
  apo: defineOne(
    pairParams,
    createPair,
    (state, bar) => onAverage(state.fast, bar.close) - onAverage(state.slow, bar.close),
  ),
  ppo: defineOne(pairParams, createPair, (state, bar) => {
    const fast = onAverage(state.fast, bar.close);
    const slow = onAverage(state.slow, bar.close);
    return isZero(slow) ? 0 : ((fast - slow) / slow) * 100;
  }),
  macd: macd({ fastPeriod: 12, slowPeriod: 26, signalPeriod: 9 }, (p) => {
    const [a, b] = [periodOf(p, 'fastPeriod'), periodOf(p, 'slowPeriod')];
    return {
      ...createAveragePair('ema', Math.min(a, b), 'ema', Math.max(a, b)),
      signal: createAverage('ema', periodOf(p, 'signalPeriod')),
    };
  }),
  macdext: macd(
    { fastPeriod: 12, fastAverageKind: 0, slowPeriod: 26, slowAverageKind: 0, signalPeriod: 9, signalAverageKind: 0 },
    (p) => {
      const [fast, slow] = exchanged(p) ? (['slow', 'fast'] as const) : (['fast', 'slow'] as const);
      return {
        ...createAveragePair(
          kindOf(p, `${fast}AverageKind`),
          periodOf(p, `${fast}Period`),
          kindOf(p, `${slow}AverageKind`),
          periodOf(p, `${slow}Period`),
        ),
        signal: createAverage(kindOf(p, 'signalAverageKind'), periodOf(p, 'signalPeriod')),
      };
    },
  ),
  macdfix: macd({ signalPeriod: 9 }, (p) => createFixed(periodOf(p, 'signalPeriod'))),
  trix: defineOne(
    { period: 30 },
    (p): Trix => ({
      emas: [createEma(periodOf(p)), createEma(periodOf(p)), createEma(periodOf(p))],
      previous: Number.NaN,
    }),
    (state, bar) => onTrix(state, bar.close),
  ),
  bop: defineOne(
    {},
    () => null,
    (_, { open, high, low, close }) => (isZero(high - low) || high < low ? 0 : (close - open) / (high - low)),
  ),
  imi: defineOne(
    { period: 14 },
    (p): Intraday => ({ up: createWindow(periodOf(p)), down: createWindow(periodOf(p)) }),
    (state, bar) => onImi(state, bar.open, bar.close),
  ),
};
