import { instant } from '../../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';
import { createSlots, type Slots, slotAt, slotSum } from './slots.ts';

const BUY_SHARES = 0;
const SELL_SHARES = 1;
const UNSIGNED_SHARES = 2;
const NET_DOLLARS = 3;
const LARGE_TRADES = 4;
/** Eight size classes to the octave, up to 2^31 shares: a class is at most an eighth wide. */
const CLASSES_PER_OCTAVE_BITS = 3;
const CLASSES = 32 << CLASSES_PER_OCTAVE_BITS;
const REVIEW_TRADES = 64;
const FORGET_TRADES = 65_536;

export interface LargeTradeFlowParams {
  /** Share of trades that are not large. */
  readonly quantile: number;
  /** Trades seen before any is called large. */
  readonly tradesMin: number;
}

const DEFAULTS: LargeTradeFlowParams = { quantile: 0.99, tradesMin: 500 };

/** Signed volume of the trades that are large by the symbol's own sizes so far, over five minutes. */
export interface LargeTradeFlow extends LargeTradeFlowParams {
  readonly slots: Slots;
  /** Trades per size class, halved now and then so that the past fades. */
  readonly sizeCounts: Uint32Array;
  counted: number;
  trades: number;
  /** A trade of at least this many shares is large; NaN before `tradesMin` trades. */
  thresholdShares: number;
  tradeAt: number;
}

export interface LargeTradeFlowView {
  readonly thresholdShares: Measured;
  /** Bought − sold by large trades, shares; trades of unknown side in neither. */
  readonly netShares: Measured;
  /** The same in dollars at each trade's price. */
  readonly netDollars: Measured;
  /** Net over signed large volume: −1 all sold … 1 all bought. */
  readonly imbalance: Measured;
  readonly buyShares: number;
  readonly sellShares: number;
  readonly unsignedShares: number;
  readonly largeTrades: number;
}

export const LARGE_TRADE_FLOW_MODULE: ModuleInfo = {
  name: 'large-trade-flow',
  level: 2,
  cadence: 'trade',
  warmUp: `${DEFAULTS.tradesMin} trades`,
  ageMsMax: 60_000,
};

export const createLargeTradeFlow = (params: Partial<LargeTradeFlowParams> = {}): LargeTradeFlow => ({
  ...DEFAULTS,
  ...params,
  slots: createSlots(5_000, 60, 5),
  sizeCounts: new Uint32Array(CLASSES),
  counted: 0,
  trades: 0,
  thresholdShares: Number.NaN,
  tradeAt: Number.NaN,
});

/** Class of a whole size: octave and its eighth. Fractions of a share count with the share below, at least one. */
const classOf = (size: number): number => {
  const whole = size >= 2_147_483_647 ? 2_147_483_647 : size < 1 ? 1 : size | 0;
  const octave = 31 - Math.clz32(whole);
  const eighth = octave >= 3 ? (whole >>> (octave - 3)) & 7 : (whole << (3 - octave)) & 7;
  return (octave << CLASSES_PER_OCTAVE_BITS) + eighth;
};

/** Smallest size of a class. */
const classFrom = (index: number): number => {
  const octave = index >> CLASSES_PER_OCTAVE_BITS;
  return Math.ceil(2 ** octave * (1 + (index & 7) / 8));
};

/** The first class edge with no more than `1 - quantile` of the trades at or above it. */
const reviewThreshold = (state: LargeTradeFlow): void => {
  const { sizeCounts } = state;
  const allowed = state.counted * (1 - state.quantile);
  let above = 0;
  let index = CLASSES - 1;
  for (; index >= 0; index--) {
    above += sizeCounts[index] ?? 0;
    if (above > allowed) break;
  }
  state.thresholdShares = classFrom(index + 1);
  if (state.counted < FORGET_TRADES) return;
  let kept = 0;
  for (let i = 0; i < CLASSES; i++) {
    const half = (sizeCounts[i] ?? 0) >>> 1;
    sizeCounts[i] = half;
    kept += half;
  }
  state.counted = kept;
};

const add = (sums: Float64Array, at: number, value: number): void => {
  sums[at] = (sums[at] ?? 0) + value;
};

/** `sign` of the aggressor by `signTrade`. The trade is judged by the sizes before it. */
export const onLargeTrade = (state: LargeTradeFlow, price: number, size: number, sign: number, at: number): void => {
  if (!(price > 0 && price < Infinity && size > 0 && size < Infinity)) return;
  state.tradeAt = at;
  if (size >= state.thresholdShares) {
    const offset = slotAt(state.slots, at);
    if (offset >= 0) {
      const { sums } = state.slots;
      add(sums, offset + (sign > 0 ? BUY_SHARES : sign < 0 ? SELL_SHARES : UNSIGNED_SHARES), size);
      add(sums, offset + NET_DOLLARS, sign * price * size);
      add(sums, offset + LARGE_TRADES, 1);
    }
  }
  const index = classOf(size);
  state.sizeCounts[index] = (state.sizeCounts[index] ?? 0) + 1;
  state.counted++;
  state.trades++;
  if (state.trades >= state.tradesMin && (state.trades === state.tradesMin || state.trades % REVIEW_TRADES === 0))
    reviewThreshold(state);
};

export const largeTradeFlowView = (state: LargeTradeFlow, at: number): LargeTradeFlowView => {
  const sum = (column: number): number => slotSum(state.slots, column, at);
  const stale = !(at - state.tradeAt <= LARGE_TRADE_FLOW_MODULE.ageMsMax);
  const fault = Number.isNaN(state.thresholdShares) ? 'warming-up' : stale ? 'stale' : null;
  const [buyShares, sellShares] = [sum(BUY_SHARES), sum(SELL_SHARES)];
  const signed = buyShares + sellShares;
  const figure = (value: number, reason: string | null = null): Measured => {
    const why = fault ?? reason;
    return why === null ? measured(value, instant(state.tradeAt), 'trades') : absent(why, 'trades');
  };
  return {
    thresholdShares: figure(state.thresholdShares),
    netShares: figure(buyShares - sellShares),
    netDollars: figure(sum(NET_DOLLARS)),
    imbalance: figure((buyShares - sellShares) / signed, signed > 0 ? null : 'no-large-trades'),
    buyShares,
    sellShares,
    unsignedShares: sum(UNSIGNED_SHARES),
    largeTrades: sum(LARGE_TRADES),
  };
};
