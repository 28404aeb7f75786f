/**
 * Zero-gamma level: where total gamma exposure changes sign when spot alone moves (sticky strike, time held).
 * In x = ln S' exposure is S' × a sum of Gaussians, so only that sum's sign matters, and on an even grid in x each
 * Gaussian follows from its neighbour by two multiplications.
 */

/** Gaussians `weight · exp(−½((x − centre) · inverseWidth)²)`; the first `count` rows mean anything. */
export interface GaussianSum {
  readonly weight: Float64Array;
  readonly centre: Float64Array;
  readonly inverseWidth: Float64Array;
  count: number;
}

const LOWEST = Math.log(0.8);
const HIGHEST = Math.log(1.2);
/** 801 points from 0.8 to 1.2 times spot. */
const CELLS = 800;
const STEP = (HIGHEST - LOWEST) / CELLS;
/** Grids of every 40th … each point; a Gaussian goes to the coarsest that samples it five times per width. */
const STRIDES = [40, 20, 10, 5, 2, 1] as const;
const SAMPLES_PER_WIDTH = 5;
/** Beyond 7 widths a Gaussian is below 3e-11 of its peak. */
const REACH = 7;
/** A total this small against the largest is rounding, not a sign. */
const NOISE = 1e-9;

/** Points beyond either end of a grid, for the eight-point interpolation. */
const PADDING = 4;
const pointsOf = (stride: number): number => CELLS / stride + 1 + 2 * PADDING;

/** Adds one Gaussian to a grid with spacing `step` whose point 0 is at `first`. */
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
  const peak = weight * Math.exp(-0.5 * u * u);
  let value = peak;
  let ratio = Math.exp(-h * (u + 0.5 * h));
  for (let j = start; j <= high; j++) {
    grid[j] = (grid[j] as number) + value;
    value *= ratio;
    ratio *= shrink;
  }
  value = peak;
  ratio = Math.exp(h * (u - 0.5 * h));
  for (let j = start - 1; j >= low; j--) {
    value *= ratio;
    ratio *= shrink;
    grid[j] = (grid[j] as number) + value;
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

/** Sampled at x = ln spot + LOWEST + j · STEP; within 1e-6 of the largest magnitude. */
const profileOf = (sum: GaussianSum, logSpot: number): Float64Array => {
  const grids = STRIDES.map((stride) => new Float64Array(pointsOf(stride)));
  const firsts = STRIDES.map((stride) => logSpot + LOWEST - PADDING * stride * STEP);
  const steps = STRIDES.map((stride) => stride * STEP);
  for (let i = 0; i < sum.count; i++) {
    const inverseWidth = sum.inverseWidth[i] as number;
    let level = 0;
    while (level < STRIDES.length - 1 && (steps[level] as number) * inverseWidth * SAMPLES_PER_WIDTH > 1) level++;
    addGaussian(
      grids[level] as Float64Array,
      firsts[level] as number,
      steps[level] as number,
      sum.weight[i] as number,
      sum.centre[i] as number,
      inverseWidth,
    );
  }
  const profile = new Float64Array(CELLS + 1);
  STRIDES.forEach((stride, level) => {
    addInterpolated(profile, grids[level] as Float64Array, stride, level);
  });
  return profile;
};

/** The sum at one place, by definition. */
const valueAt = (sum: GaussianSum, x: number): number => {
  let total = 0;
  for (let i = 0; i < sum.count; i++) {
    const u = (x - (sum.centre[i] as number)) * (sum.inverseWidth[i] as number);
    total += (sum.weight[i] as number) * Math.exp(-0.5 * u * u);
  }
  return total;
};

/** Root in [low, high] by false position (Illinois), by halving should that stall; NaN when the signs do not differ. */
const rootBetween = (sum: GaussianSum, low: number, high: number): number => {
  let a = low;
  let b = high;
  let fa = valueAt(sum, a);
  let fb = valueAt(sum, b);
  if (fa === 0) return a;
  if (fb === 0) return b;
  if (fa > 0 === fb > 0) return Number.NaN;
  let x = a;
  let kept = 0;
  for (let i = 0; i < 100; i++) {
    const before = x;
    x = i > 20 ? 0.5 * (a + b) : (a * fb - b * fa) / (fb - fa);
    const fx = valueAt(sum, x);
    if (fx === 0 || Math.abs(x - before) < 1e-14) return x;
    if (fx > 0 === fb > 0) {
      b = x;
      fb = fx;
      if (kept === -1) fa *= 0.5;
      kept = -1;
    } else {
      a = x;
      fa = fx;
      if (kept === 1) fb *= 0.5;
      kept = 1;
    }
  }
  return x;
};

interface Bracket {
  readonly from: number;
  readonly to: number;
  /** Distance in grid cells from spot of the root as interpolated. */
  readonly distance: number;
}

const bracketsOf = (profile: Float64Array): Bracket[] => {
  let largest = 0;
  for (const value of profile) largest = Math.max(largest, Math.abs(value));
  const spotCell = -LOWEST / STEP;
  const found: Bracket[] = [];
  let last = -1;
  for (let j = 0; j < profile.length; j++) {
    const value = profile[j] as number;
    if (Math.abs(value) <= NOISE * largest) continue;
    const before = last >= 0 ? (profile[last] as number) : value;
    if (value > 0 !== before > 0) {
      const at = last + ((j - last) * before) / (before - value);
      found.push({ from: last, to: j, distance: Math.abs(at - spotCell) });
    }
    last = j;
  }
  return found.sort((a, b) => a.distance - b.distance);
};

/** The root nearest to `spot` within 0.8 to 1.2 times it; null when total gamma keeps its sign there. */
export const gammaFlip = (sum: GaussianSum, spot: number): number | null => {
  if (sum.count === 0) return null;
  const logSpot = Math.log(spot);
  const first = logSpot + LOWEST;
  let nearest: number | null = null;
  for (const { from, to, distance } of bracketsOf(profileOf(sum, logSpot))) {
    // Interpolated distances are good to a cell: one further off cannot win.
    if (nearest !== null && distance > Math.abs(Math.log(nearest / spot)) / STEP + 2) break;
    let root = rootBetween(sum, first + from * STEP, first + to * STEP);
    if (Number.isNaN(root)) root = rootBetween(sum, first + (from - 1) * STEP, first + (to + 1) * STEP);
    if (Number.isNaN(root)) continue;
    const level = Math.exp(root);
    if (nearest === null || Math.abs(level - spot) < Math.abs(nearest - spot)) nearest = level;
  }
  return nearest;
};
