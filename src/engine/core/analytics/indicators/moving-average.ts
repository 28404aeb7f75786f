import { createMama, MAMA_LOOKBACK, type Mama, onMama } from './mama.ts';
import { createWindow, meanOf, pushWindow, type Window, weightedMeanOf } from './window.ts';

/** Exponential mean, weight 2 / (period + 1), seeded with the simple mean of its first `period` values. */
export interface Ema {
  readonly period: number;
  readonly weight: number;
  count: number;
  seedSum: number;
  /** NaN until seeded. */
  value: number;
}

export const createEma = (period: number, weight = 2 / (period + 1)): Ema => ({
  period,
  weight,
  count: 0,
  seedSum: 0,
  value: Number.NaN,
});

/** Takes `value` in and returns the mean; an absent value changes nothing. */
export const onEma = (ema: Ema, value: number): number => {
  if (Number.isNaN(value)) return ema.value;
  if (ema.count < ema.period) {
    ema.seedSum += value;
    ema.count++;
    if (ema.count === ema.period) ema.value = ema.seedSum / ema.period;
    return ema.value;
  }
  ema.value += (value - ema.value) * ema.weight;
  return ema.value;
};

/** Kaufman's adaptive mean: between the EMA of 2 and of 30, by how straight the way of the last `period` changes was. */
export interface Kama {
  readonly period: number;
  /** The last `period` + 1 values. */
  readonly values: Float64Array;
  count: number;
  /** Σ|change| over the last `period` changes, run on as TA-Lib does: in a market that stands still its rounding decides. */
  way: number;
  value: number;
}

const createKama = (period: number): Kama => ({
  period,
  values: new Float64Array(period + 1),
  count: 0,
  way: 0,
  value: Number.NaN,
});

const FASTEST = 2 / (2 + 1);
const SLOWEST = 2 / (30 + 1);

const kamaValue = (kama: Kama, number: number): number => kama.values[number % (kama.period + 1)] as number;

const onKama = (kama: Kama, value: number): number => {
  const { period } = kama;
  const number = kama.count++;
  const previous = number > 0 ? kamaValue(kama, number - 1) : value;
  // The change that leaves is between the oldest value, about to be overwritten, and the one after it.
  if (number > period) kama.way -= Math.abs(kamaValue(kama, number - period) - kamaValue(kama, number - period - 1));
  kama.values[number % (period + 1)] = value;
  kama.way += Math.abs(value - previous);
  if (number < period) return Number.NaN;
  if (number === period) kama.value = previous;
  const straight = value - kamaValue(kama, number - period);
  const efficiency = kama.way <= straight || Math.abs(kama.way) < 1e-14 ? 1 : Math.abs(straight / kama.way);
  const smoothing = (efficiency * (FASTEST - SLOWEST) + SLOWEST) ** 2;
  kama.value += (value - kama.value) * smoothing;
  return kama.value;
};

/** In the order of TA-Lib's numbers, from 0. */
export const AVERAGE_KINDS = ['sma', 'ema', 'wma', 'dema', 'tema', 'trima', 'kama', 'mama', 't3'] as const;
export type AverageKind = (typeof AVERAGE_KINDS)[number];

/** A moving average of any kind; which fields it uses depends on `kind`. */
export interface Average {
  readonly kind: AverageKind;
  readonly period: number;
  /** T3's volume factor; NaN for the others. */
  readonly factor: number;
  readonly windows: readonly Window[];
  readonly emas: readonly Ema[];
  readonly kama: Kama | null;
  /** With the limits 0.5 and 0.05; the period says nothing to it. */
  readonly mama: Mama | null;
  /** Values still to be passed over, so that a short average starts with a long one. */
  skip: number;
}

const EMAS: Readonly<Record<AverageKind, number>> = {
  sma: 0,
  ema: 1,
  wma: 0,
  dema: 2,
  tema: 3,
  trima: 0,
  kama: 0,
  mama: 0,
  t3: 6,
};

