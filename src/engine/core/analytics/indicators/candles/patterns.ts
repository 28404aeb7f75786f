import { type Definition, defineOne, type IndicatorParams, param } from '../definition.ts';
import { type CandleRing, createCandleRing, pushCandle } from './candle-ring.ts';
import { FOUR_AND_FIVE_CANDLES } from './four-and-five-candles.ts';
import { ONE_CANDLE } from './one-candle.ts';
import { createPatternState, type Pattern, type PatternState } from './pattern.ts';
import { STARS_AND_SOLDIERS } from './stars-and-soldiers.ts';
import { THREE_CANDLES } from './three-candles.ts';
import { TWO_CANDLES } from './two-candles.ts';
import { createYards, onYards, type Yards } from './yardsticks.ts';

/** TA-Lib's 61 candlestick patterns by its names. */
export const PATTERNS: Readonly<Record<string, Pattern>> = {
  ...ONE_CANDLE,
  ...TWO_CANDLES,
  ...THREE_CANDLES,
  ...STARS_AND_SOLDIERS,
  ...FOUR_AND_FIVE_CANDLES,
};

/** A share of a body, 0 or more. */
const penetrationOf = (params: IndicatorParams): number => {
  const value = param(params, 'penetration');
  if (value < 0) throw new RangeError(`Indicator: expected "penetration" to be 0 or more, got ${value}`);
  return value;
};

interface Single {
  readonly ring: CandleRing;
  readonly yards: Yards;
  readonly own: PatternState;
}

const definitionOf = (pattern: Pattern): Definition => {
  const penetrates = !Number.isNaN(pattern.penetration);
  return defineOne<Single>(
    penetrates ? { penetration: pattern.penetration } : {},
    (params) => ({
      ring: createCandleRing(),
      yards: createYards(pattern.testFrom, pattern.measures),
      own: createPatternState(penetrates ? penetrationOf(params) : Number.NaN),
    }),
    ({ ring, yards, own }, bar) => {
      pushCandle(ring, bar);
      onYards(yards, ring);
      const index = ring.bars - 1;
      if (index < pattern.testFrom) return Number.NaN;
      const told = pattern.test(ring, yards, own);
      return index < pattern.sayFrom ? Number.NaN : told;
    },
  );
};

/** Each pattern as an indicator of its own: +100 rising, −100 falling, ±80 touching, ±200 confirmed, 0 not there. */
export const CANDLES: Readonly<Record<string, Definition>> = Object.fromEntries(
  Object.entries(PATTERNS).map(([name, pattern]) => [name, definitionOf(pattern)]),
);
