import { type Definition, defineOne, isZero, periodOf } from './definition.ts';
import { createWilder, onWilder, trueRange, type Wilder } from './wilder.ts';
import { createWindow, pushWindow, type Window } from './window.ts';

/** Wilder's directional movement: sums seeded by the first `period` − 1 bars, then decayed by 1 / period. */
export interface Directional {
  readonly period: number;
  plus: number;
  minus: number;
  range: number;
  previousHigh: number;
  previousLow: number;
  previousClose: number;
  /** Bars with one before them. */
  moves: number;
}

const createDirectional = (period: number): Directional => ({
  period,
  plus: 0,
  minus: 0,
  range: 0,
  previousHigh: Number.NaN,
  previousLow: Number.NaN,
  previousClose: Number.NaN,
  moves: 0,
});

const onDirectional = (state: Directional, high: number, low: number, close: number): void => {
  const up = high - state.previousHigh;
  const down = state.previousLow - low;
  const range = trueRange(high, low, state.previousClose);
  const first = Number.isNaN(state.previousClose);
  state.previousHigh = high;
  state.previousLow = low;
  state.previousClose = close;
  if (first) return;
  state.moves++;
  // A period of one has nothing to smooth: each bar stands for itself.
  const keep = state.moves < state.period ? 1 : state.period === 1 ? 0 : 1 - 1 / state.period;
  state.plus = state.plus * keep + (up > 0 && up > down ? up : 0);
  state.minus = state.minus * keep + (down > 0 && up < down ? down : 0);
  state.range = state.range * keep + range;
};

const plusIndex = (state: Directional): number => (isZero(state.range) ? 0 : (100 * state.plus) / state.range);
const minusIndex = (state: Directional): number => (isZero(state.range) ? 0 : (100 * state.minus) / state.range);

/** How one-sided the movement was, 0 … 100; NaN when nothing moved. */
const imbalance = (state: Directional): number => {
  if (isZero(state.range)) return Number.NaN;
  const plus = plusIndex(state);
  const minus = minusIndex(state);
  return isZero(plus + minus) ? Number.NaN : (100 * Math.abs(minus - plus)) / (plus + minus);
};

interface Dx {
  readonly movement: Directional;
  /** The last there was: it stands when nothing moves. */
  last: number;
}
const onDx = (state: Dx, high: number, low: number, close: number): number => {
  onDirectional(state.movement, high, low, close);
  if (state.movement.moves < state.movement.period) return Number.NaN;
  const now = imbalance(state.movement);
  if (!Number.isNaN(now)) state.last = now;
  return state.last;
};

export interface Adx {
  readonly movement: Directional;
  readonly mean: Wilder;
}
/** Bars without movement change nothing, but count toward the seed. */
const onAdx = (state: Adx, high: number, low: number, close: number): number => {
  onDirectional(state.movement, high, low, close);
  if (state.movement.moves < state.movement.period) return Number.NaN;
  const now = imbalance(state.movement);
  const seeding = state.mean.count < state.mean.period;
  if (!Number.isNaN(now)) onWilder(state.mean, now);
  else if (seeding) onWilder(state.mean, 0);
  return state.mean.value;
};
const createAdx = (period: number): Adx => ({ movement: createDirectional(period), mean: createWilder(period) });

/** After `moves` bars with one before them, a figure of the movement. */
const movement = (needs: (period: number) => number, figure: (state: Directional) => number): Definition =>
  defineOne(
    { period: 14 },
    (p) => createDirectional(periodOf(p)),
    (state, bar) => {
      onDirectional(state, bar.high, bar.low, bar.close);
      return state.moves >= needs(state.period) ? figure(state) : Number.NaN;
    },
  );

interface Adxr {
  readonly adx: Adx;
  readonly past: Window;
}

/** Direction and its strength. Dollars (plusDm, minusDm), else 0 … 100. */
export const DIRECTIONAL: Readonly<Record<string, Definition>> = {
  plusDm: movement(
    (period) => Math.max(1, period - 1),
    (state) => state.plus,
  ),
  minusDm: movement(
    (period) => Math.max(1, period - 1),
    (state) => state.minus,
  ),
  plusDi: movement((period) => period, plusIndex),
  minusDi: movement((period) => period, minusIndex),
  dx: defineOne(
    { period: 14 },
    (p): Dx => ({ movement: createDirectional(periodOf(p)), last: 0 }),
    (state, bar) => onDx(state, bar.high, bar.low, bar.close),
  ),
  adx: defineOne(
    { period: 14 },
    (p) => createAdx(periodOf(p)),
    (state, bar) => onAdx(state, bar.high, bar.low, bar.close),
  ),
  adxr: defineOne(
    { period: 14 },
    (p): Adxr => ({ adx: createAdx(periodOf(p)), past: createWindow(Math.max(1, periodOf(p) - 1)) }),
    (state, bar) => {
      const now = onAdx(state.adx, bar.high, bar.low, bar.close);
      if (Number.isNaN(now)) return now;
      return (now + pushWindow(state.past, now)) / 2;
    },
  ),
};
