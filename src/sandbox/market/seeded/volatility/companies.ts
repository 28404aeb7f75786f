import type { SessionDate } from '../../../../engine/core/types.ts';
import { KNOWN_PROFILES, REST_COMPANIES } from '../instruments/known-profiles.ts';
import type { Profile } from '../instruments/profiles.ts';
import { createDayPath, type DayPath, weekdayIndex } from './day-path.ts';

/** What moves by itself: everything else is made of these. */
export interface Company {
  readonly symbol: string;
  readonly basePrice: number;
  readonly beta: number;
  readonly techBeta: number;
  readonly ownVolatility: number;
}

/** Volatility of the market and of technology beyond it, decimals per year in the long run. */
export const MARKET_VOLATILITY = 0.135;
export const TECH_VOLATILITY = 0.075;

const companyOf = ({ symbol, basePrice, origin }: Profile): Company[] =>
  origin.kind === 'company' ? [{ symbol, basePrice, ...origin }] : [];

/** A price as a sum of so many shares of each company. */
export interface Recipe {
  /** Indices into the world's companies. */
  readonly companies: readonly number[];
  readonly shares: readonly number[];
}

const recipeOf = (
  symbol: string,
  profiles: ReadonlyMap<string, Profile>,
  companies: readonly Company[],
): Recipe | null => {
  const indexOf = (name: string): number => companies.findIndex((company) => company.symbol === name);
  const profile = profiles.get(symbol);
  const origin = profile?.origin;
  if (!profile || origin?.kind === 'volatility') return null;
  if (origin?.kind === 'fund') {
    const index = recipeOf(origin.index, profiles, companies);
    return index && { ...index, shares: index.shares.map((share) => share / origin.indexPointsPerDollar) };
  }
  if (origin?.kind !== 'basket') return { companies: [indexOf(symbol)], shares: [1] };
  const members = Object.entries(origin.of).map(([name, weight]) => ({ index: indexOf(name), weight }));
  return {
    companies: members.map(({ index }) => index),
    shares: members.map(({ index, weight }) => (profile.basePrice * weight) / (companies[index]?.basePrice ?? 1)),
  };
};

/** The days of every driver over decades, made once from the seed. */
export interface World {
  readonly seed: number;
  readonly companies: readonly Company[];
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly market: DayPath;
  readonly tech: DayPath;
  readonly own: readonly DayPath[];
  readonly recipes: ReadonlyMap<string, Recipe>;
}

/** Known symbols always live, asked for or not: what one symbol does never depends on who else is watched. */
export const createWorldPaths = (seed: number, asked: readonly Profile[]): World => {
  const profiles = new Map([...KNOWN_PROFILES, ...asked].map((profile) => [profile.symbol, profile]));
  const companies = [
    ...[...profiles.values()].flatMap(companyOf),
    ...REST_COMPANIES.map((rest) => ({ ...rest, basePrice: 1 })),
  ];
  const own = companies.map(({ symbol, ownVolatility }) =>
    createDayPath({
      seed,
      name: symbol,
      volatility: ownVolatility,
      volatilityOfVolatility: 0.25,
      leverage: -0.1,
      reversionDays: 250,
    }),
  );
  const market = createDayPath({
    seed,
    name: 'market',
    volatility: MARKET_VOLATILITY,
    volatilityOfVolatility: 0.3,
    leverage: -0.6,
    reversionDays: 400,
  });
  const tech = createDayPath({
    seed,
    name: 'technology',
    volatility: TECH_VOLATILITY,
    volatilityOfVolatility: 0.3,
    leverage: -0.3,
    reversionDays: 250,
  });
  const recipes = new Map<string, Recipe>();
  for (const symbol of profiles.keys()) {
    const recipe = recipeOf(symbol, profiles, companies);
    if (recipe) recipes.set(symbol, recipe);
  }
  return { seed, companies, profiles, market, tech, own, recipes };
};

/** Weights of a symbol's drivers: market, technology, and each company's share where it is a basket. */
export interface Exposure {
  readonly beta: number;
  readonly techBeta: number;
  readonly ownVolatility: number;
}

/** How much a symbol feels of each driver. */
export const exposureOf = (world: World, symbol: string): Exposure => {
  const profile = world.profiles.get(symbol);
  const origin = profile?.origin;
  if (origin?.kind === 'fund' || origin?.kind === 'volatility') return exposureOf(world, origin.index);
  if (origin?.kind !== 'basket') {
    const company = world.companies.find((one) => one.symbol === symbol);
    return company ?? { beta: 1, techBeta: 0, ownVolatility: 0 };
  }
  let [beta, techBeta, ownVariance] = [0, 0, 0];
  for (const [member, weight] of Object.entries(origin.of)) {
    const of = exposureOf(world, member);
    beta += weight * of.beta;
    techBeta += weight * of.techBeta;
    ownVariance += (weight * of.ownVolatility) ** 2;
  }
  return { beta, techBeta, ownVolatility: Math.sqrt(ownVariance) };
};

/** A symbol's price from its companies' prices, dollars (index points); NaN for what has no price of its own. */
export const priceFrom = (world: World, symbol: string, companyPrice: (index: number) => number): number => {
  const recipe = world.recipes.get(symbol);
  if (!recipe) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < recipe.companies.length; i++)
    sum += (recipe.shares[i] as number) * companyPrice(recipe.companies[i] as number);
  return sum;
};

/** A symbol's price at the end of a day as the long path has it, before what the session itself adds. */
export const plannedClose = (world: World, symbol: string, date: SessionDate): number => {
  const day = weekdayIndex(date);
  const at = (path: DayPath): number => path.closes[day] as number;
  return priceFrom(world, symbol, (index) => {
    const { basePrice, beta, techBeta } = world.companies[index] as Company;
    return basePrice * Math.exp(beta * at(world.market) + techBeta * at(world.tech) + at(world.own[index] as DayPath));
  });
};
