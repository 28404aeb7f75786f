/**
 * The last `length` values with their sums about a pivot: Σd, Σd², and Σj·d with j from 1 for the oldest to `length`
 * for the newest, d = value − pivot. Constant time per value: sums are kept running, and added up afresh about a new
 * pivot each time the ring has gone round, so that rounding cannot pile up over a day.
 */
export interface Window {
  readonly length: number;
  readonly ring: Float64Array;
  /** Values since the start. */
  count: number;
  pivot: number;
  sum: number;
  squares: number;
  weighted: number;
}

export const createWindow = (length: number): Window => {
  if (!(Number.isInteger(length) && length > 0))
    throw new RangeError(`Window: expected a positive whole length, got ${length}`);
  return { length, ring: new Float64Array(length), count: 0, pivot: Number.NaN, sum: 0, squares: 0, weighted: 0 };
};

const sumAfresh = (window: Window): void => {
  window.pivot = window.ring[0] ?? Number.NaN;
  window.sum = 0;
  window.squares = 0;
  window.weighted = 0;
  for (let i = 0; i < window.length; i++) {
    const d = (window.ring[i] ?? Number.NaN) - window.pivot;
    window.sum += d;
    window.squares += d * d;
    window.weighted += (i + 1) * d;
  }
};

/** Takes `value` in. Returns the value that left; NaN while the window fills. */
export const pushWindow = (window: Window, value: number): number => {
  const slot = window.count % window.length;
  const full = window.count >= window.length;
  const leaving = full ? (window.ring[slot] ?? Number.NaN) : Number.NaN;
  window.ring[slot] = value;
  window.count++;
  if (slot === window.length - 1) {
    sumAfresh(window);
    return leaving;
  }
  if (window.count === 1) window.pivot = value;
  const d = value - window.pivot;
  if (!full) {
    window.sum += d;
    window.squares += d * d;
    window.weighted += window.count * d;
    return leaving;
  }
  const old = leaving - window.pivot;
  window.weighted += window.length * d - window.sum;
  window.sum += d - old;
  window.squares += d * d - old * old;
  return leaving;
};

export const isFull = (window: Window): boolean => window.count >= window.length;
const held = (window: Window): number => Math.min(window.count, window.length);

/** NaN until the window is full; so are the others. */
export const meanOf = (window: Window): number =>
  isFull(window) ? window.pivot + window.sum / window.length : Number.NaN;
export const sumOf = (window: Window): number =>
  isFull(window) ? window.pivot * window.length + window.sum : Number.NaN;

/** Mean square about the mean: divided by n. */
export const varianceOf = (window: Window): number => {
  if (!isFull(window)) return Number.NaN;
  const mean = window.sum / window.length;
  return Math.max(0, window.squares / window.length - mean * mean);
};
/** Linearly weighted mean, the newest heaviest. */
export const weightedMeanOf = (window: Window): number =>
  isFull(window) ? window.pivot + (2 * window.weighted) / (window.length * (window.length + 1)) : Number.NaN;

/** Slope per value of the least-squares line. */
export const slopeOf = (window: Window): number => {
  if (!isFull(window)) return Number.NaN;
  const n = window.length;
  // Positions 0 … n−1: Σx·d = weighted − sum.
  const sumX = (n * (n - 1)) / 2;
  const sumXx = (n * (n - 1) * (2 * n - 1)) / 6;
  return (n * (window.weighted - window.sum) - sumX * window.sum) / (n * sumXx - sumX * sumX);
};

/** The value `back` steps before the newest; NaN when it has not come or has left. */
export const valueAt = (window: Window, back: number): number =>
  back >= 0 && back < held(window)
    ? (window.ring[(window.count - 1 - back) % window.length] ?? Number.NaN)
    : Number.NaN;

/** Σ|value − `centre`| over a full window, in the ring's own order. Time grows with the length. */
export const absoluteDeviationSum = (window: Window, centre: number): number => {
  let sum = 0;
  for (let i = 0; i < window.length; i++) sum += Math.abs((window.ring[i] ?? Number.NaN) - centre);
  return sum;
};
