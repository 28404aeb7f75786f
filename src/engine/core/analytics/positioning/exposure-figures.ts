import type { Instant } from '../../types.ts';
import { perDollarOf, perPercentOf } from '../exposure.ts';
import {
  CHARM,
  CONTRACTS,
  DELTA,
  GAMMA,
  inSlot,
  type Measure,
  type Tally,
  VANNA,
  VENDOR_GAMMA,
} from '../exposure-tally.ts';
import { absent, type Measured, measuredNumber } from '../measured.ts';
import type { ExposureFigures } from './figures.ts';

/** What every figure of one chain and basis has in common. */
export interface Footing {
  readonly tally: Tally;
  readonly spot: number;
  readonly asOf: Instant;
  readonly basis: 'open-interest' | 'volume';
  /** Why the whole chain says nothing. */
  readonly refusal: string | null;
}

const counted = (column: Uint32Array, slots: readonly number[]): number =>
  slots.reduce((sum, slot) => sum + (column[slot] as number), 0);

export const summed = (tally: Tally, slots: readonly number[], put: 0 | 1, measure: Measure): number =>
  slots.reduce((sum, slot) => sum + inSlot(tally, slot, put, measure), 0);

/** Why these expiries have no figure on this basis; null when they do. */
export const footingRefusal = ({ tally, basis, refusal }: Footing, slots: readonly number[]): string | null => {
  if (refusal !== null) return refusal;
  if (slots.length === 0) return 'no-expiry';
  if (counted(tally.known, slots) === 0) return basis === 'volume' ? 'volume-absent' : 'open-interest-absent';
  const contracts = summed(tally, slots, 0, CONTRACTS) + summed(tally, slots, 1, CONTRACTS);
  if (contracts === 0) return basis === 'volume' ? 'no-volume' : 'no-open-interest';
  return null;
};

/** The same for figures from our own Greeks. */
export const ownRefusal = (footing: Footing, slots: readonly number[]): string | null =>
  footingRefusal(footing, slots) ?? (counted(footing.tally.own, slots) === 0 ? 'implied-volatility-absent' : null);

/** Share of the contracts that have Greeks of our own. */
export const confidenceOf = ({ tally }: Footing, slots: readonly number[]): number => {
  const known = counted(tally.known, slots);
  return known === 0 ? 0 : counted(tally.own, slots) / known;
};

export const exposureFigures = (footing: Footing, slots: readonly number[]): ExposureFigures => {
  const { tally, spot, asOf, basis } = footing;
  const refusal = ownRefusal(footing, slots);
  const confidence = confidenceOf(footing, slots);
  const perDollar = perDollarOf(spot);
  const perPercent = perPercentOf(spot);
  const tell = (value: number): Measured =>
    refusal === null ? measuredNumber(value, asOf, basis, 'not-finite', confidence) : absent(refusal, basis);
  const pair = (measure: Measure): { natural: Measured; dealer: Measured } => {
    const calls = perDollar * summed(tally, slots, 0, measure);
    const puts = perDollar * summed(tally, slots, 1, measure);
    return { natural: tell(calls + puts), dealer: tell(calls - puts) };
  };
  const callGamma = summed(tally, slots, 0, GAMMA);
  const putGamma = summed(tally, slots, 1, GAMMA);
  const delta = pair(DELTA);
  const vanna = pair(VANNA);
  const charm = pair(CHARM);
  return {
    gex: tell(perPercent * (callGamma - putGamma)),
    gexCalls: tell(perPercent * callGamma),
    gexPuts: tell(0 - perPercent * putGamma),
    gexPerDollar: tell(perDollar * (callGamma - putGamma)),
    deltaNatural: delta.natural,
    deltaDealer: delta.dealer,
    vannaNaturalPerPoint: vanna.natural,
    vannaDealerPerPoint: vanna.dealer,
    charmNaturalPerDay: charm.natural,
    charmDealerPerDay: charm.dealer,
    gexVendor: vendorGex(footing, slots, perPercent),
  };
};

const vendorGex = (footing: Footing, slots: readonly number[], perPercent: number): Measured => {
  const { tally, asOf, basis } = footing;
  const vendor = counted(tally.vendor, slots);
  const refusal = footingRefusal(footing, slots) ?? (vendor === 0 ? 'gamma-absent' : null);
  if (refusal !== null) return absent(refusal, basis);
  const net = summed(tally, slots, 0, VENDOR_GAMMA) - summed(tally, slots, 1, VENDOR_GAMMA);
  return measuredNumber(perPercent * net, asOf, basis, 'not-finite', vendor / counted(tally.known, slots));
};
