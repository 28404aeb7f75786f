import type { Instant } from '../types.ts';

/** Classes of the toxicity history: a percentile is good to a thousandth of VPIN. */
const HISTORY_CLASSES = 1_001;

/**
 * Volume-synchronised probability of informed trading: the mean of |buy − sell| / bucket volume over the last `window`
 * full buckets of `bucketShares` shares. Sides as the trade is given (`addSignedVpinTrade`), by the tick rule
 * (`addVpinTrade`: up is a buy, down a sell, unchanged as the one before; half and half before the first price change)
 * or in bulk (`vpin-bulk.ts`). Source: Easley, López de Prado, O'Hara (2012); what speaks against it is in docs/measures.
 */
export interface Vpin {
  readonly bucketShares: number;
  readonly window: number;
  /** Values of the last full buckets, 0 … 1; bucket `n` is at `n % window`. */
  readonly values: Float64Array;
  /** Full buckets since the start. */
  bucketCount: number;
  /** Market time of the trade that filled the last bucket; NaN before. */
  lastBucketAt: number;
  /** Mean of `values`; NaN until there are `window` of them. */
  mean: number;
  /** Shares in the open bucket, which never enters the mean. */
  openBuy: number;
  openSell: number;
  openTotal: number;
  lastPrice: number;
  /** By the tick rule: 1 buy, −1 sell, 0 before the first price change. */
  side: number;
  /** How many full buckets saw which mean, in thousandths: what the percentile is taken of. */
  readonly history: Float64Array;
  historyCount: number;
  /** Trades without a price, or with a negative or missing size. */
  refusedTrades: number;
}

export const createVpin = (bucketShares = 1000, window = 50): Vpin => {
  if (!(bucketShares > 0) || !(Number.isInteger(window) && window > 0))
    throw new RangeError(`VPIN: expected a positive bucket and window, got ${bucketShares} shares and ${window}`);
  return {
    bucketShares,
    window,
    values: new Float64Array(window),
    bucketCount: 0,
    lastBucketAt: Number.NaN,
    mean: Number.NaN,
    openBuy: 0,
    openSell: 0,
    openTotal: 0,
    lastPrice: Number.NaN,
    side: 0,
    history: new Float64Array(HISTORY_CLASSES),
    historyCount: 0,
    refusedTrades: 0,
  };
};

const fill = (vpin: Vpin, shares: number, buyFraction: number): void => {
  vpin.openTotal += shares;
  vpin.openBuy += shares * buyFraction;
  vpin.openSell += shares * (1 - buyFraction);
};

const remember = (vpin: Vpin, buckets: number): void => {
  if (Number.isNaN(vpin.mean)) return;
  const index = Math.round(vpin.mean * (HISTORY_CLASSES - 1));
  vpin.history[index] = (vpin.history[index] ?? 0) + buckets;
  vpin.historyCount += buckets;
};

const closeBucket = (vpin: Vpin): void => {
  vpin.values[vpin.bucketCount % vpin.window] = Math.abs(vpin.openBuy - vpin.openSell) / vpin.bucketShares;
  vpin.bucketCount++;
  vpin.openBuy = 0;
  vpin.openSell = 0;
  vpin.openTotal = 0;
  vpin.mean = meanOf(vpin);
  remember(vpin, 1);
};

/** Added up afresh, since a running sum would drift over a day; in four sums, since one waits for each addition. */
const meanOf = ({ values, bucketCount, window }: Vpin): number => {
  if (bucketCount < window) return Number.NaN;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < window; i += 4) {
    a += values[i] ?? 0;
    b += values[i + 1] ?? 0;
    c += values[i + 2] ?? 0;
    d += values[i + 3] ?? 0;
  }
  for (; i < window; i++) a += values[i] ?? 0;
  return (a + b + (c + d)) / window;
};

/** Pours shares into as many buckets as they fill, each with the same fraction bought. */
export const pourVpin = (vpin: Vpin, shares: number, buyFraction: number, at: Instant): void => {
  const room = vpin.bucketShares - vpin.openTotal;
  if (shares < room) {
    if (shares > 0) fill(vpin, shares, buyFraction);
    return;
  }
  fill(vpin, room, buyFraction);
  closeBucket(vpin);
  let left = shares - room;
  // Buckets that one trade fills alone are all alike: past a whole window of them only their number matters.
  const surplus = Math.floor(left / vpin.bucketShares) - vpin.window;
  if (surplus > 0) left -= surplus * vpin.bucketShares;
  for (; left >= vpin.bucketShares; left -= vpin.bucketShares) {
    fill(vpin, vpin.bucketShares, buyFraction);
    closeBucket(vpin);
  }
  if (surplus > 0) {
    vpin.bucketCount += surplus;
    remember(vpin, surplus);
  }
  if (left > 0) fill(vpin, left, buyFraction);
  vpin.lastBucketAt = at;
};

/** Moves the tick rule; false when the trade is refused. */
const tickRule = (vpin: Vpin, price: number, size: number): boolean => {
  if (!(price > 0 && price < Infinity && size >= 0 && size < Infinity)) {
    vpin.refusedTrades++;
    return false;
  }
  if (price > vpin.lastPrice) vpin.side = 1;
  else if (price < vpin.lastPrice) vpin.side = -1;
  vpin.lastPrice = price;
  return true;
};

/** Folds one trade; one larger than the room left is spread over as many buckets as it fills. Zero shares only move the tick rule. */
export const addVpinTrade = (vpin: Vpin, price: number, size: number, at: Instant): void => {
  if (tickRule(vpin, price, size)) pourVpin(vpin, size, (1 + vpin.side) / 2, at);
};

/** The same with the aggressor's side where it is known: `sign` 1 bought, −1 sold, 0 unknown and then the tick rule's. */
export const addSignedVpinTrade = (vpin: Vpin, price: number, size: number, sign: number, at: Instant): void => {
  if (tickRule(vpin, price, size)) pourVpin(vpin, size, (1 + (sign === 0 ? vpin.side : sign)) / 2, at);
};

/** 0 … 1; NaN before `window` buckets are full. */
export const vpinOf = (vpin: Vpin): number => vpin.mean;
