import type { PricedChain } from './exposure-sums.ts';
import type { GaussianSum } from './gamma-profile.ts';

const createSum = (rows: number): GaussianSum => ({
  weight: new Float64Array(rows),
  weightByVolume: new Float64Array(rows),
  centre: new Float64Array(rows),
  inverseWidth: new Float64Array(rows),
  bucket: new Uint8Array(rows),
  row: new Uint32Array(rows),
  count: 0,
});

const orZero = (weight: number): number => (weight > 0 && weight < Infinity ? weight : 0);

/**
 * Our gamma as a function of spot: γ(S') · S' of one contract is e^(−qT) φ(d1) / σ√T with d1 linear in ln S', a
 * Gaussian around K e^(−(r−q+σ²/2)T).
 */
export const gaussiansOf = (priced: PricedChain, refused: Uint8Array, bucketOfSlot: Uint8Array): GaussianSum => {
  const { chain, years, expirySlot, greeks, logStrike } = priced;
  const { rate, dividendYield } = priced.terms.carry;
  const sum = createSum(chain.rowCount);
  const discount = years.map((t, slot) => Math.exp(-(dividendYield[slot] as number) * t));
  const root = years.map(Math.sqrt);
  const carry = rate.map((r, slot) => r - (dividendYield[slot] as number));
  for (let i = 0; i < chain.rowCount; i++) {
    if (refused[i] === 1) continue;
    const own = (greeks.gamma[i] as number) + (greeks.vannaPerPoint[i] as number) + (greeks.charmPerDay[i] as number);
    if (!Number.isFinite(own)) continue;
    const interest = orZero(chain.openInterest[i] as number);
    const traded = orZero(chain.volume[i] as number);
    if (interest + traded === 0) continue;
    const slot = expirySlot[i] as number;
    const sigma = chain.impliedVolatility[i] as number;
    const inverseWidth = 1 / (sigma * (root[slot] as number));
    const unit = (chain.isCall[i] === 1 ? 1 : -1) * inverseWidth * (discount[slot] as number);
    const row = sum.count++;
    sum.weight[row] = unit * interest;
    sum.weightByVolume[row] = unit * traded;
    sum.centre[row] =
      (logStrike[i] as number) - ((carry[slot] as number) + 0.5 * sigma * sigma) * (years[slot] as number);
    sum.inverseWidth[row] = inverseWidth;
    sum.row[row] = i;
    sum.bucket[row] = bucketOfSlot[slot] as number;
  }
  return sum;
};
