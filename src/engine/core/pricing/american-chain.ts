import { earlyExerciseOf } from './american-boundary.ts';
import {
  boundarySlopes,
  createSide,
  type Flows,
  flowsAt,
  interpolateShape,
  logBoundaries,
  type Side,
  spreadBoundary,
} from './american-side.ts';
import { type ChainCarry, type ChainGreeks, type ChainPricing, chainGreeksByExpiry } from './chain-greeks.ts';
import { upperTail } from './normal.ts';

const INVERSE_SQRT_2PI = 0.3989422804014327;
const DAYS_PER_YEAR = 365;
/** A premium that cannot reach this share of the strike, per standard deviation for its delta's sake, is left out. */
const NEGLIGIBLE = 1e-7;

const BEYOND = 8.5;

const cdf = (x: number, e: number): number => (x > 0 ? 1 - upperTail(x, e) : upperTail(-x, e));

/** Adds the premium and its derivatives to row `i`, which holds the European figures. */
const addPremium = (
  side: Side,
  flows: Flows,
  i: number,
  spot: number,
  strike: number,
  volatility: number,
  out: ChainGreeks,
): void => {
  const { isCall, rate, dividendYield } = side;
  const { elapsed, root, cash, stock } = flows;
  const { outer } = flows.scheme;
  const sign = isCall ? 1 : -1;
  const carry = rate - dividendYield;
  const logMoneyness = Math.log(spot / strike);
  const perVolatility = 1 / volatility;
  let value = 0;
  let delta = 0;
  let gamma = 0;
  let speed = 0;
  let vega = 0;
  let vanna = 0;
  for (let k = 0; k < outer; k++) {
    const width = volatility * (root[k] as number);
    const perWidth = 1 / width;
    // The side's boundary is a put's: a call's is its mirror image in the strike.
    const b = -sign * (logBoundaries[k] as number);
    const d2 = (logMoneyness - b + carry * (elapsed[k] as number)) * perWidth - 0.5 * width;
    const d1 = d2 + width;
    // Not to be reached from here in that time: less than 1e-17 of a flow.
    if ((isCall ? -d1 : d2) > BEYOND) continue;
    const e2 = Math.exp(-0.5 * d2 * d2);
    const e1 = Math.exp(-0.5 * d1 * d1);
    const cashFlow = strike * (cash[k] as number);
    const stockFlow = stock[k] as number;
    const inside = stockFlow * cdf(sign * d1, e1);
    value += sign * (spot * inside - cashFlow * cdf(sign * d2, e2));
    const cashDensity = cashFlow * INVERSE_SQRT_2PI * e2 * perWidth;
    const stockDensity = spot * stockFlow * INVERSE_SQRT_2PI * e1 * perWidth;
    const density = cashDensity - stockDensity;
    const e = d2 * perWidth;
    const first = cashDensity + density * e;
    delta += sign * inside - density / spot;
    gamma += first;
    speed += density * perWidth * perWidth - (2 + e) * first;
    // How d1 and d2 move with volatility, the boundary moving along.
    const shift = -sign * (boundarySlopes[k] as number) * perWidth;
    const d1PerVolatility = -shift - d2 * perVolatility;
    const d2PerVolatility = -shift - d1 * perVolatility;
    vega += width * (stockDensity * d1PerVolatility - cashDensity * d2PerVolatility);
    vanna +=
      cashDensity * (d2 * d2PerVolatility + perVolatility) - stockDensity * (d2 * d1PerVolatility + perVolatility);
  }
  const variance = volatility * volatility;
  // gamma and speed carry spot² and spot³ until here.
  const theta = rate * value - carry * spot * delta - 0.5 * variance * gamma;
  const charm = rate * delta - carry * (delta + gamma / spot) - (variance * (gamma + 0.5 * speed)) / spot;
  const intrinsic = sign * (spot - strike);
  out.price[i] = Math.max(intrinsic, (out.price[i] as number) + Math.max(0, value));
  out.delta[i] = (out.delta[i] as number) + delta;
  out.gamma[i] = (out.gamma[i] as number) + gamma / (spot * spot);
  out.thetaPerDay[i] = (out.thetaPerDay[i] as number) + theta / DAYS_PER_YEAR;
  out.vegaPerPoint[i] = (out.vegaPerPoint[i] as number) + 0.01 * vega;
  out.vannaPerPoint[i] = (out.vannaPerPoint[i] as number) + (0.01 * vanna) / spot;
  out.charmPerDay[i] = (out.charmPerDay[i] as number) + charm / DAYS_PER_YEAR;
};

