import { type Instant, instant } from '../../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';

/** Cboe's volatility indices by what they look ahead: 1, 9, 30, 93 calendar days. */
export type VolatilityIndex = 'VIX1D' | 'VIX9D' | 'VIX' | 'VIX3M';
const INDICES: readonly VolatilityIndex[] = ['VIX1D', 'VIX9D', 'VIX', 'VIX3M'];
const DAYS: Readonly<Record<VolatilityIndex, number>> = { VIX1D: 1, VIX9D: 9, VIX: 30, VIX3M: 93 };

/** Two indices further apart in time than this are not compared. */
const SKEW_MS_MAX = 900_000;
/** Within 1 % of each other the curve is flat. */
const FLAT = 0.01;

export type VixShape = 'contango' | 'backwardation' | 'flat';

/** Last levels in volatility points, NaN before the first; in the order VIX1D, VIX9D, VIX, VIX3M. */
export interface VixTermStructure {
  readonly level: Float64Array;
  readonly seenAt: Float64Array;
  refusedLevels: number;
}

export interface VixTermStructureView {
  /** Near over far; above 1 is backwardation. */
  readonly ratio9DayTo30Day: Measured;
  readonly ratio30DayTo3Month: Measured;
  readonly ratio1DayTo30Day: Measured;
  /** Of the 9-day over the 30-day index. */
  readonly shape: Measured<VixShape>;
  /** Volatility points from day 9 to 30 and 30 to 93, by additive variance: σ² = (σf² Tf − σn² Tn) / (Tf − Tn). */
  readonly forward9To30Days: Measured;
  readonly forward30To93Days: Measured;
  readonly refusedLevels: number;
}

export const VIX_TERM_STRUCTURE_MODULE: ModuleInfo = {
  name: 'vix-term-structure',
  level: 3,
  cadence: 'quote',
  warmUp: 'one level of each of the two indices compared',
  ageMsMax: 900_000,
};

export const createVixTermStructure = (): VixTermStructure => ({
  level: new Float64Array(INDICES.length).fill(Number.NaN),
  seenAt: new Float64Array(INDICES.length).fill(Number.NaN),
  refusedLevels: 0,
});

/** A level of an index in volatility points (18.7). One that is not positive is refused and changes nothing. */
export const onVixLevel = (state: VixTermStructure, index: VolatilityIndex, level: number, at: Instant): void => {
  if (!(level > 0 && level < 1000)) {
    state.refusedLevels++;
    return;
  }
  const slot = INDICES.indexOf(index);
  state.level[slot] = level;
  state.seenAt[slot] = at;
};

interface Pair {
  readonly near: number;
  readonly far: number;
  readonly asOf: Instant;
}

const pairOf = (state: VixTermStructure, near: VolatilityIndex, far: VolatilityIndex, at: Instant): Pair | string => {
  for (const index of [near, far]) {
    const seenAt = state.seenAt[INDICES.indexOf(index)] ?? Number.NaN;
    if (Number.isNaN(seenAt)) return `${index.toLowerCase()}-absent`;
    if (at - seenAt > VIX_TERM_STRUCTURE_MODULE.ageMsMax) return `${index.toLowerCase()}-stale`;
  }
  const n = INDICES.indexOf(near);
  const f = INDICES.indexOf(far);
  const nearAt = state.seenAt[n] ?? Number.NaN;
  const farAt = state.seenAt[f] ?? Number.NaN;
  if (Math.abs(nearAt - farAt) > SKEW_MS_MAX) return 'not-simultaneous';
  return {
    near: state.level[n] ?? Number.NaN,
    far: state.level[f] ?? Number.NaN,
    asOf: instant(Math.min(nearAt, farAt)),
  };
};

const shapeOf = (ratio: number): VixShape => {
  if (ratio > 1 + FLAT) return 'backwardation';
  return ratio < 1 - FLAT ? 'contango' : 'flat';
};

/** Each figure is as of the older of its two levels. */
export const vixTermStructureView = (state: VixTermStructure, at: Instant): VixTermStructureView => {
  const ratio = (near: VolatilityIndex, far: VolatilityIndex): Measured => {
    const pair = pairOf(state, near, far, at);
    return typeof pair === 'string' ? absent(pair, 'quotes') : measured(pair.near / pair.far, pair.asOf, 'quotes');
  };
  const forward = (near: VolatilityIndex, far: VolatilityIndex): Measured => {
    const pair = pairOf(state, near, far, at);
    if (typeof pair === 'string') return absent(pair, 'quotes');
    const variance = (pair.far ** 2 * DAYS[far] - pair.near ** 2 * DAYS[near]) / (DAYS[far] - DAYS[near]);
    return variance > 0
      ? measured(Math.sqrt(variance), pair.asOf, 'quotes')
      : absent('negative-forward-variance', 'quotes');
  };
  const front = ratio('VIX9D', 'VIX');
  return {
    ratio9DayTo30Day: front,
    ratio30DayTo3Month: ratio('VIX', 'VIX3M'),
    ratio1DayTo30Day: ratio('VIX1D', 'VIX'),
    shape: front.value === null ? front : measured(shapeOf(front.value), front.asOf, 'quotes'),
    forward9To30Days: forward('VIX9D', 'VIX'),
    forward30To93Days: forward('VIX', 'VIX3M'),
    refusedLevels: state.refusedLevels,
  };
};
