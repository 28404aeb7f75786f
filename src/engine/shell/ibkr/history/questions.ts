import { BarSizeSetting, WhatToShow } from '@stoqey/ib';
import type { HistoryInterval } from '../../../core/inputs.ts';
import { dateInNewYork, previousSession, sessionOn } from '../../../core/market/calendar.ts';
import { type Instant, instant } from '../../../core/types.ts';
import type { Underlying } from '../contracts.ts';
import type { HistoryWeight } from '../pacing/policy.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A day's bar is not final before its closing prints are. */
const SETTLED_MS = 10 * MINUTE_MS;

/** One series of the past that we keep for each symbol. */
export type Series = 'daily' | 'volatility' | 'half-hours' | 'five-minutes';

interface SeriesDefinition {
  readonly interval: HistoryInterval;
  readonly barSize: BarSizeSetting;
  readonly show: WhatToShow;
  /** Of the first question. Source: IBKR TWS API, "Valid duration string units". */
  readonly duration: string;
}

export const SERIES: Readonly<Record<Series, SeriesDefinition>> = {
  daily: { interval: '1d', barSize: BarSizeSetting.DAYS_ONE, show: WhatToShow.TRADES, duration: '1 Y' },
  volatility: {
    interval: '1d',
    barSize: BarSizeSetting.DAYS_ONE,
    show: WhatToShow.OPTION_IMPLIED_VOLATILITY,
    duration: '1 Y',
  },
  'half-hours': { interval: '30m', barSize: BarSizeSetting.MINUTES_THIRTY, show: WhatToShow.TRADES, duration: '1 M' },
  'five-minutes': { interval: '5m', barSize: BarSizeSetting.MINUTES_FIVE, show: WhatToShow.TRADES, duration: '5 D' },
};

export const INTERVAL_MS: Readonly<Record<HistoryInterval, number>> = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1d': DAY_MS,
};

export interface Question {
  readonly series: Series;
  readonly underlying: Underlying;
  readonly duration: string;
}

/** An index that nobody writes options on is measured from day to day: IB's ten minutes are short enough as they are. */
const seriesOf = ({ options }: Underlying): readonly Series[] =>
  options ? ['daily', 'volatility', 'half-hours', 'five-minutes'] : ['daily'];

export const keyOf = ({ series, underlying }: Pick<Question, 'series' | 'underlying'>): string =>
  `${underlying.symbol} ${series}`;

/** The end of the last bar that is complete at `now`, in regular hours. */
export const lastEndBefore = (now: Instant, interval: HistoryInterval): Instant => {
  const today = sessionOn(dateInNewYork(now));
  const session = today && now >= today.openAt ? today : previousSession(dateInNewYork(now));
  if (now >= session.closeAt) return session.closeAt;
  if (interval === '1d') return previousSession(session.date).closeAt;
  const whole = Math.floor((now - session.openAt) / INTERVAL_MS[interval]);
  return whole > 0 ? instant(session.openAt + whole * INTERVAL_MS[interval]) : previousSession(session.date).closeAt;
};

/**
 * What must be asked now: everything of a series of which nothing is known, and otherwise what ended while nobody
 * listened. `known`: up to where each series is known, by key. The long past first, and within it as listed.
 */
export const questionsAt = (
  now: Instant,
  underlyings: readonly Underlying[],
  known: ReadonlyMap<string, Instant>,
): readonly Question[] => {
  const questions: Question[] = [];
  for (const series of ['daily', 'volatility', 'half-hours', 'five-minutes'] as const) {
    const { interval, duration } = SERIES[series];
    const lastEnd = lastEndBefore(interval === '1d' ? instant(now - SETTLED_MS) : now, interval);
    for (const underlying of underlyings) {
      if (!seriesOf(underlying).includes(series)) continue;
      const until = known.get(keyOf({ series, underlying }));
      if (until === undefined) questions.push({ series, underlying, duration });
      else if (until < lastEnd) {
        const days = Math.ceil((now - until) / DAY_MS) + 1;
        questions.push({ series, underlying, duration: days > 300 ? duration : `${days} D` });
      }
    }
  }
  return questions;
};

export const weightOf = ({ series, underlying, duration }: Question): HistoryWeight => {
  const { barSize, show } = SERIES[series];
  return {
    identity: `${underlying.symbol} ${show} ${barSize} ${duration}`,
    series: `${underlying.symbol} SMART ${show}`,
    cost: show === WhatToShow.BID_ASK ? 2 : 1,
  };
};
