import type { CandleRing } from './candle-ring.ts';
import { type Measure, periodOfMeasure, type Yards } from './yardsticks.ts';

/** What a pattern carries from bar to bar. Only hikkakes use more than the penetration. */
export interface PatternState {
  /** Share of a body that the last candle must reach into; NaN for patterns without. */
  readonly penetration: number;
  /** Of the last pattern, while it waits to be confirmed: 1 up, −1 down. */
  sign: number;
  /** The close that confirms it. */
  level: number;
  /** Bars left to confirm it in. */
  barsLeft: number;
}

/** +100 rising, −100 falling (±80 touching, ±200 confirmed), 0 not there. */
export type PatternTest = (ring: CandleRing, yards: Yards, state: PatternState) => number;

/** How a pattern is told. */
export interface Pattern {
  readonly measures: readonly Measure[];
  /** Bar of the first test, counted from 0. */
  readonly testFrom: number;
  /** Bar of the first answer. */
  readonly sayFrom: number;
  /** Default; NaN for patterns without. */
  readonly penetration: number;
  readonly test: PatternTest;
}

interface PatternOptions {
  readonly penetration?: number;
  /** Where TA-Lib begins later than its measures would have it. */
  readonly sayFrom?: number;
  readonly testFrom?: number;
}

/** A pattern of `candles` bars: tested from the bar on that has all of them and the means before each. */
export const pattern = (
  candles: number,
  measures: readonly Measure[],
  test: PatternTest,
  options: PatternOptions = {},
): Pattern => {
  const sayFrom = options.sayFrom ?? Math.max(0, ...measures.map(periodOfMeasure)) + candles - 1;
  return {
    measures,
    sayFrom,
    testFrom: options.testFrom ?? sayFrom,
    penetration: options.penetration ?? Number.NaN,
    test,
  };
};

export const createPatternState = (penetration: number): PatternState => ({
  penetration,
  sign: 0,
  level: Number.NaN,
  barsLeft: 0,
});

/** ±100 when it is there. */
export const when = (found: boolean, sign: 1 | -1): number => (found ? 100 * sign : 0);
