import type { ChainColumns } from '../../market/chain.ts';
import type { PricedChain } from '../exposure-sums.ts';
import { absent, type Measured, measuredNumber } from '../measured.ts';
import type { ExpiryTimes } from './expiry-times.ts';
import type { TermFigures, VolatilityFigures } from './figures.ts';
import { atMaturity, type Curve } from './volatility-curve.ts';

const DAYS_PER_YEAR = 365;
const WEEK = 7 / DAYS_PER_YEAR;
const MONTH = 30 / DAYS_PER_YEAR;
const BASIS = 'chain-quotes';
/** Decimal volatility to points. */
const POINTS = 100;

/** One standard deviation of the underlying to settlement, dollars. */
const deviationOf = (spot: number, volatility: number, years: number): number => spot * volatility * Math.sqrt(years);

export const volatilityFigures = (
  priced: PricedChain,
  curve: Curve,
  slot: number,
  refusal: string | null,
): VolatilityFigures => {
  const asOf = priced.chain.receivedAt;
  const tell = (value: number, reason: string): Measured =>
    refusal === null ? measuredNumber(value, asOf, BASIS, reason) : absent(refusal, BASIS);
  return {
    atTheMoney: tell(curve.atTheMoney, 'no-contract-at-the-money'),
    put25Delta: tell(curve.put25Delta, 'no-put-around-25-delta'),
    call25Delta: tell(curve.call25Delta, 'no-call-around-25-delta'),
    skew25DeltaPoints: tell(POINTS * (curve.put25Delta - curve.call25Delta), 'no-contract-around-25-delta'),
    straddle: tell(curve.straddle, 'no-straddle-quoted'),
    straddleStrike: tell(curve.straddleStrike, 'no-straddle-quoted'),
    expectedMove: tell(
      deviationOf(priced.spot, curve.atTheMoney, priced.years[slot] as number),
      'no-contract-at-the-money',
    ),
  };
};

const expiryOf = (chain: ChainColumns, slot: number): TermFigures['frontExpiry'] => chain.expiries[slot >> 1] ?? null;

/** `slots` by time left, soonest first. */
export const termFigures = (
  priced: PricedChain,
  times: ExpiryTimes,
  curves: readonly Curve[],
  slots: readonly number[],
  refusal: string | null,
): TermFigures => {
  const { chain, years } = priced;
  const asOf = chain.receivedAt;
  const tell = (value: number, reason: string): Measured =>
    refusal === null ? measuredNumber(value, asOf, BASIS, reason) : absent(refusal, BASIS);
  const at = (target: number, pick: (curve: Curve) => number): number =>
    atMaturity(years, (slot) => pick(curves[slot] as Curve), target);
  const week = at(WEEK, (curve) => curve.atTheMoney);
  const month = at(MONTH, (curve) => curve.atTheMoney);
  const skew = at(MONTH, (curve) => curve.put25Delta) - at(MONTH, (curve) => curve.call25Delta);
  const front = slots[0];
  const frontCurve = front === undefined ? undefined : curves[front];
  const zero = slots.filter((slot) => times.days[slot] === 0).at(-1);
  const zeroCurve = zero === undefined ? undefined : curves[zero];
  const none = 'maturity-beyond-listed-expiries';
  return {
    atTheMoney7Day: tell(week, none),
    atTheMoney30Day: tell(month, none),
    slopePoints: tell(POINTS * (month - week), none),
    skew25Delta30DayPoints: tell(POINTS * skew, none),
    skew25DeltaZeroDtePoints: tell(
      zeroCurve === undefined ? Number.NaN : POINTS * (zeroCurve.put25Delta - zeroCurve.call25Delta),
      zeroCurve === undefined ? 'no-expiry-today' : 'no-contract-around-25-delta',
    ),
    frontStraddle: tell(frontCurve?.straddle ?? Number.NaN, 'no-straddle-quoted'),
    frontExpectedMove: tell(
      front === undefined || frontCurve === undefined
        ? Number.NaN
        : deviationOf(priced.spot, frontCurve.atTheMoney, years[front] as number),
      'no-contract-at-the-money',
    ),
    frontExpiry: front === undefined ? null : expiryOf(chain, front),
  };
};
