import type { Instant } from '../../types.ts';
import type { Bar, Bars } from '../bars.ts';
import { type BarInterval, type BarSet, createBarSet, onBarSetTimer, onBarSetTrade } from '../bars-set.ts';

/** Intervals on which indicators are kept. */
export type IndicatorInterval = '5m' | '30m' | '1d';

/** Bars, indicators and realised volatility of one symbol. */
export interface LevelOne {
  readonly bars: BarSet;
}

export interface LevelOneParams {
  /** Minute bars that someone else reads as well: hand in, and let `onLevelOneTrade` alone fold trades into them. */
  readonly minutes?: Bars;
  readonly graceMs?: number;
}

export const createLevelOne = (params: LevelOneParams = {}): LevelOne => ({ bars: createBarSet(params) });

/** Folds one trade, arrived `at`. Returns the mask (`CLOSED`) of the bars it closed: bit 1 is the minute. */
export const onLevelOneTrade = (
  state: LevelOne,
  price: number,
  size: number,
  sourceAt: Instant,
  at: Instant,
): number => onBarSetTrade(state.bars, price, size, sourceAt, at);

/** Closes bars that time alone has ended. Returns the mask of what it closed. */
export const onLevelOneTimer = (state: LevelOne, at: Instant): number => onBarSetTimer(state.bars, at);

/**
 * Warms an interval up with a closed bar of history, oldest first. False, and nothing changed, when bars of our own or
 * a later one of history are already in.
 */
export const onLevelOneHistory = (_state: LevelOne, _interval: BarInterval, _bar: Bar): boolean => false;
