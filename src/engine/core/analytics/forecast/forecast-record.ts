import { type Instant, instant } from '../../types.ts';
import { absent, type Measured, measured } from '../measured.ts';

/**
 * The log of one kind of forecast with its truths. A forecast is logged when it is made, with the instant at which its
 * truth is due; it is scored once, in order, and never changed. Rings: `pending*` first in, first out; `scored*` the last
 * `capacity` scored ones, over which every figure is worked out afresh.
 */
export interface ForecastRecord {
  /** `amount` in the unit of the forecast; `probability` of an event whose truth is 1 or 0. */
  readonly kind: 'amount' | 'probability';
  readonly capacity: number;
  readonly pendingMadeAt: Float64Array;
  readonly pendingDueAt: Float64Array;
  readonly pendingValue: Float64Array;
  /** What a forecaster without a model would have said. */
  readonly pendingNaive: Float64Array;
  /** The level at the time, from which the direction of an amount is judged. */
  readonly pendingLevel: Float64Array;
  /** Of those settled, until their slot is used again; NaN of a void one. */
  readonly pendingTruth: Float64Array;
  readonly scoredValue: Float64Array;
  readonly scoredNaive: Float64Array;
  readonly scoredLevel: Float64Array;
  readonly scoredTruth: Float64Array;
  /** Counts since the record began: logged = scored + voided + waiting. Voided: the truth never came. */
  logged: number;
  settled: number;
  scored: number;
  voided: number;
  lastScoredAt: number;
  /** How far the ledger has heard. */
  toldLogged: number;
  toldSettled: number;
}

export interface ForecastRecordView {
  readonly kind: 'amount' | 'probability';
  readonly scored: number;
  readonly voided: number;
  readonly waiting: number;
  /** Of the last `capacity` scored at most; how many. */
  readonly sample: number;
  /** Mean |forecast − truth|, in the forecast's unit; and of the naive forecast beside it. */
  readonly meanAbsoluteError: Measured;
  readonly meanAbsoluteErrorNaive: Measured;
  /** Mean forecast − truth. */
  readonly bias: Measured;
  /** Share of forecasts on the right side: of the level at the time, or of one half. Ties are left out. */
  readonly hitRate: Measured;
  /** Mean squared error of a probability, 0 best; 0.25 is a coin. Absent for amounts. */
  readonly brier: Measured;
  readonly brierNaive: Measured;
}

export const createForecastRecord = (kind: 'amount' | 'probability', capacity = 512): ForecastRecord => {
  if (!(Number.isInteger(capacity) && capacity > 0))
    throw new RangeError(`Forecast record: expected a positive capacity, got ${capacity}`);
  const column = (): Float64Array => new Float64Array(capacity);
  return {
    kind,
    capacity,
    pendingMadeAt: column(),
    pendingDueAt: column(),
    pendingValue: column(),
    pendingNaive: column(),
    pendingLevel: column(),
    pendingTruth: column(),
    scoredValue: column(),
    scoredNaive: column(),
    scoredLevel: column(),
    scoredTruth: column(),
    logged: 0,
    settled: 0,
    scored: 0,
    voided: 0,
    lastScoredAt: Number.NaN,
    toldLogged: 0,
    toldSettled: 0,
  };
};

/** Logs a forecast. False, and nothing logged, when it or its due time is not a real one or the ring is full. */
export const logForecast = (
  record: ForecastRecord,
  value: number,
  naive: number,
  level: number,
  madeAt: Instant,
  dueAt: Instant,
): boolean => {
  if (!(Number.isFinite(value) && Number.isFinite(naive) && dueAt > madeAt)) return false;
  if (record.kind === 'probability' && !(value >= 0 && value <= 1)) return false;
  if (record.logged - record.settled >= record.capacity) return false;
  const slot = record.logged % record.capacity;
  record.pendingMadeAt[slot] = madeAt;
  record.pendingDueAt[slot] = dueAt;
  record.pendingValue[slot] = value;
  record.pendingNaive[slot] = naive;
  record.pendingLevel[slot] = level;
  record.logged++;
  return true;
};

