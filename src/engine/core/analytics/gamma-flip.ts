import { beginRoot, continueRoot, type RootWork } from './american-flip.ts';
import type { PricedChain } from './exposure-sums.ts';
import { BUCKETS } from './exposure-tally.ts';
import { type GaussianSum, LOWEST, type Part, profilesOf, STEP, valueAt } from './gamma-profile.ts';

/**
 * Zero-gamma level: where total gamma exposure changes sign when spot alone moves (sticky strike, time held). Found on
 * the profile, settled on the exact sum: only its sign matters, since exposure is a positive multiple of it.
 */

/** A total this small against the largest is rounding, not a sign. */
const NOISE = 1e-9;
/** And a profile this small against the contracts in it, none netted. */
const CANCELLED = 1e-13;

/** Beyond ten widths a Gaussian is below 2e-22 of its peak: not worth Newton's while. */
const FAR = 100;

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

/** A bracket this narrow in ln spot is a root to 1e-13 of it. */
const WIDTH_DONE = 1e-13;

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
  for (let i = 0; i < 120 && b - a > WIDTH_DONE; i++) {
    // Where the ends differ by many powers of ten the false position does not move: halve.
    x = i > 12 ? 0.5 * (a + b) : (a * fb - b * fa) / (fb - fa);
    const fx = valueAt(part, x);
    if (fx === 0) return x;
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
  /** Distance from spot of the root as interpolated, as a share of spot. */
  readonly distance: number;
}

const bracketsOf = ({ sum, weight, last: bucketMax }: Part, profile: Float64Array): Bracket[] => {
  let largest = 0;
  for (const value of profile) largest = Math.max(largest, Math.abs(value));
  // Calls and puts that cancel everywhere leave rounding, which has signs but no meaning.
  let gross = 0;
  for (let i = 0; i < sum.count; i++)
    if ((sum.bucket[i] as number) <= bucketMax) gross += Math.abs(weight[i] as number);
  if (largest <= CANCELLED * gross) return [];
  const found: Bracket[] = [];
  let last = -1;
  for (let j = 0; j < profile.length; j++) {
    const value = profile[j] as number;
    if (Math.abs(value) <= NOISE * largest) continue;
    const before = last >= 0 ? (profile[last] as number) : value;
    if (value > 0 !== before > 0) {
      const at = last + ((j - last) * before) / (before - value);
      found.push({ from: last, to: j, guess: at, distance: Math.abs(Math.expm1(LOWEST + at * STEP)) });
    }
    last = j;
  }
  return found.sort((a, b) => a.distance - b.distance);
};

/** The root nearest to `spot` within 0.8 to 1.2 times it; null when total gamma keeps its sign there. */
const nearestRoot = (part: Part, profile: Float64Array, spot: number): number | null => {
  const first = Math.log(spot) + LOWEST;
  let nearest: number | null = null;
  for (const { from, to, guess, distance } of bracketsOf(part, profile)) {
    // Interpolated distances are good to a cell: one further off cannot win.
    if (nearest !== null && distance > Math.abs(nearest / spot - 1) + 3 * STEP) break;
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

/** Flips under way: the profiles that they are looked for on, and those found so far. */
export interface FlipWork {
  readonly sum: GaussianSum;
  readonly profiles: { readonly byInterest: readonly Float64Array[]; readonly byVolume: readonly Float64Array[] };
  readonly byInterest: (number | null)[];
  readonly byVolume: (number | null)[];
  /** Early exercise moves a European root; it is followed from there. */
  root: RootWork | null;
}

export const beginFlips = (priced: PricedChain, sum: GaussianSum): FlipWork => ({
  sum,
  profiles: profilesOf(sum, Math.log(priced.spot)),
  byInterest: [],
  byVolume: [],
  root: null,
});

export const areFlipsFound = ({ byVolume }: FlipWork): boolean => byVolume.length === BUCKETS;

/** Reckoned nanoseconds a contract, for a European root. */
const ROOT_NS = 30;

/** Goes on for about so long with the next of them, one at most; returns what it has cost. */
export const nextFlip = (priced: PricedChain, work: FlipWork, budgetNs: number): number => {
  const { sum, profiles } = work;
  const isVolume = work.byInterest.length === BUCKETS;
  const found = isVolume ? work.byVolume : work.byInterest;
  const profile = (isVolume ? profiles.byVolume : profiles.byInterest)[found.length] as Float64Array;
  const part = { sum, weight: isVolume ? sum.weightByVolume : sum.weight, last: found.length };
  let spentNs = 0;
  if (work.root === null) {
    const european = nearestRoot(part, profile, priced.spot);
    spentNs = ROOT_NS * sum.count;
    if (european === null || priced.sides === null) {
      found.push(european);
      return spentNs;
    }
    work.root = beginRoot(european);
  }
  const { sides } = priced;
  if (sides === null || spentNs >= budgetNs) return spentNs;
  const step = continueRoot(priced, sides, part, work.root, budgetNs - spentNs);
  if (step.root !== undefined) {
    found.push(step.root);
    work.root = null;
  }
  return spentNs + step.spentNs;
};

/** By open interest, all buckets. */
export const gammaFlip = (priced: PricedChain, sum: GaussianSum): number | null => {
  const work = beginFlips(priced, sum);
  for (let last = 0; last < BUCKETS - 1; last++) work.byInterest.push(null);
  while (work.byInterest.length < BUCKETS) nextFlip(priced, work, Infinity);
  return work.byInterest[BUCKETS - 1] ?? null;
};

const INVERSE_SQRT_2PI = 0.3989422804014327;

/** Gamma exposure by open interest, all buckets, were spot elsewhere: dollars of delta per 1 % move. */
export const gexAtSpot = (sum: GaussianSum, spot: number): number =>
  spot * INVERSE_SQRT_2PI * valueAt({ sum, weight: sum.weight, last: BUCKETS - 1 }, Math.log(spot));
