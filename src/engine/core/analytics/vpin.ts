import type { Instant } from '../types.ts';

/**
 * Volume-synchronised probability of informed trading: the mean of |buy − sell| / bucket volume over the last `window`
 * full buckets of `bucketShares` shares. Sides by the tick rule: up is a buy, down a sell, unchanged as the one before;
 * half and half before the first price change. Source: Easley, López de Prado, O'Hara (2012), with our classifier.
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
  /** 1 buy, −1 sell, 0 before the first price change. */
  side: number;
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
    refusedTrades: 0,
  };
};

const fill = (vpin: Vpin, shares: number): void => {
  vpin.openTotal += shares;
  if (vpin.side > 0) vpin.openBuy += shares;
  else if (vpin.side < 0) vpin.openSell += shares;
  else {
    vpin.openBuy += shares / 2;
    vpin.openSell += shares / 2;
  }
};

const closeBucket = (vpin: Vpin): void => {
  vpin.values[vpin.bucketCount % vpin.window] = Math.abs(vpin.openBuy - vpin.openSell) / vpin.bucketShares;
  vpin.bucketCount++;
  vpin.openBuy = 0;
  vpin.openSell = 0;
  vpin.openTotal = 0;
};

/** Added up afresh: a running sum would drift over a day of buckets. */
const meanOf = (vpin: Vpin): number => {
  if (vpin.bucketCount < vpin.window) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < vpin.window; i++) sum += vpin.values[i] ?? Number.NaN;
  return sum / vpin.window;
};

/** Folds one trade; one larger than the room left is spread over as many buckets as it fills. Zero shares only move the tick rule. */
export const addVpinTrade = (vpin: Vpin, price: number, size: number, at: Instant): void => {
  if (!(price > 0 && price < Infinity && size >= 0 && size < Infinity)) {
    vpin.refusedTrades++;
    return;
  }
  if (price > vpin.lastPrice) vpin.side = 1;
  else if (price < vpin.lastPrice) vpin.side = -1;
  vpin.lastPrice = price;
  const room = vpin.bucketShares - vpin.openTotal;
  if (size < room) {
    if (size > 0) fill(vpin, size);
    return;
  }
  fill(vpin, room);
  closeBucket(vpin);
  let left = size - room;
  // Buckets that one trade fills alone are all alike: past a whole window of them only their number matters.
  const surplus = Math.floor(left / vpin.bucketShares) - vpin.window;
  if (surplus > 0) {
    vpin.bucketCount += surplus;
    left -= surplus * vpin.bucketShares;
  }
  for (; left >= vpin.bucketShares; left -= vpin.bucketShares) {
    fill(vpin, vpin.bucketShares);
    closeBucket(vpin);
  }
  if (left > 0) fill(vpin, left);
  vpin.lastBucketAt = at;
  vpin.mean = meanOf(vpin);
};

/** 0 … 1; NaN before `window` buckets are full. */
export const vpinOf = (vpin: Vpin): number => vpin.mean;
