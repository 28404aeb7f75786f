import { nextSession, previousSession, sessionAt } from '../../market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';
import {
  createForecastRecord,
  type ForecastRecord,
  type ForecastRecordView,
  forecastRecordView,
  isForecastDue,
  logForecast,
  settleForecast,
} from './forecast-record.ts';
import { DEFAULT_DECAY, leastErrorDecay, SPREAD_DECAYS } from './spread-decays.ts';

const SESSIONS_PER_YEAR = 252;

export interface VolatilityForecastParams {
  readonly barMs: number;
  /** Share of a session's bars without which its volatility is not known. */
  readonly coverageMin: number;
  /** An implied volatility older than this at the close is not the close's. */
  readonly impliedAgeMsMax: number;
  readonly sessionsMin: number;
  /** Errors per decay that the weekly choice looks at, and needs. */
  readonly errorWindow: number;
  readonly errorsMin: number;
  /** The last bar may come this long after the close. */
  readonly graceMs: number;
}
export const VOLATILITY_FORECAST_DEFAULTS: VolatilityForecastParams = {
  barMs: 60_000,
  coverageMin: 0.9,
  impliedAgeMsMax: 1_800_000,
  sessionsMin: 5,
  errorWindow: 60,
  errorsMin: 20,
  graceMs: 120_000,
};

/**
 * Next session's realised volatility = implied volatility at the close − EWMA of (implied at the close before − realised),
 * floored at a tenth of the implied. Realised: √252 times the root of the overnight and all bars' squared log returns.
 * Every decay keeps its own EWMA and the log of the errors it would have made; once a week the one with the least mean
 * absolute error takes over. Decimals per year.
 */
export interface VolatilityForecast {
  readonly params: VolatilityForecastParams;
  sessionDate: string;
  sessionOpenAt: number;
  sessionCloseAt: number;
  squares: number;
  bars: number;
  /** Whether the night before is in `squares`: not after a session that was not seen. */
  nightKnown: boolean;
  lastClose: number;
  barAt: number;
  implied: number;
  impliedAt: number;
  /** Implied volatility at the last close, what realised is measured against; NaN when there was none. */
  impliedAtClose: number;
  realised: number;
  realisedAt: number;
  /** Per decay: EWMA of the spread, its forecast for the open session, and a ring of absolute errors. */
  readonly spread: Float64Array;
  readonly candidate: Float64Array;
  readonly errors: Float64Array;
  errorCount: number;
  spreadCount: number;
  spreadAt: number;
  /** Index into `SPREAD_DECAYS`. */
  decay: number;
  calibratedWeek: number;
  calibrations: number;
  forecast: number;
  forecastAt: number;
  forecastFor: string;
  dueAt: number;
  reason: string;
  readonly record: ForecastRecord;
  incompleteSessions: number;
  refusedBars: number;
  /** Sessions judged at their close, and as far as the ledger has heard. */
  judged: number;
  toldJudged: number;
}

export interface VolatilityForecastView {
  /** Of the session `session`, decimal per year. */
  readonly forecast: Measured;
  readonly session: string | null;
  readonly impliedMinusRealised: Measured;
  readonly lastRealised: Measured;
  readonly decay: number;
  readonly calibrations: number;
  readonly record: ForecastRecordView;
  readonly incompleteSessions: number;
  readonly refusedBars: number;
}

export const VOLATILITY_FORECAST_MODULE: ModuleInfo = {
  name: 'volatility-forecast',
  level: 4,
  cadence: 'bar-close',
  warmUp:
    '7 sessions in a row, whole, with an implied volatility at their closes; 20 forecasts before the decay is chosen anew',
  ageMsMax: 345_600_000,
};

const filled = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN);

