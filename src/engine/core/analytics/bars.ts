import { type Instant, instant } from '../types.ts';

const MINUTE_MS = 60_000;

/**
 * One-minute bars as a ring of columns: a closed bar's slot is its number modulo `capacity`; the open bar is in slot
 * `closed % capacity`. A minute without trades has no bar. Sizes in shares, prices in dollars.
 */
export interface Bars {
  readonly capacity: number;
  readonly openAt: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  /** Sum of price × size: VWAP is this over `volume`. */
  readonly notional: Float64Array;
  readonly trades: Float64Array;
  /** Bars closed since the start. */
  closed: number;
  /** Start of the open bar's minute; NaN before the first trade. */
  minuteAt: number;
  /** Trades of an earlier minute than the open bar's: a closed bar is never changed, so they are in none. */
  lateTrades: number;
  /** Trades without a price or a size. */
  refusedTrades: number;
}

export interface Bar {
  readonly openAt: Instant;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly vwap: number;
  readonly trades: number;
}

/** `capacity` counts the open bar; the default holds more than a session of 390 minutes. */
export const createBars = (capacity = 512): Bars => {
  const column = (): Float64Array => new Float64Array(capacity);
  return {
    capacity,
    openAt: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    notional: column(),
    trades: column(),
    closed: 0,
    minuteAt: Number.NaN,
    lateTrades: 0,
    refusedTrades: 0,
  };
};

const openBar = (bars: Bars, price: number, size: number, minuteAt: number): void => {
  const slot = bars.closed % bars.capacity;
  bars.minuteAt = minuteAt;
  bars.openAt[slot] = minuteAt;
  bars.open[slot] = price;
  bars.high[slot] = price;
  bars.low[slot] = price;
  bars.close[slot] = price;
  bars.volume[slot] = size;
  bars.notional[slot] = price * size;
  bars.trades[slot] = 1;
};

/** Folds one trade into the minute of its own stamp. True when it closed the bar before it. */
export const addTrade = (bars: Bars, price: number, size: number, sourceAt: Instant): boolean => {
  if (!(price > 0 && price < Infinity && size > 0 && size < Infinity && Number.isFinite(sourceAt))) {
    bars.refusedTrades++;
    return false;
  }
  const minuteAt = sourceAt - (sourceAt % MINUTE_MS);
  if (minuteAt < bars.minuteAt) {
    bars.lateTrades++;
    return false;
  }
  if (minuteAt !== bars.minuteAt) {
    const closes = !Number.isNaN(bars.minuteAt);
    if (closes) bars.closed++;
    openBar(bars, price, size, minuteAt);
    return closes;
  }
  const slot = bars.closed % bars.capacity;
  if (price > (bars.high[slot] ?? price)) bars.high[slot] = price;
  if (price < (bars.low[slot] ?? price)) bars.low[slot] = price;
  bars.close[slot] = price;
  bars.volume[slot] = (bars.volume[slot] ?? 0) + size;
  bars.notional[slot] = (bars.notional[slot] ?? 0) + price * size;
  bars.trades[slot] = (bars.trades[slot] ?? 0) + 1;
  return false;
};

/** The open bar (`back` 0), or the `back`th closed one before it; null when it does not exist or has left the ring. */
export const barAt = (bars: Bars, back: number): Bar | null => {
  const number = bars.closed - back;
  if (Number.isNaN(bars.minuteAt) || back < 0 || number < 0 || back >= bars.capacity) return null;
  const slot = number % bars.capacity;
  const volume = bars.volume[slot] ?? Number.NaN;
  return {
    openAt: instant(bars.openAt[slot] ?? Number.NaN),
    open: bars.open[slot] ?? Number.NaN,
    high: bars.high[slot] ?? Number.NaN,
    low: bars.low[slot] ?? Number.NaN,
    close: bars.close[slot] ?? Number.NaN,
    volume,
    vwap: (bars.notional[slot] ?? Number.NaN) / volume,
    trades: bars.trades[slot] ?? Number.NaN,
  };
};
