import { createRandom, hash32, hashText, type Random } from '../random.ts';
import { activityOf } from './levels.ts';
import type { Profile } from './profiles.ts';

/** Market time between two steps of the world. */
export const STEP_MS = 250;
const STEPS_PER_MINUTE = 60_000 / STEP_MS;
/** Steps of a whole session of 6.5 hours: daily volatility spreads over them. */
const STEPS_PER_DAY = 390 * STEPS_PER_MINUTE;
const TICK = 0.01;
/** How far the fair value may leave the touch before the quotes follow. */
const REACH_TICKS = 0.8;

type Regime = 'walk' | 'approach' | 'pin';

/** The price of one symbol within one session: a walk with changing volatility that strikes attract at times. */
export interface PriceProcess {
  readonly random: Random;
  /** Dollars per step and root step at ordinary activity. */
  readonly stepVolatility: number;
  fair: number;
  /** Log of the volatility multiplier: reverts to zero within minutes. */
  logVolatility: number;
  /** Persistent imbalance of order flow; positive: buyers. */
  flow: number;
  /** Cents. */
  bidTick: number;
  askTick: number;
  regime: Regime;
  stepsLeft: number;
  target: number;
  drift: number;
}

export const createPriceProcess = (
  seed: number,
  profile: Profile,
  openPrice: number,
  annualVolatility: number,
): PriceProcess => {
  const tick = Math.round(openPrice / TICK);
  return {
    random: createRandom(hash32(seed, hashText(profile.symbol))),
    stepVolatility: annualVolatility / Math.sqrt(252 * STEPS_PER_DAY),
    fair: openPrice,
    logVolatility: 0,
    flow: 0,
    bidTick: tick,
    askTick: tick + 1,
    regime: 'walk',
    stepsLeft: STEPS_PER_MINUTE * 2,
    target: openPrice,
    drift: 0,
  };
};

/** The next strike worth running to: usually a big one (every fifth), else the nearest beyond half a step. */
const pickStrike = (process: PriceProcess, step: number): number => {
  const up = process.random.next() < 0.5 + 0.2 * Math.tanh(process.flow);
  const grid = process.random.next() < 0.55 ? 5 * step : step;
  const strike = up ? Math.ceil(process.fair / grid) * grid : Math.floor(process.fair / grid) * grid;
  const distance = Math.abs(strike - process.fair);
  if (distance > 3 * step)
    return up ? Math.ceil(process.fair / step + 1) * step : Math.floor(process.fair / step - 1) * step;
  return distance < 0.4 * step ? strike + (up ? step : -step) : strike;
};

const changeRegime = (process: PriceProcess, step: number): void => {
  const { random } = process;
  process.drift = 0;
  if (process.regime === 'approach' && Math.abs(process.fair - process.target) < 0.3 * step) {
    process.regime = 'pin';
    process.stepsLeft = Math.round((3 + 6 * random.next()) * STEPS_PER_MINUTE);
    return;
  }
  if (random.next() < 0.6) {
    process.regime = 'approach';
    process.target = pickStrike(process, step);
    const minutes = 2.5 + 4 * random.next();
    process.stepsLeft = Math.round(minutes * 1.5 * STEPS_PER_MINUTE);
    process.drift = (process.target - process.fair) / (minutes * STEPS_PER_MINUTE);
    return;
  }
  process.regime = 'walk';
  process.stepsLeft = Math.round((1 + 4 * random.next()) * STEPS_PER_MINUTE);
};

const pullOf = (process: PriceProcess): number =>
  process.regime === 'pin' ? (process.target - process.fair) / (STEPS_PER_MINUTE * 0.75) : process.drift;

/** Touch prices stay while the fair value is within reach of them: real quotes do not follow every breath. */
const requote = (process: PriceProcess): void => {
  const cents = process.fair / TICK;
  if (cents > process.bidTick - REACH_TICKS && cents < process.askTick + REACH_TICKS) return;
  const wide = process.random.next() < 0.08 * Math.exp(2 * process.logVolatility);
  process.bidTick = Math.floor(cents);
  process.askTick = process.bidTick + (wide ? 2 : 1);
};

/** Moves one step. `shock` is the market's standard normal of this step, `level` where the day draws the price. */
export const stepPrice = (
  process: PriceProcess,
  profile: Profile,
  progress: number,
  shock: number,
  level: number,
): void => {
  const { random } = process;
  if (--process.stepsLeft <= 0) changeRegime(process, profile.strikeStep);
  else if (process.regime === 'approach' && (process.target - process.fair) * process.drift <= 0)
    changeRegime(process, profile.strikeStep);
  process.logVolatility += -0.0008 * process.logVolatility + 0.012 * random.normal();
  const rho = profile.marketCorrelation;
  const noise = rho * shock + Math.sqrt(1 - rho * rho) * random.normal();
  const quiet = process.regime === 'walk' ? 1 : 0.6;
  const volatility =
    process.stepVolatility * quiet * Math.exp(process.logVolatility) * Math.sqrt(activityOf(progress)) * process.fair;
  const pull = pullOf(process);
  process.fair += volatility * noise + pull + (level - process.fair) / (STEPS_PER_MINUTE * 90);
  const push = pull / (process.stepVolatility * process.fair);
  process.flow += -0.02 * process.flow + 0.05 * random.normal() + 0.12 * Math.max(-1, Math.min(1, push * 4)) * 0.3;
  requote(process);
};
