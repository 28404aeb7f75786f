import { BUCKETS } from './exposure-tally.ts';

/**
 * Zero-gamma level: where total gamma exposure changes sign when spot alone moves (sticky strike, time held).
 * In x = ln S' exposure is S' × a sum of Gaussians, so only that sum's sign matters, and on an even grid in x each
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

/** Adds one Gaussian under two weights to two grids with spacing `step` whose point 0 is at `first`. */
const addGaussian = (
  grid: Float64Array,
  gridByVolume: Float64Array,
  first: number,
  step: number,
  sum: GaussianSum,
  i: number,
): void => {
  const centre = sum.centre[i] as number;
  const inverseWidth = sum.inverseWidth[i] as number;
  const weight = sum.weight[i] as number;
  const weightByVolume = sum.weightByVolume[i] as number;
  const reach = REACH / inverseWidth;
  const low = Math.max(0, Math.ceil((centre - reach - first) / step));
  const high = Math.min(grid.length - 1, Math.floor((centre + reach - first) / step));
  if (low > high) return;
  // From the point nearest the peak outwards, so that the recurrence only ever shrinks.
  const start = Math.min(high, Math.max(low, Math.round((centre - first) / step)));
  const u = (first + start * step - centre) * inverseWidth;
  const h = step * inverseWidth;
  const shrink = Math.exp(-h * h);
  const peak = Math.exp(-0.5 * u * u);
  let value = peak;
  let ratio = Math.exp(-h * (u + 0.5 * h));
  for (let j = start; j <= high; j++) {
    grid[j] = (grid[j] as number) + weight * value;
    gridByVolume[j] = (gridByVolume[j] as number) + weightByVolume * value;
    value *= ratio;
    ratio *= shrink;
  }
  value = peak;
  ratio = Math.exp(h * (u - 0.5 * h));
  for (let j = start - 1; j >= low; j--) {
    value *= ratio;
    ratio *= shrink;
    grid[j] = (grid[j] as number) + weight * value;
    gridByVolume[j] = (gridByVolume[j] as number) + weightByVolume * value;
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
const profilesOf = (sum: GaussianSum, logSpot: number): { byInterest: Float64Array[]; byVolume: Float64Array[] } => {
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
    addGaussian(
      grids[g] as Float64Array,
      gridsByVolume[g] as Float64Array,
      firsts[level] as number,
      steps[level] as number,
      sum,
      i,
    );
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

/** One of the nested sums: buckets 0 … `last` under one of the two weights. */
interface Part {
  readonly sum: GaussianSum;
  readonly weight: Float64Array;
  readonly last: number;
}

/** Beyond ten widths a Gaussian is below 2e-22 of its peak. */
const FAR = 100;

/** The sum at one place, by definition. */
const valueAt = ({ sum, weight, last }: Part, x: number): number => {
  let total = 0;
  for (let i = 0; i < sum.count; i++) {
    if ((sum.bucket[i] as number) > last) continue;
    const u = (x - (sum.centre[i] as number)) * (sum.inverseWidth[i] as number);
    const square = u * u;
    if (square < FAR) total += (weight[i] as number) * Math.exp(-0.5 * square);
  }
  return total;
};

/** Newton's step from x by the sum and its slope; NaN where it is flat. */
const newtonStep = ({ sum, weight, last }: Part, x: number): number => {
  let total = 0;
  let slope = 0;
  for (let i = 0; i < sum.count; i++) {
    if ((sum.bucket[i] as number) > last) continue;
    const inverseWidth = sum.inverseWidth[i] as number;
    const u = (x - (sum.centre[i] as number)) * inverseWidth;
    const square = u * u;
    if (square >= FAR) continue;
    const value = (weight[i] as number) * Math.exp(-0.5 * square);
    total += value;
    slope -= value * u * inverseWidth;
  }
  return slope === 0 ? Number.NaN : -total / slope;
};

const NEWTON_STEPS = 6;
/** Newton doubles its digits: a step this small in ln spot leaves an error below rounding. */
const NEWTON_DONE = 1e-9;

/** Root near `guess` within [low, high], NaN when Newton does not settle there. */
const polish = (part: Part, guess: number, low: number, high: number): number => {
  let x = guess;
  for (let i = 0; i < NEWTON_STEPS; i++) {
    const by = newtonStep(part, x);
    x += by;
    if (!(x >= low && x <= high)) return Number.NaN;
    if (Math.abs(by) < NEWTON_DONE) return x;
  }
  return Number.NaN;
};

/** Root in [low, high] by false position (Illinois), by halving should that stall; NaN when the signs do not differ. */
const rootBetween = (part: Part, low: number, high: number): number => {
  let a = low;
  let b = high;
  let fa = valueAt(part, a);
  let fb = valueAt(part, b);
  if (fa === 0) return a;
  if (fb === 0) return b;
  if (fa > 0 === fb > 0) return Number.NaN;
  let x = a;
  let kept = 0;
  for (let i = 0; i < 100; i++) {
    const before = x;
    x = i > 20 ? 0.5 * (a + b) : (a * fb - b * fa) / (fb - fa);
    const fx = valueAt(part, x);
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
  /** Grid cell of the root as interpolated. */
  readonly guess: number;
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
      found.push({ from: last, to: j, guess: at, distance: Math.abs(at - spotCell) });
    }
    last = j;
  }
  return found.sort((a, b) => a.distance - b.distance);
};

/** The root nearest to `spot` within 0.8 to 1.2 times it; null when total gamma keeps its sign there. */
const nearestRoot = (part: Part, profile: Float64Array, spot: number): number | null => {
  const first = Math.log(spot) + LOWEST;
  let nearest: number | null = null;
  for (const { from, to, guess, distance } of bracketsOf(profile)) {
    // Interpolated distances are good to a cell: one further off cannot win.
    if (nearest !== null && distance > Math.abs(Math.log(nearest / spot)) / STEP + 2) break;
    const [low, high] = [first + from * STEP, first + to * STEP];
    let root = polish(part, first + guess * STEP, low - STEP, high + STEP);
    if (Number.isNaN(root)) root = rootBetween(part, low, high);
    if (Number.isNaN(root)) root = rootBetween(part, low - STEP, high + STEP);
    if (Number.isNaN(root)) continue;
    const level = Math.exp(root);
    if (nearest === null || Math.abs(level - spot) < Math.abs(nearest - spot)) nearest = level;
  }
  return nearest;
};

/** Flip b is that of buckets 0 … b; null where there is none. */
export interface GammaFlips {
  readonly byInterest: readonly (number | null)[];
  readonly byVolume: readonly (number | null)[];
}

export const gammaFlips = (sum: GaussianSum, spot: number): GammaFlips => {
  const { byInterest, byVolume } = profilesOf(sum, Math.log(spot));
  const roots = (profiles: readonly Float64Array[], weight: Float64Array): (number | null)[] =>
    profiles.map((profile, last) => nearestRoot({ sum, weight, last }, profile, spot));
  return { byInterest: roots(byInterest, sum.weight), byVolume: roots(byVolume, sum.weightByVolume) };
};

/** By open interest, all buckets. */
export const gammaFlip = (sum: GaussianSum, spot: number): number | null => {
  const profile = profilesOf(sum, Math.log(spot)).byInterest[BUCKETS - 1] as Float64Array;
  return nearestRoot({ sum, weight: sum.weight, last: BUCKETS - 1 }, profile, spot);
};

const INVERSE_SQRT_2PI = 0.3989422804014327;

/** Gamma exposure by open interest, all buckets, were spot elsewhere: dollars of delta per 1 % move. */
export const gexAtSpot = (sum: GaussianSum, spot: number): number =>
  spot * INVERSE_SQRT_2PI * valueAt({ sum, weight: sum.weight, last: BUCKETS - 1 }, Math.log(spot));