const setRow = (out: ChainGreeks, i: number, price: number, delta: number, rest: number): void => {
  out.price[i] = price;
  out.delta[i] = delta;
  out.gamma[i] = rest;
  out.thetaPerDay[i] = rest;
  out.vegaPerPoint[i] = rest;
  out.vannaPerPoint[i] = rest;
  out.charmPerDay[i] = rest;
};

/**
 * Whether the premium is beneath notice: interest (a call: dividends) on the strike until expiry, times the chance of
 * ending beyond even the boundary's most favourable place, bounds it.
 */
const isNegligible = (side: Side, logMoneyness: number, volatility: number): boolean => {
  const { isCall, years, rate, dividendYield } = side;
  const [gain, cost] = isCall ? [dividendYield, rate] : [rate, dividendYield];
  const ceiling = cost > gain ? Math.log(gain / cost) : 0;
  const distance = (isCall ? -logMoneyness : logMoneyness) - ceiling - Math.abs(rate - dividendYield) * years;
  if (!(distance > 0)) return false;
  const deviation = volatility * Math.sqrt(years);
  const d = distance / deviation - 0.5 * deviation;
  const flow = (Math.abs(gain) + Math.abs(cost)) * years * Math.exp(Math.max(0, -cost, -gain) * years);
  return (
    d > 0 &&
    flow * (isCall ? Math.exp(logMoneyness) : 1) * upperTail(d, Math.exp(-0.5 * d * d)) <
      NEGLIGIBLE * Math.min(1, deviation)
  );
};

const applyExercise = (side: Side, chain: ChainPricing, i: number, spot: number, out: ChainGreeks): void => {
  const strike = chain.strike[i] as number;
  const volatility = chain.volatility[i] as number;
  const logMoneyness = Math.log(spot / strike);
  if (isNegligible(side, logMoneyness, volatility)) return;
  const today = interpolateShape(side, volatility);
  if (Number.isNaN(today)) {
    setRow(out, i, Number.NaN, Number.NaN, Number.NaN);
    return;
  }
  const { isCall, years } = side;
  const distance = (isCall ? -logMoneyness : logMoneyness) - today;
  if (distance <= 0) {
    setRow(out, i, isCall ? spot - strike : strike - spot, isCall ? 1 : -1, 0);
    return;
  }
  const flows = flowsAt(side, distance / (volatility * Math.sqrt(years)));
  spreadBoundary(flows.scheme, side.logCeiling);
  addPremium(side, flows, i, spot, strike, volatility, out);
};

/**
 * `chainGreeksByExpiry` for options that can be exercised early. Within 2e-5 of the strike in price, most often within
 * 1e-7; European where early exercise is never worth anything or less than 1e-7 of the strike. NaN where a boundary is
 * not to be had: volatilities under 0.15 % or over 4,500 %, or two boundaries (see `earlyExercise`).
 */
export const americanChainGreeks = (chain: ChainPricing, spot: number, carry: ChainCarry, out: ChainGreeks): void => {
  chainGreeksByExpiry(chain, spot, carry, out);
  const sides = new Map<number, Side | null | 'double'>();
  for (let i = 0; i < chain.rowCount; i++) {
    if (Number.isNaN(out.price[i] as number)) continue;
    const slot = chain.expirySlot[i] as number;
    const isCall = chain.isCall[i] === 1;
    const key = 2 * slot + (isCall ? 1 : 0);
    let side = sides.get(key);
    if (side === undefined) {
      const rate = carry.rate[slot] as number;
      const dividendYield = carry.dividendYield[slot] as number;
      const kind = isCall ? earlyExerciseOf(dividendYield, rate) : earlyExerciseOf(rate, dividendYield);
      side =
        kind === 'single'
          ? createSide(isCall, chain.years[slot] as number, rate, dividendYield)
          : kind === 'double'
            ? kind
            : null;
      sides.set(key, side);
    }
    if (side === 'double') setRow(out, i, Number.NaN, Number.NaN, Number.NaN);
    else if (side !== null) applyExercise(side, chain, i, spot, out);
  }
};
