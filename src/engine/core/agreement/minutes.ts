import { type Bars, barAt, createBars } from '../analytics/bars.ts';
import { isComplete, type LevelOne } from '../analytics/level-one/level-one.ts';
import type { FiveSecondBarSeen } from '../inputs.ts';
import { type Instant, instant } from '../types.ts';

const MINUTE_MS = 60_000;
const BARS_PER_MINUTE = 12;
/** Minutes of ours that are searched for the broker's: it is not late by more. */
const LOOK_BACK = 8;

/**
 * Prints are stamped in whole seconds and bars are cut by the broker's own clock: what trades about the turn of a minute is
 * in the one on one side and in the next on the other, a second or two of sixty at either end. Smaller differences are
 * that, and are only shown. Shares that volumes may differ by, and the part of the volume.
 */
const VOLUME_MIN = 100;
const VOLUME_FRACTION = 0.05;
/** Dollars that highs and lows may differ by, and the part of the price. Opens and closes are at the turn itself. */
const PRICE_MIN = 0.05;
const PRICE_FRACTION = 0.0003;

/** One minute, ours beside the broker's. */
export interface MinuteComparison {
  readonly minuteAt: Instant;
  readonly volumeOurs: number;
  readonly volumeTheirs: number;
  readonly tradesOurs: number;
  readonly tradesTheirs: number;
  /** The larger difference of high and low, dollars; 0 where neither has any. */
  readonly priceDifference: number;
  readonly agrees: boolean;
}

/**
 * Minute bars put together from the broker's five-second bars, kept beside those we make from its prints. Both come from
 * one broker by two ways: a print that was lost or taken twice on one of them shows as a difference.
 */
export interface BrokerMinutes {
  readonly bars: Bars;
  /** Five-second bars in the open minute. */
  fives: number;
  lastOpenAt: number;
  /** A complete minute that waits for ours to be closed; NaN without one. */
  pendingAt: number;
  compared: number;
  disagreed: number;
  /** Minutes that one side did not hear in full. */
  incomplete: number;
  refused: number;
  last: MinuteComparison | null;
}

export const createBrokerMinutes = (): BrokerMinutes => ({
  bars: createBars(64),
  fives: 0,
  lastOpenAt: Number.NaN,
  pendingAt: Number.NaN,
  compared: 0,
  disagreed: 0,
  incomplete: 0,
  refused: 0,
  last: null,
});

const closeMinute = (state: BrokerMinutes): void => {
  const { bars } = state;
  if (Number.isNaN(bars.minuteAt)) return;
  if (state.fives === BARS_PER_MINUTE) state.pendingAt = bars.minuteAt;
  else state.incomplete++;
  bars.closedThrough = bars.minuteAt + MINUTE_MS;
  bars.minuteAt = Number.NaN;
  bars.closed++;
};

const openMinute = (state: BrokerMinutes, minuteAt: number): void => {
  const { bars } = state;
  const slot = bars.closed % bars.capacity;
  bars.minuteAt = minuteAt;
  bars.openAt[slot] = minuteAt;
  for (const column of [bars.open, bars.high, bars.low, bars.close]) column[slot] = Number.NaN;
  for (const column of [bars.volume, bars.notional, bars.trades]) column[slot] = 0;
  state.fives = 0;
};

const merge = ({ bars }: BrokerMinutes, bar: FiveSecondBarSeen): void => {
  const slot = bars.closed % bars.capacity;
  // Where nothing traded, the broker repeats the last price: it is no print of this minute.
  if (!(bar.volume > 0)) return;
  if (Number.isNaN(bars.open[slot])) {
    bars.open[slot] = bar.open;
    bars.high[slot] = bar.high;
    bars.low[slot] = bar.low;
  }
  bars.high[slot] = Math.max(bars.high[slot] ?? Number.NaN, bar.high);
  bars.low[slot] = Math.min(bars.low[slot] ?? Number.NaN, bar.low);
  bars.close[slot] = bar.close;
  bars.volume[slot] = (bars.volume[slot] ?? 0) + bar.volume;
  bars.notional[slot] = (bars.notional[slot] ?? 0) + bar.vwap * bar.volume;
  bars.trades[slot] = (bars.trades[slot] ?? 0) + bar.trades;
};

/** One five-second bar; out of order, repeated or without figures it is refused and counted. */
export const onBrokerFive = (state: BrokerMinutes, bar: FiveSecondBarSeen): void => {
  const { openAt, open, high, low, close, volume } = bar;
  const whole = Number.isFinite(open + high + low + close + volume) && low <= high && volume >= 0 && low > 0;
  if (!whole || openAt <= state.lastOpenAt || openAt % 5_000 !== 0) {
    state.refused++;
    return;
  }
  state.lastOpenAt = openAt;
  const minuteAt = openAt - (openAt % MINUTE_MS);
  if (minuteAt !== state.bars.minuteAt) {
    closeMinute(state);
    openMinute(state, minuteAt);
  }
  merge(state, bar);
  state.fives++;
  if (openAt === minuteAt + MINUTE_MS - 5_000) closeMinute(state);
};

interface Figures {
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly trades: number;
}
const NOTHING: Figures = {
  high: Number.NaN,
  low: Number.NaN,
  close: Number.NaN,
  volume: 0,
  trades: 0,
};

const minuteOf = (bars: Bars, minuteAt: number): Figures => {
  for (let back = 1; back <= LOOK_BACK; back++) {
    const bar = barAt(bars, back);
    if (bar === null || bar.openAt < minuteAt) break;
    if (bar.openAt === minuteAt) return bar;
  }
  return NOTHING;
};

const priceDifference = (ours: Figures, theirs: Figures): number => {
  if (ours.volume === 0 && theirs.volume === 0) return 0;
  if (ours.volume === 0 || theirs.volume === 0) return Number.POSITIVE_INFINITY;
  return Math.max(Math.abs(ours.high - theirs.high), Math.abs(ours.low - theirs.low));
};

/**
 * Compares the minute that waits, once ours is closed as well. The comparison where they disagree beyond the bounds; null
 * where they agree, or nothing is to be compared yet.
 */
export const compareMinute = (state: BrokerMinutes, levelOne: LevelOne): MinuteComparison | null => {
  const { pendingAt } = state;
  const { minutes } = levelOne.bars;
  // Ours is closed by the next minute's print, or by time alone.
  if (Number.isNaN(pendingAt) || !(minutes.closedThrough >= pendingAt + MINUTE_MS)) return null;
  state.pendingAt = Number.NaN;
  if (!isComplete(levelOne, pendingAt)) {
    state.incomplete++;
    return null;
  }
  const ours = minuteOf(minutes, pendingAt);
  const theirs = minuteOf(state.bars, pendingAt);
  const difference = priceDifference(ours, theirs);
  const volumeBound = Math.max(VOLUME_MIN, VOLUME_FRACTION * theirs.volume);
  const priceBound = Math.max(PRICE_MIN, PRICE_FRACTION * (Number.isNaN(theirs.close) ? 0 : theirs.close));
  const agrees = Math.abs(ours.volume - theirs.volume) <= volumeBound && difference <= priceBound + 1e-9;
  state.compared++;
  if (!agrees) state.disagreed++;
  state.last = {
    minuteAt: instant(pendingAt),
    volumeOurs: ours.volume,
    volumeTheirs: theirs.volume,
    tradesOurs: ours.trades,
    tradesTheirs: theirs.trades,
    priceDifference: difference,
    agrees,
  };
  return agrees ? null : state.last;
};
