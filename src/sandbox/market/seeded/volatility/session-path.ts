import { previousSession, type Session } from '../../../../engine/core/market/calendar.ts';
import { type Instant, instant } from '../../../../engine/core/types.ts';
import { createRandom, hash32, hashText, type Random } from '../../random.ts';
import { createDealerBook, type DealerBook, dealerStance } from '../dealers/hedging.ts';
import {
  driftOf,
  type ScenarioMinute,
  type ScenarioName,
  type ScenarioSwitch,
  scenarioAt,
  volatilityScaleOf,
} from '../scenarios/scenarios.ts';
import { type Company, exposureOf, plannedClose, priceFrom, type World } from './companies.ts';
import { type DayPath, sessionVariance, weekdayIndex } from './day-path.ts';
import { createDeviation, type Deviation, stepDeviation, volatilityFactor } from './deviation.ts';
import { bridge, logVolatilityPath, minuteVariances } from './session-noise.ts';

const MINUTE_MS = 60_000;
/** Dealers look at their gamma anew every so many minutes. */
const STANCE_EVERY = 10;
const ANCHOR_SESSIONS = 5;
const NO_STANCE = { gamma: 0, pinStrike: Number.NaN };

/** One driver's session: the market, technology, or a company's own part. */
export interface Driver {
  /** Symbol whose options its dealers hedge; null for none. */
  readonly hedged: string | null;
  readonly annualVolatility: number;
  /** Log level of the long path at each minute's start. */
  readonly levels: Float64Array;
  readonly logVolatility: Float64Array;
  readonly variances: Float64Array;
  /** What the session added, at each minute's start. */
  readonly added: Float64Array;
  /** Standard deviation of each minute, with everything that bears on it. */
  readonly deviations: Float64Array;
  readonly state: Deviation;
  readonly random: Random;
  readonly book: DealerBook | null;
  readonly strikeStep: number;
  stance: { readonly gamma: number; readonly pinStrike: number };
}

/** The mean of a symbol's last closes before a session: what its open interest was built around. */
export const anchorOf = (world: World, symbol: string, session: Session): number => {
  let sum = 0;
  let day: Session = session;
  for (let i = 0; i < ANCHOR_SESSIONS; i++) {
    day = previousSession(day.date);
    sum += plannedClose(world, symbol, day.date);
  }
  return sum / ANCHOR_SESSIONS;
};

const createDriver = (world: World, session: Session, name: string, path: DayPath, hedged: string | null): Driver => {
  const day = weekdayIndex(session.date);
  const minutes = Math.round((session.closeAt - session.openAt) / MINUTE_MS);
  const random = createRandom(hash32(world.seed, hashText(session.date), hashText(name)));
  const annualVolatility = path.volatilities[day] as number;
  const logVolatility = logVolatilityPath(random, minutes);
  const variances = minuteVariances(sessionVariance(annualVolatility), logVolatility);
  const options = hedged === null ? null : (world.profiles.get(hedged)?.options ?? null);
  const anchor = hedged === null ? Number.NaN : anchorOf(world, hedged, session);
  return {
    hedged: options ? hedged : null,
    annualVolatility,
    levels: bridge(random, path.opens[day] as number, path.closes[day] as number, variances),
    logVolatility,
    variances,
    added: new Float64Array(minutes + 1),
    deviations: new Float64Array(minutes),
    state: createDeviation(),
    random,
    book: options ? createDealerBook(world.seed, options, session, anchor, anchor) : null,
    strikeStep: options?.strikeStep ?? 1,
    stance: NO_STANCE,
  };
};

/** Prices of a session at each minute's start, made forward as far as somebody looks. */
export interface SessionPath {
  readonly session: Session;
  readonly minutes: number;
  readonly market: Driver;
  readonly tech: Driver;
  readonly own: readonly Driver[];
  /** Log of what the scenario does to implied volatility, at each minute's start. */
  readonly stress: Float64Array;
  scenarioAt(minute: number): ScenarioMinute;
  /** Log return by which the shocked company leaps in this minute; 0 in most. */
  jump(minute: number): number;
  /** A symbol's fair price at a minute's start, dollars. */
  price(symbol: string, minute: number): number;
  companyPrice(index: number, minute: number): number;
  /** Makes the path up to this minute's start. */
  extendTo(minute: number): void;
}

