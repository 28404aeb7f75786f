/** y' = a + φ y + ε by least squares. `slope` is φ corrected for its bias; `dickeyFuller` is (φ − 1) / its standard error. */
export interface Autoregression {
  readonly slope: number;
  /** a / (1 − φ) with the corrected slope through the middle of the data. */
  readonly mean: number;
  /** Standard deviation of ε. */
  readonly residual: number;
  readonly dickeyFuller: number;
}

/**
 * Fits the last `count` values of a ring whose next write is number `written`. Null when the series does not move.
 * Small samples take a random walk for a reverting one: φ is raised by (1 + 3φ) / n. Source: Kendall (1954).
 */
export const fitAutoregression = (ring: Float64Array, count: number, written: number): Autoregression | null => {
  const pairs = count - 1;
  const at = (i: number): number => ring[(written - count + i) % ring.length] ?? Number.NaN;
  let meanBefore = 0;
  let meanAfter = 0;
  for (let i = 0; i < pairs; i++) {
    meanBefore += at(i) / pairs;
    meanAfter += at(i + 1) / pairs;
  }
  let squares = 0;
  let products = 0;
  let squaresAfter = 0;
  for (let i = 0; i < pairs; i++) {
    squares += (at(i) - meanBefore) ** 2;
    products += (at(i) - meanBefore) * (at(i + 1) - meanAfter);
    squaresAfter += (at(i + 1) - meanAfter) ** 2;
  }
  if (!(pairs > 2 && squares > 1e-14)) return null;
  const raw = products / squares;
  const residual = Math.sqrt(Math.max(0, squaresAfter - raw * products) / (pairs - 2));
  if (!(residual > 1e-9)) return null;
  const slope = raw + (1 + 3 * raw) / pairs;
  return {
    slope,
    mean: slope < 1 ? (meanAfter - slope * meanBefore) / (1 - slope) : Number.NaN,
    residual,
    dickeyFuller: (raw - 1) / (residual / Math.sqrt(squares)),
  };
};

/** Quantiles of the Dickey-Fuller t with a constant, for long samples: statistic, probability below. Source: Fuller (1976). */
const WALK_QUANTILES: readonly (readonly [number, number])[] = [
  [-3.43, 0.01],
  [-3.12, 0.025],
  [-2.86, 0.05],
  [-2.57, 0.1],
  [-1.57, 0.5],
  [-0.44, 0.9],
  [-0.07, 0.95],
  [0.23, 0.975],
  [0.6, 0.99],
];

/** One less the probability that a random walk gives such a statistic or a lower one, 0 … 1, straight between quantiles. */
export const walkDoubt = (statistic: number): number => {
  const first = WALK_QUANTILES[0] as readonly [number, number];
  if (statistic <= first[0]) return 1 - first[1];
  for (let i = 1; i < WALK_QUANTILES.length; i++) {
    const [low, lowShare] = WALK_QUANTILES[i - 1] as readonly [number, number];
    const [high, highShare] = WALK_QUANTILES[i] as readonly [number, number];
    if (statistic <= high) return 1 - (lowShare + ((highShare - lowShare) * (statistic - low)) / (high - low));
  }
  return 0;
};
