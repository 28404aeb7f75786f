import { BUCKETS } from './exposure-tally.ts';

/**
 * Total gamma as a function of spot. In x = ln S' exposure is S' × a sum of Gaussians, and on an even grid in x each
 * Gaussian follows from its neighbour by two multiplications.
 */

/**
 * Gaussians `weight · exp(−½((x − centre) · inverseWidth)²)`, one per contract; the first `count` rows mean anything.
 * Two weights, by open interest and by volume; `bucket` 0 … 3 by days left, so that nested sums share the work.
 */
export interface GaussianSum {
  readonly weight: Float64Array;
  readonly weightByVolume: Float64Array;
  readonly centre: Float64Array;
  readonly inverseWidth: Float64Array;
  readonly bucket: Uint8Array;
  /** The chain's row. */
  readonly row: Uint32Array;
  count: number;
}

/** One of the nested sums: buckets 0 … `last` under one of the two weights. */
export interface Part {
  readonly sum: GaussianSum;
  readonly weight: Float64Array;
  readonly last: number;
}

/** The sum at one place, by definition. */
export const valueAt = ({ sum, weight, last }: Part, x: number): number => {
  let total = 0;
  for (let i = 0; i < sum.count; i++) {
    if ((sum.bucket[i] as number) > last) continue;
    const u = (x - (sum.centre[i] as number)) * (sum.inverseWidth[i] as number);
    total += (weight[i] as number) * Math.exp(-0.5 * u * u);
  }
  return total;
};

export const LOWEST = Math.log(0.8);
const HIGHEST = Math.log(1.2);
/** 801 points from 0.8 to 1.2 times spot. */
const CELLS = 800;
export const STEP = (HIGHEST - LOWEST) / CELLS;
/** Grids of every 40th … each point; a Gaussian goes to the coarsest that samples it four times per width. */
const STRIDES = [40, 20, 10, 5, 2, 1] as const;
const SAMPLES_PER_WIDTH = 4;
/** Beyond 7 widths a Gaussian is below 3e-11 of its peak. */
const REACH = 7;
/** Points beyond either end of a grid, for the eight-point interpolation. */
const PADDING = 4;
const pointsOf = (stride: number): number => CELLS / stride + 1 + 2 * PADDING;

/** Adds one Gaussian of height `weight` to a grid with spacing `step` whose point 0 is at `first`. */
const addGaussian = (
  grid: Float64Array,
  first: number,
  step: number,
  weight: number,
  centre: number,
  inverseWidth: number,
): void => {
  const reach = REACH / inverseWidth;
  const low = Math.max(0, Math.ceil((centre - reach - first) / step));
  const high = Math.min(grid.length - 1, Math.floor((centre + reach - first) / step));
  if (low > high) return;
  // From the point nearest the peak outwards, so that the recurrence only ever shrinks.
  const start = Math.min(high, Math.max(low, Math.round((centre - first) / step)));
  const u = (first + start * step - centre) * inverseWidth;
  const h = step * inverseWidth;
  const shrink = Math.exp(-h * h);
  let upRatio = Math.exp(-h * (u + 0.5 * h));
  // Two neighbouring ratios differ by `shrink`.
  let downRatio = shrink / upRatio;
  let up = weight * Math.exp(-0.5 * u * u);
  let down = up * downRatio;
  downRatio *= shrink;
  let i = start;
  let j = start - 1;
  // Both ways at once: two chains of products that do not wait for each other.
  for (; i <= high && j >= low; i++, j--) {
    grid[i] = (grid[i] as number) + up;
    grid[j] = (grid[j] as number) + down;
    up *= upRatio;
    down *= downRatio;
    upRatio *= shrink;
    downRatio *= shrink;
  }
  for (; i <= high; i++) {
    grid[i] = (grid[i] as number) + up;
    up *= upRatio;
    upRatio *= shrink;
  }
  for (; j >= low; j--) {
    grid[j] = (grid[j] as number) + down;
    down *= downRatio;
    downRatio *= shrink;
  }
};

