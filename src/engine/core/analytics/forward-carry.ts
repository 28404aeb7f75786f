import type { ChainCarry } from '../pricing/chain-greeks.ts';
import type { ImpliedForwards } from './implied-forwards.ts';

/**
 * What a forward rests on: the rate and the dividends given; its own calls and puts; or, where those are too near to
 * expiry to tell a carry from a tick, the calls and puts of the expiries around it.
 */
export const CARRY_BASES = ['rate-and-dividends', 'put-call-parity', 'neighbouring-parity'] as const;
export type CarryBasis = (typeof CARRY_BASES)[number];

/** Columns by expiry slot. */
export interface ExpiryCarry extends ChainCarry {
  /** Place in `CARRY_BASES`. */
  readonly basis: Uint8Array;
  /** 0 … 1; 1 for what was given. */
  readonly confidence: Float64Array;
  /** Pairs of calls and puts that agree on the forward. */
  readonly pairs: Uint16Array;
}

const PARITY = CARRY_BASES.indexOf('put-call-parity');
const NEIGHBOURS = CARRY_BASES.indexOf('neighbouring-parity');

/** ln forward − ln spot − the carry given · T, a + b T over the near expiries; errors are standard ones. */
interface Line {
  readonly intercept: number;
  readonly interceptError: number;
  readonly slope: number;
}

/** Expiries within this tell where the forwards start from. */
const NEAR_YEARS = 0.25;

const lineOf = (excess: Float64Array, error: Float64Array, years: Float64Array): Line | null => {
  const near = Array.from(years.keys()).filter(
    (slot) => (years[slot] as number) <= NEAR_YEARS && !Number.isNaN(excess[slot] as number),
  );
  if (near.length < 2) return null;
  const weight = (slot: number): number => (error[slot] as number) ** -2;
  let [w, wt, wy] = [0, 0, 0];
  for (const slot of near) {
    w += weight(slot);
    wt += weight(slot) * (years[slot] as number);
    wy += weight(slot) * (excess[slot] as number);
  }
  const [t, y] = [wt / w, wy / w];
  let [tt, ty] = [0, 0];
  for (const slot of near) {
    tt += weight(slot) * ((years[slot] as number) - t) ** 2;
    ty += weight(slot) * ((years[slot] as number) - t) * ((excess[slot] as number) - y);
  }
  if (!(tt > 0)) return null;
  const slope = ty / tt;
  const intercept = y - slope * t;
  let scatter = 0;
  for (const slot of near)
    scatter += weight(slot) * ((excess[slot] as number) - intercept - slope * (years[slot] as number)) ** 2;
  // What lies further off the line than its spreads allow, a dividend say, makes the line's start less sure.
  const reduced = Math.max(1, scatter / Math.max(1, near.length - 2));
  return { intercept, interceptError: Math.sqrt(reduced * (1 / w + (t * t) / tt)), slope };
};

/** A spot further than this from what the forwards start from is another moment's, or another thing's: no forward is used. */
const SHIFT_MAX = 0.01;
/** A forward whose carry differs more from the one given, per year and at any time, is not believed. */
const EXCESS_MAX = 0.15;
const EXCESS_ANY = 0.003;
/** A carry per year known no better than this is its neighbours'. */
const CARRY_ERROR_MAX = 0.02;

/** The carry per expiry from the forwards, in place of the one given where the quotes tell it. */
export const applyForwards = (
  carry: ExpiryCarry,
  forwards: ImpliedForwards,
  years: Float64Array,
  spot: number,
): { readonly carry: ExpiryCarry; readonly spotShift: number } => {
  const rate = (slot: number): number => carry.rate[slot] as number;
  const given = (slot: number): number => rate(slot) - (carry.dividendYield[slot] as number);
  const excess = forwards.forward.map(
    (forward, slot) => Math.log(forward / spot) - given(slot) * (years[slot] as number),
  );
  const error = forwards.error.map((dollars) => dollars / spot);
  const line = lineOf(excess, error, years);
  const shift = line !== null && Math.abs(line.intercept) > 2 * line.interceptError ? line.intercept : 0;
  if (Math.abs(shift) > SHIFT_MAX) return { carry, spotShift: shift };
  const out: ExpiryCarry = {
    rate: carry.rate,
    dividendYield: carry.dividendYield.slice(),
    basis: carry.basis.slice(),
    confidence: carry.confidence.slice(),
    pairs: forwards.agreeing,
  };
  for (let slot = 0; slot < years.length; slot++) {
    const t = years[slot] as number;
    const more = (excess[slot] as number) - shift;
    if (Number.isNaN(more) ? !(t <= NEAR_YEARS) : !(Math.abs(more) <= EXCESS_ANY + EXCESS_MAX * t)) continue;
    const agreeing = forwards.agreeing[slot] as number;
    const sure = (error[slot] as number) <= CARRY_ERROR_MAX * t;
    if (!sure && (line === null || Math.abs(line.slope) > EXCESS_MAX)) continue;
    out.dividendYield[slot] = rate(slot) - given(slot) - (sure ? more / t : (line as Line).slope);
    out.basis[slot] = sure ? PARITY : NEIGHBOURS;
    out.confidence[slot] = sure ? (agreeing / (forwards.pairs[slot] as number)) * Math.min(1, agreeing / 5) : 0.5;
  }
  return { carry: out, spotShift: shift };
};

/** The VIX itself cannot be held: its forwards are its futures, each with a price of its own, and no carry ties them. */
export const UNHELD: ReadonlySet<string> = new Set(['VIX']);

/** Every forward as it stands. */
export const takeForwards = (
  carry: ExpiryCarry,
  forwards: ImpliedForwards,
  years: Float64Array,
  spot: number,
): ExpiryCarry => {
  const out: ExpiryCarry = {
    ...carry,
    dividendYield: carry.dividendYield.slice(),
    basis: carry.basis.slice(),
    confidence: carry.confidence.slice(),
    pairs: forwards.agreeing,
  };
  for (let slot = 0; slot < years.length; slot++) {
    const forward = forwards.forward[slot] as number;
    if (!(forward > 0)) continue;
    out.dividendYield[slot] = (carry.rate[slot] as number) - Math.log(forward / spot) / (years[slot] as number);
    out.basis[slot] = PARITY;
    out.confidence[slot] = (forwards.agreeing[slot] as number) / (forwards.pairs[slot] as number);
  }
  return out;
};
