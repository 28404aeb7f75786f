import type { Instant } from '../../types.ts';
import { type Bar, type Bars, barAt } from '../bars.ts';
import { type BarSet, CLOSED, createBarSet, onBarSetTimer, onBarSetTrade, seriesOf } from '../bars-set.ts';
import {
  breakRealisedVolatility,
  createRealisedVolatility,
  onRealisedVolatilityBar,
  type RealisedVolatility,
} from '../realised-volatility.ts';
import { createIndicatorSet, type IndicatorChoice, type IndicatorSet, onIndicatorSetBar } from './indicator-set.ts';

/** Intervals on which indicators are kept. */
export type IndicatorInterval = '5m' | '30m' | '1d';
export const INDICATOR_INTERVALS: readonly IndicatorInterval[] = ['5m', '30m', '1d'];

const MINUTE_CLOSED = CLOSED['1m'];
const SESSIONS_PER_YEAR = 252;
/** 390 minutes of a regular session. */
const FIVES_PER_SESSION = 78;
/** Who comes in this long after a bar began has missed nothing to speak of. */
const MISSED_MS_MAX = 2000;

/** Bars wait so long for prints that are being fetched. */
const AWAITED_MS = 90_000;

/** Bars, indicators and realised volatility of one symbol. */
export interface LevelOne {
  readonly bars: BarSet;
  readonly sets: Readonly<Record<IndicatorInterval, IndicatorSet>>;
  /** Over 20 sessions. */
  readonly dayVolatility: RealisedVolatility;
  /** Over 24 bars of five minutes within sessions. */
  readonly fiveVolatility: RealisedVolatility;
  /** End of the last bar that each of them took; NaN before. */
  dayVolatilityAt: number;
  fiveVolatilityAt: number;
  /** When we began to listen: bars that began before are incomplete. NaN before the first input. */
  listeningSince: number;
  /** When the last trade with a price and a size arrived; NaN before. */
  lastTradeAt: number;
  /** The stream of prints is not whole: what it missed may yet be fetched, and belongs into the bars. */
  awaitsPrints: boolean;
  /** Closed bars kept from indicators and volatility, since we were not listening when they began. */
  incompleteBars: number;
}

export interface LevelOneParams {
  /** Minute bars that someone else reads as well: hand in, and let `onLevelOneTrade` alone fold trades into them. */
  readonly minutes?: Bars;
  readonly graceMs?: number;
  readonly indicators?: readonly IndicatorChoice[];
}

export const createLevelOne = (params: LevelOneParams = {}): LevelOne => ({
  bars: createBarSet(params),
  sets: {
    '5m': createIndicatorSet(params.indicators),
    '30m': createIndicatorSet(params.indicators),
    '1d': createIndicatorSet(params.indicators),
  },
  dayVolatility: createRealisedVolatility(20, SESSIONS_PER_YEAR),
  fiveVolatility: createRealisedVolatility(24, SESSIONS_PER_YEAR * FIVES_PER_SESSION),
  dayVolatilityAt: Number.NaN,
  fiveVolatilityAt: Number.NaN,
  listeningSince: Number.NaN,
  lastTradeAt: Number.NaN,
  awaitsPrints: false,
  incompleteBars: 0,
});

const takeBar = (state: LevelOne, interval: IndicatorInterval, bar: Bar, endAt: number): void => {
  onIndicatorSetBar(state.sets[interval], bar, endAt);
  if (interval === '30m') return;
  const volatility = interval === '1d' ? state.dayVolatility : state.fiveVolatility;
  // A night or a gap between two bars is not five minutes' movement.
  if (interval === '5m' && bar.openAt !== state.fiveVolatilityAt) breakRealisedVolatility(volatility);
  onRealisedVolatilityBar(volatility, bar.open, bar.high, bar.low, bar.close);
  if (interval === '1d') state.dayVolatilityAt = endAt;
  else state.fiveVolatilityAt = endAt;
};

/** Whether we heard a bar that began at `openAt` from its beginning. */
export const isComplete = (state: LevelOne, openAt: number): boolean => openAt >= state.listeningSince - MISSED_MS_MAX;

const takeClosed = (state: LevelOne, closed: number): void => {
  for (const interval of INDICATOR_INTERVALS) {
    if ((closed & CLOSED[interval]) === 0) continue;
    const { bars } = seriesOf(state.bars, interval);
    const bar = barAt(bars, 1);
    if (bar === null) continue;
    if (isComplete(state, bar.openAt)) takeBar(state, interval, bar, bars.closedThrough);
    else state.incompleteBars++;
  }
};

/** Folds one trade, arrived `at`. Returns the mask (`CLOSED`) of the bars it closed: bit 1 is the minute. */
export const onLevelOneTrade = (
  state: LevelOne,
  price: number,
  size: number,
  sourceAt: Instant,
  at: Instant,
): number => {
  if (Number.isNaN(state.listeningSince)) state.listeningSince = at;
  if (price > 0 && size > 0) state.lastTradeAt = at;
  const closed = onBarSetTrade(state.bars, price, size, sourceAt, at);
  if (closed > MINUTE_CLOSED) takeClosed(state, closed);
  return closed;
};

/** Closes bars that time alone has ended. Returns the mask of what it closed. */
export const onLevelOneTimer = (state: LevelOne, at: Instant): number => {
  if (Number.isNaN(state.listeningSince)) state.listeningSince = at;
  const closed = onBarSetTimer(state.bars, at, state.awaitsPrints ? AWAITED_MS : state.bars.graceMs);
  if (closed > MINUTE_CLOSED) takeClosed(state, closed);
  return closed;
};

/**
 * Warms indicators and volatility of an interval up with a closed bar of history that ended at `endAt`, oldest first.
 * False, and nothing changed, when a later bar is already in or this one is ours to make: we heard it from its start.
 */
export const onLevelOneHistory = (state: LevelOne, interval: IndicatorInterval, bar: Bar, endAt: Instant): boolean => {
  const inOrder = endAt > bar.openAt && !(endAt <= state.sets[interval].barEndAt);
  if (!inOrder || isComplete(state, bar.openAt)) return false;
  takeBar(state, interval, bar, endAt);
  return true;
};