export const createVolatilityForecast = (params = VOLATILITY_FORECAST_DEFAULTS): VolatilityForecast => ({
  params,
  sessionDate: '',
  sessionOpenAt: Number.NaN,
  sessionCloseAt: Number.NaN,
  squares: 0,
  bars: 0,
  nightKnown: false,
  lastClose: Number.NaN,
  barAt: Number.NaN,
  implied: Number.NaN,
  impliedAt: Number.NaN,
  impliedAtClose: Number.NaN,
  realised: Number.NaN,
  realisedAt: Number.NaN,
  spread: filled(SPREAD_DECAYS.length),
  candidate: filled(SPREAD_DECAYS.length),
  errors: new Float64Array(SPREAD_DECAYS.length * params.errorWindow),
  errorCount: 0,
  spreadCount: 0,
  spreadAt: Number.NaN,
  decay: DEFAULT_DECAY,
  calibratedWeek: Number.NaN,
  calibrations: 0,
  forecast: Number.NaN,
  forecastAt: Number.NaN,
  forecastFor: '',
  dueAt: Number.NaN,
  reason: 'warming-up',
  record: createForecastRecord('amount'),
  incompleteSessions: 0,
  refusedBars: 0,
  judged: 0,
  toldJudged: 0,
});

/** Implied volatility of one tenor throughout, decimal per year: the nearer to one session (VIX1D / 100) the better. */
export const onVolatilityForecastImplied = (state: VolatilityForecast, implied: number, at: Instant): void => {
  if (!(implied > 0 && implied < 10)) return;
  closeIfOver(state, at);
  state.implied = implied;
  state.impliedAt = at;
};

/** Monday of the week, in whole weeks since 1970 (a Thursday). */
const weekOf = (at: number): number => Math.floor((at / 86_400_000 + 3) / 7);

/** Once a week, on nothing but errors already made. */
const recalibrate = (state: VolatilityForecast, at: Instant): void => {
  const week = weekOf(at);
  if (week === state.calibratedWeek) return;
  state.calibratedWeek = week;
  if (state.errorCount < state.params.errorsMin) return;
  const { errorWindow } = state.params;
  state.decay = leastErrorDecay(state.errors, errorWindow, Math.min(state.errorCount, errorWindow), state.decay);
  state.calibrations++;
};

/** The session's truth: scores what was said of it, then lets every decay learn from it. */
const learn = (state: VolatilityForecast, at: Instant): void => {
  const { errorWindow } = state.params;
  const slot = state.errorCount % errorWindow;
  if (!Number.isNaN(state.candidate[0] ?? Number.NaN)) {
    for (let d = 0; d < SPREAD_DECAYS.length; d++)
      state.errors[d * errorWindow + slot] = Math.abs((state.candidate[d] ?? 0) - state.realised);
    state.errorCount++;
  }
  if (Number.isNaN(state.impliedAtClose)) return;
  const spread = state.impliedAtClose - state.realised;
  for (let d = 0; d < SPREAD_DECAYS.length; d++) {
    const decay = SPREAD_DECAYS[d] ?? Number.NaN;
    const before = state.spread[d] ?? Number.NaN;
    state.spread[d] = Number.isNaN(before) ? spread : decay * before + (1 - decay) * spread;
  }
  state.spreadCount++;
  state.spreadAt = state.sessionCloseAt;
  recalibrate(state, at);
};

/** Says what the next session will be like, from what is known at this close. */
const forecastNext = (state: VolatilityForecast, previousRealised: number, at: Instant): string => {
  state.forecast = Number.NaN;
  state.candidate.fill(Number.NaN);
  if (Number.isNaN(state.impliedAtClose)) return 'implied-volatility-absent';
  if (state.spreadCount < state.params.sessionsMin) return 'warming-up';
  for (let d = 0; d < SPREAD_DECAYS.length; d++)
    state.candidate[d] = Math.max(0.1 * state.impliedAtClose, state.impliedAtClose - (state.spread[d] ?? Number.NaN));
  state.forecast = state.candidate[state.decay] ?? Number.NaN;
  const next = nextSession(state.sessionDate as SessionDate);
  state.forecastFor = next.date;
  state.forecastAt = at;
  state.dueAt = next.closeAt + state.params.graceMs;
  logForecast(state.record, state.forecast, state.impliedAtClose, previousRealised, at, instant(state.dueAt));
  return '';
};

