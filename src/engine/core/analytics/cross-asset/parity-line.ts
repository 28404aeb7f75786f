import type { ParityPair } from './parity-pairs.ts';

/** C − P = discount · (forward − K) of one expiry, as its own quotes have it. */
export interface ParityLine {
  /** Index points. */
  readonly forward: number;
  readonly discount: number;
  /** Dollars per share: half of what call and put of the tightest pair near the money lose to their spreads. */
  readonly hedgeHalfSpread: number;
}

const ROUNDS = 3;
/** A discount may differ from 1 by 25 % a year, and by a little at any time: quotes move in ticks. */
const isPlausible = (discount: number, years: number): boolean =>
  discount > 0 && Math.abs(Math.log(discount)) <= 0.25 * years + 0.005;

interface Line {
  readonly slope: number;
  readonly level: number;
  /** The strike that the level is at. */
  readonly middle: number;
}

const spreadOf = (pair: ParityPair): number => pair.callAsk - pair.callBid + (pair.putAsk - pair.putBid);

/** Least squares of C − P on K, weighted by 1 / spread²; about the weighted middle, where it is exact. */
const fitLine = (pairs: readonly ParityPair[], tick: number): Line => {
  let weights = 0;
  let strikes = 0;
  let values = 0;
  for (const pair of pairs) {
    const weight = 1 / (spreadOf(pair) + tick) ** 2;
    weights += weight;
    strikes += weight * pair.strike;
    values += weight * (pair.callMid - pair.putMid);
  }
  const middle = strikes / weights;
  const level = values / weights;
  let squares = 0;
  let products = 0;
  for (const pair of pairs) {
    const weight = 1 / (spreadOf(pair) + tick) ** 2;
    squares += weight * (pair.strike - middle) ** 2;
    products += weight * (pair.strike - middle) * (pair.callMid - pair.putMid - level);
  }
  return { slope: products / squares, level, middle };
};

/** Mids further off the line than their own spread are not of this moment: they are left out and the line drawn again. */
const fitTrimmed = (pairs: readonly ParityPair[], atLeast: number): Line => {
  const tick = 0.01;
  let line = fitLine(pairs, tick);
  for (let round = 1; round < ROUNDS; round++) {
    const { slope, level, middle } = line;
    const near = pairs.filter(
      (pair) =>
        Math.abs(pair.callMid - pair.putMid - level - slope * (pair.strike - middle)) <= spreadOf(pair) / 2 + tick,
    );
    if (near.length < atLeast) return line;
    line = fitLine(near, tick);
  }
  return line;
};

/** The line, or why there is none. */
export const fitParityLine = (
  pairs: readonly ParityPair[],
  years: number,
  hedgePairs: number,
  atLeast: number,
): ParityLine | string => {
  if (pairs.length < atLeast) return 'too-few-pairs-for-a-forward';
  const { slope, level, middle } = fitTrimmed(pairs, atLeast);
  const discount = -slope;
  if (!isPlausible(discount, years)) return 'implausible-discount';
  const near = pairs
    .toSorted((a, b) => Math.abs(a.callMid - a.putMid) - Math.abs(b.callMid - b.putMid) || a.strike - b.strike)
    .slice(0, hedgePairs);
  return {
    forward: middle + level / discount,
    discount,
    hedgeHalfSpread: Math.min(...near.map(spreadOf)) / 2,
  };
};
