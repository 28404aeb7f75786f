import { instant } from '../../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';
import { createSlots, type Slots, slotAt, slotSum } from './slots.ts';

const EFFECTIVE = 0;
const EFFECTIVE_BPS = 1;
const SHARES = 2;

/** Quoted spread now, and effective spread of the signed trades of the last minute. Prices in dollars. */
export interface Spread {
  bidPrice: number;
  askPrice: number;
  quoteAt: number;
  tradeAt: number;
  readonly slots: Slots;
}

export interface SpreadView {
  /** Ask − bid, dollars. */
  readonly quoted: Measured;
  /** Ask − bid over the middle, 1e-4. */
  readonly quotedBps: Measured;
  /** 2 · sign · (price − middle before the trade), dollars, weighted by shares. Negative when traded inside out. */
  readonly effective: Measured;
  readonly effectiveBps: Measured;
  /** Shares of signed trades behind the effective figures. */
  readonly shares: number;
}

export const SPREAD_MODULE: ModuleInfo = {
  name: 'spread',
  level: 2,
  cadence: 'quote',
  warmUp: 'one two-sided quote; effective: one signed trade in the last 60 s',
  ageMsMax: 5_000,
};

export const createSpread = (): Spread => ({
  bidPrice: Number.NaN,
  askPrice: Number.NaN,
  quoteAt: Number.NaN,
  tradeAt: Number.NaN,
  slots: createSlots(1_000, 60, 3),
});

export const onSpreadQuote = (state: Spread, bidPrice: number, askPrice: number, at: number): void => {
  state.bidPrice = bidPrice;
  state.askPrice = askPrice;
  state.quoteAt = at;
};

/** To be called before the quote that the trade itself caused. An unsigned trade (0) has no effective spread. */
export const onSpreadTrade = (state: Spread, price: number, size: number, sign: number, at: number): void => {
  const middle = (state.bidPrice + state.askPrice) / 2;
  if (sign === 0 || !(price > 0 && size > 0 && size < Infinity)) return;
  if (!(state.bidPrice > 0 && state.bidPrice <= state.askPrice && at - state.quoteAt <= SPREAD_MODULE.ageMsMax)) return;
  const offset = slotAt(state.slots, at);
  if (offset < 0) return;
  const { sums } = state.slots;
  const effective = 2 * sign * (price - middle);
  sums[offset + EFFECTIVE] = (sums[offset + EFFECTIVE] ?? 0) + effective * size;
  sums[offset + EFFECTIVE_BPS] = (sums[offset + EFFECTIVE_BPS] ?? 0) + (effective / middle) * 1e4 * size;
  sums[offset + SHARES] = (sums[offset + SHARES] ?? 0) + size;
  state.tradeAt = at;
};

const quoteFault = (state: Spread, at: number): string | null => {
  if (!(state.bidPrice > 0 && state.askPrice > 0 && state.askPrice < Infinity)) return 'no-quote';
  if (state.bidPrice > state.askPrice) return 'crossed-quote';
  return at - state.quoteAt > SPREAD_MODULE.ageMsMax ? 'stale' : null;
};

export const spreadView = (state: Spread, at: number): SpreadView => {
  const fault = quoteFault(state, at);
  const quoted = state.askPrice - state.bidPrice;
  const quote = (value: number): Measured =>
    fault === null ? measured(value, instant(state.quoteAt), 'quotes') : absent(fault, 'quotes');
  const shares = slotSum(state.slots, SHARES, at);
  const trade = (column: number): Measured =>
    shares > 0
      ? measured(slotSum(state.slots, column, at) / shares, instant(state.tradeAt), 'trades')
      : absent('no-signed-trades', 'trades');
  return {
    quoted: quote(quoted),
    quotedBps: quote((quoted / ((state.bidPrice + state.askPrice) / 2)) * 1e4),
    effective: trade(EFFECTIVE),
    effectiveBps: trade(EFFECTIVE_BPS),
    shares,
  };
};
