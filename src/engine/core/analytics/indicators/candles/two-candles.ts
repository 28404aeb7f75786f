import {
  body,
  bodyGapsDown,
  bodyGapsUp,
  bottom,
  type CandleRing,
  close,
  colour,
  gapsDown,
  gapsUp,
  high,
  isBlack,
  isWhite,
  low,
  open,
  top,
} from './candle-ring.ts';
import { type Pattern, pattern, when } from './pattern.ts';
import {
  equal,
  hasNoLower,
  hasNoUpper,
  isDoji,
  isLong,
  isWithin,
  type Measure,
  usualBody,
  type Yards,
} from './yardsticks.ts';

const isMarubozu = (c: CandleRing, y: Yards, back: number): boolean =>
  isLong(c, y, back) && hasNoUpper(c, y, back) && hasNoLower(c, y, back);
const MARUBOZUS: readonly Measure[] = [
  ['body', 1],
  ['body', 0],
  ['range', 1],
  ['range', 0],
];
/** Two marubozus of opposite colours that leave a gap between them. */
const isKick = (c: CandleRing, y: Yards): boolean =>
  isWhite(c, 1) !== isWhite(c, 0) &&
  isMarubozu(c, y, 1) &&
  isMarubozu(c, y, 0) &&
  (isBlack(c, 1) ? gapsUp(c, 0, 1) : gapsDown(c, 0, 1));

/** ±100 when the body lies strictly within the one before, ±80 when an end touches; against the colour before. */
const inside = (c: CandleRing): number => {
  if (top(c, 0) < top(c, 1) && bottom(c, 0) > bottom(c, 1)) return -100 * colour(c, 1);
  return top(c, 0) <= top(c, 1) && bottom(c, 0) >= bottom(c, 1) ? -80 * colour(c, 1) : 0;
};

/** A body around the one before of the other colour; one end may touch: ±80. */
const engulfing = (c: CandleRing): number => {
  if (isWhite(c, 0) === isWhite(c, 1)) return 0;
  const above = top(c, 0) - top(c, 1);
  const below = bottom(c, 1) - bottom(c, 0);
  if (above < 0 || below < 0 || (above === 0 && below === 0)) return 0;
  return (above > 0 && below > 0 ? 100 : 80) * colour(c, 0);
};

/** A long black candle, then a white one that opened below its low. */
const isWeakRally = (c: CandleRing, y: Yards): boolean =>
  isBlack(c, 1) && isWhite(c, 0) && isLong(c, y, 1) && open(c, 0) < low(c, 1);
const WEAK_RALLY: readonly Measure[] = [
  ['body', 1],
  ['near', 1],
];

/** Two candles. The sign is the expected direction, save where the family says so. */
export const TWO_CANDLES: Readonly<Record<string, Pattern>> = {
  cdlcounterattack: pattern(
    2,
    [
      ['body', 1],
      ['body', 0],
      ['near', 1],
    ],
    (c, y) =>
      when(
        isWhite(c, 1) !== isWhite(c, 0) &&
          isLong(c, y, 1) &&
          isLong(c, y, 0) &&
          isWithin(close(c, 0), close(c, 1), equal(y, 1)),
        colour(c, 0),
      ),
  ),
  cdldarkcloudcover: pattern(
    2,
    [['body', 1]],
    (c, y, { penetration }) =>
      when(
        isWhite(c, 1) &&
          isBlack(c, 0) &&
          isLong(c, y, 1) &&
          open(c, 0) > high(c, 1) &&
          close(c, 0) > open(c, 1) &&
          close(c, 0) < close(c, 1) - body(c, 1) * penetration,
        -1,
      ),
    { penetration: 0.5 },
  ),
  cdldojistar: pattern(
    2,
    [
      ['body', 1],
      ['range', 0],
    ],
    (c, y) =>
      when(
        isDoji(c, y, 0) && isLong(c, y, 1) && (isWhite(c, 1) ? bodyGapsUp(c, 0, 1) : bodyGapsDown(c, 0, 1)),
        colour(c, 1) === 1 ? -1 : 1,
      ),
  ),
  cdlengulfing: pattern(2, [], engulfing, { sayFrom: 2 }),
  cdlharami: pattern(
    2,
    [
      ['body', 1],
      ['body', 0],
    ],
    (c, y) => (isLong(c, y, 1) && body(c, 0) <= usualBody(y, 0) ? inside(c) : 0),
  ),
  cdlharamicross: pattern(
    2,
    [
      ['body', 1],
      ['range', 0],
    ],
    (c, y) => (isDoji(c, y, 0) && isLong(c, y, 1) ? inside(c) : 0),
  ),
  cdlhomingpigeon: pattern(
    2,
    [
      ['body', 1],
      ['body', 0],
    ],
    (c, y) =>
      when(
        isBlack(c, 1) &&
          isBlack(c, 0) &&
          isLong(c, y, 1) &&
          body(c, 0) <= usualBody(y, 0) &&
          open(c, 0) < open(c, 1) &&
          close(c, 0) > close(c, 1),
        1,
      ),
  ),
  cdlinneck: pattern(2, WEAK_RALLY, (c, y) =>
    when(isWeakRally(c, y) && close(c, 0) <= close(c, 1) + equal(y, 1) && close(c, 0) >= close(c, 1), -1),
  ),
  cdlonneck: pattern(2, WEAK_RALLY, (c, y) =>
    when(isWeakRally(c, y) && isWithin(close(c, 0), low(c, 1), equal(y, 1)), -1),
  ),
  cdlthrusting: pattern(2, WEAK_RALLY, (c, y) =>
    when(
      isWeakRally(c, y) && close(c, 0) > close(c, 1) + equal(y, 1) && close(c, 0) <= close(c, 1) + body(c, 1) * 0.5,
      -1,
    ),
  ),
  cdlpiercing: pattern(
    2,
    [
      ['body', 1],
      ['body', 0],
    ],
    (c, y) =>
      when(
        isWeakRally(c, y) &&
          isLong(c, y, 0) &&
          close(c, 0) < open(c, 1) &&
          close(c, 0) > close(c, 1) + body(c, 1) * 0.5,
        1,
      ),
  ),
  cdlkicking: pattern(2, MARUBOZUS, (c, y) => when(isKick(c, y), colour(c, 0))),
  cdlkickingbylength: pattern(2, MARUBOZUS, (c, y) => when(isKick(c, y), colour(c, body(c, 0) > body(c, 1) ? 0 : 1))),
  cdlmatchinglow: pattern(2, [['near', 1]], (c, y) =>
    when(isBlack(c, 1) && isBlack(c, 0) && isWithin(close(c, 0), close(c, 1), equal(y, 1)), 1),
  ),
  cdlseparatinglines: pattern(
    2,
    [
      ['range', 0],
      ['body', 0],
      ['near', 1],
    ],
    (c, y) =>
      when(
        isWhite(c, 1) !== isWhite(c, 0) &&
          isWithin(open(c, 0), open(c, 1), equal(y, 1)) &&
          isLong(c, y, 0) &&
          (isWhite(c, 0) ? hasNoLower(c, y, 0) : hasNoUpper(c, y, 0)),
        colour(c, 0),
      ),
  ),
};
