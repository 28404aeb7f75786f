import { nextSession, type Session } from '../../../engine/core/market/calendar.ts';
import type { SessionDate } from '../../../engine/core/types.ts';
import { hash32, hashText, unit } from '../random.ts';
import type { Profile } from './profiles.ts';

const DAY_MS = 86_400_000;
/** Periods in days and amplitudes of the slow waves that the price follows over months. */
const OCTAVES: readonly (readonly [days: number, amplitude: number])[] = [
  [64, 0.06],
  [16, 0.025],
  [4, 0.01],
  [1, 0.006],
];

const dayNumber = (date: SessionDate): number => Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY_MS);

const smooth = (seed: number, x: number): number => {
  const cell = Math.floor(x);
  const f = x - cell;
  const blend = f * f * (3 - 2 * f);
  return (1 - blend) * (2 * unit(hash32(seed, cell)) - 1) + blend * (2 * unit(hash32(seed, cell + 1)) - 1);
};

/** Where a session's price is drawn to. Known without simulating the days before it: one session's end meets the next one's start. */
export const createDayLevels = (seed: number, profile: Profile, session: Session): ((progress: number) => number) => {
  const start = dayNumber(session.date);
  const days = dayNumber(nextSession(session.date).date) - start;
  const own = hash32(seed, hashText(profile.symbol));
  const market = hash32(seed, hashText('market'));
  const wave = (day: number): number => {
    let sum = 0;
    for (const [index, [period, amplitude]] of OCTAVES.entries()) {
      sum += amplitude * profile.volatilityRatio * profile.marketCorrelation * smooth(market + index, day / period);
      sum += amplitude * 0.3 * (1 - profile.marketCorrelation) * smooth(own + index, day / period);
    }
    return sum;
  };
  return (progress) => profile.basePrice * Math.exp(wave(start + progress * days));
};

/** Annualised volatility of the day as a decimal, between 10 % and 22 % for the market. */
export const dayVolatility = (seed: number, profile: Profile, date: SessionDate): number =>
  profile.volatilityRatio * (0.1 + 0.06 * (1 + smooth(hash32(seed, 77), dayNumber(date) / 5)));

/** Activity over the day, mean about 1: busy at the open and towards the close. `progress` from 0 to 1. */
export const activityOf = (progress: number): number => {
  const fromNoon = 2 * progress - 1;
  return 0.68 + 0.75 * fromNoon * fromNoon + 0.7 * Math.exp(-progress * 40);
};
