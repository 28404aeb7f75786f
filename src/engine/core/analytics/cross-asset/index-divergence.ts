import { type Instant, instant } from '../../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';

const SAMPLE_MS = 60_000;

export interface IndexDivergenceParams {
  /** Index points per share of the fund: about 10 for SPX over SPY. */
  readonly pointsPerShare: number;
  /** Samples (minutes) the z-score is measured against. */
  readonly window: number;
  readonly windowMin: number;
  /** A mid older than this is not compared. */
  readonly ageMsMax: number;
}
const INDEX_DIVERGENCE_DEFAULTS: IndexDivergenceParams = {
  pointsPerShare: 10,
  window: 120,
  windowMin: 30,
  ageMsMax: 5000,
};

/**
 * Fund against index: divergence = ln(fund · pointsPerShare / (index · (1 + carry))), in basis points; positive when the
 * fund is dear. `carry` is what the fund holds besides the index, as a share of it (dividends accrued, not yet paid out).
 * Sampled once a minute; the z-score compares each sample with the ones before it, never with itself.
 */
export interface IndexDivergence {
  readonly params: IndexDivergenceParams;
  readonly samples: Float64Array;
  sampleCount: number;
  indexMid: number;
  indexAt: number;
  fundMid: number;
  fundAt: number;
  carry: number;
  divergenceBps: number;
  zScore: number;
  sampledAt: number;
  /** Mids that were not prices. */
  refusedQuotes: number;
}

export interface IndexDivergenceView {
  readonly divergenceBps: Measured;
  readonly zScore: Measured;
  readonly carry: Measured;
  readonly refusedQuotes: number;
}

export const INDEX_DIVERGENCE_MODULE: ModuleInfo = {
  name: 'index-divergence',
  level: 3,
  cadence: 'timer-60s',
  warmUp: '1 sample for the divergence, 31 minutes with both quotes for the z-score',
  ageMsMax: 150_000,
};

export const createIndexDivergence = (params = INDEX_DIVERGENCE_DEFAULTS): IndexDivergence => ({
  params,
  samples: new Float64Array(params.window),
  sampleCount: 0,
  indexMid: Number.NaN,
  indexAt: Number.NaN,
  fundMid: Number.NaN,
  fundAt: Number.NaN,
  carry: Number.NaN,
  divergenceBps: Number.NaN,
  zScore: Number.NaN,
  sampledAt: Number.NaN,
  refusedQuotes: 0,
});

const isPrice = (price: number): boolean => price > 0 && price < Infinity;

/** A mid of the index, or its last value where it has no quotes. NaN withdraws it. */
export const onIndexDivergenceIndex = (state: IndexDivergence, level: number, at: Instant): void => {
  if (!isPrice(level)) state.refusedQuotes++;
  state.indexMid = isPrice(level) ? level : Number.NaN;
  state.indexAt = at;
};
/** A mid of the fund. NaN (crossed, absent) withdraws it. */
export const onIndexDivergenceFund = (state: IndexDivergence, mid: number, at: Instant): void => {
  if (!isPrice(mid)) state.refusedQuotes++;
  state.fundMid = isPrice(mid) ? mid : Number.NaN;
  state.fundAt = at;
};
/** What the fund holds besides the index, as a decimal share of it; NaN where it is not known. */
export const onIndexDivergenceCarry = (state: IndexDivergence, carry: number): void => {
  state.carry = Math.abs(carry) < 0.1 ? carry : Number.NaN;
};

/** Mean and sample deviation afresh: no running sum to drift. Writes nothing. */
const zScoreOf = (state: IndexDivergence, value: number): number => {
  const count = Math.min(state.sampleCount, state.params.window);
  if (count < state.params.windowMin) return Number.NaN;
  let mean = 0;
  for (let i = 0; i < count; i++) mean += (state.samples[i] ?? 0) / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += ((state.samples[i] ?? 0) - mean) ** 2;
  const deviation = Math.sqrt(squares / (count - 1));
  // Samples that never move say nothing about how far is far.
  return deviation > 1e-9 ? (value - mean) / deviation : Number.NaN;
};

/** Takes at most one sample a minute, and only of two live mids. True when it took one. */
export const onIndexDivergenceTimer = (state: IndexDivergence, at: Instant): boolean => {
  if (at - state.sampledAt < SAMPLE_MS) return false;
  const { ageMsMax, pointsPerShare, window } = state.params;
  if (!(at - state.indexAt <= ageMsMax && at - state.fundAt <= ageMsMax)) return false;
  const carry = Number.isNaN(state.carry) ? 0 : state.carry;
  const value = 10_000 * Math.log((state.fundMid * pointsPerShare) / (state.indexMid * (1 + carry)));
  if (!Number.isFinite(value)) return false;
  state.divergenceBps = value;
  state.zScore = zScoreOf(state, value);
  state.samples[state.sampleCount % window] = value;
  state.sampleCount++;
  state.sampledAt = at;
  return true;
};

/** Without a known carry the divergence contains it: half the confidence. The z-score does not care for a steady one. */
export const indexDivergenceView = (state: IndexDivergence, at: Instant): IndexDivergenceView => {
  const asOf = instant(state.sampledAt);
  const stale = at - state.sampledAt > INDEX_DIVERGENCE_MODULE.ageMsMax;
  const reason = state.sampleCount === 0 ? 'no-simultaneous-quotes' : stale ? 'stale' : null;
  const count = Math.min(state.sampleCount - 1, state.params.window);
  const zReason = count < state.params.windowMin ? 'warming-up' : 'no-variation';
  return {
    divergenceBps:
      reason === null
        ? measured(state.divergenceBps, asOf, 'quotes', Number.isNaN(state.carry) ? 0.5 : 1)
        : absent(reason, 'quotes'),
    zScore:
      reason !== null
        ? absent(reason, 'quotes')
        : Number.isNaN(state.zScore)
          ? absent(zReason, 'quotes')
          : measured(state.zScore, asOf, 'quotes', count / state.params.window),
    carry:
      reason !== null || Number.isNaN(state.carry)
        ? absent(reason ?? 'carry-unknown', 'quotes')
        : measured(state.carry, asOf, 'quotes'),
    refusedQuotes: state.refusedQuotes,
  };
};
