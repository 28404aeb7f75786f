import { calendarCovers, previousSession, type Session, sessionOn } from '../../../../engine/core/market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../../../../engine/core/types.ts';
import { hash32, hashText } from '../../random.ts';
import type { ChainRow, DailyBar, MinuteBar } from '../../types.ts';
import { closingPrint } from '../auction/closing-auction.ts';
import { isTraded, type Profile } from '../instruments/profiles.ts';
import { createOptionBoard } from '../listing/option-board.ts';
import { chainAt } from '../listing/option-quotes.ts';
import type { ScenarioName, ScenarioSwitch } from '../scenarios/scenarios.ts';
import { surfaceLevel } from '../surface/level.ts';
import { thetaOf } from '../surface/ssvi.ts';
import { createFairMinute, type FairMinute, STEPS_PER_MINUTE } from '../tape/fair-minute.ts';
import { createSessionBars } from '../tape/session-bars.ts';
import { SymbolMinute } from '../tape/symbol-minute.ts';
import { indexValue, tapeSeed, wholeMinute } from '../tape/whole-minute.ts';
import type { World } from '../volatility/companies.ts';
import { activityOf } from '../volatility/session-noise.ts';
import { createSessionPath, type SessionPath } from '../volatility/session-path.ts';

/** Sessions whose minute bars, and whose paths, stay at hand. */
const KEPT_MINUTE_BARS = 30;
const KEPT_PATHS = 3;
const DAYS_30 = 30 / 365;
const FIRST_DATE = '2004-03-01';

/** What happened before today: the same whoever asks and whenever, made when somebody does. */
export interface Past {
  minuteBars(symbol: string, session: Session): readonly MinuteBar[];
  /** Highs and lows are those at the minutes' marks. */
  dailyBar(symbol: string, session: Session): DailyBar | null;
  chain(profile: Profile, session: Session): readonly ChainRow[] | null;
}

/** The sandbox's past begins here: before it, long paths have not settled. */
export const isKnownPast = (date: SessionDate): boolean =>
  calendarCovers(date) && date >= FIRST_DATE && sessionOn(date) !== null;

export const sessionBefore = (date: SessionDate): Session | null => (date > FIRST_DATE ? previousSession(date) : null);

const closeOf = (
  world: World,
  path: SessionPath,
  profile: Profile,
  fair: FairMinute,
): { price: number; size: number } => {
  if (!isTraded(profile)) return { price: indexValue(world, path, profile, fair, STEPS_PER_MINUTE), size: 0 };
  const minute = new SymbolMinute(profile, path, fair, tapeSeed(world, path));
  for (let step = 0; step < STEPS_PER_MINUTE; step++) minute.advance(null);
  const { scenario, sinceOnset } = path.scenarioAt(path.minutes - 1);
  return closingPrint(world.seed, profile, path.session, minute.book(), sinceOnset < 0 ? 1 : scenario.imbalance);
};

/** Shares of a whole session: what the tape prints on average at this activity, and the auction. */
const volumeOf = (world: World, path: SessionPath, profile: Profile, auction: number): number => {
  let activity = 0;
  for (let minute = 0; minute < path.minutes; minute++)
    activity +=
      activityOf((minute + 0.5) / path.minutes) * Math.exp(0.8 * (path.market.logVolatility[minute] as number));
  const noise =
    0.95 + (0.1 * (hash32(world.seed, hashText(path.session.date), hashText(profile.symbol)) % 1000)) / 1000;
  return Math.round(activity * 60 * profile.tradesPerSecond * meanPrint(profile.lots) * noise) + auction;
};

/** Mean shares of a print, of the sizes that the tape draws from. */
const meanPrint = (lots: number): number => {
  const usual = Math.sqrt(lots);
  return 0.4 * 34 + 0.57 * 100 * (0.55 + 0.8 * usual) + 0.03 * 100 * (11.7 * usual);
};