const closeSession = (state: VolatilityForecast, at: Instant): void => {
  const { barMs, coverageMin, impliedAgeMsMax } = state.params;
  const expected = (state.sessionCloseAt - state.sessionOpenAt) / barMs;
  const complete = state.nightKnown && state.bars >= coverageMin * expected;
  if (!complete) state.incompleteSessions++;
  const realised = complete ? Math.sqrt(SESSIONS_PER_YEAR * state.squares) : Number.NaN;
  // Only a forecast of this very session has its truth here; one of a session never seen has none.
  while (isForecastDue(state.record, at))
    settleForecast(state.record, state.forecastFor === state.sessionDate ? realised : Number.NaN, at);
  state.realised = realised;
  state.realisedAt = complete ? state.sessionCloseAt : Number.NaN;
  if (complete && state.forecastFor !== state.sessionDate) state.candidate.fill(Number.NaN);
  if (complete) learn(state, at);
  const fresh = state.sessionCloseAt - state.impliedAt <= impliedAgeMsMax && state.impliedAt <= at;
  state.impliedAtClose = fresh ? state.implied : Number.NaN;
  state.reason = forecastNext(state, realised, at);
  state.sessionOpenAt = Number.NaN;
  state.judged++;
};

const closeIfOver = (state: VolatilityForecast, at: Instant): void => {
  if (at >= state.sessionCloseAt + state.params.graceMs && !Number.isNaN(state.sessionOpenAt)) closeSession(state, at);
};

/** Time passing: the session is judged `graceMs` after its close. */
export const onVolatilityForecastTimer = (state: VolatilityForecast, at: Instant): void => closeIfOver(state, at);

/** One closed bar that opened at `openAt`, folded at `at`; bars outside of regular sessions are left aside. */
export const onVolatilityForecastBar = (
  state: VolatilityForecast,
  openAt: Instant,
  open: number,
  close: number,
  at: Instant,
): void => {
  if (!(open > 0 && open < Infinity && close > 0 && close < Infinity) || openAt <= state.barAt) {
    state.refusedBars++;
    return;
  }
  closeIfOver(state, at);
  const session = sessionAt(openAt);
  if (session === null) return;
  if (session.openAt !== state.sessionOpenAt) {
    // A session already judged takes no late bar.
    if (session.date <= state.sessionDate) return;
    state.nightKnown = state.sessionDate === previousSession(session.date).date;
    state.sessionDate = session.date;
    state.sessionOpenAt = session.openAt;
    state.sessionCloseAt = session.closeAt;
    state.squares = state.nightKnown ? Math.log(open / state.lastClose) ** 2 : 0;
    state.bars = 0;
    state.lastClose = open;
  }
  state.squares += Math.log(close / state.lastClose) ** 2;
  state.lastClose = close;
  state.bars++;
  state.barAt = openAt;
};

export const volatilityForecastView = (state: VolatilityForecast, at: Instant): VolatilityForecastView => {
  const reason = state.reason !== '' ? state.reason : at > state.dueAt ? 'stale' : null;
  const spread = state.spread[state.decay] ?? Number.NaN;
  const confidence = Math.min(1, state.errorCount / state.params.errorWindow);
  return {
    forecast:
      reason === null
        ? measured(state.forecast, instant(state.forecastAt), 'forecast', confidence)
        : absent(reason, 'forecast'),
    session: reason === null ? state.forecastFor : null,
    impliedMinusRealised: Number.isNaN(spread)
      ? absent('warming-up', 'bars')
      : measured(spread, instant(state.spreadAt), 'bars', Math.min(1, state.spreadCount / 20)),
    lastRealised: Number.isNaN(state.realised)
      ? absent(state.sessionDate === '' ? 'no-session' : 'session-incomplete', 'bars')
      : measured(state.realised, instant(state.realisedAt), 'bars'),
    decay: SPREAD_DECAYS[state.decay] ?? Number.NaN,
    calibrations: state.calibrations,
    record: forecastRecordView(state.record),
    incompleteSessions: state.incompleteSessions,
    refusedBars: state.refusedBars,
  };
};
