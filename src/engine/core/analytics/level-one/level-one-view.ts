import { type Session, sessionAt } from '../../market/calendar.ts';
import { type Instant, instant } from '../../types.ts';
import type { Bar } from '../bars.ts';
import { type BarInterval, barOf, inCalendar, seriesOf } from '../bars-set.ts';
import { absent, type Measured, type ModuleInfo, measured, measuredNumber } from '../measured.ts';
import {
  closeToCloseVolatility,
  garmanKlassVolatility,
  parkinsonVolatility,
  type RealisedVolatility,
  yangZhangVolatility,
} from '../realised-volatility.ts';
import { indicatorSetView, patternsOf } from './indicator-set.ts';
import { INDICATOR_INTERVALS, type IndicatorInterval, isComplete, type LevelOne } from './level-one.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export const BARS_MODULE: ModuleInfo = {
  name: 'bars',
  level: 1,
  cadence: 'trade',
  warmUp: 'one trade; a bar is complete when we listened from its start',
  ageMsMax: 5 * MINUTE_MS,
};

export const INDICATORS_MODULE: ModuleInfo = {
  name: 'indicators',
  level: 1,
  cadence: 'bar-close',
  warmUp: 'by indicator, in bars of 5 minutes, 30 minutes and a day: RSI 15, ATR 15, ADX 28, MACD 34, EMA(50) 50',
  ageMsMax: 10 * MINUTE_MS,
};

export const CANDLESTICKS_MODULE: ModuleInfo = {
  name: 'candlesticks',
  level: 1,
  cadence: 'bar-close',
  warmUp: '15 bars of 5 minutes, 30 minutes and a day; some patterns from the third on',
  ageMsMax: 10 * MINUTE_MS,
};

export const REALISED_VOLATILITY_MODULE: ModuleInfo = {
  name: 'realised-volatility',
  level: 1,
  cadence: 'bar-close',
  warmUp: '20 sessions and the close before them; within a session 24 bars of 5 minutes and the close before them',
  ageMsMax: 10 * MINUTE_MS,
};

/** How old the end of the last bar may be. The longest ordinary closing of the exchange leaves four days between bars. */
const AGE_MS_MAX: Readonly<Record<BarInterval, number>> = {
  '1m': 5 * MINUTE_MS,
  '5m': 10 * MINUTE_MS,
  '15m': 30 * MINUTE_MS,
  '30m': 60 * MINUTE_MS,
  '1d': 5 * DAY_MS,
};

export interface BarView extends Bar {
  /** Whether we listened from its start. */
  readonly complete: boolean;
}

/** The running bar as of the last trade, and the last closed one as of its end. */
export interface IntervalBars {
  readonly open: Measured<BarView>;
  readonly closed: Measured<BarView>;
}

export interface BarsView {
  readonly intervals: Readonly<Record<BarInterval, IntervalBars>>;
  /** Dollars: Σ price · size / Σ size of the running session. Confidence: the share of the session heard so far. */
  readonly vwap: Measured;
  /** (last − VWAP) / VWAP, fraction. */
  readonly vwapDistance: Measured;
  /** Shares of the running session. */
  readonly sessionVolume: Measured;
  readonly lateTrades: number;
  readonly refusedTrades: number;
  readonly futureTrades: number;
  readonly minutesOutsideSession: number;
}

const INTERVALS: readonly BarInterval[] = ['1m', '5m', '15m', '30m', '1d'];

const barFigure = (
  state: LevelOne,
  bar: Bar | null,
  asOf: number,
  stale: boolean,
  missing: string,
): Measured<BarView> => {
  if (bar === null || stale) return absent(bar === null ? missing : 'stale', 'trades');
  return measured({ ...bar, complete: isComplete(state, bar.openAt) }, instant(asOf), 'trades');
};

const intervalBars = (state: LevelOne, interval: BarInterval, at: Instant): IntervalBars => {
  const { bars } = state;
  const endAt = (interval === '1m' ? bars.minutes : seriesOf(bars, interval).bars).closedThrough;
  const heardAt = state.lastTradeAt;
  const open = barOf(bars, interval, 0);
  return {
    open: barFigure(state, open, heardAt, at - heardAt > BARS_MODULE.ageMsMax, 'no-open-bar'),
    closed: barFigure(state, barOf(bars, interval, 1), endAt, at - endAt > AGE_MS_MAX[interval], 'no-closed-bar'),
  };
};