const makeDaily = (world: World, path: SessionPath, profile: Profile, lastMinute: FairMinute): DailyBar => {
  const { symbol, origin, options } = profile;
  const cents = (value: number): number => Math.round(value * 100) / 100;
  const isVolatility = origin.kind === 'volatility';
  const at = (minute: number): number =>
    isVolatility
      ? indexValue(
          world,
          path,
          profile,
          createFairMinute(world, path, Math.min(minute, path.minutes - 1)),
          minute === path.minutes ? STEPS_PER_MINUTE : 0,
        )
      : path.price(symbol, minute);
  path.extendTo(path.minutes);
  const { price: close, size } = closeOf(world, path, profile, lastMinute);
  const open = cents(at(0));
  let [high, low] = [Math.max(open, close), Math.min(open, close)];
  for (let minute = 1; minute < path.minutes; minute += isVolatility ? 15 : 1) {
    const price = cents(at(minute));
    if (price > high) high = price;
    if (price < low) low = price;
  }
  const theta = options ? thetaOf(surfaceLevel(world, path, symbol, path.minutes), DAYS_30) : Number.NaN;
  return {
    date: path.session.date,
    open,
    high,
    low,
    close,
    volume: isTraded(profile) ? volumeOf(world, path, profile, size) : null,
    impliedVolatility: options ? Math.round(Math.sqrt(theta / DAYS_30) * 1e5) / 1e5 : null,
  };
};

/** All symbols at once: they share the detail of each minute. */
const makeMinuteBars = (
  world: World,
  path: SessionPath,
  profiles: readonly Profile[],
): Map<string, readonly MinuteBar[]> => {
  const bars = profiles.map(() => createSessionBars());
  for (let minute = 0; minute < path.minutes; minute++) {
    const fair = createFairMinute(world, path, minute);
    for (const [i, profile] of profiles.entries()) bars[i]?.push(wholeMinute(world, path, profile, fair));
  }
  return new Map(profiles.map(({ symbol }, i) => [symbol, bars[i]?.all(path.session.openAt, null) ?? []]));
};

const makeChain = (world: World, path: SessionPath, profile: Profile): readonly ChainRow[] | null => {
  const { options, symbol } = profile;
  if (!options) return null;
  const board = createOptionBoard(world, profile, path.session);
  const level = surfaceLevel(world, path, symbol, path.minutes);
  const moment = {
    at: path.session.closeAt as Instant,
    spot: path.price(symbol, path.minutes),
    level,
    width: 1,
    progress: 1,
  };
  return chainAt(options, board, { ...moment, at: instant(moment.at) });
};

/** Keeps what was used last, up to `most`. */
const createShelf = <T>(most: number) => {
  const kept = new Map<SessionDate, T>();
  return (date: SessionDate, make: () => T): T => {
    const value = kept.get(date) ?? make();
    kept.delete(date);
    kept.set(date, value);
    const oldest = kept.size > most ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    return value;
  };
};

export const createPast = (
  world: World,
  profiles: readonly Profile[],
  chosenOn: (date: SessionDate) => { readonly chosen: ScenarioName; readonly switches: readonly ScenarioSwitch[] },
): Past => {
  const paths = createShelf<SessionPath>(KEPT_PATHS);
  const minutes = createShelf<Map<string, readonly MinuteBar[]>>(KEPT_MINUTE_BARS);
  // A few hundred bytes a session and symbol: kept for good, as they are asked for again every morning.
  const days = new Map<SessionDate, Map<string, DailyBar>>();
  const pathOf = (session: Session): SessionPath =>
    paths(session.date, () => {
      const path = createSessionPath({ world, session, ...chosenOn(session.date) });
      path.extendTo(path.minutes);
      return path;
    });
  const dailyOf = (session: Session): Map<string, DailyBar> => {
    const known = days.get(session.date);
    if (known) return known;
    const path = pathOf(session);
    const last = createFairMinute(world, path, path.minutes - 1);
    const made = new Map(profiles.map((profile) => [profile.symbol, makeDaily(world, path, profile, last)]));
    days.set(session.date, made);
    return made;
  };
  return {
    minuteBars: (symbol, session) =>
      minutes(session.date, () => makeMinuteBars(world, pathOf(session), profiles)).get(symbol) ?? [],
    dailyBar: (symbol, session) => dailyOf(session).get(symbol) ?? null,
    chain: (profile, session) => makeChain(world, pathOf(session), profile),
  };
};
