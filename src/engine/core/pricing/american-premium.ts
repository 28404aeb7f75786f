import type { AmericanScheme } from './american-scheme.ts';
import { upperTail } from './normal.ts';

const INVERSE_SQRT_2PI = 0.3989422804014327;

/** The early-exercise premium and its derivatives by spot, per share. */
export interface Premium {
  value: number;
  delta: number;
  gamma: number;
  speed: number;
  /** Fourth derivative by spot: what colour is made of. */
  fourth: number;
}
export const createPremium = (): Premium => ({ value: 0, delta: 0, gamma: 0, speed: 0, fourth: 0 });

const cdf = (x: number, e: number): number => (x > 0 ? 1 - upperTail(x, e) : upperTail(-x, e));

/**
 * Kim's integral over the boundary: interest on the strike less dividends on the stock (for a call the reverse) while it
 * is exercised. `logBoundary[k + 1]` is ln of the boundary price after the scheme's k-th share of `years` has passed.
 * Differentiated under the integral: exact for the boundary given. Source: Kim, "The analytic valuation of American
 * options" (1990).
 */
export const premiumAt = (
  scheme: AmericanScheme,
  isCall: boolean,
  spot: number,
  strike: number,
  years: number,
  volatility: number,
  rate: number,
  dividendYield: number,
  logBoundary: Float64Array,
  out: Premium,
): void => {
  const { outer, outerShare, outerWeight } = scheme;
  const sign = isCall ? 1 : -1;
  const logSpot = Math.log(spot);
  const carry = rate - dividendYield;
  let value = 0;
  let delta = 0;
  let gamma = 0;
  let speed = 0;
  let fourth = 0;
  for (let k = 0; k < outer; k++) {
    const u = years * (outerShare[k] as number);
    const weight = years * (outerWeight[k] as number);
    const width = volatility * Math.sqrt(u);
    const distance = logSpot - (logBoundary[k + 1] as number) + carry * u;
    const d2 = distance / width - 0.5 * width;
    const d1 = d2 + width;
    const e2 = Math.exp(-0.5 * d2 * d2);
    const e1 = Math.exp(-0.5 * d1 * d1);
    const cash = weight * rate * strike * Math.exp(-rate * u);
    const stock = weight * dividendYield * Math.exp(-dividendYield * u);
    const inside = stock * cdf(sign * d1, e1);
    value += sign * (spot * inside - cash * cdf(sign * d2, e2));
    // (rK − qB) e^(−ru) φ(d2) / w and its first part alone, with B e^(−ru) φ(d2) = S e^(−qu) φ(d1).
    const cashDensity = (cash * INVERSE_SQRT_2PI * e2) / width;
    const density = cashDensity - (spot * stock * INVERSE_SQRT_2PI * e1) / width;
    const e = d2 / width;
    const perVariance = 1 / (width * width);
    const first = cashDensity + density * e;
    const second = density * perVariance - (2 + e) * first;
    delta += sign * inside - density / spot;
    gamma += first;
    speed += second;
    fourth -= (3 + e) * second + (first + (2 + e) * density) * perVariance;
  }
  out.value = value;
  out.delta = delta;
  out.gamma = gamma / (spot * spot);
  out.speed = speed / (spot * spot * spot);
  out.fourth = fourth / (spot * spot * spot * spot);
};
