import { createRandom, hash32, hashText } from '../../random.ts';
import type { Company, World } from '../volatility/companies.ts';
import type { Driver, SessionPath } from '../volatility/session-path.ts';

/** Market time between two steps of the world. */
export const STEP_MS = 250;
export const STEPS_PER_MINUTE = 60_000 / STEP_MS;

/** Fair prices within one minute, at each quarter second from its start to its end. */
export interface FairMinute {
  readonly minute: number;
  of(symbol: string): Float64Array;
}

/** A Brownian path that begins and ends at 0 over the minute: added to a straight line it makes the driver's own walk. */
const noiseOf = (seed: number, driver: Driver, minute: number): Float64Array => {
  const random = createRandom(seed);
  const path = new Float64Array(STEPS_PER_MINUTE + 1);
  const scale = (driver.deviations[minute] as number) / Math.sqrt(STEPS_PER_MINUTE);
  for (let i = 1; i <= STEPS_PER_MINUTE; i++) path[i] = (path[i - 1] as number) + scale * random.normal();
  const end = path[STEPS_PER_MINUTE] as number;
  for (let i = 1; i <= STEPS_PER_MINUTE; i++) path[i] = (path[i] as number) - (end * i) / STEPS_PER_MINUTE;
  return path;
};

/** Detail is made for the minute that somebody looks at: from the minute's ends and a seed of its own. */
export const createFairMinute = (world: World, path: SessionPath, minute: number): FairMinute => {
  path.extendTo(minute + 1);
  const daySeed = hash32(world.seed, hashText(path.session.date), 21);
  const noise = (name: string, driver: Driver): Float64Array =>
    noiseOf(hash32(daySeed, hashText(name), minute), driver, minute);
  let market: Float64Array | null = null;
  let tech: Float64Array | null = null;
  const companies = new Map<number, Float64Array>();
  const symbols = new Map<string, Float64Array>();

  const company = (index: number): Float64Array => {
    const known = companies.get(index);
    if (known) return known;
    const { symbol, beta, techBeta } = world.companies[index] as Company;
    market ??= noise('market', path.market);
    tech ??= noise('technology', path.tech);
    const own = noise(symbol, path.own[index] as Driver);
    const prices = new Float64Array(STEPS_PER_MINUTE + 1);
    const from = Math.log(path.companyPrice(index, minute));
    const slope = (Math.log(path.companyPrice(index, minute + 1)) - from) / STEPS_PER_MINUTE;
    for (let i = 0; i <= STEPS_PER_MINUTE; i++) {
      const walk = beta * (market[i] as number) + techBeta * (tech[i] as number) + (own[i] as number);
      prices[i] = Math.exp(from + slope * i + walk);
    }
    companies.set(index, prices);
    return prices;
  };

  const of = (symbol: string): Float64Array => {
    const known = symbols.get(symbol);
    if (known) return known;
    const prices = new Float64Array(STEPS_PER_MINUTE + 1);
    const recipe = world.recipes.get(symbol);
    for (const [i, index] of (recipe?.companies ?? []).entries()) {
      const part = company(index);
      const shares = recipe?.shares[i] as number;
      for (let j = 0; j <= STEPS_PER_MINUTE; j++) prices[j] = (prices[j] as number) + shares * (part[j] as number);
    }
    symbols.set(symbol, prices);
    return prices;
  };
  return { minute, of };
};
