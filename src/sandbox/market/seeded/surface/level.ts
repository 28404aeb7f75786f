import type { OptionProfile } from '../instruments/profiles.ts';
import { exposureOf, MARKET_VOLATILITY, TECH_VOLATILITY, type World } from '../volatility/companies.ts';
import type { SessionPath } from '../volatility/session-path.ts';
import { thetaOf, totalVariance, type VolatilityLevel } from './ssvi.ts';

/** What implied volatility costs above what is expected to be realised. */
const RISK_PREMIUM = 1.08;
/** And in the long run, when most days are quieter than the mean. */
const LONG_RISK_PREMIUM = 1.25;
/** How implied volatility follows the volatility of the moment, and the fall of the price since the open. */
const FOLLOW = 0.02;
const LEVERAGE = 6;

/** The level of a symbol's surface at a minute's start. */
const levelAt = (world: World, path: SessionPath, symbol: string, minute: number): VolatilityLevel => {
  const { beta, techBeta, ownVolatility } = exposureOf(world, symbol);
  const { market, tech, stress } = path;
  const driver = path.own.find(({ hedged }) => hedged === symbol);
  const own = driver?.annualVolatility ?? ownVolatility;
  const today = Math.hypot(beta * market.annualVolatility, techBeta * tech.annualVolatility, own);
  const longRun = Math.hypot(beta * MARKET_VOLATILITY, techBeta * TECH_VOLATILITY, ownVolatility);
  const momentary = driver
    ? 0.5 * ((market.logVolatility[minute] as number) + (driver.logVolatility[minute] as number))
    : (market.logVolatility[minute] as number);
  const fallen = Math.log(path.price(symbol, 0) / path.price(symbol, minute));
  const moved = FOLLOW * momentary + (stress[minute] as number) + LEVERAGE * fallen;
  return {
    now: RISK_PREMIUM * today * Math.exp(Math.max(-0.8, Math.min(1.6, moved))),
    longRun: LONG_RISK_PREMIUM * longRun,
  };
};

/** The level between two minutes' starts: `minute` may have a fraction. */
export const surfaceLevel = (world: World, path: SessionPath, symbol: string, minute: number): VolatilityLevel => {
  const from = Math.min(Math.floor(minute), path.minutes);
  const to = Math.min(from + 1, path.minutes);
  path.extendTo(to);
  const [a, b] = [levelAt(world, path, symbol, from), levelAt(world, path, symbol, to)];
  const share = minute - from;
  return { now: a.now + share * (b.now - a.now), longRun: a.longRun };
};

/** Implied volatility of a strike, a decimal per year: the same for call and put, so that parity holds. */
export const impliedVolatility = (
  level: VolatilityLevel,
  options: OptionProfile,
  forward: number,
  strike: number,
  years: number,
): number =>
  Math.sqrt(totalVariance(Math.log(strike / forward), thetaOf(level, years), options.rho, options.eta) / years);