export interface SessionPathOptions {
  readonly world: World;
  readonly session: Session;
  readonly chosen: ScenarioName;
  /** Grows while the session runs; only minutes not yet made heed a new one. */
  readonly switches: readonly ScenarioSwitch[];
}

/** The company that news is about. */
export const SHOCKED_COMPANY = 'NVDA';

const annualOf = (world: World, driver: Driver, path: SessionPath): number => {
  if (driver.hedged === null) return 0.2;
  const { beta, techBeta, ownVolatility } = exposureOf(world, driver.hedged);
  return Math.hypot(beta * path.market.annualVolatility, techBeta * path.tech.annualVolatility, ownVolatility);
};

const stepDriver = (world: World, path: SessionPath, driver: Driver, minute: number, drift: number): void => {
  const now = path.scenarioAt(minute);
  const price = driver.hedged === null ? 1 : path.price(driver.hedged, minute);
  if (driver.book && minute % STANCE_EVERY === 0) {
    const at = instant(path.session.openAt + minute * MINUTE_MS);
    driver.stance = dealerStance(driver.book, price, at, annualOf(world, driver, path));
  }
  const forced = now.sinceOnset >= 0 ? now.scenario.dealerGamma : null;
  const stance = driver.hedged === null || forced === null ? driver.stance : { ...driver.stance, gamma: forced };
  const scale = volatilityScaleOf(now);
  const deviation = Math.sqrt(driver.variances[minute] as number);
  const move = (driver.levels[minute + 1] as number) - (driver.levels[minute] as number);
  driver.state.value = driver.added[minute] as number;
  if (driver.hedged === null) driver.state.value += (scale - 1) * move + drift;
  else
    stepDeviation(
      driver.state,
      { price, strikeStep: driver.strikeStep, move, deviation, stance, scale, drift },
      driver.random,
    );
  driver.added[minute + 1] = driver.state.value;
  driver.deviations[minute] =
    deviation * (driver.hedged === null ? scale : volatilityFactor(driver.state.regime, scale, stance.gamma));
};

export const createSessionPath = ({ world, session, chosen, switches }: SessionPathOptions): SessionPath => {
  const { companies, seed } = world;
  const market = createDriver(world, session, 'market', world.market, 'SPY');
  const tech = createDriver(world, session, 'technology', world.tech, 'QQQ');
  const own = companies.map(({ symbol }, i) => {
    const isKnown = world.profiles.has(symbol);
    return createDriver(world, session, symbol, world.own[i] as DayPath, isKnown ? symbol : null);
  });
  const minutes = market.variances.length;
  const stress = new Float64Array(minutes + 1);
  let made = 0;
  const levelAt = (driver: Driver, minute: number): number =>
    (driver.levels[minute] as number) + (driver.added[minute] as number);
  const companyPrice = (index: number, minute: number): number => {
    const { basePrice, beta, techBeta } = companies[index] as Company;
    const common = beta * levelAt(market, minute) + techBeta * levelAt(tech, minute);
    return basePrice * Math.exp(common + levelAt(own[index] as Driver, minute));
  };
  const path: SessionPath = {
    session,
    minutes,
    market,
    tech,
    own,
    stress,
    scenarioAt: (minute) => scenarioAt(chosen, switches, minute),
    jump(minute) {
      const { scenario, sinceOnset } = scenarioAt(chosen, switches, minute);
      const up = (hash32(seed, hashText(session.date), 77) & 1) === 1;
      return sinceOnset === 0 ? scenario.companyJump * (up ? 1 : -1) : 0;
    },
    price: (symbol, minute) => priceFrom(world, symbol, (index) => companyPrice(index, minute)),
    companyPrice,
    extendTo(minute) {
      for (; made < Math.min(minute, minutes); made++) {
        const now = path.scenarioAt(made);
        const wanted = 0.5 * Math.log(volatilityScaleOf(now));
        stress[made + 1] = (stress[made] as number) + 0.15 * (wanted - (stress[made] as number));
        stepDriver(world, path, market, made, driftOf(now));
        stepDriver(world, path, tech, made, 0);
        for (const [i, driver] of own.entries())
          stepDriver(world, path, driver, made, companies[i]?.symbol === SHOCKED_COMPANY ? path.jump(made) : 0);
      }
    },
  };
  return path;
};

/** Start of a minute of the session. */
export const minuteStart = (session: Session, minute: number): Instant => instant(session.openAt + minute * MINUTE_MS);
