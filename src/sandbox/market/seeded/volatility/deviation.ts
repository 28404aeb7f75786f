import type { Random } from '../../random.ts';
import type { DealerStance } from '../dealers/hedging.ts';

/** How much of each move dealers' hedging takes away when they are long of all gamma, or adds when short. */
const HEDGE_SHARE = 0.3;
/** Share of the way to the pinning strike that a minute covers when dealers are long of all gamma. */
const PIN_PER_MINUTE = 0.04;
/** Strikes further away than this do not pin. */
const PIN_REACH = 0.004;
/** Minutes in which what a session added falls to 1/e. */
const REVERSION_MINUTES = 240;
const QUIET = 0.7;

type Regime = 'walk' | 'approach' | 'pin';

/** What a session adds to the long path of one driver: hedging, runs to strikes, scenarios. A logarithm. */
export interface Deviation {
  value: number;
  regime: Regime;
  minutesLeft: number;
  /** Dollars. */
  target: number;
}

export const createDeviation = (): Deviation => ({ value: 0, regime: 'walk', minutesLeft: 3, target: Number.NaN });

/** The next strike worth running to: a big one where it is near, else the neighbour. */
const pickStrike = (random: Random, price: number, step: number): number => {
  const up = random.next() < 0.5;
  const near = (grid: number): number => (up ? Math.ceil(price / grid) * grid : Math.floor(price / grid) * grid);
  const big = near(5 * step);
  return Math.abs(big - price) < 1.5 * step ? big : near(step);
};

const changeRegime = (deviation: Deviation, random: Random, price: number, step: number): void => {
  if (deviation.regime === 'approach' && Math.abs(price - deviation.target) < 0.3 * step) {
    deviation.regime = 'pin';
    deviation.minutesLeft = 3 + Math.floor(6 * random.next());
    return;
  }
  deviation.regime = random.next() < 0.35 ? 'approach' : 'walk';
  deviation.minutesLeft = 4 + Math.floor(6 * random.next());
  deviation.target = pickStrike(random, price, step);
};

export interface MinuteForces {
  /** Of the symbol whose options are hedged, dollars. */
  readonly price: number;
  readonly strikeStep: number;
  /** Log return of the driver in this minute before the session's own doings, and its standard deviation. */
  readonly move: number;
  readonly deviation: number;
  readonly stance: DealerStance;
  /** Times the ordinary volatility. */
  readonly scale: number;
  /** Log return of the scenario in this minute. */
  readonly drift: number;
}

/** How the minute's volatility differs from the ordinary one: scenario, hedging, and quiet near strikes. */
export const volatilityFactor = (regime: Deviation['regime'], scale: number, dealerGamma: number): number =>
  scale * (regime === 'walk' ? 1 : QUIET) * (1 - HEDGE_SHARE * dealerGamma);

/** One minute of one driver. Positive gamma damps moves and draws to the strike; negative gamma enlarges them. */
export const stepDeviation = (deviation: Deviation, forces: MinuteForces, random: Random): void => {
  const { price, move, stance, scale, drift } = forces;
  if (--deviation.minutesLeft <= 0) changeRegime(deviation, random, price, forces.strikeStep);
  const toTarget = deviation.target / price - 1;
  const most = 0.5 * forces.deviation;
  let pull = 0;
  if (deviation.regime === 'approach') pull = toTarget / deviation.minutesLeft;
  else if (deviation.regime === 'pin') pull = 0.4 * toTarget;
  const toPin = stance.pinStrike / price - 1;
  if (stance.gamma > 0 && Math.abs(toPin) < PIN_REACH) pull += PIN_PER_MINUTE * stance.gamma * toPin;
  deviation.value += Math.max(-most, Math.min(most, pull)) + drift - deviation.value / REVERSION_MINUTES;
  deviation.value += (volatilityFactor(deviation.regime, scale, stance.gamma) - 1) * move;
};
