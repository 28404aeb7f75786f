import { sessionAt } from '../../market/calendar.ts';
import { upperTail } from '../../pricing/normal.ts';
import { type Instant, instant } from '../../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';
import { fitAutoregression, walkDoubt } from './autoregression.ts';
import {
  createForecastRecord,
  type ForecastRecord,
  type ForecastRecordView,
  forecastRecordView,
  isForecastDue,
  logForecast,
  oldestPending,
  settleForecast,
} from './forecast-record.ts';

export interface MeanReversionParams {
  /** Bars of one session that the model is fitted to, and how many it needs. */
  readonly window: number;
  readonly windowMin: number;
  readonly horizonBars: number;
  readonly barMs: number;
}
const MEAN_REVERSION_DEFAULTS: MeanReversionParams = {
  window: 120,
  windowMin: 60,
  horizonBars: 15,
  barMs: 60_000,
};

/**
 * Probability that the price will have moved back towards its mean at the horizon. The log price of the session so far is
 * fitted as y' = a + φ y + ε (Ornstein-Uhlenbeck in discrete time), φ corrected for its small-sample bias (Kendall 1954).
 * Half-life = ln ½ / ln φ. Forecasts are logged every `horizonBars` bars, so that no two of them share a truth.
 */
export interface MeanReversion {
  readonly params: MeanReversionParams;
  /** Ring of log closes of the open session. */
  readonly logClose: Float64Array;
  closeCount: number;
  sessionOpenAt: number;
  sessionCloseAt: number;
  barAt: number;
  /** Of the last fit; NaN without one. */
  probability: number;
  /** What the model says once a random walk is allowed for, before its own record is held against it. */
  modelProbability: number;
  /** Share of the model's departure from one half that its record bears out, 0 … 1; 0 before it has any. */
  belief: number;
  /** How far a random walk is doubted, times `belief`. */
  confidence: number;
  halfLifeBars: number;
  mean: number;
  /** Why there is no probability; empty when there is. */
  reason: string;
  barsSinceLogged: number;
  /** Where the waiting forecast's price was, and its mean: log prices. */
  loggedFrom: number;
  loggedMean: number;
  readonly record: ForecastRecord;
  /** A run before has logged forecasts up to here: bars of the past that come again make no new ones. NaN: none has. */
  loggedUntil: number;
  refusedBars: number;
}

export interface MeanReversionView {
  readonly probability: Measured;
  readonly halfLifeMinutes: Measured;
  /** Dollars. */
  readonly mean: Measured;
  readonly horizonMinutes: number;
  readonly record: ForecastRecordView;
  readonly refusedBars: number;
}

export const MEAN_REVERSION_MODULE: ModuleInfo = {
  name: 'mean-reversion',
  level: 4,
  cadence: 'bar-close',
  warmUp: '60 one-minute bars of the open session',
  ageMsMax: 180_000,
};

export const createMeanReversion = (params = MEAN_REVERSION_DEFAULTS): MeanReversion => ({
  params,
  logClose: new Float64Array(params.window),
  closeCount: 0,
  sessionOpenAt: Number.NaN,
  sessionCloseAt: Number.NaN,
  barAt: Number.NaN,
  probability: Number.NaN,
  modelProbability: Number.NaN,
  belief: 0,
  confidence: 0,
  halfLifeBars: Number.NaN,
  mean: Number.NaN,
  reason: 'warming-up',
  barsSinceLogged: 0,
  loggedFrom: Number.NaN,
  loggedMean: Number.NaN,
  record: createForecastRecord('probability'),
  loggedUntil: Number.NaN,
  refusedBars: 0,
});

const withdraw = (state: MeanReversion): void => {
  state.probability = Number.NaN;
  state.modelProbability = Number.NaN;
  state.confidence = 0;
  state.halfLifeBars = Number.NaN;
  state.mean = Number.NaN;
};

const normalBelow = (z: number): number => {
  const tail = upperTail(Math.abs(z), Math.exp(-0.5 * z * z));
  return z > 0 ? 1 - tail : tail;
};

/** Departures squared that the prior "it knows nothing" counts for: about 30 forecasts' worth. */
const PRIOR_DEPARTURES = 1;

/**
 * Regression through the origin of what came on what the model said, both less one half, over the record (which keeps the
 * model's own word as the level): the model is followed as far as it was right before, and not at all to begin with.
 */
const beliefOf = (record: ForecastRecord): number => {
  const sample = Math.min(record.scored, record.capacity);
  let products = 0;
  let squares = PRIOR_DEPARTURES;
  for (let i = 0; i < sample; i++) {
    const said = (record.scoredLevel[i] ?? Number.NaN) - 0.5;
    products += said * ((record.scoredTruth[i] ?? Number.NaN) - 0.5);
    squares += said * said;
  }
  return Math.min(1, Math.max(0, products / squares));
};

