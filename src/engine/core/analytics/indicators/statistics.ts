import { type Definition, define, defineOne, type IndicatorParams, isZero, param, periodOf } from './definition.ts';
import { createExtreme, type Extreme, extremeOf, pushExtreme } from './extreme.ts';
import { correlationOf, createPairWindow, type PairWindow, pairSlopeOf, pushPair } from './pair-window.ts';
import { createRecordHolder, onRecordHolder, type RecordHolder } from './record-holder.ts';
import {
  absoluteDeviationSum,
  createWindow,
  meanOf,
  pushWindow,
  slopeOf,
  sumOf,
  varianceOf,
  type Window,
} from './window.ts';

const ofWindow = (period: number, figure: (window: Window) => number): Definition =>
  defineOne(
    { period },
    (p) => createWindow(periodOf(p)),
    (window, bar) => {
      pushWindow(window, bar.close);
      return figure(window);
    },
  );

/** The least-squares line over the window at `position` bars after the oldest. */
const lineAt = (window: Window, position: number): number =>
  meanOf(window) + slopeOf(window) * (position - (window.length - 1) / 2);

const extreme = (sign: 1 | -1): Definition =>
  defineOne(
    { period: 30 },
    (p) => createExtreme(periodOf(p), sign),
    (state, bar) => {
      pushExtreme(state, bar.close);
      return extremeOf(state);
    },
  );

const createBoth = (p: IndicatorParams): { least: Extreme; greatest: Extreme } => ({
  least: createExtreme(periodOf(p), -1),
  greatest: createExtreme(periodOf(p), 1),
});

const holder = (sign: 1 | -1): Definition =>
  defineOne(
    { period: 30 },
    (p) => createRecordHolder(periodOf(p), sign),
    (state, bar) => onRecordHolder(state, bar.close),
  );

interface Beta {
  readonly window: PairWindow;
  previousHigh: number;
  previousLow: number;
}
/** Change as a fraction of where it came from; 0 from nothing. */
const changeOf = (now: number, before: number): number => (isZero(before) ? 0 : (now - before) / before);
const onBeta = (state: Beta, high: number, low: number): number => {
  const { previousHigh, previousLow } = state;
  state.previousHigh = high;
  state.previousLow = low;
  if (Number.isNaN(previousHigh)) return Number.NaN;
  pushPair(state.window, changeOf(high, previousHigh), changeOf(low, previousLow));
  return pairSlopeOf(state.window);
};

/** Statistics of the close over a window. Dollars, dollars per bar (slope), degrees (angle), dollars squared (var), bar numbers (indices). */
export const STATISTICS: Readonly<Record<string, Definition>> = {
  linearreg: ofWindow(14, (window) => lineAt(window, window.length - 1)),
  linearregIntercept: ofWindow(14, (window) => lineAt(window, 0)),
  linearregSlope: ofWindow(14, slopeOf),
  linearregAngle: ofWindow(14, (window) => (Math.atan(slopeOf(window)) * 180) / Math.PI),
  tsf: ofWindow(14, (window) => lineAt(window, window.length)),
  // TA-Lib takes the deviations of a variance and ignores them.
  var: defineOne(
    { period: 5, deviations: 1 },
    (p) => createWindow(periodOf(p)),
    (window, bar) => {
      pushWindow(window, bar.close);
      return varianceOf(window);
    },
  ),
  stddev: defineOne(
    { period: 5, deviations: 1 },
    (p) => ({ window: createWindow(periodOf(p)), deviations: param(p, 'deviations') }),
    (state, bar) => {
      pushWindow(state.window, bar.close);
      return Math.sqrt(varianceOf(state.window)) * state.deviations;
    },
  ),
  avgdev: ofWindow(14, (window) => absoluteDeviationSum(window, meanOf(window)) / window.length),
  sum: ofWindow(30, sumOf),
  max: extreme(1),
  min: extreme(-1),
  minmax: define({
    params: { period: 30 },
    outputs: ['min', 'max'],
    create: createBoth,
    onBar: (state, bar, out) => {
      pushExtreme(state.least, bar.close);
      pushExtreme(state.greatest, bar.close);
      out[0] = extremeOf(state.least);
      out[1] = extremeOf(state.greatest);
    },
  }),
  maxindex: holder(1),
  minindex: holder(-1),
  minmaxindex: define({
    params: { period: 30 },
    outputs: ['min', 'max'],
    create: (p): { least: RecordHolder; greatest: RecordHolder } => ({
      least: createRecordHolder(periodOf(p), -1),
      greatest: createRecordHolder(periodOf(p), 1),
    }),
    onBar: (state, bar, out) => {
      out[0] = onRecordHolder(state.least, bar.close);
      out[1] = onRecordHolder(state.greatest, bar.close);
    },
  }),
  correl: defineOne(
    { period: 30 },
    (p) => createPairWindow(periodOf(p)),
    (window, bar) => {
      pushPair(window, bar.high, bar.low);
      return correlationOf(window);
    },
  ),
  beta: defineOne(
    { period: 5 },
    (p): Beta => ({
      window: createPairWindow(periodOf(p)),
      previousHigh: Number.NaN,
      previousLow: Number.NaN,
    }),
    (state, bar) => onBeta(state, bar.high, bar.low),
  ),
};
