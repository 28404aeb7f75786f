import { type Instant, instant } from '../types.ts';

const MINUTE_MS = 60_000;
/** Clocks of vendor and machine may differ by this much before a stamp counts as one of the future. */
const FUTURE_MS_MAX = 2000;

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
  /** Start of the open bar's minute; NaN when none is open. */
  minuteAt: number;
  /** End of the last closed bar: a trade stamped before it is late. NaN before the first. */
  closedThrough: number;
  /** Trades of an earlier minute than the open bar's: a closed bar is never changed, so they are in none. */
  lateTrades: number;
  /** Trades without a price or a size. */
  refusedTrades: number;
  /** Trades stamped later than they arrived: one would close every bar up to its stamp. In none. */
  futureTrades: number;
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
    closedThrough: Number.NaN,
    lateTrades: 0,
    refusedTrades: 0,
    futureTrades: 0,
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

/** A trade of another minute than the open one: late, or the first of its own. True when it closed the bar before it. */
const turnMinute = (bars: Bars, price: number, size: number, sourceAt: number): boolean => {
  const minuteAt = sourceAt - (sourceAt % MINUTE_MS);
  if (minuteAt < bars.minuteAt || minuteAt < bars.closedThrough) {
    bars.lateTrades++;
    return false;
  }
  const closes = !Number.isNaN(bars.minuteAt);
  if (closes) {
    bars.closedThrough = bars.minuteAt + MINUTE_MS;
    bars.closed++;
  }
  openBar(bars, price, size, minuteAt);
  return closes;
};

/** Folds one trade, arrived `at`, into the minute of its own stamp. True when it closed the bar before it. */
export const addTrade = (
  bars: Bars,
  price: number,
  size: number,
  sourceAt: Instant,
  at: Instant = sourceAt,
): boolean => {
  if (!(price > 0 && price < Infinity && size > 0 && size < Infinity && Number.isFinite(sourceAt))) {
    bars.refusedTrades++;
    return false;
  }
  if (sourceAt > at + FUTURE_MS_MAX) {
    bars.futureTrades++;
    return false;
  }
  if (!(sourceAt >= bars.minuteAt && sourceAt < bars.minuteAt + MINUTE_MS))
    return turnMinute(bars, price, size, sourceAt);
  const slot = bars.closed % bars.capacity;
  if (price > (bars.high[slot] ?? price)) bars.high[slot] = price;
  if (price < (bars.low[slot] ?? price)) bars.low[slot] = price;
  bars.close[slot] = price;
  bars.volume[slot] = (bars.volume[slot] ?? 0) + size;
  bars.notional[slot] = (bars.notional[slot] ?? 0) + price * size;
  bars.trades[slot] = (bars.trades[slot] ?? 0) + 1;
  return false;
};

/** Closes the open bar once its minute ended more than `graceMs` ago, though no later trade came. True when it did. */
export const closeDueBar = (bars: Bars, at: Instant, graceMs: number): boolean => {
  if (!(at >= bars.minuteAt + MINUTE_MS + graceMs)) return false;
  bars.closedThrough = bars.minuteAt + MINUTE_MS;
  bars.minuteAt = Number.NaN;
  bars.closed++;
  return true;
};

/** The open bar (`back` 0), or the `back`th closed one before it; null when it does not exist or has left the ring. */
export const barAt = (bars: Bars, back: number): Bar | null => {
  const number = bars.closed - back;
  if (back < 0 || number < 0 || back >= bars.capacity) return null;
  if (back === 0 && Number.isNaN(bars.minuteAt)) return null;
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
