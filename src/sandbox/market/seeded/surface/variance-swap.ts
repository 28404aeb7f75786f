import { normalCdf } from '../../../../engine/core/pricing/normal.ts';
import { thetaOf, totalVariance, type VolatilityLevel } from './ssvi.ts';

/** Half width of the strip in standard deviations, and strikes on either side. */
const REACH = 9;
const STEPS = 36;

/** Undiscounted out-of-the-money value over the forward, at log-moneyness `k`. */
const outOfTheMoney = (k: number, variance: number): number => {
  const deviation = Math.sqrt(variance);
  const d1 = -k / deviation + deviation / 2;
  const d2 = d1 - deviation;
  return k < 0 ? Math.exp(k) * normalCdf(-d2) - normalCdf(-d1) : normalCdf(d1) - Math.exp(k) * normalCdf(d2);
};

/**
 * A volatility index in points: 100 times the fair strike of a variance swap of `days`, from the strip of all
 * out-of-the-money options of the surface. Source: Cboe, Volatility Index Methodology: the sum of ΔK/K² Q(K), with
 * strikes as dense as they come and no interpolation of terms.
 */
export const volatilityIndexOf = (level: VolatilityLevel, days: number, rho: number, eta: number): number => {
  const years = days / 365;
  const theta = thetaOf(level, years);
  const step = (REACH * Math.sqrt(theta)) / STEPS;
  let sum = 0;
  for (let i = -STEPS; i <= STEPS; i++) {
    const k = i * step;
    sum += outOfTheMoney(k, totalVariance(k, theta, rho, eta)) * Math.exp(-k);
  }
  // The strip has a kink at the money, where puts give way to calls: the trapezoid rule's error there is known.
  const integral = sum * step - (step * step) / 12;
  return 100 * Math.sqrt((2 * integral) / years);
};
