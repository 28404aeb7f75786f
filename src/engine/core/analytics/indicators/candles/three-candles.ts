import {
  body,
  bodyGapsDown,
  bodyGapsUp,
  bottom,
  type CandleRing,
  close,
  colour,
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
  hasLongLower,
  hasNoLower,
  hasNoUpper,
  isLong,
  isShort,
  isWithin,
  type Measure,
  near,
  tinyLength,
  usualBody,
  type Yards,
} from './yardsticks.ts';

/** The middle candle's body strictly within the first's. */
const isInside = (c: CandleRing): boolean => top(c, 1) < top(c, 2) && bottom(c, 1) > bottom(c, 2);

/** The second candle's body strictly around the first's, of the other colour. */
const isOutside = (c: CandleRing): boolean =>
  isWhite(c, 1) !== isWhite(c, 2) && top(c, 1) > top(c, 2) && bottom(c, 1) < bottom(c, 2);

/** A long white candle, then a black one whose body gaps above it, then another black one. */
const isGapThenBlack = (c: CandleRing, y: Yards): boolean =>
  isWhite(c, 2) && isBlack(c, 1) && isBlack(c, 0) && isLong(c, y, 2) && bodyGapsUp(c, 1, 2);

/** The last candle opens within the second's body and closes beyond its open, into the gap. */
const isTasuki = (c: CandleRing, y: Yards): boolean => {
  if (isWhite(c, 1) === isWhite(c, 0)) return false;
  const opensInside = open(c, 0) < top(c, 1) && open(c, 0) > bottom(c, 1);
  if (!opensInside || !(Math.abs(body(c, 1) - body(c, 0)) < near(y, 1))) return false;
  return isWhite(c, 1)
    ? bodyGapsUp(c, 1, 2) && close(c, 0) < open(c, 1) && close(c, 0) > top(c, 2)
    : bodyGapsDown(c, 1, 2) && close(c, 0) > open(c, 1) && close(c, 0) < bottom(c, 2);
};

const isSideBySideWhite = (c: CandleRing, y: Yards): boolean =>
  isWhite(c, 1) &&
  isWhite(c, 0) &&
  isWithin(body(c, 0), body(c, 1), near(y, 1)) &&
  isWithin(open(c, 0), open(c, 1), equal(y, 1));

/** Three dojis, all held to what was a doji before the first. */
const tristar = (c: CandleRing, limit: number): number => {
  if (body(c, 2) > limit || body(c, 1) > limit || body(c, 0) > limit) return 0;
  if (bodyGapsDown(c, 1, 2) && bottom(c, 0) > bottom(c, 1)) return 100;
  return bodyGapsUp(c, 1, 2) && top(c, 0) < top(c, 1) ? -100 : 0;
};

const CROWS: readonly Measure[] = [
  ['range', 2],
  ['range', 1],
  ['range', 0],
];
const isFallingWithoutTails = (c: CandleRing, y: Yards): boolean =>
  isBlack(c, 2) &&
  isBlack(c, 1) &&
  isBlack(c, 0) &&
  close(c, 2) > close(c, 1) &&
  close(c, 1) > close(c, 0) &&
  hasNoLower(c, y, 2) &&
  hasNoLower(c, y, 1) &&
  hasNoLower(c, y, 0);

const isStarsInTheSouth = (c: CandleRing, y: Yards): boolean =>
  isBlack(c, 2) &&
  isBlack(c, 1) &&
  isBlack(c, 0) &&
  isLong(c, y, 2) &&
  hasLongLower(c, 2) &&
  body(c, 1) < body(c, 2) &&
  open(c, 1) > close(c, 2) &&
  open(c, 1) <= high(c, 2) &&
  low(c, 1) < close(c, 2) &&
  low(c, 1) >= low(c, 2) &&
  bottom(c, 1) - low(c, 1) > tinyLength(y, 1) &&
  isShort(c, y, 0) &&
  hasNoLower(c, y, 0) &&
  hasNoUpper(c, y, 0) &&
  low(c, 0) > low(c, 1) &&
  high(c, 0) < high(c, 1);

