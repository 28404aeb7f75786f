import { premiumGammaAt } from '../pricing/american-chain.ts';
import type { PricedChain } from './exposure-sums.ts';
import { type Part, valueAt } from './gamma-profile.ts';

const INVERSE_SQRT_2PI = 0.3989422804014327;
/** An American root is looked for this close (in ln) to the European one. */
const REACH = 0.05;
const STEPS = 8;
/** A step this small (in ln), with the digits a secant gains, leaves no error to be seen. */
const DONE = 1e-5;

/** What early exercise adds to the sum of Gaussians at x = ln spot: gamma · spot / φ(0), weighed as they are. */
const exerciseAt = (priced: PricedChain, { sum, weight, last }: Part, x: number): number => {
  const { sides, pricing, expirySlot, years, terms } = priced;
  if (sides === null) return 0;
  const spot = Math.exp(x);
  const discount = years.map((t, slot) => Math.exp(-(terms.carry.dividendYield[slot] as number) * t));
  let total = 0;
  for (let n = 0; n < sum.count; n++) {
    const w = weight[n] as number;
    if ((sum.bucket[n] as number) > last || w === 0) continue;
    const row = sum.row[n] as number;
    const inverseWidth = sum.inverseWidth[n] as number;
    const u = (x - (sum.centre[n] as number)) * inverseWidth;
    const perContract = (discount[expirySlot[row] as number] as number) * inverseWidth;
    const european = (INVERSE_SQRT_2PI * perContract * Math.exp(-0.5 * u * u)) / spot;
    const premium = premiumGammaAt(sides, pricing, row, spot, european);
    if (premium !== 0) total += ((w / perContract) * premium * spot) / INVERSE_SQRT_2PI;
  }
  return total;
};

/** Slope of the European sum, by a difference small beside any width it is made of. */
const slopeAt = (part: Part, x: number): number =>
  (valueAt(part, x + SLOPE_STEP) - valueAt(part, x - SLOPE_STEP)) / (2 * SLOPE_STEP);
const SLOPE_STEP = 1e-5;

/**
 * Where total American gamma changes sign next to a European root; null when it does not within 5 % of it. The first step
 * goes down the European slope, the rest are secants.
 */
export const exercisedRoot = (priced: PricedChain, part: Part, european: number): number | null => {
  const start = Math.log(european);
  let before = start;
  let valueBefore = exerciseAt(priced, part, start);
  let by = -valueBefore / slopeAt(part, start);
  let x = start;
  for (let step = 0; step < STEPS; step++) {
    if (!(Math.abs(x + by - start) <= REACH)) return null;
    x += by;
    if (Math.abs(by) < DONE) return Math.exp(x);
    const value = valueAt(part, x) + exerciseAt(priced, part, x);
    by = value === valueBefore ? Number.NaN : (-value * (x - before)) / (value - valueBefore);
    before = x;
    valueBefore = value;
  }
  return null;
};
