import { normalPdf, upperTail } from '../../pricing/normal.ts';
import type { PricedChain } from '../exposure-sums.ts';

const HOURS_PER_YEAR = 8760;
const DAYS_PER_YEAR = 365;
const ONE_PERCENT = 0.01;
const ONE_POINT = 0.01;
/** Beyond this the tail is below 2e-12 of a share. */
const CERTAIN = 7;

/** Change of the modelled dealer's delta, in shares, by pricing every contract again. By open interest. */
export interface DeltaShifts {
  percentUp: number;
  percentDown: number;
  pointUp: number;
  /** Over all of `hours`. */
  charm: number;
}

const callDelta = (d1: number, discount: number): number => {
  if (d1 > CERTAIN) return discount;
  if (d1 < -CERTAIN) return 0;
  const tail = upperTail(Math.abs(d1), Math.exp(-0.5 * d1 * d1));
  return discount * (d1 > 0 ? 1 - tail : tail);
};

/** A call's delta as it settles. */
const settledDelta = (spot: number, strike: number): number => (spot > strike ? 1 : spot === strike ? 0.5 : 0);

/**
 * A put's delta is its call's less the discount, which moves with time alone. American: the European delta priced again,
 * its change by spot scaled as gamma is, by volatility and time with what early exercise adds to vanna and charm; a
 * contract that is due now moves as the European does, which by then has nearly all of its delta.
 */
/** American gamma over European: what a move of spot changes delta by, beside the European change. */
const gammaRatio = (american: number, d1: number, discount: number, spot: number, deviation: number): number => {
  const european = (discount * normalPdf(d1)) / (spot * deviation);
  return european > 0 && american > 0 ? Math.min(RATIO_MAX, american / european) : 1;
};
const RATIO_MAX = 2;

/** The share of early exercise in vanna and charm. */
const addExercise = (
  priced: PricedChain,
  i: number,
  d1: number,
  discount: number,
  weight: number,
  hours: number,
  shifts: DeltaShifts,
): void => {
  const { years, expirySlot, greeks, chain, terms } = priced;
  const slot = expirySlot[i] as number;
  const t = years[slot] as number;
  const q = terms.carry.dividendYield[slot] as number;
  const drift = ((terms.carry.rate[slot] as number) - q) * t;
  const sigma = chain.impliedVolatility[i] as number;
  const deviation = sigma * Math.sqrt(t);
  const d2 = d1 - deviation;
  const density = discount * normalPdf(d1);
  const call = callDelta(d1, discount);
  const european = chain.isCall[i] === 1 ? call : call - discount;
  const vannaPerPoint = (greeks.vannaPerPoint[i] as number) + ((density * d2) / sigma) * ONE_POINT;
  const charmPerYear =
    (greeks.charmPerDay[i] as number) * DAYS_PER_YEAR -
    (q * european - (density * (2 * drift - d2 * deviation)) / (2 * t * deviation));
  shifts.pointUp += weight * vannaPerPoint;
  shifts.charm += (weight * charmPerYear * hours) / HOURS_PER_YEAR;
};

export const repriceDeltas = (priced: PricedChain, refused: Uint8Array, hours: number): DeltaShifts => {
  const { chain, spot, years, expirySlot, logStrike, greeks } = priced;
  const { rate, dividendYield } = priced.terms.carry;
  const carry = rate.map((r, slot) => r - (dividendYield[slot] as number));
  const logSpot = Math.log(spot);
  const up = Math.log(1 + ONE_PERCENT);
  const down = Math.log(1 - ONE_PERCENT);
  const root = years.map(Math.sqrt);
  const discount = years.map((t, slot) => Math.exp(-(dividendYield[slot] as number) * t));
  const later = years.map((t) => t - hours / HOURS_PER_YEAR);
  const laterRoot = later.map(Math.sqrt);
  const laterDiscount = later.map((t, slot) => (t > 0 ? Math.exp(-(dividendYield[slot] as number) * t) : 1));
  const shifts: DeltaShifts = { percentUp: 0, percentDown: 0, pointUp: 0, charm: 0 };
  for (let i = 0; i < chain.rowCount; i++) {
    const interest = chain.openInterest[i] as number;
    const gamma = (greeks.gamma[i] as number) + (greeks.vannaPerPoint[i] as number) + (greeks.charmPerDay[i] as number);
    if (refused[i] === 1 || !(interest > 0 && interest < Infinity) || !Number.isFinite(gamma)) continue;
    const slot = expirySlot[i] as number;
    const call = chain.isCall[i] === 1;
    const weight = call ? interest : -interest;
    const t = years[slot] as number;
    const sigma = chain.impliedVolatility[i] as number;
    const deviation = sigma * (root[slot] as number);
    const dq = discount[slot] as number;
    const away = logSpot - (logStrike[i] as number);
    const drift = carry[slot] as number;
    const moneyness = away + drift * t;
    const inverse = 1 / deviation;
    const d1 = moneyness * inverse + 0.5 * deviation;
    const delta = greeks.delta[i] as number;
    const now = priced.sides !== null ? callDelta(d1, dq) : call ? delta : delta + dq;
    if (priced.sides !== null) addExercise(priced, i, d1, dq, weight, hours, shifts);
    const bySpot =
      priced.sides === null ? weight : weight * gammaRatio(greeks.gamma[i] as number, d1, dq, spot, deviation);
    shifts.percentUp += bySpot * (callDelta(d1 + up * inverse, dq) - now);
    shifts.percentDown += bySpot * (callDelta(d1 + down * inverse, dq) - now);
    const wider = (sigma + ONE_POINT) * (root[slot] as number);
    shifts.pointUp += weight * (callDelta(moneyness / wider + 0.5 * wider, dq) - now);
    const left = later[slot] as number;
    const narrower = sigma * (laterRoot[slot] as number);
    const then =
      left > 0
        ? callDelta((away + drift * left) / narrower + 0.5 * narrower, laterDiscount[slot] as number)
        : settledDelta(spot, chain.strike[i] as number);
    shifts.charm += weight * (then - now - (call ? 0 : (laterDiscount[slot] as number) - dq));
  }
  return shifts;
};
