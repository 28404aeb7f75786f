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
  upperShadow,
} from './candle-ring.ts';
import { type Pattern, pattern, when } from './pattern.ts';
import { hasNoLower, hasNoUpper, isLong, isShort, type Measure, near, tinyLength, type Yards } from './yardsticks.ts';

/** Opens in or near the body before it. */
const opensNear = (c: CandleRing, y: Yards, back: number): boolean =>
  open(c, back) >= bottom(c, back + 1) - near(y, back + 1) && open(c, back) <= top(c, back + 1) + near(y, back + 1);

/** Three candles one way, struck back by a fourth past where the first opened. */
const isLineStrike = (c: CandleRing, y: Yards): boolean => {
  const sign = colour(c, 1);
  return (
    colour(c, 3) === sign &&
    colour(c, 2) === sign &&
    colour(c, 0) !== sign &&
    sign * close(c, 1) > sign * close(c, 2) &&
    sign * close(c, 2) > sign * close(c, 3) &&
    sign * open(c, 0) > sign * close(c, 1) &&
    sign * close(c, 0) < sign * open(c, 3) &&
    opensNear(c, y, 2) &&
    opensNear(c, y, 1)
  );
};

/** Both ends of the bar further on than those of the bar before it, by `sign`. */
const goesOn = (c: CandleRing, back: number, sign: 1 | -1): boolean =>
  sign * high(c, back) > sign * high(c, back + 1) && sign * low(c, back) > sign * low(c, back + 1);

/** A run with a gap after its long first candle; the fifth closes within that gap. */
const isBreakaway = (c: CandleRing, y: Yards): boolean => {
  const sign = colour(c, 4);
  return (
    colour(c, 3) === sign &&
    colour(c, 1) === sign &&
    colour(c, 0) !== sign &&
    isLong(c, y, 4) &&
    (sign === 1 ? bodyGapsUp(c, 3, 4) : bodyGapsDown(c, 3, 4)) &&
    goesOn(c, 2, sign) &&
    goesOn(c, 1, sign) &&
    sign * close(c, 0) < sign * open(c, 3) &&
    sign * close(c, 0) > sign * close(c, 4)
  );
};

const METHODS: readonly Measure[] = [
  ['body', 4],
  ['body', 3],
  ['body', 2],
  ['body', 1],
];
const isShortMiddle = (c: CandleRing, y: Yards): boolean => isShort(c, y, 3) && isShort(c, y, 2) && isShort(c, y, 1);
const isInRangeOfFirst = (c: CandleRing, back: number): boolean =>
  bottom(c, back) < high(c, 4) && top(c, back) > low(c, 4);

/** A long candle, three short ones against it within its range, and a long one further on. */
const isThreeMethods = (c: CandleRing, y: Yards): boolean => {
  const sign = colour(c, 4);
  return (
    colour(c, 3) !== sign &&
    colour(c, 2) !== sign &&
    colour(c, 1) !== sign &&
    colour(c, 0) === sign &&
    isLong(c, y, 4) &&
    isShortMiddle(c, y) &&
    isLong(c, y, 0) &&
    isInRangeOfFirst(c, 3) &&
    isInRangeOfFirst(c, 2) &&
    isInRangeOfFirst(c, 1) &&
    sign * close(c, 2) < sign * close(c, 3) &&
    sign * close(c, 1) < sign * close(c, 2) &&
    sign * open(c, 0) > sign * close(c, 1) &&
    sign * close(c, 0) > sign * close(c, 4)
  );
};

/** A long white candle, a gap up, a short descent that stays in its upper part, and a close above all of them. */
const isMatHold = (c: CandleRing, y: Yards, penetration: number): boolean => {
  const floor = close(c, 4) - body(c, 4) * penetration;
  return (
    isWhite(c, 4) &&
    isBlack(c, 3) &&
    isWhite(c, 0) &&
    isLong(c, y, 4) &&
    isShortMiddle(c, y) &&
    bodyGapsUp(c, 3, 4) &&
    bottom(c, 2) < close(c, 4) &&
    bottom(c, 1) < close(c, 4) &&
    bottom(c, 2) > floor &&
    bottom(c, 1) > floor &&
    top(c, 2) < open(c, 3) &&
    top(c, 1) < top(c, 2) &&
    open(c, 0) > close(c, 1) &&
    close(c, 0) > Math.max(high(c, 3), high(c, 2), high(c, 1))
  );
};

const isBlackMarubozu = (c: CandleRing, y: Yards, back: number): boolean =>
  isBlack(c, back) && hasNoLower(c, y, back) && hasNoUpper(c, y, back);

