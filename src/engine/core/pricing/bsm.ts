import type { Instant } from '../types.ts';
import { upperTail } from './normal.ts';

const INVERSE_SQRT_2PI = 0.3989422804014327;
const DAYS_PER_YEAR = 365;
const MS_PER_YEAR = DAYS_PER_YEAR * 86_400_000;

/**
 * Black-Scholes-Merton value and sensitivities of one European option, per share, position +1. Every figure is NaN
 * when it has none: at and after expiry, or for input that is not a price, a time and a positive volatility.
 */
export interface Greeks {
  /** Dollars (index points). */
  price: number;
  /** Per 1.00 of the underlying; puts negative. */
  delta: number;
  /** Change of delta per 1.00 of the underlying. */
  gamma: number;
  /** Dollars per calendar day passing: usually negative. */
  thetaPerDay: number;
  /** Dollars per 1 volatility point (0.01). */
  vegaPerPoint: number;
  /** Dollars per 1 point of interest rate (0.01). */
  rhoPerPoint: number;
  /** Change of delta per 1 volatility point (0.01). */
  vannaPerPoint: number;
  /** Change of delta per calendar day passing. */
  charmPerDay: number;
  /** Change of vegaPerPoint per 1 volatility point. */
  vommaPerPoint: number;
  /** Dollars per 1 point of dividend yield (0.01). */
  phiPerPoint: number;
  /** Change of gamma per 1.00 of the underlying. */
  speed: number;
  /** Change of gamma per calendar day passing. */
  colorPerDay: number;
  /** Change of gamma per 1 volatility point. */
  zommaPerPoint: number;
  /** Change of vegaPerPoint per calendar day passing. */
  vetaPerPointPerDay: number;
}

export const createGreeks = (): Greeks => ({
  price: Number.NaN,
  delta: Number.NaN,
  gamma: Number.NaN,
  thetaPerDay: Number.NaN,
  vegaPerPoint: Number.NaN,
  rhoPerPoint: Number.NaN,
  vannaPerPoint: Number.NaN,
  charmPerDay: Number.NaN,
  vommaPerPoint: Number.NaN,
  phiPerPoint: Number.NaN,
  speed: Number.NaN,
  colorPerDay: Number.NaN,
  zommaPerPoint: Number.NaN,
  vetaPerPointPerDay: Number.NaN,
});

/** Writes that there are none. */
export const blankGreeks = (out: Greeks): Greeks => {
  out.price = Number.NaN;
  out.delta = Number.NaN;
  out.gamma = Number.NaN;
  out.thetaPerDay = Number.NaN;
  out.vegaPerPoint = Number.NaN;
  out.rhoPerPoint = Number.NaN;
  out.vannaPerPoint = Number.NaN;
  out.charmPerDay = Number.NaN;
  out.vommaPerPoint = Number.NaN;
  out.phiPerPoint = Number.NaN;
  out.speed = Number.NaN;
  out.colorPerDay = Number.NaN;
  out.zommaPerPoint = Number.NaN;
  out.vetaPerPointPerDay = Number.NaN;
  return out;
};

/** Years to expiry to the millisecond, ACT/365. Zero or negative once expired. */
export const yearsUntil = (at: Instant, expiry: Instant): number => (expiry - at) / MS_PER_YEAR;

/** Positive volatility and time, and real prices; anything else has no Greeks. */
const isPriceable = (spot: number, strike: number, years: number, volatility: number): boolean =>
  spot > 0 &&
  strike > 0 &&
  years > 0 &&
  volatility > 0 &&
  spot < Infinity &&
  strike < Infinity &&
  volatility < Infinity;

/**
 * All sensitivities at once. `rate` and `dividendYield` are continuously compounded decimals, `volatility` a decimal
 * per year, `years` ACT/365. Pass `out` to reuse it. Source: Haug, The Complete Guide to Option Pricing Formulas.
 */
