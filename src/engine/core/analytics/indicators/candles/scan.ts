import type { IndicatorBar } from '../definition.ts';
import { type CandleRing, createCandleRing, pushCandle } from './candle-ring.ts';
import { createPatternState, type Pattern, type PatternState } from './pattern.ts';
import { PATTERNS } from './patterns.ts';
import { createYards, type Measure, onYards, type Yards } from './yardsticks.ts';

/** The patterns' names, in the order of `CandleScan.told`. */
export const PATTERN_NAMES: readonly string[] = Object.keys(PATTERNS);
const LIST: readonly Pattern[] = Object.values(PATTERNS);

/** The bars that tests begin at: patterns that begin together share their means. */
const STARTS = [...new Set(LIST.map(({ testFrom }) => testFrom))].sort((a, b) => a - b);
const START_OF = Int32Array.from(LIST, ({ testFrom }) => STARTS.indexOf(testFrom));
const measuresFrom = (start: number): Measure[] =>
  LIST.filter(({ testFrom }) => testFrom === start).flatMap(({ measures }) => measures);

/** All 61 patterns over the same bars, with TA-Lib's penetrations. Plain data. */
export interface CandleScan {
  readonly ring: CandleRing;
  readonly yards: readonly Yards[];
  readonly own: readonly PatternState[];
  /** What each says of the last bar: ±100, ±80, ±200 or 0; NaN while it cannot tell. */
  readonly told: Float64Array;
}

export const createCandleScan = (): CandleScan => ({
  ring: createCandleRing(),
  yards: STARTS.map((start) => createYards(start, measuresFrom(start))),
  own: LIST.map(({ penetration }) => createPatternState(penetration)),
  told: new Float64Array(LIST.length).fill(Number.NaN),
});

/** Takes one closed bar of finite prices in. */
export const onCandleScanBar = (scan: CandleScan, bar: IndicatorBar): void => {
  const { ring, yards, own, told } = scan;
  pushCandle(ring, bar);
  for (let i = 0; i < yards.length; i++) onYards(yards[i] as Yards, ring);
  const index = ring.bars - 1;
  for (let i = 0; i < LIST.length; i++) {
    const pattern = LIST[i] as Pattern;
    if (index < pattern.testFrom) continue;
    const found = pattern.test(ring, yards[START_OF[i] as number] as Yards, own[i] as PatternState);
    if (index >= pattern.sayFrom) told[i] = found;
  }
};
