import {
  boundarySlopes,
  type Flows,
  flowsAt,
  interpolateShape,
  logBoundaries,
  type Side,
  spreadBoundary,
} from './american-side.ts';
import { createGreeks, greeksOf } from './bsm.ts';
import {
  type ChainCarry,
  type ChainGreeks,
  type ChainPricing,
  chainGreeksByExpiry,
  createChainGreeks,
} from './chain-greeks.ts';
import { countPoints } from './effort.ts';
import { createExerciseSides, type ExerciseSides, sideOf } from './exercise-sides.ts';
import { upperTail } from './normal.ts';

const INVERSE_SQRT_2PI = 0.3989422804014327;
const DAYS_PER_YEAR = 365;
/** A premium that cannot reach this share of the strike, per standard deviation for its delta's sake, is left out. */
const NEGLIGIBLE = 1e-7;

/** So many standard deviations away a density is below 1e-16. */
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
  countPoints(outer);
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

/** Closer to the boundary than this share of a deviation, the third derivative's integrand is a spike no rule sees whole. */
const TOUCHING = 0.04;
const single = createGreeks();
const edge = createChainGreeks(1);

/** Charm so many deviations from the boundary. */
const charmAway = (
  side: Side,
  flows: Flows,
  strike: number,
  volatility: number,
  today: number,
  away: number,
): number => {
  const { isCall, years, rate, dividendYield } = side;
  const there = strike * Math.exp((isCall ? -1 : 1) * (today + away * volatility * Math.sqrt(years)));
  edge.charmPerDay[0] = greeksOf(isCall, there, strike, years, volatility, rate, dividendYield, single).charmPerDay;
  addPremium(side, flows, 0, there, strike, volatility, edge);
  return edge.charmPerDay[0] as number;
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
  const deviations = distance / (volatility * Math.sqrt(years));
  const flows = flowsAt(side, deviations);
  spreadBoundary(flows.scheme, side.logCeiling);
  addPremium(side, flows, i, spot, strike, volatility, out);
  if (deviations >= TOUCHING) return;
  const near = charmAway(side, flows, strike, volatility, today, TOUCHING);
  const slope = (charmAway(side, flows, strike, volatility, today, 2 * TOUCHING) - near) / TOUCHING;
  out.charmPerDay[i] = near + slope * (deviations - TOUCHING);
};

/**
 * `chainGreeksByExpiry` for options that can be exercised early. Within 2e-5 of the strike in price, most often within
 * 1e-7; European where early exercise is never worth anything or less than 1e-7 of the strike. NaN where a boundary is
 * not to be had: volatilities under 0.15 % or over 4,500 %, or two boundaries (see `earlyExercise`). `sides` keeps
 * what was solved for other questions about the same chain and carry.
 */
export const americanChainGreeks = (
  chain: ChainPricing,
  spot: number,
  carry: ChainCarry,
  out: ChainGreeks,
  sides = createExerciseSides(chain.years, carry),
): void => {
  chainGreeksByExpiry(chain, spot, carry, out);
  for (let i = 0; i < chain.rowCount; i++) exerciseRow(chain, spot, out, sides, i);
};

/** Makes the European figures of row `i` American ones. */
export const exerciseRow = (
  chain: ChainPricing,
  spot: number,
  out: ChainGreeks,
  sides: ExerciseSides,
  i: number,
): void => {
  if (Number.isNaN(out.price[i] as number)) return;
  const side = sideOf(sides, chain.expirySlot[i] as number, chain.isCall[i] === 1);
  if (side === 'double') setRow(out, i, Number.NaN, Number.NaN, Number.NaN);
  else if (side !== null) applyExercise(side, chain, i, spot, out);
};

/**
 * What early exercise adds to the European gamma of row `i` (which is given) were spot at `spot`; NaN as above. The
 * gamma alone takes no tail of the normal: a tenth of the time.
 */
export const premiumGammaAt = (
  sides: ExerciseSides,
  chain: ChainPricing,
  i: number,
  spot: number,
  europeanGamma: number,
): number => {
  const side = sideOf(sides, chain.expirySlot[i] as number, chain.isCall[i] === 1);
  if (side === null) return 0;
  if (side === 'double') return Number.NaN;
  const strike = chain.strike[i] as number;
  const volatility = chain.volatility[i] as number;
  const logMoneyness = Math.log(spot / strike);
  if (isNegligible(side, logMoneyness, volatility)) return 0;
  const today = interpolateShape(side, volatility);
  const distance = (side.isCall ? -logMoneyness : logMoneyness) - today;
  if (distance <= 0) return -europeanGamma;
  const { scheme, elapsed, root, cash, stock } = flowsAt(side, distance / (volatility * Math.sqrt(side.years)));
  spreadBoundary(scheme, side.logCeiling);
  countPoints(scheme.outer);
  const carry = side.rate - side.dividendYield;
  let gamma = 0;
  for (let k = 0; k < scheme.outer; k++) {
    const width = volatility * (root[k] as number);
    const b = (side.isCall ? -1 : 1) * (logBoundaries[k] as number);
    const d2 = (logMoneyness - b + carry * (elapsed[k] as number)) / width - 0.5 * width;
    const d1 = d2 + width;
    if ((side.isCall ? -d1 : d2) > BEYOND) continue;
    const cashDensity = strike * (cash[k] as number) * Math.exp(-0.5 * d2 * d2);
    const stockDensity = spot * (stock[k] as number) * Math.exp(-0.5 * d1 * d1);
    gamma += (cashDensity + ((cashDensity - stockDensity) * d2) / width) / width;
  }
  return Number.isNaN(today) ? Number.NaN : (INVERSE_SQRT_2PI * gamma) / (spot * spot);
};