/** Whether the oldest forecast that waits is due: only then may it be scored. */
export const isForecastDue = (record: ForecastRecord, at: Instant): boolean =>
  record.settled < record.logged && at >= (record.pendingDueAt[record.settled % record.capacity] ?? Infinity);

/** Slot of the oldest forecast that waits, in the `pending` columns; −1 when none does. */
export const oldestPending = (record: ForecastRecord): number =>
  record.settled < record.logged ? record.settled % record.capacity : -1;

/** Scores the oldest forecast. A truth that is not finite voids it. Before its time it throws: that would be look-ahead. */
export const settleForecast = (record: ForecastRecord, truth: number, at: Instant): void => {
  if (!isForecastDue(record, at))
    throw new Error(`Forecast record: settled at ${at}, before the oldest forecast was due`);
  const from = record.settled % record.capacity;
  record.settled++;
  record.pendingTruth[from] = Number.isFinite(truth) ? truth : Number.NaN;
  if (!Number.isFinite(truth)) {
    record.voided++;
    return;
  }
  const to = record.scored % record.capacity;
  record.scoredValue[to] = record.pendingValue[from] ?? Number.NaN;
  record.scoredNaive[to] = record.pendingNaive[from] ?? Number.NaN;
  record.scoredLevel[to] = record.pendingLevel[from] ?? Number.NaN;
  record.scoredTruth[to] = truth;
  record.scored++;
  record.lastScoredAt = at;
};

interface Sums {
  absolute: number;
  absoluteNaive: number;
  signed: number;
  squared: number;
  squaredNaive: number;
  hits: number;
  judged: number;
}

const addScored = (sums: Sums, record: ForecastRecord, slot: number): void => {
  const truth = record.scoredTruth[slot] ?? Number.NaN;
  const error = (record.scoredValue[slot] ?? Number.NaN) - truth;
  const naive = (record.scoredNaive[slot] ?? Number.NaN) - truth;
  sums.absolute += Math.abs(error);
  sums.absoluteNaive += Math.abs(naive);
  sums.signed += error;
  sums.squared += error * error;
  sums.squaredNaive += naive * naive;
  const level = record.kind === 'probability' ? 0.5 : (record.scoredLevel[slot] ?? Number.NaN);
  const said = (record.scoredValue[slot] ?? Number.NaN) - level;
  const came = truth - level;
  if (said * came !== 0 && Number.isFinite(said * came)) {
    sums.judged++;
    if (said * came > 0) sums.hits++;
  }
};

const sumScored = (record: ForecastRecord, sample: number): Sums => {
  const sums: Sums = {
    absolute: 0,
    absoluteNaive: 0,
    signed: 0,
    squared: 0,
    squaredNaive: 0,
    hits: 0,
    judged: 0,
  };
  for (let i = 0; i < sample; i++) addScored(sums, record, i);
  return sums;
};

/** The track record as plain figures; absent before the first truth. Confidence grows with the sample: n / (n + 30). */
export const forecastRecordView = (record: ForecastRecord): ForecastRecordView => {
  const sample = Math.min(record.scored, record.capacity);
  const sums = sumScored(record, sample);
  const figure = (sum: number, count: number, applies = true): Measured => {
    if (!applies) return absent('not-for-this-kind', 'forecast');
    if (count === 0) return absent('nothing-scored', 'forecast');
    return measured(sum / count, instant(record.lastScoredAt), 'forecast', count / (count + 30));
  };
  const isProbability = record.kind === 'probability';
  return {
    kind: record.kind,
    scored: record.scored,
    voided: record.voided,
    waiting: record.logged - record.settled,
    sample,
    meanAbsoluteError: figure(sums.absolute, sample),
    meanAbsoluteErrorNaive: figure(sums.absoluteNaive, sample),
    bias: figure(sums.signed, sample),
    hitRate: figure(sums.hits, sums.judged),
    brier: figure(sums.squared, sample, isProbability),
    brierNaive: figure(sums.squaredNaive, sample, isProbability),
  };
};
