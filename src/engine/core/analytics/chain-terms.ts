import type { ChainColumns } from '../market/chain.ts';
import type { BoundaryBanks } from '../pricing/american-bank.ts';
import type { KeptBoundaries } from '../pricing/american-chain.ts';
import type { ChainCarry } from '../pricing/chain-greeks.ts';
import { type Dividends, dividendYieldUntil } from '../pricing/dividends.ts';
import { type ExerciseStyle, exerciseStyleOf } from '../pricing/exercise.ts';
import { flatRate } from '../pricing/rates.ts';
import type { Instant } from '../types.ts';
import { type ImpliedForwards, impliedForwards } from './implied-forwards.ts';

/** Continuously compounded decimals per year. */
export interface Rates {
  readonly rate: number;
  readonly dividendYield: number;
  /** Expected dividends by underlying, where known: they take the yield's place. */
  readonly dividends?: Readonly<Record<string, Dividends>>;
}

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

/** By what a chain is priced. */
export interface ChainTerms {
  readonly style: ExerciseStyle;
  /** Of the chain that told it. */
  readonly chainAt: Instant | null;
  readonly contracts: number;
  readonly carry: ExpiryCarry;
  /** ln of the spot that the chain's forwards point to over the spot used; 0 when nothing tells them apart. */
  readonly spotShift: number;
  /** Where the dividends given came from. */
  readonly dividendsFrom: string;
}

const PARITY = CARRY_BASES.indexOf('put-call-parity');
const NEIGHBOURS = CARRY_BASES.indexOf('neighbouring-parity');

const FLAT = 'a yield of the settings';

const givenCarry = (chain: ChainColumns, years: Float64Array, spot: number, at: Instant, rates: Rates): ExpiryCarry => {
  const dividends = rates.dividends?.[chain.underlying];
  const inputs = dividends && { rates: flatRate(rates.rate, 'given', at), dividends };
  return {
    rate: years.map(() => rates.rate),
    dividendYield: years.map((t) => (inputs ? dividendYieldUntil(spot, at, t, inputs) : rates.dividendYield)),
    basis: new Uint8Array(years.length),
    confidence: new Float64Array(years.length).fill(1),
    pairs: new Uint16Array(years.length),
  };
};

/** European options at one rate and one yield. */
export const flatTerms = (rates: Rates, slots: number): ChainTerms => ({
  style: 'european',
  chainAt: null,
  contracts: 0,
  carry: {
    rate: new Float64Array(slots).fill(rates.rate),
    dividendYield: new Float64Array(slots).fill(rates.dividendYield),
    basis: new Uint8Array(slots),
    confidence: new Float64Array(slots).fill(1),
    pairs: new Uint16Array(slots),
  },
  spotShift: 0,
  dividendsFrom: FLAT,
});

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
const applyForwards = (
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
const UNHELD: ReadonlySet<string> = new Set(['VIX']);

/** Every forward as it stands. */
const takeForwards = (
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

/** A second look is worth it where the first moved a yield by more than this: early exercise then weighs differently. */
const SETTLED = 0.002;

/** What is kept of an underlying's exercise boundaries: at the carry given, and at what its chains told. */
export interface ChainBoundaries {
  readonly given: BoundaryBanks;
  readonly told: BoundaryBanks;
}
export const createChainBoundaries = (): ChainBoundaries => ({ given: new Map(), told: new Map() });

/** For one chain; null keeps nothing. */
export const boundariesAt = (
  boundaries: ChainBoundaries | null,
  which: keyof ChainBoundaries,
  { expiries }: ChainColumns,
): KeptBoundaries | null => boundaries && { banks: boundaries[which], expiries };

/**
 * By the chain's own calls and puts where they tell the forward, else by the rate and dividends given. `at` is the
 * instant that `years` count from, `spot` the underlying's price then. A spot of another moment than the quotes moves all
 * forwards alike: what the near expiries' forwards start from is told apart from the carry and left out of it.
 */
export const chainTerms = (
  chain: ChainColumns,
  years: Float64Array,
  spot: number,
  at: Instant,
  rates: Rates,
  boundaries: ChainBoundaries | null = null,
): ChainTerms => {
  const style = exerciseStyleOf(chain.underlying);
  const given = givenCarry(chain, years, spot, at, rates);
  const kept = boundariesAt(boundaries, 'given', chain);
  const forwards = impliedForwards(chain, years, spot, given, style, kept);
  let fitted = UNHELD.has(chain.underlying)
    ? { carry: takeForwards(given, forwards, years, spot), spotShift: 0 }
    : applyForwards(given, forwards, years, spot);
  const moved = fitted.carry.dividendYield.some(
    (q, slot) => Math.abs(q - (given.dividendYield[slot] as number)) > SETTLED,
  );
  if (style === 'american' && moved) {
    const told = boundariesAt(boundaries, 'told', chain);
    fitted = applyForwards(given, impliedForwards(chain, years, spot, fitted.carry, style, told), years, spot);
  }
  return {
    style,
    chainAt: chain.receivedAt,
    contracts: chain.rowCount,
    ...fitted,
    dividendsFrom: rates.dividends?.[chain.underlying]?.source ?? FLAT,
  };
};
