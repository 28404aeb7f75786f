import { type ExposureRejection, type PricedChain, refusalOf } from './exposure-sums.ts';

/** Numbers kept per right in a cell of a tally: Σ weight, and Σ weight · Greek per share. */
export const GAMMA = 0;
export const DELTA = 1;
export const VANNA = 2;
export const CHARM = 3;
export const CONTRACTS = 4;
export const VENDOR_GAMMA = 5;
const WIDTH = 6;
export type Measure =
  | typeof GAMMA
  | typeof DELTA
  | typeof VANNA
  | typeof CHARM
  | typeof CONTRACTS
  | typeof VENDOR_GAMMA;

/** Contracts by how many calendar days they have left: today, to 7, to 30, beyond. */
export const BUCKETS = 4;

/** Sums over a chain with one weight per contract, its open interest or its volume. Calls and puts apart, unsigned. */
export interface Tally {
  readonly strikes: number;
  /** By bucket, strike, right, measure. */
  readonly byStrike: Float64Array;
  /** By expiry slot, right, measure. */
  readonly bySlot: Float64Array;
  /** Contracts that are in the sums of our Greeks, of the vendor's gamma, of the weight itself; per expiry slot. */
  readonly own: Uint32Array;
  readonly vendor: Uint32Array;
  readonly known: Uint32Array;
}

const createTally = (strikes: number, slots: number): Tally => ({
  strikes,
  byStrike: new Float64Array(BUCKETS * strikes * 2 * WIDTH),
  bySlot: new Float64Array(slots * 2 * WIDTH),
  own: new Uint32Array(slots),
  vendor: new Uint32Array(slots),
  known: new Uint32Array(slots),
});

const strikePlace = (tally: Tally, bucket: number, j: number, put: 0 | 1): number =>
  (2 * (bucket * tally.strikes + j) + put) * WIDTH;
const slotPlace = (slot: number, put: 0 | 1): number => (2 * slot + put) * WIDTH;

/** Σ over the first `buckets` buckets at strike j. */
export const atStrike = (tally: Tally, buckets: number, j: number, put: 0 | 1, measure: Measure): number => {
  let sum = 0;
  for (let b = 0; b < buckets; b++) sum += tally.byStrike[strikePlace(tally, b, j, put) + measure] as number;
  return sum;
};
export const inSlot = (tally: Tally, slot: number, put: 0 | 1, measure: Measure): number =>
  tally.bySlot[slotPlace(slot, put) + measure] as number;

/** Over all expiries. */
export const totalOf = (tally: Tally, put: 0 | 1, measure: Measure): number => {
  let sum = 0;
  for (let slot = 0; slot < tally.own.length; slot++) sum += inSlot(tally, slot, put, measure);
  return sum;
};

/** To the sum of its strike and to that of its expiry. */
const addBoth = ({ byStrike, bySlot }: Tally, strike: number, expiry: number, value: number): void => {
  byStrike[strike] = (byStrike[strike] as number) + value;
  bySlot[expiry] = (bySlot[expiry] as number) + value;
};
const count = (column: Uint32Array, slot: number): void => {
  column[slot] = (column[slot] as number) + 1;
};

const HAS_OWN = 1;
const HAS_VENDOR = 2;

const addContract = (
  tally: Tally,
  priced: PricedChain,
  i: number,
  weight: number,
  bucket: number,
  has: number,
): void => {
  const slot = priced.expirySlot[i] as number;
  count(tally.known, slot);
  if ((has & HAS_OWN) !== 0) count(tally.own, slot);
  if ((has & HAS_VENDOR) !== 0) count(tally.vendor, slot);
  if (weight === 0) return;
  const put = priced.chain.isCall[i] === 1 ? 0 : 1;
  const strike = strikePlace(tally, bucket, priced.index.ofRow[i] as number, put);
  const expiry = slotPlace(slot, put);
  addBoth(tally, strike + CONTRACTS, expiry + CONTRACTS, weight);
  if ((has & HAS_OWN) !== 0) {
    const { gamma, delta, vannaPerPoint, charmPerDay } = priced.greeks;
    addBoth(tally, strike, expiry, weight * (gamma[i] as number));
    addBoth(tally, strike + DELTA, expiry + DELTA, weight * (delta[i] as number));
    addBoth(tally, strike + VANNA, expiry + VANNA, weight * (vannaPerPoint[i] as number));
    addBoth(tally, strike + CHARM, expiry + CHARM, weight * (charmPerDay[i] as number));
  }
  if ((has & HAS_VENDOR) === 0) return;
  addBoth(tally, strike + VENDOR_GAMMA, expiry + VENDOR_GAMMA, weight * (priced.chain.gamma[i] as number));
};

export type TallyRejection = ExposureRejection | 'volume-absent';

export interface Tallies {
  readonly openInterest: Tally;
  readonly volume: Tally;
  readonly rejected: Partial<Record<TallyRejection, number>>;
  /** 1 per row that no figure may use. */
  readonly refused: Uint8Array;
}

/** What a contract brings; what it lacks is counted. */
const supplies = (priced: PricedChain, i: number, refuse: (reason: TallyRejection) => void): number => {
  const { chain, greeks, feed, expirySlot } = priced;
  let has = 0;
  const gamma = chain.gamma[i] as number;
  if (!(gamma >= 0 && gamma < Infinity)) refuse('gamma-absent');
  else if (feed.dead[expirySlot[i] as number] === 1) refuse('expiry-gamma-zero');
  else has = HAS_VENDOR;
  const own = (greeks.gamma[i] as number) + (greeks.vannaPerPoint[i] as number) + (greeks.charmPerDay[i] as number);
  if (Number.isFinite(own)) has |= HAS_OWN;
  else {
    const volatility = chain.impliedVolatility[i] as number;
    refuse(volatility > 0 && volatility < Infinity ? 'own-greeks-absent' : 'implied-volatility-absent');
  }
  return has;
};

const isWeight = (weight: number): boolean => weight >= 0 && weight < Infinity;

/** One pass over the contracts. `bucketOfSlot` per expiry slot, 0 … 3. */
export const tallyChain = (priced: PricedChain, bucketOfSlot: Uint8Array): Tallies => {
  const { chain, index, expirySlot, years } = priced;
  const refusedRows = new Uint8Array(chain.rowCount);
  const rejected: Tallies['rejected'] = {};
  const refuse = (reason: TallyRejection): void => {
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  };
  const openInterest = createTally(index.strikes.length, years.length);
  const volume = createTally(index.strikes.length, years.length);
  for (let i = 0; i < chain.rowCount; i++) {
    const refusal = refusalOf(priced, i);
    refusedRows[i] = refusal === null ? 0 : 1;
    if (refusal !== null) {
      refuse(refusal);
      continue;
    }
    const interest = chain.openInterest[i] as number;
    const traded = chain.volume[i] as number;
    const bucket = bucketOfSlot[expirySlot[i] as number] as number;
    if (!isWeight(interest)) refuse('open-interest-absent');
    if (!isWeight(traded)) refuse('volume-absent');
    if (!isWeight(interest) && !isWeight(traded)) continue;
    const has = supplies(priced, i, refuse);
    if (isWeight(interest)) addContract(openInterest, priced, i, interest, bucket, has);
    if (isWeight(traded)) addContract(volume, priced, i, traded, bucket, has);
  }
  return { openInterest, volume, rejected, refused: refusedRows };
};
