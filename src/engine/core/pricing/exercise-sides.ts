import type { BoundaryBanks } from './american-bank.ts';
import { earlyExerciseOf } from './american-boundary.ts';
import { createSide, type Side } from './american-side.ts';
import type { ChainCarry } from './chain-greeks.ts';

/** The sides of one chain by expiry slot and right: null where early exercise is worth nothing. */
export interface ExerciseSides {
  readonly years: Float64Array;
  readonly carry: ChainCarry;
  readonly known: Map<number, Side | 'double' | null>;
  /** What earlier chains of the same underlying solved, and the expiries by which it is kept. */
  readonly kept: KeptBoundaries | null;
}

/** Slot = 2 · place among `expiries`, + 1 when it settles in the morning. */
export interface KeptBoundaries {
  readonly banks: BoundaryBanks;
  readonly expiries: readonly string[];
}

export const createExerciseSides = (
  years: Float64Array,
  carry: ChainCarry,
  kept: KeptBoundaries | null = null,
): ExerciseSides => ({ years, carry, known: new Map(), kept });

const keyOf = (expiry: string | undefined, slot: number, isCall: boolean): string =>
  `${expiry}-${slot & 1}-${isCall ? 'C' : 'P'}`;
/** The date that a bank's key begins with. */
export const expiryOfKey = (key: string): string => key.slice(0, 10);

/** Null where early exercise is worth nothing. */
export const sideOf = (sides: ExerciseSides, slot: number, isCall: boolean): Side | 'double' | null => {
  const { years, carry, known, kept } = sides;
  const key = 2 * slot + (isCall ? 1 : 0);
  const found = known.get(key);
  if (found !== undefined) return found;
  const rate = carry.rate[slot] as number;
  const dividendYield = carry.dividendYield[slot] as number;
  const kind = isCall ? earlyExerciseOf(dividendYield, rate) : earlyExerciseOf(rate, dividendYield);
  let side: Side | 'double' | null = null;
  if (kind === 'double') side = kind;
  else if (kind === 'single') {
    const keeper = kept && { banks: kept.banks, key: keyOf(kept.expiries[slot >> 1], slot, isCall) };
    side = createSide(isCall, years[slot] as number, rate, dividendYield, keeper);
  }
  known.set(key, side);
  return side;
};
