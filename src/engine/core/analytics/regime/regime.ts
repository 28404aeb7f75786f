import { sessionAt } from '../../market/calendar.ts';
import { type Instant, instant } from '../../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';

const SESSION_GAP_MS = 3_600_000;

export const REGIMES = ['trending-up', 'trending-down', 'mean-reverting', 'quiet', 'volatile', 'illiquid'] as const;
export type RegimeName = (typeof REGIMES)[number];

export interface RegimeParams {
  /** Bars of the moving average, of its slope and of the volatility. */
  readonly span: number;
  /** Own history of the volatility, in bars, that a percentile is of; and how much of it is needed. */
  readonly history: number;
  readonly historyMin: number;
  /** A challenger must fit better by this, for so many bars in a row, to take over. */
  readonly margin: number;
  readonly holdBars: number;
  /** A regime that fits less than this is not taken up. */
  readonly fitMin: number;
  readonly liquidityAgeMsMax: number;
}
const REGIME_DEFAULTS: RegimeParams = {
  span: 30,
  history: 1950,
  historyMin: 120,
  margin: 0.15,
  holdBars: 5,
  fitMin: 0.25,
  liquidityAgeMsMax: 300_000,
};

/** Rings: `logClose` of the last bars, `volatilities` of the last `history` bars. Regimes are indices into `REGIMES`, −1 none. */
export interface Regime {
  readonly params: RegimeParams;
  readonly logClose: Float64Array;
  closeCount: number;
  readonly volatilities: Float64Array;
  volatilityCount: number;
  /** Per bar: standard deviation of the log returns over `span`. */
  volatility: number;
  /** Share of the history below it, 0 … 1. */
  percentile: number;
  /** Change of the moving average over `span` bars, in the deviations a driftless walk of this volatility would have. */
  slope: number;
  /** 0 … 1, as handed in. */
  liquidity: number;
  liquidityAt: number;
  /** How well each regime fits, 0 … 1; the weakest of its three parts. */
  readonly fit: Float64Array;
  current: number;
  challenger: number;
  challengerBars: number;
  changes: number;
  since: number;
  barAt: number;
  refusedBars: number;
}

export interface RegimeView {
  /** Confidence: how well the regime held fits now, the weakest of volatility, slope and liquidity. */
  readonly regime: Measured<RegimeName>;
  readonly volatilityPercentile: Measured;
  readonly slope: Measured;
  readonly liquidity: Measured;
  readonly since: Instant | null;
  readonly changes: number;
  readonly refusedBars: number;
}

export const REGIME_MODULE: ModuleInfo = {
  name: 'regime',
  level: 3,
  cadence: 'bar-close',
  warmUp: '150 one-minute bars (30 for the volatility, 120 of its history) and a liquidity score',
  ageMsMax: 180_000,
};

export const createRegime = (params = REGIME_DEFAULTS): Regime => ({
  params,
  logClose: new Float64Array(2 * params.span + 1),
  closeCount: 0,
  volatilities: new Float64Array(params.history),
  volatilityCount: 0,
  volatility: Number.NaN,
  percentile: Number.NaN,
  slope: Number.NaN,
  liquidity: Number.NaN,
  liquidityAt: Number.NaN,
  fit: new Float64Array(REGIMES.length).fill(Number.NaN),
  current: -1,
  challenger: -1,
  challengerBars: 0,
  changes: 0,
  since: Number.NaN,
  barAt: Number.NaN,
  refusedBars: 0,
});

/** Score of the book's liquidity, 0 worst … 1 best; NaN withdraws it. */
export const onRegimeLiquidity = (state: Regime, score: number, at: Instant): void => {
  state.liquidity = score >= 0 && score <= 1 ? score : Number.NaN;
  state.liquidityAt = at;
};

/** 0 up to `from`, 1 from `to` on, straight between. */
const ramp = (value: number, from: number, to: number): number =>
  Math.min(1, Math.max(0, (value - from) / (to - from)));

/** `back` bars before the last one. */
const logAt = (state: Regime, back: number): number =>
  state.logClose[(state.closeCount - 1 - back) % state.logClose.length] ?? Number.NaN;

const measureVolatility = (state: Regime): void => {
  const { span, history, historyMin } = state.params;
  if (state.closeCount <= span) return;
  // About its mean: a steady climb is a slope, not volatility.
  const mean = (logAt(state, 0) - logAt(state, span)) / span;
  let squares = 0;
  for (let i = 0; i < span; i++) squares += (logAt(state, i) - logAt(state, i + 1) - mean) ** 2;
  state.volatility = Math.sqrt(squares / (span - 1));
  const count = Math.min(state.volatilityCount, history);
  let below = 0;
  for (let i = 0; i < count; i++) {
    const other = state.volatilities[i] ?? Number.NaN;
    if (other < state.volatility) below++;
    else if (other === state.volatility) below += 0.5;
  }
  state.percentile = count >= historyMin ? below / count : Number.NaN;
  state.volatilities[state.volatilityCount % history] = state.volatility;
  state.volatilityCount++;
};

/**
 * MA(t) − MA(t − n) of n bars is a triangle of 2n − 1 returns with weights 1/n … 1 … 1/n: in a driftless walk its
 * variance is σ² (2n² + 1) / 3n. A slope in these deviations is the same figure at any price and any volatility.
 */