/** The same to two grids at once, at little more than the price of one. */
const addGaussianTwice = (
  grid: Float64Array,
  second: Float64Array,
  first: number,
  step: number,
  weight: number,
  secondWeight: number,
  centre: number,
  inverseWidth: number,
): void => {
  const reach = REACH / inverseWidth;
  const low = Math.max(0, Math.ceil((centre - reach - first) / step));
  const high = Math.min(grid.length - 1, Math.floor((centre + reach - first) / step));
  if (low > high) return;
  const start = Math.min(high, Math.max(low, Math.round((centre - first) / step)));
  const u = (first + start * step - centre) * inverseWidth;
  const h = step * inverseWidth;
  const shrink = Math.exp(-h * h);
  let upRatio = Math.exp(-h * (u + 0.5 * h));
  let downRatio = shrink / upRatio;
  let up = Math.exp(-0.5 * u * u);
  let down = up * downRatio;
  downRatio *= shrink;
  let i = start;
  let j = start - 1;
  for (; i <= high && j >= low; i++, j--) {
    grid[i] = (grid[i] as number) + weight * up;
    second[i] = (second[i] as number) + secondWeight * up;
    grid[j] = (grid[j] as number) + weight * down;
    second[j] = (second[j] as number) + secondWeight * down;
    up *= upRatio;
    down *= downRatio;
    upRatio *= shrink;
    downRatio *= shrink;
  }
  for (; i <= high; i++) {
    grid[i] = (grid[i] as number) + weight * up;
    second[i] = (second[i] as number) + secondWeight * up;
    up *= upRatio;
    upRatio *= shrink;
  }
  for (; j >= low; j--) {
    grid[j] = (grid[j] as number) + weight * down;
    second[j] = (second[j] as number) + secondWeight * down;
    down *= downRatio;
    downRatio *= shrink;
  }
};

/** Lagrange weights of the eight points around a place `fraction` of a cell past the fourth. */
const lagrange = (fraction: number): Float64Array => {
  const weights = new Float64Array(8);
  for (let i = 0; i < 8; i++) {
    let w = 1;
    for (let k = 0; k < 8; k++) if (k !== i) w *= (3 + fraction - k) / (i - k);
    weights[i] = w;
  }
  return weights;
};
const LAGRANGE: readonly (readonly Float64Array[])[] = STRIDES.map((stride) =>
  Array.from({ length: stride }, (_, offset) => lagrange(offset / stride)),
);

const addInterpolated = (profile: Float64Array, grid: Float64Array, stride: number, level: number): void => {
  for (let j = 0; j <= CELLS; j++) {
    const cell = Math.floor(j / stride);
    const weights = LAGRANGE[level]?.[j % stride] as Float64Array;
    let sum = 0;
    for (let k = 0; k < 8; k++) sum += (weights[k] as number) * (grid[cell + PADDING - 3 + k] as number);
    profile[j] = (profile[j] as number) + sum;
  }
};

/** Bucket by bucket and stride by stride; sampled at x = ln spot + LOWEST + j · STEP, within 1e-6 of the largest. */
export const profilesOf = (
  sum: GaussianSum,
  logSpot: number,
): { byInterest: Float64Array[]; byVolume: Float64Array[] } => {
  const firsts = STRIDES.map((stride) => logSpot + LOWEST - PADDING * stride * STEP);
  const steps = STRIDES.map((stride) => stride * STEP);
  const gridsOf = (): Float64Array[] =>
    Array.from({ length: BUCKETS * STRIDES.length }, (_, g) => {
      const stride = STRIDES[g % STRIDES.length] as number;
      return new Float64Array(pointsOf(stride));
    });
  const grids = gridsOf();
  const gridsByVolume = gridsOf();
  const used = new Uint8Array(grids.length);
  for (let i = 0; i < sum.count; i++) {
    const inverseWidth = sum.inverseWidth[i] as number;
    let level = 0;
    while (level < STRIDES.length - 1 && (steps[level] as number) * inverseWidth * SAMPLES_PER_WIDTH > 1) level++;
    const g = (sum.bucket[i] as number) * STRIDES.length + level;
    used[g] = 1;
    const centre = sum.centre[i] as number;
    const first = firsts[level] as number;
    const step = steps[level] as number;
    const weight = sum.weight[i] as number;
    const weightByVolume = sum.weightByVolume[i] as number;
    const grid = grids[g] as Float64Array;
    const byVolume = gridsByVolume[g] as Float64Array;
    if (weightByVolume === 0) addGaussian(grid, first, step, weight, centre, inverseWidth);
    else if (weight === 0) addGaussian(byVolume, first, step, weightByVolume, centre, inverseWidth);
    else addGaussianTwice(grid, byVolume, first, step, weight, weightByVolume, centre, inverseWidth);
  }
  return { byInterest: nestedProfiles(grids, used), byVolume: nestedProfiles(gridsByVolume, used) };
};

/** Profile b holds buckets 0 … b. */
const nestedProfiles = (grids: readonly Float64Array[], used: Uint8Array): Float64Array[] => {
  const nested: Float64Array[] = [];
  let profile = new Float64Array(CELLS + 1);
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    profile = profile.slice();
    STRIDES.forEach((stride, level) => {
      const g = bucket * STRIDES.length + level;
      if (used[g] === 1) addInterpolated(profile, grids[g] as Float64Array, stride, level);
    });
    nested.push(profile);
  }
  return nested;
};