/** Three candles of trends, gaps and sandwiches. */
export const THREE_CANDLES: Readonly<Record<string, Pattern>> = {
  cdl2crows: pattern(3, [['body', 2]], (c, y) =>
    when(
      isGapThenBlack(c, y) &&
        open(c, 0) < open(c, 1) &&
        open(c, 0) > close(c, 1) &&
        close(c, 0) > open(c, 2) &&
        close(c, 0) < close(c, 2),
      -1,
    ),
  ),
  cdlupsidegap2crows: pattern(
    3,
    [
      ['body', 2],
      ['body', 1],
    ],
    (c, y) =>
      when(
        isGapThenBlack(c, y) &&
          body(c, 1) <= usualBody(y, 1) &&
          open(c, 0) > open(c, 1) &&
          close(c, 0) < close(c, 1) &&
          close(c, 0) > close(c, 2),
        -1,
      ),
  ),
  cdl3inside: pattern(
    3,
    [
      ['body', 2],
      ['body', 1],
    ],
    (c, y) => {
      if (!(isInside(c) && isLong(c, y, 2) && body(c, 1) <= usualBody(y, 1))) return 0;
      if (isWhite(c, 2)) return when(isBlack(c, 0) && close(c, 0) < open(c, 2), -1);
      return when(isWhite(c, 0) && close(c, 0) > open(c, 2), 1);
    },
  ),
  cdl3outside: pattern(
    3,
    [],
    (c) => {
      if (!isOutside(c)) return 0;
      const sign = colour(c, 1);
      return when(sign * close(c, 0) > sign * close(c, 1), sign);
    },
    { sayFrom: 3 },
  ),
  cdl3starsinsouth: pattern(
    3,
    [
      ['body', 2],
      ['body', 0],
      ['range', 1],
      ['range', 0],
    ],
    (c, y) => when(isStarsInTheSouth(c, y), 1),
  ),
  cdlidentical3crows: pattern(3, [...CROWS, ['near', 2], ['near', 1]], (c, y) =>
    when(
      isFallingWithoutTails(c, y) &&
        isWithin(open(c, 1), close(c, 2), equal(y, 2)) &&
        isWithin(open(c, 0), close(c, 1), equal(y, 1)),
      -1,
    ),
  ),
  // Told with the white candle before the three, from its high down.
  cdl3blackcrows: pattern(4, CROWS, (c, y) =>
    when(
      isWhite(c, 3) &&
        isFallingWithoutTails(c, y) &&
        open(c, 1) < open(c, 2) &&
        open(c, 1) > close(c, 2) &&
        open(c, 0) < open(c, 1) &&
        open(c, 0) > close(c, 1) &&
        high(c, 3) > close(c, 2),
      -1,
    ),
  ),
  cdlgapsidesidewhite: pattern(3, [['near', 1]], (c, y) => {
    if (bodyGapsUp(c, 1, 2) && bodyGapsUp(c, 0, 2)) return when(isSideBySideWhite(c, y), 1);
    return when(bodyGapsDown(c, 1, 2) && bodyGapsDown(c, 0, 2) && isSideBySideWhite(c, y), -1);
  }),
  cdlsticksandwich: pattern(3, [['near', 2]], (c, y) =>
    when(
      isBlack(c, 2) &&
        isWhite(c, 1) &&
        isBlack(c, 0) &&
        low(c, 1) > close(c, 2) &&
        isWithin(close(c, 0), close(c, 2), equal(y, 2)),
      1,
    ),
  ),
  cdltasukigap: pattern(3, [['near', 1]], (c, y) => when(isTasuki(c, y), colour(c, 1))),
  cdltristar: pattern(3, [['range', 2]], (c, y) => tristar(c, tinyLength(y, 2))),
  cdlunique3river: pattern(
    3,
    [
      ['body', 2],
      ['body', 0],
    ],
    (c, y) =>
      when(
        isBlack(c, 2) &&
          isBlack(c, 1) &&
          isWhite(c, 0) &&
          isLong(c, y, 2) &&
          isShort(c, y, 0) &&
          close(c, 1) > close(c, 2) &&
          open(c, 1) <= open(c, 2) &&
          low(c, 1) < low(c, 2) &&
          open(c, 0) > low(c, 1),
        1,
      ),
  ),
  cdlxsidegap3methods: pattern(3, [], (c) =>
    when(
      isWhite(c, 2) === isWhite(c, 1) &&
        isWhite(c, 1) !== isWhite(c, 0) &&
        open(c, 0) < top(c, 1) &&
        open(c, 0) > bottom(c, 1) &&
        close(c, 0) < top(c, 2) &&
        close(c, 0) > bottom(c, 2) &&
        (isWhite(c, 2) ? bodyGapsUp(c, 1, 2) : bodyGapsDown(c, 1, 2)),
      colour(c, 2),
    ),
  ),
};
