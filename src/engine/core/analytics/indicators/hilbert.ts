export const DEGREES = 180 / Math.PI;
/** Values the longest look back over; a power of two. */
const HISTORY = 64;
/** The smoother starts this many bars before it is first read; before that TA-Lib's filters hold zeros. */
export const SHORT_START = 12;
export const LONG_START = 37;

/** Ehlers' homodyne discriminator: the period of the dominant cycle from a Hilbert transform of the smoothed close. */
export interface Cycle {
  /** First bar of the filters, counted from 0. */
  readonly start: number;
  readonly closes: Float64Array;
  /** Of the smoother: the last three closes' sum and the last four's, weighted, run on as TA-Lib does. */
  plainSum: number;
  weightedSum: number;
  readonly smoothed: Float64Array;
  readonly detrended: Float64Array;
  readonly quadratures: Float64Array;
  readonly inPhases: Float64Array;
  bars: number;
  q: number;
  i: number;
  q2: number;
  i2: number;
  real: number;
  imaginary: number;
  period: number;
  smoothPeriod: number;
}

export const createCycle = (start: number): Cycle => ({
  start,
  closes: new Float64Array(HISTORY),
  plainSum: 0,
  weightedSum: 0,
  smoothed: new Float64Array(HISTORY),
  detrended: new Float64Array(HISTORY),
  quadratures: new Float64Array(HISTORY),
  inPhases: new Float64Array(HISTORY),
  bars: 0,
  q: 0,
  i: 0,
  q2: 0,
  i2: 0,
  real: 0,
  imaginary: 0,
  period: 0,
  smoothPeriod: 0,
});

export const back = (ring: Float64Array, bar: number, bars: number): number => ring[(bar - bars) & (HISTORY - 1)] ?? 0;

/**
 * Ehlers' six-bar Hilbert transform of a ring at `bar`. Added in TA-Lib's order: of a flat series only rounding is left,
 * and its phase is what decides how MAMA follows.
 */
const hilbert = (ring: Float64Array, bar: number, gain: number): number =>
  (0.0962 * back(ring, bar, 0) -
    0.0962 * back(ring, bar, 6) -
    0.5769 * back(ring, bar, 4) +
    0.5769 * back(ring, bar, 2)) *
  gain;

/** Ehlers' smoother: the last four closes with the weights 4, 3, 2, 1. */
const smooth = (cycle: Cycle, bar: number, close: number): number => {
  cycle.plainSum += close;
  // The newest of the first three weighs one more than the one before; from the fourth on, four.
  if (bar < 3) {
    cycle.weightedSum += close * (bar + 1);
    return Number.NaN;
  }
  if (bar > 3) cycle.plainSum -= back(cycle.closes, bar, 4);
  cycle.weightedSum += close * 4;
  const smoothed = cycle.weightedSum * 0.1;
  cycle.weightedSum -= cycle.plainSum;
  return smoothed;
};

const boundPeriod = (period: number, before: number): number =>
  Math.min(50, Math.max(6, Math.max(0.67 * before, Math.min(1.5 * before, period))));

/** Takes a close in. False while the filters have not begun. */
export const onCycle = (cycle: Cycle, close: number): boolean => {
  const bar = cycle.bars++;
  const slot = bar & (HISTORY - 1);
  cycle.closes[slot] = close;
  const smoothed = smooth(cycle, bar, close);
  if (bar < cycle.start) return false;
  cycle.smoothed[slot] = smoothed;
  const gain = 0.075 * cycle.period + 0.54;
  cycle.detrended[slot] = hilbert(cycle.smoothed, bar, gain);
  cycle.q = hilbert(cycle.detrended, bar, gain);
  cycle.quadratures[slot] = cycle.q;
  cycle.i = back(cycle.detrended, bar, 3);
  cycle.inPhases[slot] = cycle.i;
  return true;
};

/** The period from the rotation since the bar before. */
export const turn = (cycle: Cycle): void => {
  const bar = cycle.bars - 1;
  const gain = 0.075 * cycle.period + 0.54;
  const q2 = 0.2 * (cycle.q + hilbert(cycle.inPhases, bar, gain)) + 0.8 * cycle.q2;
  const i2 = 0.2 * (cycle.i - hilbert(cycle.quadratures, bar, gain)) + 0.8 * cycle.i2;
  cycle.real = 0.2 * (i2 * cycle.i2 + q2 * cycle.q2) + 0.8 * cycle.real;
  cycle.imaginary = 0.2 * (i2 * cycle.q2 - q2 * cycle.i2) + 0.8 * cycle.imaginary;
  cycle.q2 = q2;
  cycle.i2 = i2;
  const before = cycle.period;
  const raw =
    cycle.imaginary !== 0 && cycle.real !== 0 ? 360 / (Math.atan(cycle.imaginary / cycle.real) * DEGREES) : before;
  cycle.period = 0.2 * boundPeriod(raw, before) + 0.8 * before;
  cycle.smoothPeriod = 0.33 * cycle.period + 0.67 * cycle.smoothPeriod;
};
