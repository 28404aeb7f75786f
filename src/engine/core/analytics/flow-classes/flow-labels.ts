import { FLOW_DIMS } from './flow-window.ts';

/** Index into this is a class wherever one is kept as a number; −1 is none. */
export const FLOW_CLASSES = ['momentum', 'hedging', 'mean-reversion'] as const;
export type FlowClass = (typeof FLOW_CLASSES)[number];

/**
 * What each class looks like, per standardised feature (one-sidedness, size, inter-arrival, aggressiveness,
 * autocorrelation). Momentum: one side, crossing the spread, runs of one sign. Hedging: one side in large clips, patient.
 * Mean reversion: both sides, signs alternating. Each row has length 1.
 */
const PROFILES: readonly (readonly number[])[] = [
  [0.5, 0, -0.5, 0.5, 0.5],
  [0.25, 0.75, 0.5, -0.35, 0],
  [-0.6, -0.3, 0, -0.3, -0.67],
];

/** Centroids to begin a fit from: each class as it should look, so that clusters which are there are found in its terms. */
export const profileSeeds = (): Float64Array => Float64Array.from(PROFILES.flatMap((row) => row.map((x) => 1.5 * x)));

/** A centroid must point at its class by this much, in deviations, to bear its name; by less to go on bearing it. */
const LIKENESS_MIN = 0.3;
const LIKENESS_TO_STAY = 0.15;

const likeness = (centroids: Float64Array, cluster: number, profile: readonly number[]): number => {
  let sum = 0;
  let squares = 0;
  for (let d = 0; d < FLOW_DIMS; d++) {
    sum += (centroids[cluster * FLOW_DIMS + d] ?? 0) * (profile[d] ?? 0);
    squares += (profile[d] ?? 0) ** 2;
  }
  return sum / Math.sqrt(squares);
};

const ORDERS: readonly (readonly number[])[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/**
 * Class of each of three clusters by what its centroid looks like, whatever its number: the one-to-one naming with the
 * greatest likeness in all. A cluster that looks like none is −1. `before` are the classes found by the last fit.
 */
export const nameClusters = (centroids: Float64Array, before: Int8Array): Int8Array => {
  let best: readonly number[] = ORDERS[0] as readonly number[];
  let bestLikeness = -Infinity;
  for (const order of ORDERS) {
    let sum = 0;
    for (let c = 0; c < order.length; c++) sum += likeness(centroids, c, PROFILES[order[c] ?? 0] ?? []);
    if (sum > bestLikeness) {
      bestLikeness = sum;
      best = order;
    }
  }
  const names = new Int8Array(FLOW_CLASSES.length);
  for (let c = 0; c < names.length; c++) {
    const name = best[c] ?? -1;
    const enough = before.includes(name) ? LIKENESS_TO_STAY : LIKENESS_MIN;
    names[c] = likeness(centroids, c, PROFILES[name] ?? []) >= enough ? name : -1;
  }
  return names;
};
