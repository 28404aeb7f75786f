import type { Instant } from '../../types.ts';
import type { PricedChain } from '../exposure-sums.ts';
import { CONTRACTS } from '../exposure-tally.ts';
import { absent, type Basis, type Measured, measuredNumber } from '../measured.ts';
import { type Footing, footingRefusal, summed } from './exposure-figures.ts';
import type { PutCallFigures } from './figures.ts';

const MULTIPLIER = 100;

/** Premium traded today per expiry slot, dollars; `unpriced` counts contracts traded that have no price. */
export interface Premiums {
  readonly calls: Float64Array;
  readonly puts: Float64Array;
  readonly priced: Float64Array;
  readonly unpriced: Float64Array;
}

const priceOf = (priced: PricedChain, i: number): number => {
  const { bid, ask, last } = priced.chain;
  const [low, high] = [bid[i] as number, ask[i] as number];
  if (low >= 0 && high > 0 && high >= low && high < Infinity) return 0.5 * (low + high);
  const traded = last[i] as number;
  return traded > 0 && traded < Infinity ? traded : Number.NaN;
};

const addTo = (column: Float64Array, slot: number, value: number): void => {
  column[slot] = (column[slot] as number) + value;
};

export const premiumsOf = (priced: PricedChain, refused: Uint8Array): Premiums => {
  const { chain, expirySlot, years } = priced;
  const column = (): Float64Array => new Float64Array(years.length);
  const premiums: Premiums = { calls: column(), puts: column(), priced: column(), unpriced: column() };
  for (let i = 0; i < chain.rowCount; i++) {
    const volume = chain.volume[i] as number;
    if (refused[i] === 1 || !(volume > 0 && volume < Infinity)) continue;
    const slot = expirySlot[i] as number;
    const price = priceOf(priced, i);
    if (Number.isNaN(price)) {
      addTo(premiums.unpriced, slot, volume);
      continue;
    }
    addTo(premiums.priced, slot, volume);
    addTo(chain.isCall[i] === 1 ? premiums.calls : premiums.puts, slot, volume * price * MULTIPLIER);
  }
  return premiums;
};

const ratio = (puts: number, calls: number, asOf: Instant, basis: Basis, none: string, confidence = 1): Measured =>
  calls > 0 ? measuredNumber(puts / calls, asOf, basis, 'not-finite', confidence) : absent(none, basis);

const contractRatio = (footing: Footing, slots: readonly number[], none: string): Measured => {
  const refusal = footingRefusal(footing, slots);
  if (refusal !== null) return absent(refusal, footing.basis);
  const puts = summed(footing.tally, slots, 1, CONTRACTS);
  return ratio(puts, summed(footing.tally, slots, 0, CONTRACTS), footing.asOf, footing.basis, none);
};

export const putCallFigures = (
  interest: Footing,
  volume: Footing,
  premiums: Premiums,
  slots: readonly number[],
): PutCallFigures => {
  const over = (column: Float64Array): number => slots.reduce((sum, slot) => sum + (column[slot] as number), 0);
  const refusal = footingRefusal(volume, slots);
  const known = over(premiums.priced);
  const share = known / (known + over(premiums.unpriced));
  return {
    openInterest: contractRatio(interest, slots, 'no-call-open-interest'),
    volume: contractRatio(volume, slots, 'no-call-volume'),
    premium:
      refusal === null
        ? ratio(over(premiums.puts), over(premiums.calls), volume.asOf, 'volume', 'no-call-premium', share)
        : absent(refusal, 'volume'),
  };
};
