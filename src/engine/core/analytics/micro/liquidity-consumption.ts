import { BOOK_LEVELS, type Book, isCrossed } from '../../market/book.ts';
import { instant } from '../../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';
import { createSlots, type Slots, slotAt, slotSum } from './slots.ts';

const BUY_SHARES = 0;
const SELL_SHARES = 1;
const BUY_SWEEPS = 2;
const SELL_SWEEPS = 3;
const BUY_SWEPT = 4;
const SELL_SWEPT = 5;
const DEPTH_ROWS = 5;

export interface LiquidityConsumptionParams {
  /** Trades of one side no further apart than this, prices never turning back, are one aggressive order's. */
  readonly runGapMs: number;
  /** Distinct prices from which such a run is a sweep. */
  readonly sweepPricesMin: number;
}

const DEFAULTS: LiquidityConsumptionParams = { runGapMs: 50, sweepPricesMin: 3 };

/** What aggressors took from the book in the last minute: shares, sweeps of price levels, against what is displayed. */
export interface LiquidityConsumption extends LiquidityConsumptionParams {
  readonly slots: Slots;
  tradeAt: number;
  /** The run of trades that goes on: side, shares, distinct prices. */
  runSign: number;
  runShares: number;
  runPrices: number;
  runPrice: number;
  /** Displayed shares of the best five rows; NaN while nothing may be read off the book. */
  bidDepth: number;
  askDepth: number;
  bookAt: number;
}

export interface LiquidityConsumptionView {
  /** Shares bought by aggressors in the last 60 s over the ask's displayed five rows: 2 ate it twice. */
  readonly askConsumption: Measured;
  /** Shares sold by aggressors over the bid's displayed five rows. */
  readonly bidConsumption: Measured;
  readonly buyShares: number;
  readonly sellShares: number;
  /** Runs through at least three prices, and the shares in them. */
  readonly buySweeps: number;
  readonly sellSweeps: number;
  readonly buySweptShares: number;
  readonly sellSweptShares: number;
}

export const LIQUIDITY_CONSUMPTION_MODULE: ModuleInfo = {
  name: 'liquidity-consumption',
  level: 2,
  cadence: 'trade',
  warmUp: '60 s of signed trades, one book',
  ageMsMax: 5_000,
};

export const createLiquidityConsumption = (params: Partial<LiquidityConsumptionParams> = {}): LiquidityConsumption => ({
  ...DEFAULTS,
  ...params,
  slots: createSlots(1_000, 60, 6),
  tradeAt: Number.NaN,
  runSign: 0,
  runShares: 0,
  runPrices: 0,
  runPrice: Number.NaN,
  bidDepth: Number.NaN,
  askDepth: Number.NaN,
  bookAt: Number.NaN,
});

const add = (sums: Float64Array, at: number, value: number): void => {
  sums[at] = (sums[at] ?? 0) + value;
};

/** A sweep counts from the trade that makes it one, with all the shares of the run so far. */
export const onConsumptionTrade = (
  state: LiquidityConsumption,
  price: number,
  size: number,
  sign: number,
  at: number,
): void => {
  if (sign === 0 || !(price > 0 && size > 0 && size < Infinity)) return;
  const offset = slotAt(state.slots, at);
  if (offset < 0) return;
  const { sums } = state.slots;
  const side = sign > 0 ? 0 : 1;
  add(sums, offset + BUY_SHARES + side, size);
  const step = sign * (price - state.runPrice);
  if (sign !== state.runSign || !(at - state.tradeAt <= state.runGapMs && step >= 0)) {
    state.runSign = sign;
    state.runShares = 0;
    state.runPrices = 0;
    state.runPrice = Number.NaN;
  }
  state.runShares += size;
  if (price !== state.runPrice) {
    state.runPrices++;
    state.runPrice = price;
    if (state.runPrices === state.sweepPricesMin) {
      add(sums, offset + BUY_SWEEPS + side, 1);
      add(sums, offset + BUY_SWEPT + side, state.runShares - size);
    }
  }
  if (state.runPrices >= state.sweepPricesMin) add(sums, offset + BUY_SWEPT + side, size);
  state.tradeAt = at;
};

export const onConsumptionBook = (state: LiquidityConsumption, book: Book, at: number): void => {
  state.bookAt = at;
  if (book.broken || isCrossed(book)) {
    state.bidDepth = state.askDepth = Number.NaN;
    return;
  }
  let bid = 0;
  let ask = 0;
  for (let level = 0; level < DEPTH_ROWS && level < book.bidCount; level++) bid += book.size[BOOK_LEVELS + level] ?? 0;
  for (let level = 0; level < DEPTH_ROWS && level < book.askCount; level++) ask += book.size[level] ?? 0;
  state.bidDepth = bid;
  state.askDepth = ask;
};

export const liquidityConsumptionView = (state: LiquidityConsumption, at: number): LiquidityConsumptionView => {
  const sum = (column: number): number => slotSum(state.slots, column, at);
  const warm = Math.floor(at / 1_000) - state.slots.firstNumber >= 59;
  const stale = at - state.bookAt > LIQUIDITY_CONSUMPTION_MODULE.ageMsMax;
  const consumption = (shares: number, depth: number): Measured => {
    if (!(depth > 0)) return absent('no-book', 'trades');
    if (stale) return absent('stale', 'trades');
    return warm ? measured(shares / depth, instant(state.bookAt), 'trades') : absent('warming-up', 'trades');
  };
  const [buyShares, sellShares] = [sum(BUY_SHARES), sum(SELL_SHARES)];
  return {
    askConsumption: consumption(buyShares, state.askDepth),
    bidConsumption: consumption(sellShares, state.bidDepth),
    buyShares,
    sellShares,
    buySweeps: sum(BUY_SWEEPS),
    sellSweeps: sum(SELL_SWEEPS),
    buySweptShares: sum(BUY_SWEPT),
    sellSweptShares: sum(SELL_SWEPT),
  };
};
