import { BOOK_LEVELS, type Book, bestAsk, bestBid, isCrossed } from '../../market/book.ts';
import { instant } from '../../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';
import { bookFault } from './book-imbalance.ts';
import { createSlots, type Slots, slotAt, slotSum } from './slots.ts';

const DEPTH_ROWS = 5;
const ASK = 0;
const BID = 1;
const RESOLVED = 0;
const RECOVERED = 1;

export type LiquidityGrade = 'A' | 'B' | 'C' | 'D' | 'E' | 'F';

/** Between best and worst a component falls from 1 to 0 with the logarithm. */
export interface LiquidityScoreParams {
  readonly spreadBpsBest: number;
  readonly spreadBpsWorst: number;
  /** Of the thinner side's best five rows, dollars. */
  readonly depthDollarsBest: number;
  readonly depthDollarsWorst: number;
  /** A touch that lost half its size has recovered when 80 % of it is back within this time. */
  readonly recoverMs: number;
}

const DEFAULT_LIQUIDITY_SCORE: LiquidityScoreParams = {
  spreadBpsBest: 1,
  spreadBpsWorst: 25,
  depthDollarsBest: 1_000_000,
  depthDollarsWorst: 20_000,
  recoverMs: 1_000,
};

const WEIGHT_SPREAD = 0.4;
const WEIGHT_DEPTH = 0.4;
const WEIGHT_REPLENISHMENT = 0.2;
const DEPLETIONS_MIN = 10;
const DEPLETED = 0.5;
const RESTORED = 0.8;
const GRADES: readonly (readonly [number, LiquidityGrade])[] = [
  [75, 'A'],
  [60, 'B'],
  [45, 'C'],
  [35, 'D'],
  [25, 'E'],
];

/** How cheaply and how much could be traded now, and how fast the touch comes back after a loss. Two places: ask, bid. */
export interface LiquidityScore extends LiquidityScoreParams {
  spreadBps: number;
  readonly depthDollars: Float64Array;
  rows: number;
  broken: boolean;
  crossed: boolean;
  bookAt: number;
  readonly touchPrice: Float64Array;
  readonly touchSize: Float64Array;
  /** The touch that must come back; time is NaN while none is awaited. */
  readonly lostPrice: Float64Array;
  readonly lostSize: Float64Array;
  readonly lostAt: Float64Array;
  readonly slots: Slots;
}

export interface LiquidityScoreView {
  /** 0 … 100; confidence is the weight of the components that were measured. */
  readonly score: Measured;
  /** A from 75, B 60, C 45, D 35, E 25, F below. */
  readonly grade: Measured<LiquidityGrade>;
  readonly spreadBps: Measured;
  readonly bidDepthDollars: Measured;
  readonly askDepthDollars: Measured;
  /** Share of lost touches of the last five minutes that came back in time, 0 … 1. */
  readonly replenishment: Measured;
}

export const LIQUIDITY_SCORE_MODULE: ModuleInfo = {
  name: 'liquidity-score',
  level: 2,
  cadence: 'book-change',
  warmUp: `one book; replenishment: ${DEPLETIONS_MIN} lost touches within five minutes`,
  ageMsMax: 5_000,
};

export const createLiquidityScore = (params: Partial<LiquidityScoreParams> = {}): LiquidityScore => ({
  ...DEFAULT_LIQUIDITY_SCORE,
  ...params,
  spreadBps: Number.NaN,
  depthDollars: new Float64Array(2),
  rows: 0,
  broken: false,
  crossed: false,
  bookAt: Number.NaN,
  touchPrice: new Float64Array(2).fill(Number.NaN),
  touchSize: new Float64Array(2).fill(Number.NaN),
  lostPrice: new Float64Array(2),
  lostSize: new Float64Array(2),
  lostAt: new Float64Array(2).fill(Number.NaN),
  slots: createSlots(10_000, 30, 2),
});

const resolve = (state: LiquidityScore, side: number, recovered: number, at: number): void => {
  state.lostAt[side] = Number.NaN;
  const offset = slotAt(state.slots, at);
  if (offset < 0) return;
  const { sums } = state.slots;
  sums[offset + RESOLVED] = (sums[offset + RESOLVED] ?? 0) + 1;
  sums[offset + RECOVERED] = (sums[offset + RECOVERED] ?? 0) + recovered;
};

