import type { SessionDate } from '../../../../engine/core/types.ts';
import { createRandom, hash32, hashText } from '../../random.ts';

const DAY_MS = 86_400_000;
/** The path begins on Monday 2004-01-05 and covers the session calendar. */
const FIRST_WEEKDAY = 8870;
const WEEKDAYS = 8400;
/** Share of a day's variance that falls on the night. */
const NIGHT_SHARE = 0.25;
const SESSIONS_PER_YEAR = 252;

/** Days since 1970. */
export const dayNumber = (date: SessionDate): number => Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY_MS);

/** Mondays to Fridays since the path began; holidays count, their moves fall into the next gap. */
export const weekdayIndex = (date: SessionDate): number => {
  const sinceMonday = dayNumber(date) + 3;
  return Math.floor(sinceMonday / 7) * 5 + Math.min(4, sinceMonday % 7) - FIRST_WEEKDAY;
};

/** One driver's days, by weekday index: logarithms around 0, volatility a decimal per year. */
export interface DayPath {
  readonly opens: Float64Array;
  readonly closes: Float64Array;
  readonly volatilities: Float64Array;
}

export interface DayPathOptions {
  readonly seed: number;
  readonly name: string;
  readonly volatility: number;
  /** Standard deviation of the logarithm of volatility, and its correlation with the day's return (leverage). */
  readonly volatilityOfVolatility: number;
  readonly leverage: number;
  /** Weekdays in which a displacement falls to 1/e. */
  readonly reversionDays: number;
}

/**
 * Days of stochastic volatility with leverage (Taylor 1986's log-AR(1) volatility) and rare jumps overnight, drawn slowly
 * back to their base so that the decades stay in sight of it.
 */
export const createDayPath = (options: DayPathOptions): DayPath => {
  const { volatility, volatilityOfVolatility, leverage, reversionDays } = options;
  const random = createRandom(hash32(options.seed, hashText(options.name), 11));
  const opens = new Float64Array(WEEKDAYS);
  const closes = new Float64Array(WEEKDAYS);
  const volatilities = new Float64Array(WEEKDAYS);
  const persistence = 0.96;
  const shockScale = volatilityOfVolatility * Math.sqrt(1 - persistence * persistence);
  const other = Math.sqrt(1 - leverage * leverage);
  let level = 0;
  let logVolatility = 0;
  for (let day = 0; day < WEEKDAYS; day++) {
    const annual = volatility * Math.exp(Math.max(-0.7, Math.min(1.1, logVolatility)));
    const daily = annual / Math.sqrt(SESSIONS_PER_YEAR);
    const night = random.normal();
    const jump = random.next() < 0.02 ? 2.5 * daily * random.normal() : 0;
    level += -level / reversionDays + Math.sqrt(NIGHT_SHARE) * daily * night + jump;
    opens[day] = level;
    const session = random.normal();
    level += Math.sqrt(1 - NIGHT_SHARE) * daily * session;
    closes[day] = level;
    volatilities[day] = annual;
    logVolatility = persistence * logVolatility + shockScale * (leverage * session + other * random.normal());
  }
  return { opens, closes, volatilities };
};

/** Variance of the session alone, of a driver with this volatility a year. */
export const sessionVariance = (annualVolatility: number): number =>
  ((1 - NIGHT_SHARE) * annualVolatility * annualVolatility) / SESSIONS_PER_YEAR;
