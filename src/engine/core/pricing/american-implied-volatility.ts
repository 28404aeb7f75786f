import { americanPrice, earlyExercise } from './american.ts';
import { ACCURATE_SCHEME, type AmericanScheme, FAST_SCHEME } from './american-scheme.ts';
import { greeksOf } from './bsm.ts';
import { type ImpliedVolatility, impliedVolatility, noVolatility } from './implied-volatility.ts';

const LOWEST = 1e-4;
const HIGHEST = 100;
const MAX_STEPS = 80;

/** The value without any volatility: of exercise now, at expiry, or at the best moment between. */
const valueAtNoVolatility = (
  isCall: boolean,
  spot: number,
  strike: number,
  years: number,
  rate: number,
  dividendYield: number,
): number => {
  const sign = isCall ? 1 : -1;
  const at = (t: number): number => sign * (spot * Math.exp(-dividendYield * t) - strike * Math.exp(-rate * t));
  const best = Math.log((dividendYield * spot) / (rate * strike)) / (dividendYield - rate);
  const inside = best > 0 && best < years ? at(best) : 0;
  return Math.max(0, sign * (spot - strike), at(years), inside);
};

/** The σ in (low, high) at which a rising `miss` is zero: secant from `start`, halving geometrically when it strays. */
const riseThrough = (
  miss: (volatility: number) => number,
  low: number,
  high: number,
  start: number,
  startSlope: number,
  tolerance: number,
): number => {
  let x = Math.min(high, Math.max(low, start));
  let slope = startSlope;
  let [lower, upper] = [low, high];
  let previous = Number.NaN;
  let previousMiss = Number.NaN;
  for (let step = 0; step < MAX_STEPS; step++) {
    const value = miss(x);
    if (value === 0) return x;
    if (value < 0) lower = x;
    else upper = x;
    if (step > 0) slope = (value - previousMiss) / (x - previous);
    previous = x;
    previousMiss = value;
    const secant = x - value / slope;
    const next = secant > lower && secant < upper ? secant : Math.sqrt(lower * upper);
    if (Math.abs(next - x) <= tolerance * x) return next;
    x = next;
    if (upper / lower - 1 < tolerance) return x;
  }
  return Number.NaN;
};

/**
 * The volatility at which the American price is `price`, or why there is none; units as in `greeksOf`. A price of
 * immediate exercise fits every volatility small enough, so it has none: `at-intrinsic`.
 */
export const americanImpliedVolatility = (
  isCall: boolean,
  price: number,
  spot: number,
  strike: number,
  years: number,
  rate: number,
  dividendYield: number,
  scheme: AmericanScheme = ACCURATE_SCHEME,
): ImpliedVolatility => {
  const european = impliedVolatility(isCall, price, spot, strike, years, rate, dividendYield);
  const kind = earlyExercise(isCall, rate, dividendYield);
  if (kind === 'never' || european.status === 'no-quote' || european.status === 'expired') return european;
  if (kind === 'double') return noVolatility('not-converged');
  const bound = isCall
    ? spot * Math.exp(Math.max(0, -dividendYield) * years)
    : strike * Math.exp(Math.max(0, -rate) * years);
  if (price >= bound) return noVolatility('above-bound');
  const floor = valueAtNoVolatility(isCall, spot, strike, years, rate, dividendYield);
  const rounding = 4 * Number.EPSILON * Math.max(spot, strike);
  if (price < floor - rounding) return noVolatility('below-intrinsic');
  if (price <= floor + rounding) return noVolatility('at-intrinsic');
  const missOf =
    (by: AmericanScheme) =>
    (volatility: number): number =>
      americanPrice(isCall, spot, strike, years, volatility, rate, dividendYield, by) - price;
  // Worth no less than the European option, so that it takes no more volatility to be worth this much.
  const high = european.status === 'ok' ? european.volatility * (1 + 1e-9) : HIGHEST;
  const start = european.status === 'ok' ? european.volatility : 1;
  const { vegaPerPoint } = greeksOf(isCall, spot, strike, years, start, rate, dividendYield);
  const low = Math.min(LOWEST, high / 2);
  const near = riseThrough(missOf(FAST_SCHEME), low, high * 1.1, start, 100 * vegaPerPoint, 1e-4);
  if (Number.isNaN(near)) return noVolatility('not-converged');
  if (scheme === FAST_SCHEME) return { status: 'ok', volatility: near };
  const slope = 100 * greeksOf(isCall, spot, strike, years, near, rate, dividendYield).vegaPerPoint;
  const volatility = riseThrough(missOf(scheme), low, high * 1.001, near, slope, 1e-11);
  return Number.isNaN(volatility) ? noVolatility('not-converged') : { status: 'ok', volatility };
};
