import type { OptionContract } from '../market/contract.ts';
import { roundUpToTick, tickBelow } from './tick.ts';

/** Initial distance of the stop below the high-water mark, and the risk that a position is sized by. */
export const TRAIL_FRACTION = 0.15;

/** Dollars per contract and side, until the broker has told its own. Source: IBKR's fixed US option rate. */
export const ESTIMATED_COMMISSION = 0.65;

/** Once the bid has shown `gain` over the entry, at least `lock` of the premium is kept as profit. Descending. */
const RUNGS = [
  { gain: 3, lock: 2, name: 'lock-200' },
  { gain: 2, lock: 1, name: 'lock-100' },
  { gain: 1, lock: 0.5, name: 'lock-50' },
  { gain: 0.2, lock: 0, name: 'break-even' },
] as const;

export interface LadderStop {
  readonly price: number;
  readonly rung: string;
}

const EPSILON = 1e-9;

/**
 * Where the stop belongs by rule, dollars per share on the tick: 15 % below the high-water mark, and never below what
 * the highest rung reached locks in. `highWaterPrice` is the highest bid seen since the fill, at least the entry:
 * the bid is what the option could be sold at. `costPerShare` is the round trip's commission. Rounded up, so
 * that it is never looser than the rule, but at least one tick below the mark, so that it does not fire by rounding.
 */
export const ladderStop = (
  contract: OptionContract,
  entryPrice: number,
  highWaterPrice: number,
  costPerShare: number,
): LadderStop => {
  const gain = highWaterPrice / entryPrice - 1;
  const rung = RUNGS.find((row) => gain >= row.gain - EPSILON);
  const trail = highWaterPrice * (1 - TRAIL_FRACTION);
  const floor = rung ? entryPrice * (1 + rung.lock) + costPerShare : 0;
  const price = Math.min(roundUpToTick(contract, Math.max(trail, floor)), tickBelow(contract, highWaterPrice));
  return { price: Math.max(price, 0.01), rung: rung?.name ?? 'initial' };
};

/** Position of a rung on the way up, so that moves can be told apart from changes of rung. */
export const rungNumber = (rung: string): number => {
  const index = RUNGS.findIndex(({ name }) => name === rung);
  return index < 0 ? 0 : RUNGS.length - index;
};
