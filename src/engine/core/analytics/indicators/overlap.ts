import {
  type Definition,
  define,
  defineOne,
  type IndicatorParams,
  isZero,
  kindOf,
  param,
  periodOf,
} from './definition.ts';
import { createExtreme, type Extreme, extremeOf, pushExtreme } from './extreme.ts';
import { type Average, type AverageKind, createAverage, onAverage } from './moving-average.ts';
import { createSar, onSar } from './parabolic.ts';
import { createWindow, meanOf, pushWindow, varianceOf, type Window } from './window.ts';

const average = (kind: AverageKind, period: number): Definition =>
  defineOne(
    { period },
    (p) => createAverage(kind, periodOf(p)),
    (state: Average, bar) => onAverage(state, bar.close),
  );

interface Bands {
  readonly middle: Average;
  readonly window: Window;
  readonly up: number;
  readonly down: number;
}
const bollinger = define<Bands>({
  params: { period: 5, upDeviations: 2, downDeviations: 2, averageKind: 0 },
  outputs: ['upper', 'middle', 'lower'],
  create: (p) => ({
    middle: createAverage(kindOf(p, 'averageKind'), periodOf(p)),
    window: createWindow(periodOf(p)),
    up: param(p, 'upDeviations'),
    down: param(p, 'downDeviations'),
  }),
  onBar: (state, bar, out) => {
    pushWindow(state.window, bar.close);
    const middle = onAverage(state.middle, bar.close);
    const deviation = Math.sqrt(varianceOf(state.window));
    if (Number.isNaN(middle + deviation)) return;
    out[0] = middle + state.up * deviation;
    out[1] = middle;
    out[2] = middle - state.down * deviation;
  },
});

interface Acceleration {
  readonly upper: Window;
  readonly middle: Window;
  readonly lower: Window;
}
const acceleration = define<Acceleration>({
  params: { period: 20 },
  outputs: ['upper', 'middle', 'lower'],
  create: (p) => ({
    upper: createWindow(periodOf(p)),
    middle: createWindow(periodOf(p)),
    lower: createWindow(periodOf(p)),
  }),
  onBar: (state, { high, low, close }, out) => {
    const sum = high + low;
    const width = isZero(sum) ? 0 : (4 * (high - low)) / sum;
    pushWindow(state.upper, high * (1 + width));
    pushWindow(state.middle, close);
    pushWindow(state.lower, low * (1 - width));
    out[0] = meanOf(state.upper);
    out[1] = meanOf(state.middle);
    out[2] = meanOf(state.lower);
  },
});

interface Middle {
  readonly greatest: Extreme;
  readonly least: Extreme;
}
const createMiddle = (p: IndicatorParams): Middle => ({
  greatest: createExtreme(periodOf(p), 1),
  least: createExtreme(periodOf(p), -1),
});
const onMiddle = (state: Middle, high: number, low: number): number => {
  pushExtreme(state.greatest, high);
  pushExtreme(state.least, low);
  return (extremeOf(state.greatest) + extremeOf(state.least)) / 2;
};

/** Lines drawn over prices, in dollars. */
export const OVERLAP: Readonly<Record<string, Definition>> = {
  sma: average('sma', 30),
  ema: average('ema', 30),
  wma: average('wma', 30),
  dema: average('dema', 30),
  tema: average('tema', 30),
  trima: average('trima', 30),
  kama: average('kama', 30),
  t3: defineOne(
    { period: 5, volumeFactor: 0.7 },
    (p) => createAverage('t3', periodOf(p), 0, param(p, 'volumeFactor')),
    (state, bar) => onAverage(state, bar.close),
  ),
  ma: defineOne(
    { period: 30, averageKind: 0 },
    (p) => createAverage(kindOf(p, 'averageKind'), periodOf(p)),
    (state, bar) => onAverage(state, bar.close),
  ),
  bbands: bollinger,
  accbands: acceleration,
  midpoint: defineOne({ period: 14 }, createMiddle, (state, bar) => onMiddle(state, bar.close, bar.close)),
  midprice: defineOne({ period: 14 }, createMiddle, (state, bar) => onMiddle(state, bar.high, bar.low)),
  sar: defineOne(
    { acceleration: 0.02, maximum: 0.2 },
    (p) => {
      const leg = { initial: param(p, 'acceleration'), step: param(p, 'acceleration'), maximum: param(p, 'maximum') };
      return createSar({ start: 0, offsetOnReverse: 0, long: leg, short: leg });
    },
    (state, bar) => Math.abs(onSar(state, bar.high, bar.low)),
  ),
  sarext: defineOne(
    {
      start: 0,
      offsetOnReverse: 0,
      accelerationInitLong: 0.02,
      accelerationLong: 0.02,
      accelerationMaxLong: 0.2,
      accelerationInitShort: 0.02,
      accelerationShort: 0.02,
      accelerationMaxShort: 0.2,
    },
    (p) =>
      createSar({
        start: param(p, 'start'),
        offsetOnReverse: param(p, 'offsetOnReverse'),
        long: {
          initial: param(p, 'accelerationInitLong'),
          step: param(p, 'accelerationLong'),
          maximum: param(p, 'accelerationMaxLong'),
        },
        short: {
          initial: param(p, 'accelerationInitShort'),
          step: param(p, 'accelerationShort'),
          maximum: param(p, 'accelerationMaxShort'),
        },
      }),
    (state, bar) => onSar(state, bar.high, bar.low),
  ),
};