export const greeksOf = (
  isCall: boolean,
  spot: number,
  strike: number,
  years: number,
  volatility: number,
  rate: number,
  dividendYield: number,
  out: Greeks = createGreeks(),
): Greeks => {
  if (!isPriceable(spot, strike, years, volatility)) return blankGreeks(out);
  const root = Math.sqrt(years);
  const deviation = volatility * root;
  const drift = (rate - dividendYield) * years;
  const d1 = (Math.log(spot / strike) + drift) / deviation + 0.5 * deviation;
  const d2 = d1 - deviation;
  const yieldDiscount = Math.exp(-dividendYield * years);
  const rateDiscount = Math.exp(-rate * years);
  const e1 = Math.exp(-0.5 * d1 * d1);
  const tail1 = upperTail(Math.abs(d1), e1);
  // exp(−d2²/2), as S e^(−qT) φ(d1) = K e^(−rT) φ(d2): an error in d1 then cancels where the two terms nearly do.
  const tail2 = upperTail(Math.abs(d2), (e1 * (spot * yieldDiscount)) / (strike * rateDiscount));
  // Signed probabilities N(d) for a call and -N(-d) for a put, each from its own tail to keep small ones exact.
  const n1 = isCall ? (d1 > 0 ? 1 - tail1 : tail1) : d1 > 0 ? -tail1 : tail1 - 1;
  const n2 = isCall ? (d2 > 0 ? 1 - tail2 : tail2) : d2 > 0 ? -tail2 : tail2 - 1;
  const density = yieldDiscount * INVERSE_SQRT_2PI * e1;
  const stock = spot * yieldDiscount * n1;
  const cash = strike * rateDiscount * n2;
  const vega = spot * density * root;
  out.price = Math.max(0, stock - cash);
  out.delta = yieldDiscount * n1;
  out.gamma = density / (spot * deviation);
  out.thetaPerDay = ((-spot * density * volatility) / (2 * root) - rate * cash + dividendYield * stock) / DAYS_PER_YEAR;
  out.vegaPerPoint = vega / 100;
  out.rhoPerPoint = (years * cash) / 100;
  out.vannaPerPoint = (-density * d2) / volatility / 100;
  // How d1 moves with time to expiry, times d1: what charm, colour and veta share.
  const d1PerYear = (2 * drift - d2 * deviation) / (2 * years * deviation);
  const common = dividendYield + d1 * d1PerYear;
  out.charmPerDay = (dividendYield * out.delta - density * d1PerYear) / DAYS_PER_YEAR;
  out.vommaPerPoint = (vega * d1 * d2) / volatility / 10_000;
  out.phiPerPoint = (-years * stock) / 100;
  out.speed = (-out.gamma / spot) * (d1 / deviation + 1);
  out.colorPerDay = (out.gamma * (common + 0.5 / years)) / DAYS_PER_YEAR;
  out.zommaPerPoint = (out.gamma * (d1 * d2 - 1)) / volatility / 100;
  out.vetaPerPointPerDay = (vega * (common - 0.5 / years)) / (100 * DAYS_PER_YEAR);
  return out;
};

/** The price alone, same conventions as `greeksOf`; NaN when there is none. */
export const bsmPrice = (
  isCall: boolean,
  spot: number,
  strike: number,
  years: number,
  volatility: number,
  rate: number,
  dividendYield: number,
): number => {
  if (!isPriceable(spot, strike, years, volatility)) return Number.NaN;
  const deviation = volatility * Math.sqrt(years);
  const d1 = (Math.log(spot / strike) + (rate - dividendYield) * years) / deviation + 0.5 * deviation;
  const d2 = d1 - deviation;
  const stock = spot * Math.exp(-dividendYield * years);
  const cash = strike * Math.exp(-rate * years);
  const e1 = Math.exp(-0.5 * d1 * d1);
  const tail1 = upperTail(Math.abs(d1), e1);
  const tail2 = upperTail(Math.abs(d2), (e1 * stock) / cash);
  const n1 = isCall ? (d1 > 0 ? 1 - tail1 : tail1) : d1 > 0 ? -tail1 : tail1 - 1;
  const n2 = isCall ? (d2 > 0 ? 1 - tail2 : tail2) : d2 > 0 ? -tail2 : tail2 - 1;
  return Math.max(0, stock * n1 - cash * n2);
};
