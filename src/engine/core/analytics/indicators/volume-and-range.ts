import { type Definition, defineOne, isZero, periodOf } from './definition.ts';
import { createWilder, onWilder, trueRange, type Wilder } from './wilder.ts';

interface TrueRange {
  readonly mean: Wilder;
  previousClose: number;
}
const createTrueRange = (period: number): TrueRange => ({ mean: createWilder(period), previousClose: Number.NaN });
const onAtr = (state: TrueRange, high: number, low: number, close: number): number => {
  const { previousClose } = state;
  state.previousClose = close;
  return Number.isNaN(previousClose) ? Number.NaN : onWilder(state.mean, trueRange(high, low, previousClose));
};

/** Volume signed by where in its range the bar closed: −volume at the low … volume at the high. */
const flowOf = (high: number, low: number, close: number, volume: number): number =>
  high > low ? ((close - low - (high - close)) / (high - low)) * volume : 0;

interface Oscillator {
  readonly fastWeight: number;
  readonly slowWeight: number;
  /** Bars before the first figure. */
  wait: number;
  line: number;
  /** NaN before the first bar. */
  fast: number;
  slow: number;
}
const onAdosc = (state: Oscillator, flow: number): number => {
  state.line += flow;
  if (Number.isNaN(state.fast)) {
    state.fast = state.line;
    state.slow = state.line;
  } else {
    state.fast = state.fastWeight * state.line + (1 - state.fastWeight) * state.fast;
    state.slow = state.slowWeight * state.line + (1 - state.slowWeight) * state.slow;
  }
  if (state.wait > 0) {
    state.wait--;
    return Number.NaN;
  }
  return state.fast - state.slow;
};

interface OnBalance {
  line: number;
  previousClose: number;
}
const onObv = (state: OnBalance, close: number, volume: number): number => {
  const { previousClose } = state;
  state.previousClose = close;
  if (Number.isNaN(previousClose) || close > previousClose) state.line += volume;
  else if (close < previousClose) state.line -= volume;
  return state.line;
};

/** Shares (ad, adosc, obv), dollars (atr, trange and the prices), percent of the close (natr). */
export const VOLUME_AND_RANGE: Readonly<Record<string, Definition>> = {
  trange: defineOne(
    {},
    () => createTrueRange(1),
    (state, bar) => onAtr(state, bar.high, bar.low, bar.close),
  ),
  atr: defineOne(
    { period: 14 },
    (p) => createTrueRange(periodOf(p)),
    (state, bar) => onAtr(state, bar.high, bar.low, bar.close),
  ),
  natr: defineOne(
    { period: 14 },
    (p) => createTrueRange(periodOf(p)),
    (state, bar) => {
      const range = onAtr(state, bar.high, bar.low, bar.close);
      return isZero(bar.close) ? 0 : (range / bar.close) * 100;
    },
  ),
  ad: defineOne(
    {},
    () => ({ line: 0 }),
    (state, bar) => {
      state.line += flowOf(bar.high, bar.low, bar.close, bar.volume);
      return state.line;
    },
  ),
  adosc: defineOne(
    { fastPeriod: 3, slowPeriod: 10 },
    (p): Oscillator => ({
      fastWeight: 2 / (periodOf(p, 'fastPeriod') + 1),
      slowWeight: 2 / (periodOf(p, 'slowPeriod') + 1),
      wait: Math.max(periodOf(p, 'fastPeriod'), periodOf(p, 'slowPeriod')) - 1,
      line: 0,
      fast: Number.NaN,
      slow: Number.NaN,
    }),
    (state, bar) => onAdosc(state, flowOf(bar.high, bar.low, bar.close, bar.volume)),
  ),
  obv: defineOne(
    {},
    (): OnBalance => ({ line: 0, previousClose: Number.NaN }),
    (state, bar) => onObv(state, bar.close, bar.volume),
  ),
  avgprice: defineOne(
    {},
    () => null,
    (_, { open, high, low, close }) => (high + low + close + open) / 4,
  ),
  medprice: defineOne(
    {},
    () => null,
    (_, { high, low }) => (high + low) / 2,
  ),
  typprice: defineOne(
    {},
    () => null,
    (_, { high, low, close }) => (high + low + close) / 3,
  ),
  wclprice: defineOne(
    {},
    () => null,
    (_, { high, low, close }) => (high + low + close * 2) / 4,
  ),
};
