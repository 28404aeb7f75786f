import { premiumGammaAt } from '../pricing/american-chain.ts';
import { exerciseEffortNs } from '../pricing/effort.ts';
import type { ExerciseSides } from '../pricing/exercise-sides.ts';
import type { PricedChain } from './exposure-sums.ts';
import { type Part, valueAt } from './gamma-profile.ts';

const INVERSE_SQRT_2PI = 0.3989422804014327;
/** An American root is looked for this close (in ln) to the European one. */
const REACH = 0.05;
const STEPS = 8;
/** A step this small (in ln), with the digits a secant gains, leaves no error to be seen. */
const DONE = 1e-5;

/** An American root on its way, x = ln spot. Plain data. */
export interface RootWork {
  /** The European root. */
  readonly start: number;
  x: number;
  /** The place before and the sum there; NaN before the first. */
  before: number;
  valueBefore: number;
  steps: number;
  /** What early exercise adds at x, as far as contracts have been looked at. */
  added: number;
  next: number;
}

export const beginRoot = (european: number): RootWork => ({
  start: Math.log(european),
  x: Math.log(european),
  before: Number.NaN,
  valueBefore: Number.NaN,
  steps: 0,
  added: 0,
  next: 0,
});

/** Reckoned, for looking at a contract at all. */
const LOOK_NS = 15;
/** Contracts between two looks at what has been spent. */
const BLOCK = 128;

/**
 * What early exercise adds to the sum of Gaussians at x: gamma · spot / φ(0), weighed as they are. Goes on for about so
 * long; returns what it has cost.
 */
const addExercise = (
  priced: PricedChain,
  sides: ExerciseSides,
  { sum, weight, last }: Part,
  root: RootWork,
  budgetNs: number,
): number => {
  const { pricing, expirySlot, years, terms } = priced;
  const spot = Math.exp(root.x);
  const discount = years.map((t, slot) => Math.exp(-(terms.carry.dividendYield[slot] as number) * t));
  const before = exerciseEffortNs();
  const from = root.next;
  for (;;) {
    const end = Math.min(sum.count, root.next + BLOCK);
    for (let n = root.next; n < end; n++) {
      const w = weight[n] as number;
      if ((sum.bucket[n] as number) > last || w === 0) continue;
      const row = sum.row[n] as number;
      const inverseWidth = sum.inverseWidth[n] as number;
      const u = (root.x - (sum.centre[n] as number)) * inverseWidth;
      const perContract = (discount[expirySlot[row] as number] as number) * inverseWidth;
      const european = (INVERSE_SQRT_2PI * perContract * Math.exp(-0.5 * u * u)) / spot;
      const premium = premiumGammaAt(sides, pricing, row, spot, european);
      if (premium !== 0) root.added += ((w / perContract) * premium * spot) / INVERSE_SQRT_2PI;
    }
    root.next = end;
    const spentNs = (end - from) * LOOK_NS + exerciseEffortNs() - before;
    if (end === sum.count || spentNs >= budgetNs) return spentNs;
  }
};

/** Slope of the European sum, by a difference small beside any width it is made of. */
const slopeAt = (part: Part, x: number): number =>
  (valueAt(part, x + SLOPE_STEP) - valueAt(part, x - SLOPE_STEP)) / (2 * SLOPE_STEP);
const SLOPE_STEP = 1e-5;

/** How far to go from x, once everything there is added up. */
const stepFrom = (part: Part, { start, x, before, valueBefore, added }: RootWork, value: number): number => {
  if (x === start && Number.isNaN(before)) return -added / slopeAt(part, start);
  return value === valueBefore ? Number.NaN : (-value * (x - before)) / (value - valueBefore);
};

/**
 * Goes on for about so long towards where total American gamma changes sign next to a European root; null when it does
 * not within 5 % of it, undefined while it is not found. The first step goes down the European slope, the rest are secants.
 */
export const continueRoot = (
  priced: PricedChain,
  sides: ExerciseSides,
  part: Part,
  root: RootWork,
  budgetNs: number,
): { readonly root: number | null | undefined; readonly spentNs: number } => {
  let spentNs = 0;
  do {
    spentNs += addExercise(priced, sides, part, root, budgetNs - spentNs);
    if (root.next < part.sum.count) break;
    // The European sum is nothing at its own root.
    const value = (root.steps === 0 ? 0 : valueAt(part, root.x)) + root.added;
    const by = stepFrom(part, root, value);
    if (root.steps === STEPS || !(Math.abs(root.x + by - root.start) <= REACH)) return { root: null, spentNs };
    root.before = root.x;
    root.valueBefore = value;
    root.x += by;
    if (Math.abs(by) < DONE) return { root: Math.exp(root.x), spentNs };
    root.steps++;
    root.added = 0;
    root.next = 0;
  } while (spentNs < budgetNs);
  return { root: undefined, spentNs };
};
