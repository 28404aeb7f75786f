import { hash32, hashText } from '../../random.ts';
import { isTraded, type Profile } from '../instruments/profiles.ts';
import { surfaceLevel } from '../surface/level.ts';
import { volatilityIndexOf } from '../surface/variance-swap.ts';
import type { World } from '../volatility/companies.ts';
import type { SessionPath } from '../volatility/session-path.ts';
import { type FairMinute, STEPS_PER_MINUTE } from './fair-minute.ts';
import { addPrint, type BarMaker, createBarMaker } from './session-bars.ts';
import { SymbolMinute } from './symbol-minute.ts';

/** An index is computed once a second, a volatility index every 15 seconds, in steps. Source: Cboe index dissemination. */
const INDEX_EVERY = 4;
const VOLATILITY_EVERY = 60;

export const everySteps = (profile: Profile): number =>
  profile.origin.kind === 'volatility' ? VOLATILITY_EVERY : INDEX_EVERY;

export const tapeSeed = (world: World, path: SessionPath): number =>
  hash32(world.seed, hashText(path.session.date), 31);

const toCents = (value: number): number => Math.round(value * 100) / 100;

/** An index's value at a step of a minute, points. */
export const indexValue = (
  world: World,
  path: SessionPath,
  profile: Profile,
  fair: FairMinute,
  step: number,
): number => {
  const { origin } = profile;
  if (origin.kind !== 'volatility') return toCents(fair.of(profile.symbol)[step] as number);
  const level = surfaceLevel(world, path, origin.index, fair.minute + step / STEPS_PER_MINUTE);
  const options = world.profiles.get(origin.index)?.options;
  if (!options) throw new Error(`${profile.symbol}: ${origin.index} has no options to compute it from`);
  return toCents(volatilityIndexOf(level, origin.days, options.rho, options.eta));
};

/** The bar of a whole minute, without telling anybody of it. */
export const wholeMinute = (world: World, path: SessionPath, profile: Profile, fair: FairMinute): BarMaker => {
  const bar = createBarMaker();
  if (isTraded(profile)) {
    const minute = new SymbolMinute(profile, path, fair, tapeSeed(world, path));
    for (let step = 0; step < STEPS_PER_MINUTE; step++)
      minute.advance((_offset, price, size) => addPrint(bar, price, size));
    return bar;
  }
  // A minute has the values from its start up to the next one's; the last has the closing value too.
  const end = fair.minute === path.minutes - 1 ? STEPS_PER_MINUTE : STEPS_PER_MINUTE - 1;
  for (let step = 0; step <= end; step += everySteps(profile))
    addPrint(bar, indexValue(world, path, profile, fair, step), 0);
  return bar;
};
