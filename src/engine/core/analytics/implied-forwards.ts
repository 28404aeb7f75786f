import type { ChainColumns } from '../market/chain.ts';
import { exerciseRow } from '../pricing/american-chain.ts';
import { type ChainCarry, chainGreeksByExpiry, createChainGreeks } from '../pricing/chain-greeks.ts';
import { exerciseEffortNs } from '../pricing/effort.ts';
import type { ExerciseStyle } from '../pricing/exercise.ts';
import { createExerciseSides, type ExerciseSides, type KeptBoundaries } from '../pricing/exercise-sides.ts';
import { indexStrikes } from './strikes.ts';

/** The forward of each expiry slot as calls and puts agree on it; NaN where too few do. */
export interface ImpliedForwards {
  /** Price for delivery at expiry, dollars. */
  readonly forward: Float64Array;
  /** Dollars: half of what the tightest pair in it loses to its two spreads. No quote tells the forward better. */
  readonly error: Float64Array;
  /** Pairs of a call and a put looked at, and those that agree with the rest within their own spreads. */
  readonly pairs: Uint16Array;
  readonly agreeing: Uint16Array;
}

/** Strikes further than this (in ln) from spot are not near anybody's forward; the VIX's futures may be twice the VIX. */
const REACH = 0.25;
const REACH_VIX = 1;
/** Pairs nearest to the forward: their spreads are tightest and their exercise matters least. */
const PAIRS_MAX = 11;
const AGREEING_MIN = 3;
/** Quotes move in cents: a middle is no better than this. */
const HALF_TICK = 0.005;
/** Share of what early exercise is worth by which it may be wrong: it is worked out before the carry is known. */
const EXERCISE_ROOM = 0.25;

interface Pair {
  readonly call: number;
  readonly put: number;
  /** Call minus put, middle of the quotes, dollars. */
  readonly difference: number;
  readonly halfSpread: number;
}

/** Bid and ask of somebody. */
const isQuoted = (chain: ChainColumns, i: number): boolean => {
  const bid = chain.bid[i] as number;
  const ask = chain.ask[i] as number;
  return bid > 0 && ask >= bid && ask < Infinity;
};

/** Rows of calls and of puts by slot and by strike within reach; −1 where there is none. Of a doubled row the first. */
const pairsBySlot = (chain: ChainColumns, years: Float64Array, spot: number): Pair[][] => {
  const reach = chain.underlying === 'VIX' ? REACH_VIX : REACH;
  const { strikes, ofRow } = indexStrikes(chain.strike, chain.rowCount);
  let low = 0;
  while (low < strikes.length && Math.log((strikes[low] as number) / spot) < -reach) low++;
  let high = low;
  while (high < strikes.length && Math.log((strikes[high] as number) / spot) <= reach) high++;
  const width = high - low;
  const rows = new Int32Array(2 * width * years.length).fill(-1);
  for (let i = 0; i < chain.rowCount; i++) {
    const j = (ofRow[i] as number) - low;
    const slot = 2 * (chain.expiryIndex[i] as number) + (chain.settlesAm[i] === 1 ? 1 : 0);
    if (!(j >= 0 && j < width && (years[slot] as number) > 0 && isQuoted(chain, i))) continue;
    const place = 2 * (slot * width + j) + (chain.isCall[i] === 1 ? 0 : 1);
    if (rows[place] === -1) rows[place] = i;
  }
  const { bid, ask } = chain;
  const middle = (i: number): number => 0.5 * ((bid[i] as number) + (ask[i] as number));
  const spread = (i: number): number => (ask[i] as number) - (bid[i] as number);
  return Array.from(years, (_, slot) => {
    const pairs: Pair[] = [];
    for (let place = 2 * slot * width; place < 2 * (slot + 1) * width; place += 2) {
      const call = rows[place] as number;
      const put = rows[place + 1] as number;
      if (call < 0 || put < 0) continue;
      pairs.push({
        call,
        put,
        difference: middle(call) - middle(put),
        halfSpread: 0.5 * (spread(call) + spread(put)) + HALF_TICK,
      });
    }
    return pairs.sort((a, b) => Math.abs(a.difference) - Math.abs(b.difference) || a.call - b.call).slice(0, PAIRS_MAX);
  });
};

/** Forwards being worked out. American: each pair's early exercise comes first, expiry by expiry. Plain data. */
export interface ForwardsWork {
  readonly chain: ChainColumns;
  readonly years: Float64Array;
  readonly spot: number;
  readonly carry: ChainCarry;
  readonly pairs: readonly (readonly Pair[])[];
  readonly sides: ExerciseSides | null;
  /** What early exercise adds to call minus put of each pair, slot by slot as far as that has come. */
  readonly exercise: number[][];
}

