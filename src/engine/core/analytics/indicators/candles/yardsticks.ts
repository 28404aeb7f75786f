import { body, type CandleRing, heldAt, lowerShadow, upperShadow } from './candle-ring.ts';

/**
 * What "long", "short" and "near" mean: means over the candles before the one that is judged, as in TA-Lib's default
 * candle settings. Bodies, ranges and shadows over ten candles; `near` over the ranges of five.
 */
export type Yardstick = 'body' | 'range' | 'shadows' | 'near';

const YARDSTICKS: readonly Yardstick[] = ['body', 'range', 'shadows', 'near'];
const PERIODS: Readonly<Record<Yardstick, number>> = { body: 10, range: 10, shadows: 10, near: 5 };
/** Candles back from the newest that a pattern can measure against a yardstick of their own: 0 … 4. */
const BACKS = 5;

/**
 * Running sums, one per yardstick and candle measured. Each begins with the first candle that the pattern's first test
 * needs and is never added up afresh: where a body equals its mean to the last cent TA-Lib's rounding decides, and so it
 * must be the same rounding. Sums of cents over a day drift by 1e-13.
 */
export interface Yards {
  /** Bar of the first test, counted from 0. */
  readonly from: number;
  /** `yardstick number · 5 + back` of each sum that is kept. */
  readonly kept: Int8Array;
  readonly sums: Float64Array;
}

/** A yardstick and how far back the candle stands that is measured. */
export type Measure = readonly [Yardstick, back: number];

const slotOf = ([yardstick, back]: Measure): number => YARDSTICKS.indexOf(yardstick) * BACKS + back;

export const periodOfMeasure = ([yardstick]: Measure): number => PERIODS[yardstick];

export const createYards = (from: number, measures: readonly Measure[]): Yards => ({
  from,
  kept: Int8Array.from(new Set(measures.map(slotOf))).sort(),
  sums: new Float64Array(YARDSTICKS.length * BACKS),
});

const columnOf = (ring: CandleRing, yardstick: number): Float64Array =>
  yardstick === 0 ? ring.body : yardstick === 2 ? ring.shadows : ring.range;

/** Takes the candle before the newest into account. Call once per bar, after `pushCandle`. */
export const onYards = (yards: Yards, ring: CandleRing): void => {
  const bar = ring.bars - 1;
  const { from, kept, sums } = yards;
  for (let i = 0; i < kept.length; i++) {
    const slot = kept[i] as number;
    const yardstick = Math.trunc(slot / BACKS);
    const period = yardstick === 3 ? 5 : 10;
    if (bar <= from - period) continue;
    const column = columnOf(ring, yardstick);
    const back = slot - yardstick * BACKS + 1;
    const newest = heldAt(ring, column, back);
    sums[slot] = (sums[slot] as number) + (bar > from ? newest - heldAt(ring, column, back + period) : newest);
  }
};

/** Mean body before the candle `back`: longer is long, shorter is short. */
export const usualBody = (yards: Yards, back: number): number => (yards.sums[back] as number) / 10;
/** A tenth of the mean range: a body up to it is a doji's, a shadow below it is as good as none. */
export const tinyLength = (yards: Yards, back: number): number => 0.1 * ((yards.sums[BACKS + back] as number) / 10);
/** The mean of one shadow. */
export const usualShadow = (yards: Yards, back: number): number => (yards.sums[2 * BACKS + back] as number) / 10 / 2;
/** Distances between prices, of the mean range of five candles: 0.2, 0.6, 0.05 of it. */
export const near = (yards: Yards, back: number): number => 0.2 * ((yards.sums[3 * BACKS + back] as number) / 5);
export const far = (yards: Yards, back: number): number => 0.6 * ((yards.sums[3 * BACKS + back] as number) / 5);
export const equal = (yards: Yards, back: number): number => 0.05 * ((yards.sums[3 * BACKS + back] as number) / 5);

export const isLong = (ring: CandleRing, yards: Yards, back: number): boolean =>
  body(ring, back) > usualBody(yards, back);
export const isShort = (ring: CandleRing, yards: Yards, back: number): boolean =>
  body(ring, back) < usualBody(yards, back);
export const isDoji = (ring: CandleRing, yards: Yards, back: number): boolean =>
  body(ring, back) <= tinyLength(yards, back);
export const hasNoUpper = (ring: CandleRing, yards: Yards, back: number): boolean =>
  upperShadow(ring, back) < tinyLength(yards, back);
export const hasNoLower = (ring: CandleRing, yards: Yards, back: number): boolean =>
  lowerShadow(ring, back) < tinyLength(yards, back);
/** A shadow is long when it exceeds its own candle's body. */
export const hasLongUpper = (ring: CandleRing, back: number): boolean => upperShadow(ring, back) > body(ring, back);
export const hasLongLower = (ring: CandleRing, back: number): boolean => lowerShadow(ring, back) > body(ring, back);
/** Both ends within `distance` of each other. */
export const isWithin = (a: number, b: number, distance: number): boolean => a <= b + distance && a >= b - distance;