/** Values an average needs before its first: it answers with value number `lookback`, counted from 0. */
export const averageLookback = (kind: AverageKind, period: number): number => {
  if (period === 1) return 0;
  if (kind === 'kama') return period;
  if (kind === 'mama') return MAMA_LOOKBACK;
  return Math.max(1, EMAS[kind]) * (period - 1);
};

export const createAverage = (kind: AverageKind, period: number, skip = 0, factor = Number.NaN): Average => {
  if (!(Number.isInteger(period) && period > 0))
    throw new RangeError(`${kind}: expected a positive whole period, got ${period}`);
  const lengths =
    kind === 'trima' ? [period >> 1 || 1, (period >> 1) + 1] : kind === 'sma' || kind === 'wma' ? [period] : [];
  if (kind === 'trima' && period % 2 === 1) lengths[0] = (period + 1) / 2;
  return {
    kind,
    period,
    factor: kind === 't3' && Number.isNaN(factor) ? 0.7 : factor,
    windows: lengths.map(createWindow),
    emas: Array.from({ length: EMAS[kind] }, () => createEma(period)),
    kama: kind === 'kama' ? createKama(period) : null,
    mama: kind === 'mama' ? createMama(0.5, 0.05) : null,
    skip,
  };
};

const window0 = (average: Average): Window => average.windows[0] as Window;

const onTrima = (average: Average, value: number): number => {
  const [inner, outer] = average.windows as [Window, Window];
  pushWindow(inner, value);
  const mean = meanOf(inner);
  if (Number.isNaN(mean)) return mean;
  pushWindow(outer, mean);
  return meanOf(outer);
};

/** Each mean is the input of the next. */
const chain = (average: Average, value: number): void => {
  let input = value;
  for (const ema of average.emas) {
    input = onEma(ema, input);
    if (Number.isNaN(input)) return;
  }
};
const emaAt = (average: Average, i: number): number => average.emas[i]?.value ?? Number.NaN;

/** Tillson's T3: six chained EMAs, blended by the volume factor. */
const t3Of = (average: Average): number => {
  const v = average.factor;
  const c1 = -(v ** 3);
  const c2 = 3 * (v * v - c1);
  const c3 = -6 * v * v - 3 * (v - c1);
  const c4 = 1 + 3 * v - c1 + 3 * v * v;
  return c1 * emaAt(average, 5) + c2 * emaAt(average, 4) + c3 * emaAt(average, 3) + c4 * emaAt(average, 2);
};

/** Takes `value` in and returns the average; NaN until warm. An absent value changes nothing and answers NaN. */
export const onAverage = (average: Average, value: number): number => {
  if (Number.isNaN(value)) return Number.NaN;
  if (average.skip > 0) {
    average.skip--;
    return Number.NaN;
  }
  if (average.period === 1) return value;
  switch (average.kind) {
    case 'sma':
      pushWindow(window0(average), value);
      return meanOf(window0(average));
    case 'wma':
      pushWindow(window0(average), value);
      return weightedMeanOf(window0(average));
    case 'trima':
      return onTrima(average, value);
    case 'kama':
      return average.kama === null ? Number.NaN : onKama(average.kama, value);
    case 'mama':
      return average.mama === null ? Number.NaN : onMama(average.mama, value);
    default:
      chain(average, value);
  }
  switch (average.kind) {
    case 'ema':
      return emaAt(average, 0);
    case 'dema':
      return 2 * emaAt(average, 0) - emaAt(average, 1);
    case 'tema':
      return 3 * emaAt(average, 0) - 3 * emaAt(average, 1) + emaAt(average, 2);
    default:
      return t3Of(average);
  }
};

/** A fast and a slow average that answer first with the same value, as TA-Lib's MACD does. */
export const createAveragePair = (
  fastKind: AverageKind,
  fastPeriod: number,
  slowKind: AverageKind,
  slowPeriod: number,
): { fast: Average; slow: Average } => {
  const fastLookback = averageLookback(fastKind, fastPeriod);
  const slowLookback = averageLookback(slowKind, slowPeriod);
  return {
    fast: createAverage(fastKind, fastPeriod, Math.max(0, slowLookback - fastLookback)),
    slow: createAverage(slowKind, slowPeriod, Math.max(0, fastLookback - slowLookback)),
  };
};