/** Follows one side's touch: what it lost, and whether that came back in time. */
const followTouch = (state: LiquidityScore, side: number, price: number, size: number, at: number): void => {
  const toward = side === BID ? 1 : -1;
  const lostAt = state.lostAt[side] ?? Number.NaN;
  if (!Number.isNaN(lostAt)) {
    const gained = toward * (price - (state.lostPrice[side] ?? 0));
    const back = gained > 0 || (gained === 0 && size >= RESTORED * (state.lostSize[side] ?? 0));
    if (at - lostAt > state.recoverMs) resolve(state, side, 0, at);
    else if (back) resolve(state, side, 1, at);
  }
  const before = state.touchPrice[side] ?? Number.NaN;
  const sizeBefore = state.touchSize[side] ?? Number.NaN;
  const gained = toward * (price - before);
  const lost = gained < 0 || (gained === 0 && size <= DEPLETED * sizeBefore);
  if (lost && Number.isNaN(state.lostAt[side] ?? Number.NaN)) {
    state.lostPrice[side] = before;
    state.lostSize[side] = sizeBefore;
    state.lostAt[side] = at;
  }
  state.touchPrice[side] = price;
  state.touchSize[side] = size;
};

const forgetTouches = (state: LiquidityScore): void => {
  state.touchPrice.fill(Number.NaN);
  state.lostAt.fill(Number.NaN);
};

export const onLiquidityBook = (state: LiquidityScore, book: Book, at: number): void => {
  const { price, size, bidCount, askCount } = book;
  state.bookAt = at;
  state.broken = book.broken;
  state.crossed = isCrossed(book);
  state.rows = Math.min(bidCount, askCount);
  if (state.rows === 0 || state.broken || state.crossed) {
    forgetTouches(state);
    return;
  }
  const bid = bestBid(book);
  const ask = bestAsk(book);
  state.spreadBps = ((ask - bid) / ((ask + bid) / 2)) * 1e4;
  let below = 0;
  let above = 0;
  for (let level = 0; level < DEPTH_ROWS && level < bidCount; level++)
    below += (price[BOOK_LEVELS + level] ?? 0) * (size[BOOK_LEVELS + level] ?? 0);
  for (let level = 0; level < DEPTH_ROWS && level < askCount; level++)
    above += (price[level] ?? 0) * (size[level] ?? 0);
  state.depthDollars[BID] = below;
  state.depthDollars[ASK] = above;
  followTouch(state, BID, bid, size[BOOK_LEVELS] ?? 0, at);
  followTouch(state, ASK, ask, size[0] ?? 0, at);
};

/** 1 at `best`, 0 at `worst`, straight in the logarithm between. */
const component = (value: number, best: number, worst: number): number =>
  value > 0 ? Math.min(1, Math.max(0, Math.log(worst / value) / Math.log(worst / best))) : best < worst ? 1 : 0;

const gradeOf = (score: number): LiquidityGrade => GRADES.find(([from]) => score >= from)?.[1] ?? 'F';

export const liquidityScoreView = (state: LiquidityScore, at: number): LiquidityScoreView => {
  const ageMs = at - state.bookAt;
  const fault = bookFault(state.rows, state.broken, state.crossed, ageMs, LIQUIDITY_SCORE_MODULE.ageMsMax);
  const [ask = 0, bid = 0] = state.depthDollars;
  const resolved = slotSum(state.slots, RESOLVED, at);
  const share = resolved >= DEPLETIONS_MIN ? slotSum(state.slots, RECOVERED, at) / resolved : null;
  const figure = <T>(value: T, confidence = 1): Measured<T> =>
    fault === null ? measured(value, instant(state.bookAt), 'book', confidence) : absent(fault, 'book');
  const fixed =
    WEIGHT_SPREAD * component(state.spreadBps, state.spreadBpsBest, state.spreadBpsWorst) +
    WEIGHT_DEPTH * component(Math.min(bid, ask), state.depthDollarsBest, state.depthDollarsWorst);
  const weight = WEIGHT_SPREAD + WEIGHT_DEPTH + (share === null ? 0 : WEIGHT_REPLENISHMENT);
  const score = (100 * (fixed + WEIGHT_REPLENISHMENT * (share ?? 0))) / weight;
  return {
    score: figure(score, weight),
    grade: figure(gradeOf(score), weight),
    spreadBps: figure(state.spreadBps),
    bidDepthDollars: figure(bid),
    askDepthDollars: figure(ask),
    replenishment: share === null ? absent('warming-up', 'book') : figure(share),
  };
};