/** The pairs that tell; `kept` are the boundaries of earlier chains at this carry. */
export const beginForwards = (
  chain: ChainColumns,
  years: Float64Array,
  spot: number,
  carry: ChainCarry,
  style: ExerciseStyle,
  kept: KeptBoundaries | null = null,
): ForwardsWork => ({
  chain,
  years,
  spot,
  carry,
  pairs: pairsBySlot(chain, years, spot),
  sides: style === 'american' ? createExerciseSides(years, carry, kept) : null,
  exercise: [],
});

export const areForwardsTold = ({ sides, exercise, pairs }: ForwardsWork): boolean =>
  sides === null || exercise.length === pairs.length;

/** The same of one slot, at the vendor's volatilities. */
const exerciseOf = (work: ForwardsWork, sides: ExerciseSides, slot: number): number[] => {
  const { chain, years, spot, carry } = work;
  const pairs = work.pairs[slot] as readonly Pair[];
  const rows = 2 * pairs.length;
  const pricing = {
    rowCount: rows,
    isCall: new Uint8Array(rows),
    strike: new Float64Array(rows),
    logStrike: new Float64Array(rows),
    volatility: new Float64Array(rows),
    expirySlot: new Uint16Array(rows).fill(slot),
    years,
  };
  pairs.forEach(({ call, put }, n) => {
    pricing.isCall[2 * n] = 1;
    for (const [i, row] of [[2 * n, call] as const, [2 * n + 1, put] as const]) {
      pricing.strike[i] = chain.strike[row] as number;
      pricing.logStrike[i] = Math.log(chain.strike[row] as number);
      pricing.volatility[i] = chain.impliedVolatility[row] as number;
    }
  });
  const greeks = createChainGreeks(rows);
  chainGreeksByExpiry(pricing, spot, carry, greeks);
  const premium = (i: number): number => {
    const european = greeks.price[i] as number;
    exerciseRow(pricing, spot, greeks, sides, i);
    const more = (greeks.price[i] as number) - european;
    return Math.max(0, Number.isNaN(more) ? 0 : more);
  };
  return pairs.map((_, n) => premium(2 * n) - premium(2 * n + 1));
};

/** Reckoned, for a slot whose boundaries are known. */
const SLOT_NS = 10_000;

/** Goes on for about so long, one expiry at least; returns what it has cost by the same reckoning. */
export const continueForwards = (work: ForwardsWork, budgetNs: number): number => {
  const { sides, exercise } = work;
  if (sides === null) return 0;
  const before = exerciseEffortNs();
  let spentNs = 0;
  while (!areForwardsTold(work) && spentNs < budgetNs) {
    exercise.push(exerciseOf(work, sides, exercise.length));
    spentNs += SLOT_NS;
    if (spentNs + exerciseEffortNs() - before >= budgetNs) break;
  }
  return spentNs + exerciseEffortNs() - before;
};

const medianOf = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
};

/**
 * F = K + (C − P) e^(rT) of the pairs nearest to the money: their median, then the mean, weighted by 1 / spread², of
 * those that agree with it within their own spreads. American: each price less what early exercise adds to it.
 */
export const tellForwards = ({ carry, years, chain, pairs, exercise }: ForwardsWork): ImpliedForwards => {
  const out: ImpliedForwards = {
    forward: new Float64Array(years.length).fill(Number.NaN),
    error: new Float64Array(years.length).fill(Number.NaN),
    pairs: Uint16Array.from(pairs, (of) => of.length),
    agreeing: new Uint16Array(years.length),
  };
  pairs.forEach((of, slot) => {
    if (of.length < AGREEING_MIN) return;
    const growth = Math.exp((carry.rate[slot] as number) * (years[slot] as number));
    const told = of.map(
      ({ call, difference }, n) => (chain.strike[call] as number) + (difference - (exercise[slot]?.[n] ?? 0)) * growth,
    );
    const median = medianOf(told);
    let weights = 0;
    let sum = 0;
    let agreeing = 0;
    let tightest = Infinity;
    of.forEach(({ halfSpread }, n) => {
      const forward = told[n] as number;
      const room = halfSpread + HALF_TICK + EXERCISE_ROOM * Math.abs(exercise[slot]?.[n] ?? 0);
      if (!(Math.abs(forward - median) <= room * growth)) return;
      const weight = 1 / (halfSpread * halfSpread);
      weights += weight;
      sum += weight * forward;
      agreeing++;
      tightest = Math.min(tightest, halfSpread);
    });
    out.agreeing[slot] = agreeing;
    if (agreeing < AGREEING_MIN) return;
    out.forward[slot] = sum / weights;
    out.error[slot] = tightest * growth;
  });
  return out;
};
