import {
  body,
  bodyGapsDown,
  bodyGapsUp,
  bottom,
  colour,
  high,
  isWhite,
  low,
  lowerShadow,
  range,
  top,
  upperShadow,
} from './candle-ring.ts';
import { type Pattern, pattern, when } from './pattern.ts';
import {
  hasLongLower,
  hasLongUpper,
  hasNoLower,
  hasNoUpper,
  isDoji,
  isLong,
  isShort,
  type Measure,
  near,
  tinyLength,
  usualShadow,
} from './yardsticks.ts';

const BODY: Measure = ['body', 0];
const RANGE: Measure = ['range', 0];
const SHADOWS: Measure = ['shadows', 0];

/** One candle, some of them against the one before. Dojis and lines say 100 · their colour or 100. */
export const ONE_CANDLE: Readonly<Record<string, Pattern>> = {
  cdlbelthold: pattern(1, [BODY, RANGE], (c, y) =>
    when(isLong(c, y, 0) && (isWhite(c, 0) ? hasNoLower(c, y, 0) : hasNoUpper(c, y, 0)), colour(c, 0)),
  ),
  cdlclosingmarubozu: pattern(1, [BODY, RANGE], (c, y) =>
    when(isLong(c, y, 0) && (isWhite(c, 0) ? hasNoUpper(c, y, 0) : hasNoLower(c, y, 0)), colour(c, 0)),
  ),
  cdlmarubozu: pattern(1, [BODY, RANGE], (c, y) =>
    when(isLong(c, y, 0) && hasNoUpper(c, y, 0) && hasNoLower(c, y, 0), colour(c, 0)),
  ),
  cdllongline: pattern(1, [BODY, SHADOWS], (c, y) =>
    when(
      isLong(c, y, 0) && upperShadow(c, 0) < usualShadow(y, 0) && lowerShadow(c, 0) < usualShadow(y, 0),
      colour(c, 0),
    ),
  ),
  cdlshortline: pattern(1, [BODY, SHADOWS], (c, y) =>
    when(
      isShort(c, y, 0) && upperShadow(c, 0) < usualShadow(y, 0) && lowerShadow(c, 0) < usualShadow(y, 0),
      colour(c, 0),
    ),
  ),
  cdlspinningtop: pattern(1, [BODY], (c, y) =>
    when(isShort(c, y, 0) && hasLongUpper(c, 0) && hasLongLower(c, 0), colour(c, 0)),
  ),
  cdlhighwave: pattern(1, [BODY], (c, y) =>
    when(isShort(c, y, 0) && upperShadow(c, 0) > 2 * body(c, 0) && lowerShadow(c, 0) > 2 * body(c, 0), colour(c, 0)),
  ),
  cdldoji: pattern(1, [RANGE], (c, y) => when(isDoji(c, y, 0), 1)),
  cdldragonflydoji: pattern(1, [RANGE], (c, y) =>
    when(isDoji(c, y, 0) && hasNoUpper(c, y, 0) && lowerShadow(c, 0) > tinyLength(y, 0), 1),
  ),
  cdlgravestonedoji: pattern(1, [RANGE], (c, y) =>
    when(isDoji(c, y, 0) && hasNoLower(c, y, 0) && upperShadow(c, 0) > tinyLength(y, 0), 1),
  ),
  cdltakuri: pattern(1, [RANGE], (c, y) =>
    when(isDoji(c, y, 0) && hasNoUpper(c, y, 0) && lowerShadow(c, 0) > 2 * body(c, 0), 1),
  ),
  cdllongleggeddoji: pattern(1, [RANGE], (c, y) =>
    when(isDoji(c, y, 0) && (hasLongLower(c, 0) || hasLongUpper(c, 0)), 1),
  ),
  cdlrickshawman: pattern(1, [RANGE, ['near', 0]], (c, y) => {
    const middle = low(c, 0) + range(c, 0) / 2;
    return when(
      isDoji(c, y, 0) &&
        hasLongLower(c, 0) &&
        hasLongUpper(c, 0) &&
        bottom(c, 0) <= middle + near(y, 0) &&
        top(c, 0) >= middle - near(y, 0),
      1,
    );
  }),
  cdlhammer: pattern(2, [BODY, RANGE, ['near', 1]], (c, y) =>
    when(isShort(c, y, 0) && hasLongLower(c, 0) && hasNoUpper(c, y, 0) && bottom(c, 0) <= low(c, 1) + near(y, 1), 1),
  ),
  cdlhangingman: pattern(2, [BODY, RANGE, ['near', 1]], (c, y) =>
    when(isShort(c, y, 0) && hasLongLower(c, 0) && hasNoUpper(c, y, 0) && bottom(c, 0) >= high(c, 1) - near(y, 1), -1),
  ),
  cdlinvertedhammer: pattern(2, [BODY, RANGE], (c, y) =>
    when(bodyGapsDown(c, 0, 1) && isShort(c, y, 0) && hasLongUpper(c, 0) && hasNoLower(c, y, 0), 1),
  ),
  cdlshootingstar: pattern(2, [BODY, RANGE], (c, y) =>
    when(bodyGapsUp(c, 0, 1) && isShort(c, y, 0) && hasLongUpper(c, 0) && hasNoLower(c, y, 0), -1),
  ),
};