/** The running session's bar, or why there is none. */
const sessionBar = (state: LevelOne, at: Instant): { bar: Bar; session: Session } | string => {
  if (at - state.lastTradeAt > BARS_MODULE.ageMsMax) return 'stale';
  const session = inCalendar(at) ? sessionAt(at) : null;
  if (session === null) return 'outside-session';
  const bar = barOf(state.bars, '1d', 0);
  return bar === null || bar.openAt !== session.openAt ? 'no-trade' : { bar, session };
};

export const barsView = (state: LevelOne, at: Instant): BarsView => {
  const { minutes } = state.bars;
  const found = sessionBar(state, at);
  const figure = (of: (bar: Bar) => number): Measured => {
    if (typeof found === 'string') return absent(found, 'trades');
    const { openAt } = found.session;
    const heard = (at - Math.max(openAt, Math.min(at, state.listeningSince))) / (at - openAt);
    return measured(of(found.bar), instant(state.lastTradeAt), 'trades', isComplete(state, openAt) ? 1 : heard);
  };
  return {
    intervals: Object.fromEntries(
      INTERVALS.map((name) => [name, intervalBars(state, name, at)]),
    ) as BarsView['intervals'],
    vwap: figure((bar) => bar.vwap),
    vwapDistance: figure((bar) => bar.close / bar.vwap - 1),
    sessionVolume: figure((bar) => bar.volume),
    lateTrades: minutes.lateTrades,
    refusedTrades: minutes.refusedTrades,
    futureTrades: minutes.futureTrades,
    minutesOutsideSession: state.bars.minutesOutsideSession,
  };
};

/** Indicator figures by interval and key: `indicators['5m'].rsi14`, `indicators['1d']['macd.signal']`. */
export type IndicatorsView = Readonly<Record<IndicatorInterval, Readonly<Record<string, Measured>>>>;

export const indicatorsView = (state: LevelOne, at: Instant): IndicatorsView =>
  Object.fromEntries(
    INDICATOR_INTERVALS.map((interval) => [interval, indicatorSetView(state.sets[interval], at, AGE_MS_MAX[interval])]),
  ) as IndicatorsView;

/** What the last closed bar completed, by interval. */
export type CandlesticksView = Readonly<Record<IndicatorInterval, Measured<readonly string[]>>>;

export const candlesticksView = (state: LevelOne, at: Instant): CandlesticksView =>
  Object.fromEntries(
    INDICATOR_INTERVALS.map((interval) => [interval, patternsOf(state.sets[interval], at, AGE_MS_MAX[interval])]),
  ) as CandlesticksView;

/** Decimals per year. Sessions: nights included, √252. Five minutes: trading hours alone, √(252 · 78). */
export interface RealisedVolatilityView {
  readonly sessions: {
    readonly closeToClose: Measured;
    readonly parkinson: Measured;
    readonly garmanKlass: Measured;
    readonly yangZhang: Measured;
  };
  readonly fiveMinutes: {
    readonly closeToClose: Measured;
    readonly parkinson: Measured;
    readonly garmanKlass: Measured;
  };
}

export const realisedVolatilityView = (state: LevelOne, at: Instant): RealisedVolatilityView => {
  const reader =
    (volatility: RealisedVolatility, barEndAt: number, ageMsMax: number) =>
    (estimate: (state: RealisedVolatility) => number): Measured =>
      at - barEndAt > ageMsMax
        ? absent('stale', 'bars')
        : measuredNumber(estimate(volatility), instant(barEndAt), 'bars', 'warming-up');
  const day = reader(state.dayVolatility, state.dayVolatilityAt, AGE_MS_MAX['1d']);
  const five = reader(state.fiveVolatility, state.fiveVolatilityAt, AGE_MS_MAX['5m']);
  return {
    sessions: {
      closeToClose: day(closeToCloseVolatility),
      parkinson: day(parkinsonVolatility),
      garmanKlass: day(garmanKlassVolatility),
      yangZhang: day(yangZhangVolatility),
    },
    fiveMinutes: {
      closeToClose: five(closeToCloseVolatility),
      parkinson: five(parkinsonVolatility),
      garmanKlass: five(garmanKlassVolatility),
    },
  };
};

export interface LevelOneView {
  readonly bars: BarsView;
  readonly indicators: IndicatorsView;
  readonly candlesticks: CandlesticksView;
  readonly realisedVolatility: RealisedVolatilityView;
}

export const levelOneView = (state: LevelOne, at: Instant): LevelOneView => ({
  bars: barsView(state, at),
  indicators: indicatorsView(state, at),
  candlesticks: candlesticksView(state, at),
  realisedVolatility: realisedVolatilityView(state, at),
});