/** After a record of earlier runs was put in: belief is what it bears out, and its time is not foretold again. */
export const recallMeanReversion = (state: MeanReversion, loggedUntil: number): void => {
  state.belief = beliefOf(state.record);
  state.loggedUntil = loggedUntil;
};

/**
 * At horizon h the model's price is normal around μ + φ^h (y − μ) with variance σ² (1 − φ^2h) / (1 − φ²). The part of it
 * that lies back towards the mean is believed as far as a random walk is doubted (Dickey-Fuller); the rest is a coin.
 */
const forecast = (state: MeanReversion, last: number): string => {
  withdraw(state);
  const count = Math.min(state.closeCount, state.params.window);
  if (count < state.params.windowMin) return 'warming-up';
  const fit = fitAutoregression(state.logClose, count, state.closeCount);
  if (fit === null) return 'no-variation';
  if (!(fit.slope > 0 && fit.slope < 1)) return 'no-mean-reversion';
  const halfLifeBars = Math.log(0.5) / Math.log(fit.slope);
  // A mean that is further off than the data reach is a trend's, not a mean.
  if (halfLifeBars > count) return 'no-mean-reversion';
  const decay = fit.slope ** state.params.horizonBars;
  const deviation = fit.residual * Math.sqrt((1 - decay * decay) / (1 - fit.slope * fit.slope));
  const distance = Math.abs(last - fit.mean);
  state.mean = Math.exp(fit.mean);
  state.halfLifeBars = halfLifeBars;
  const doubt = walkDoubt(fit.dickeyFuller);
  state.modelProbability = 0.5 + doubt * (normalBelow((distance * (1 - decay)) / deviation) - 0.5);
  state.probability = 0.5 + state.belief * (state.modelProbability - 0.5);
  state.confidence = doubt * state.belief;
  return '';
};

/** Scores what is due: back means nearer to where the mean was said to be, as seen from the price at the time. */
const score = (state: MeanReversion, last: number, at: Instant): void => {
  while (isForecastDue(state.record, at)) {
    const dueAt = state.record.pendingDueAt[oldestPending(state.record)] ?? Number.NaN;
    const moved = (last - state.loggedFrom) * (state.loggedMean - state.loggedFrom);
    // A bar that is late by more than one is not the price at the horizon.
    const onTime = at - dueAt <= state.params.barMs;
    settleForecast(state.record, onTime ? Number(moved > 0) : Number.NaN, at);
    state.belief = beliefOf(state.record);
  }
};

const log = (state: MeanReversion, last: number, at: Instant): void => {
  const { horizonBars, barMs } = state.params;
  state.barsSinceLogged++;
  if (state.reason !== '' || state.barsSinceLogged < horizonBars || oldestPending(state.record) >= 0) return;
  const dueAt = instant(at + horizonBars * barMs);
  if (at <= state.loggedUntil) return;
  // The night is not in the model.
  if (dueAt > state.sessionCloseAt) return;
  if (!logForecast(state.record, state.probability, 0.5, state.modelProbability, at, dueAt)) return;
  state.loggedFrom = last;
  state.loggedMean = Math.log(state.mean);
  state.barsSinceLogged = 0;
};

/** One closed bar that opened at `openAt`; bars outside of the regular session are left aside. */
export const onMeanReversionBar = (state: MeanReversion, openAt: Instant, close: number): void => {
  const at = instant(openAt + state.params.barMs);
  if (!(close > 0 && close < Infinity) || at <= state.barAt) {
    state.refusedBars++;
    return;
  }
  const session = sessionAt(openAt);
  if (session === null) return;
  if (session.openAt !== state.sessionOpenAt) {
    state.sessionOpenAt = session.openAt;
    state.sessionCloseAt = session.closeAt;
    state.closeCount = 0;
    state.barsSinceLogged = state.params.horizonBars;
  }
  const last = Math.log(close);
  state.logClose[state.closeCount % state.params.window] = last;
  state.closeCount++;
  state.barAt = at;
  score(state, last, at);
  state.reason = forecast(state, last);
  log(state, last, at);
};

export const meanReversionView = (state: MeanReversion, at: Instant): MeanReversionView => {
  const { horizonBars, barMs } = state.params;
  const stale = at - state.barAt > MEAN_REVERSION_MODULE.ageMsMax;
  const tooLate = state.barAt + horizonBars * barMs > state.sessionCloseAt;
  const reason = state.reason !== '' ? state.reason : stale ? 'stale' : null;
  const asOf = instant(state.barAt);
  const figure = (value: number, why: string | null): Measured =>
    why === null ? measured(value, asOf, 'bars', state.confidence) : absent(why, 'bars');
  return {
    probability: figure(state.probability, reason ?? (tooLate ? 'horizon-past-the-close' : null)),
    halfLifeMinutes: figure((state.halfLifeBars * barMs) / 60_000, reason),
    mean: figure(state.mean, reason),
    horizonMinutes: (horizonBars * barMs) / 60_000,
    record: forecastRecordView(state.record),
    refusedBars: state.refusedBars,
  };
};
