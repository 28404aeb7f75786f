import { upperTail } from '../../pricing/normal.ts';
import type { PricedChain } from '../exposure-sums.ts';

const HOURS_PER_YEAR = 8760;
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

/** A put's delta is its call's less the discount, which moves with time alone. */
export const repriceDeltas = (priced: PricedChain, refused: Uint8Array, hours: number): DeltaShifts => {
  const { chain, spot, years, expirySlot, logStrike, greeks } = priced;
  const { rate, dividendYield } = priced.rates;
  const carry = rate - dividendYield;
  const logSpot = Math.log(spot);
  const up = Math.log(1 + ONE_PERCENT);
  const down = Math.log(1 - ONE_PERCENT);
  const root = years.map(Math.sqrt);
  const discount = years.map((t) => Math.exp(-dividendYield * t));
  const later = years.map((t) => t - hours / HOURS_PER_YEAR);
  const laterRoot = later.map(Math.sqrt);
  const laterDiscount = later.map((t) => (t > 0 ? Math.exp(-dividendYield * t) : 1));
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
    const moneyness = away + carry * t;
    const inverse = 1 / deviation;
    const d1 = moneyness * inverse + 0.5 * deviation;
    const now = call ? (greeks.delta[i] as number) : (greeks.delta[i] as number) + dq;
    shifts.percentUp += weight * (callDelta(d1 + up * inverse, dq) - now);
    shifts.percentDown += weight * (callDelta(d1 + down * inverse, dq) - now);
    const wider = (sigma + ONE_POINT) * (root[slot] as number);
    shifts.pointUp += weight * (callDelta(moneyness / wider + 0.5 * wider, dq) - now);
    const left = later[slot] as number;
    const narrower = sigma * (laterRoot[slot] as number);
    const then =
      left > 0
        ? callDelta((away + carry * left) / narrower + 0.5 * narrower, laterDiscount[slot] as number)
        : settledDelta(spot, chain.strike[i] as number);
    shifts.charm += weight * (then - now - (call ? 0 : (laterDiscount[slot] as number) - dq));
  }
  return shifts;
};
