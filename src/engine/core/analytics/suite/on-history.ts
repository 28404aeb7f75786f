import type { HistoryBarSeen } from '../../inputs.ts';
import { type Instant, instant, type SessionDate } from '../../types.ts';
import type { Bar } from '../bars.ts';
import { onMeanReversionBar } from '../forecast/mean-reversion.ts';
import { isComplete, onLevelOneHistory } from '../level-one/level-one.ts';
import { onPositioningDay } from '../positioning/positioning.ts';
import { onRegimeBar } from '../regime/regime.ts';
import { begin } from './heartbeats.ts';
import { blame } from './on-market.ts';
import type { Suite } from './suite.ts';

const MINUTE_MS = 60_000;

/** A minute of the past, for what is worked out on closed minutes: the volatility's own history, and the reversion to a mean. */
const onHistoryMinute = (suite: Suite, openAt: number, close: number): boolean => {
  const { levelOne, regime, meanReversion, hearts } = suite;
  const closedAt = instant(openAt + MINUTE_MS);
  // Out of order, or a minute that we heard from its beginning and closed or shall close ourselves.
  if (closedAt <= regime.barAt || isComplete(levelOne, openAt)) return false;
  if (begin(hearts, 'regime')) onRegimeBar(regime, close, closedAt);
  if (begin(hearts, 'mean-reversion')) onMeanReversionBar(meanReversion, instant(openAt), close);
  return true;
};

/**
 * A closed bar of the past, oldest first within its interval. False, and nothing changed, where it is not over yet, a
 * later one is in already, or it is ours to make.
 */
export const onSuiteHistoryBar = (
  suite: Suite,
  interval: HistoryBarSeen['interval'],
  { openAt, open, high, low, close, volume }: Omit<Bar, 'vwap' | 'trades'>,
  endAt: Instant,
  at: Instant,
): boolean => {
  if (endAt > at) return false;
  try {
    if (interval === '1m') return onHistoryMinute(suite, openAt, close);
    if (!begin(suite.hearts, 'level-one')) return false;
    const bar: Bar = { openAt, open, high, low, close, volume, vwap: Number.NaN, trades: Number.NaN };
    return onLevelOneHistory(suite.levelOne, interval, bar, endAt);
  } catch (error) {
    blame(suite, error);
    return false;
  }
};

/**
 * IBKR's OPTION_IMPLIED_VOLATILITY is interpolated between two expiries to thirty days at the money, as our own figure
 * is: one series. Source: TWS API, historical data types.
 */
export const onSuiteHistoryDay = (suite: Suite, date: SessionDate, impliedVolatility: number): void => {
  if (!begin(suite.hearts, 'positioning')) return;
  try {
    onPositioningDay(suite.positioning, date, impliedVolatility);
  } catch (error) {
    blame(suite, error);
  }
};
