/** The last `length` pairs with their sums about pivots; added up afresh each time the ring has gone round. */
export interface PairWindow {
  readonly length: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  count: number;
  pivotX: number;
  pivotY: number;
  sumX: number;
  sumY: number;
  sumXx: number;
  sumYy: number;
  sumXy: number;
}

export const createPairWindow = (length: number): PairWindow => {
  if (!(Number.isInteger(length) && length > 0))
    throw new RangeError(`Pair window: expected a positive whole length, got ${length}`);
  return {
    length,
    x: new Float64Array(length),
    y: new Float64Array(length),
    count: 0,
    pivotX: 0,
    pivotY: 0,
    sumX: 0,
    sumY: 0,
    sumXx: 0,
    sumYy: 0,
    sumXy: 0,
  };
};

const addPair = (window: PairWindow, x: number, y: number, sign: 1 | -1): void => {
  const dx = x - window.pivotX;
  const dy = y - window.pivotY;
  window.sumX += sign * dx;
  window.sumY += sign * dy;
  window.sumXx += sign * dx * dx;
  window.sumYy += sign * dy * dy;
  window.sumXy += sign * dx * dy;
};

const sumAfresh = (window: PairWindow): void => {
  window.pivotX = window.x[0] ?? Number.NaN;
  window.pivotY = window.y[0] ?? Number.NaN;
  window.sumX = 0;
  window.sumY = 0;
  window.sumXx = 0;
  window.sumYy = 0;
  window.sumXy = 0;
  for (let i = 0; i < window.length; i++) addPair(window, window.x[i] ?? Number.NaN, window.y[i] ?? Number.NaN, 1);
};

export const pushPair = (window: PairWindow, x: number, y: number): void => {
  const slot = window.count % window.length;
  if (window.count >= window.length) addPair(window, window.x[slot] ?? Number.NaN, window.y[slot] ?? Number.NaN, -1);
  window.x[slot] = x;
  window.y[slot] = y;
  window.count++;
  if (slot === window.length - 1) {
    sumAfresh(window);
    return;
  }
  if (window.count === 1) {
    window.pivotX = x;
    window.pivotY = y;
  }
  addPair(window, x, y, 1);
};

const isFull = (window: PairWindow): boolean => window.count >= window.length;

/** Pearson's correlation, −1 … 1; 0 when either side did not move; NaN until the window is full. */
export const correlationOf = (window: PairWindow): number => {
  if (!isFull(window)) return Number.NaN;
  const n = window.length;
  const spread = (window.sumXx - window.sumX ** 2 / n) * (window.sumYy - window.sumY ** 2 / n);
  return spread > 1e-14 ? (window.sumXy - (window.sumX * window.sumY) / n) / Math.sqrt(spread) : 0;
};

/** Slope of the least-squares line of y on x; 0 when x did not move; NaN until the window is full. */
export const pairSlopeOf = (window: PairWindow): number => {
  if (!isFull(window)) return Number.NaN;
  const n = window.length;
  const spread = n * window.sumXx - window.sumX ** 2;
  return spread > 1e-14 ? (n * window.sumXy - window.sumX * window.sumY) / spread : 0;
};