const measureSlope = (state: Regime): void => {
  const { span } = state.params;
  if (state.closeCount < 2 * span + 1) return;
  let recent = 0;
  let before = 0;
  for (let i = 0; i < span; i++) {
    recent += logAt(state, i);
    before += logAt(state, i + span);
  }
  const deviation = state.volatility * Math.sqrt((2 * span * span + 1) / (3 * span));
  state.slope = deviation > 0 ? (recent - before) / span / deviation : Number.NaN;
};

/** Each regime is as true as the weakest of its three parts. */
const measureFit = (state: Regime): void => {
  const { percentile, slope, liquidity, fit } = state;
  const high = ramp(percentile, 0.6, 0.9);
  const low = 1 - ramp(percentile, 0.1, 0.4);
  const middle = 1 - Math.max(high, low);
  const steep = ramp(Math.abs(slope), 0.75, 2);
  const flat = 1 - steep;
  const liquid = ramp(liquidity, 0.15, 0.5);
  // At the very top of its history nothing trends in an orderly way.
  const orderly = 1 - ramp(percentile, 0.9, 1);
  fit[0] = slope > 0 ? Math.min(orderly, steep, liquid) : 0;
  fit[1] = slope < 0 ? Math.min(orderly, steep, liquid) : 0;
  fit[2] = Math.min(middle, flat, liquid);
  fit[3] = Math.min(low, flat, liquid);
  fit[4] = Math.min(high, Math.max(flat, 1 - orderly), liquid);
  fit[5] = 1 - liquid;
};

const adopt = (state: Regime, regime: number, at: Instant): void => {
  if (state.current >= 0) state.changes++;
  state.current = regime;
  state.since = at;
  state.challenger = -1;
  state.challengerBars = 0;
};

/** The first regime needs the same patience as any later one. */
const contest = (state: Regime, at: Instant): void => {
  const { margin, holdBars, fitMin } = state.params;
  let best = 0;
  for (let i = 1; i < REGIMES.length; i++) if ((state.fit[i] ?? 0) > (state.fit[best] ?? 0)) best = i;
  const lead = (state.fit[best] ?? 0) - (state.current < 0 ? 0 : (state.fit[state.current] ?? 0));
  if (best === state.current || (state.fit[best] ?? 0) < fitMin || lead < margin) {
    state.challenger = -1;
    state.challengerBars = 0;
    return;
  }
  state.challengerBars = state.challenger === best ? state.challengerBars + 1 : 1;
  state.challenger = best;
  if (state.challengerBars >= holdBars) adopt(state, best, at);
};

const isLiquidityFresh = (state: Regime, at: Instant): boolean =>
  !Number.isNaN(state.liquidity) && at - state.liquidityAt <= state.params.liquidityAgeMsMax;

/** The night is not a bar: what came before is moved to this price, so that its jump is neither volatility nor slope. */
const closeGap = (state: Regime, logClose: number): void => {
  const jump = logClose - logAt(state, 0);
  for (let i = 0; i < state.logClose.length; i++) state.logClose[i] = (state.logClose[i] ?? 0) + jump;
};

/** One closed bar of a regular session, `at` its close; others are left aside. True when the regime changed with it. */
export const onRegimeBar = (state: Regime, close: number, at: Instant): boolean => {
  if (!(close > 0 && close < Infinity) || at <= state.barAt) {
    state.refusedBars++;
    return false;
  }
  if (sessionAt(instant(at - 1)) === null) return false;
  const logClose = Math.log(close);
  if (at - state.barAt > SESSION_GAP_MS) closeGap(state, logClose);
  state.logClose[state.closeCount % state.logClose.length] = logClose;
  state.closeCount++;
  state.barAt = at;
  measureVolatility(state);
  measureSlope(state);
  if (Number.isNaN(state.percentile) || Number.isNaN(state.slope) || !isLiquidityFresh(state, at)) return false;
  const before = state.current;
  measureFit(state);
  contest(state, at);
  return state.current !== before;
};

export const regimeView = (state: Regime, at: Instant): RegimeView => {
  const asOf = instant(state.barAt);
  const stale = at - state.barAt > REGIME_MODULE.ageMsMax;
  const base = Number.isNaN(state.barAt) ? 'no-bars' : stale ? 'stale' : null;
  const figure = (value: number, reason: string, confidence: number): Measured =>
    base !== null || Number.isNaN(value) ? absent(base ?? reason, 'bars') : measured(value, asOf, 'bars', confidence);
  const sufficiency = Math.min(1, state.volatilityCount / state.params.history);
  const volatilityPercentile = figure(state.percentile, 'warming-up', sufficiency);
  const slope = figure(state.slope, state.closeCount < state.logClose.length ? 'warming-up' : 'no-variation', 1);
  const liquidity: Measured = isLiquidityFresh(state, at)
    ? measured(state.liquidity, instant(state.liquidityAt), 'book')
    : absent(Number.isNaN(state.liquidity) ? 'liquidity-absent' : 'liquidity-stale', 'book');
  const missing = [volatilityPercentile, slope, liquidity].find((part) => part.value === null);
  const name = REGIMES[state.current];
  let regime: Measured<RegimeName>;
  if (missing && missing.value === null) regime = absent(missing.reason, 'bars');
  else if (name === undefined) regime = absent('no-clear-regime', 'bars');
  else regime = measured(name, asOf, 'bars', state.fit[state.current] ?? 0);
  return {
    regime,
    volatilityPercentile,
    slope,
    liquidity,
    since: regime.value === null ? null : instant(state.since),
    changes: state.changes,
    refusedBars: state.refusedBars,
  };
};