/** Two black marubozus, a third black candle that gaps down but reaches up into them, and a fourth around it. */
const isConcealed = (c: CandleRing, y: Yards): boolean =>
  isBlackMarubozu(c, y, 3) &&
  isBlackMarubozu(c, y, 2) &&
  isBlack(c, 1) &&
  isBlack(c, 0) &&
  bodyGapsDown(c, 1, 2) &&
  upperShadow(c, 1) > tinyLength(y, 1) &&
  high(c, 1) > close(c, 2) &&
  high(c, 0) > high(c, 1) &&
  low(c, 0) < low(c, 1);

const isLadder = (c: CandleRing, y: Yards): boolean =>
  isBlack(c, 4) &&
  isBlack(c, 3) &&
  isBlack(c, 2) &&
  isBlack(c, 1) &&
  isWhite(c, 0) &&
  open(c, 4) > open(c, 3) &&
  open(c, 3) > open(c, 2) &&
  close(c, 4) > close(c, 3) &&
  close(c, 3) > close(c, 2) &&
  upperShadow(c, 1) > tinyLength(y, 1) &&
  open(c, 0) > open(c, 1) &&
  close(c, 0) > high(c, 1);

const HIKKAKE_BARS = 3;

/** Inside a narrower bar than the one before it, then out of that on one side: 1 fell out (bullish), −1 rose out, 0 neither. */
const trapOf = (c: CandleRing): 1 | -1 | 0 => {
  if (!(high(c, 1) < high(c, 2) && low(c, 1) > low(c, 2))) return 0;
  if (high(c, 0) < high(c, 1) && low(c, 0) < low(c, 1)) return 1;
  return high(c, 0) > high(c, 1) && low(c, 0) > low(c, 1) ? -1 : 0;
};
/** The modified one: the inside bar is itself inside an inside bar, which closed at the end that the trap leaves by. */
const modifiedTrapOf = (c: CandleRing, y: Yards): 1 | -1 | 0 => {
  const trap = trapOf(c);
  if (trap === 0 || !(high(c, 2) < high(c, 3) && low(c, 2) > low(c, 3))) return 0;
  if (trap === 1) return close(c, 2) <= low(c, 2) + near(y, 2) ? 1 : 0;
  return close(c, 2) >= high(c, 2) - near(y, 2) ? -1 : 0;
};

/** ±100 at the trap; ±200 at the first of the next three bars that closes beyond the inside bar. A new trap comes first. */
const hikkake =
  (trap: (c: CandleRing, y: Yards) => 1 | -1 | 0): Pattern['test'] =>
  (c, y, state) => {
    const sign = trap(c, y);
    if (sign !== 0) {
      state.sign = sign;
      state.level = sign === 1 ? high(c, 1) : low(c, 1);
      state.barsLeft = HIKKAKE_BARS;
      return 100 * sign;
    }
    if (state.barsLeft === 0) return 0;
    state.barsLeft--;
    if (!(state.sign * close(c, 0) > state.sign * state.level)) return 0;
    state.barsLeft = 0;
    return 200 * state.sign;
  };

/** Four and five candles, and the hikkakes, which wait to be confirmed. */
export const FOUR_AND_FIVE_CANDLES: Readonly<Record<string, Pattern>> = {
  cdl3linestrike: pattern(
    4,
    [
      ['near', 3],
      ['near', 2],
    ],
    (c, y) => when(isLineStrike(c, y), colour(c, 1)),
  ),
  cdlconcealbabyswall: pattern(
    4,
    [
      ['range', 3],
      ['range', 2],
      ['range', 1],
    ],
    (c, y) => when(isConcealed(c, y), 1),
  ),
  cdlbreakaway: pattern(5, [['body', 4]], (c, y) => when(isBreakaway(c, y), colour(c, 0))),
  cdlladderbottom: pattern(5, [['range', 1]], (c, y) => when(isLadder(c, y), 1)),
  cdlmathold: pattern(5, METHODS, (c, y, { penetration }) => when(isMatHold(c, y, penetration), 1), {
    penetration: 0.5,
  }),
  cdlrisefall3methods: pattern(5, [...METHODS, ['body', 0]], (c, y) => when(isThreeMethods(c, y), colour(c, 4))),
  cdlhikkake: pattern(3, [], hikkake(trapOf), { testFrom: 2, sayFrom: 5 }),
  cdlhikkakemod: pattern(4, [['near', 2]], hikkake(modifiedTrapOf), { testFrom: 7, sayFrom: 10 }),
};
