import {
  body,
  bodyGapsDown,
  bodyGapsUp,
  type CandleRing,
  close,
  colour,
  gapsDown,
  gapsUp,
  isBlack,
  isWhite,
  open,
  upperShadow,
} from './candle-ring.ts';
import { type Pattern, pattern, when } from './pattern.ts';
import {
  far,
  hasLongUpper,
  hasNoUpper,
  isDoji,
  isLong,
  isShort,
  type Measure,
  near,
  usualBody,
  usualShadow,
  type Yards,
} from './yardsticks.ts';

const STAR: readonly Measure[] = [
  ['body', 2],
  ['body', 1],
  ['body', 0],
];
const DOJI_STAR: readonly Measure[] = [
  ['body', 2],
  ['range', 1],
  ['body', 0],
];

/** A long candle, then a last one of the other colour, not short, that reaches back into it by `penetration` of its body. */
const turnsBack = (c: CandleRing, y: Yards, penetration: number): boolean => {
  if (isWhite(c, 2) === isWhite(c, 0) || !isLong(c, y, 2) || !(body(c, 0) > usualBody(y, 0))) return false;
  const reach = body(c, 2) * penetration;
  return isWhite(c, 2) ? close(c, 0) < close(c, 2) - reach : close(c, 0) > close(c, 2) + reach;
};
const isEvening = (c: CandleRing): boolean => isWhite(c, 2) && bodyGapsUp(c, 1, 2);
const isMorning = (c: CandleRing): boolean => isBlack(c, 2) && bodyGapsDown(c, 1, 2);
/** A star that no shadow touches on either side. */
const isAbandoned = (c: CandleRing): boolean =>
  isWhite(c, 2) ? gapsUp(c, 1, 2) && gapsDown(c, 0, 1) : gapsDown(c, 1, 2) && gapsUp(c, 0, 1);
const isShortStar = (c: CandleRing, y: Yards): boolean => body(c, 1) <= usualBody(y, 1);

/** Three white candles with rising closes. */
const isAdvance = (c: CandleRing): boolean =>
  isWhite(c, 2) && isWhite(c, 1) && isWhite(c, 0) && close(c, 0) > close(c, 1) && close(c, 1) > close(c, 2);
/** Opens above the open before, and at most `near` above the close before. */
const opensAlong = (c: CandleRing, y: Yards, back: number): boolean =>
  open(c, back) > open(c, back + 1) && open(c, back) <= close(c, back + 1) + near(y, back + 1);

/** How three white candles show that the advance tires. */
const isTiring = (c: CandleRing, y: Yards): boolean => {
  const [first, second, third] = [body(c, 2), body(c, 1), body(c, 0)];
  return (
    (second < first - far(y, 2) && third < second + near(y, 1)) ||
    third < second - far(y, 1) ||
    (third < second &&
      second < first &&
      (upperShadow(c, 0) > usualShadow(y, 0) || upperShadow(c, 1) > usualShadow(y, 1))) ||
    (third < second && hasLongUpper(c, 0))
  );
};

/** Three candles: a star between two, or an advance. `penetration` is a share of the first body. */
export const STARS_AND_SOLDIERS: Readonly<Record<string, Pattern>> = {
  cdlabandonedbaby: pattern(
    3,
    DOJI_STAR,
    (c, y, { penetration }) => when(isDoji(c, y, 1) && isAbandoned(c) && turnsBack(c, y, penetration), colour(c, 0)),
    { penetration: 0.3 },
  ),
  cdleveningdojistar: pattern(
    3,
    DOJI_STAR,
    (c, y, { penetration }) => when(isEvening(c) && isDoji(c, y, 1) && turnsBack(c, y, penetration), -1),
    { penetration: 0.3 },
  ),
  cdleveningstar: pattern(
    3,
    STAR,
    (c, y, { penetration }) => when(isEvening(c) && isShortStar(c, y) && turnsBack(c, y, penetration), -1),
    { penetration: 0.3 },
  ),
  cdlmorningdojistar: pattern(
    3,
    DOJI_STAR,
    (c, y, { penetration }) => when(isMorning(c) && isDoji(c, y, 1) && turnsBack(c, y, penetration), 1),
    { penetration: 0.3 },
  ),
  cdlmorningstar: pattern(
    3,
    STAR,
    (c, y, { penetration }) => when(isMorning(c) && isShortStar(c, y) && turnsBack(c, y, penetration), 1),
    { penetration: 0.3 },
  ),
  cdl3whitesoldiers: pattern(
    3,
    [
      ['range', 2],
      ['range', 1],
      ['range', 0],
      ['near', 2],
      ['near', 1],
      ['body', 0],
    ],
    (c, y) =>
      when(
        isAdvance(c) &&
          opensAlong(c, y, 1) &&
          opensAlong(c, y, 0) &&
          hasNoUpper(c, y, 2) &&
          hasNoUpper(c, y, 1) &&
          hasNoUpper(c, y, 0) &&
          body(c, 1) > body(c, 2) - far(y, 2) &&
          body(c, 0) > body(c, 1) - far(y, 1) &&
          body(c, 0) > usualBody(y, 0),
        1,
      ),
  ),
  cdladvanceblock: pattern(
    3,
    [
      ['body', 2],
      ['shadows', 2],
      ['shadows', 1],
      ['shadows', 0],
      ['near', 2],
      ['near', 1],
    ],
    (c, y) =>
      when(
        isAdvance(c) &&
          opensAlong(c, y, 1) &&
          opensAlong(c, y, 0) &&
          isLong(c, y, 2) &&
          upperShadow(c, 2) < usualShadow(y, 2) &&
          isTiring(c, y),
        -1,
      ),
  ),
  cdlstalledpattern: pattern(
    3,
    [
      ['body', 2],
      ['body', 1],
      ['body', 0],
      ['range', 1],
      ['near', 2],
      ['near', 1],
    ],
    (c, y) =>
      when(
        isAdvance(c) &&
          opensAlong(c, y, 1) &&
          isLong(c, y, 2) &&
          isLong(c, y, 1) &&
          hasNoUpper(c, y, 1) &&
          isShort(c, y, 0) &&
          open(c, 0) >= close(c, 1) - body(c, 0) - near(y, 1),
        -1,
      ),
  ),
};
