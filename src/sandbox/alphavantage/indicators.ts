import type { MinuteBar, SandboxMarket } from '../market/types.ts';
import { errorBody } from './bodies.ts';
import { barsOf, easternText, INTERVAL_MINUTES } from './intraday.ts';

/** Enough for the slowest of them to forget how it began; the vendor goes back further, which nobody here reads. */
const POINTS_MAX = 120;

/** Wilder's index (New Concepts in Technical Trading Systems, 1978); NaN until `period` changes are known. */
const relativeStrength = (closes: readonly number[], period: number): number[] => {
  let up = 0;
  let down = 0;
  return closes.map((close, i) => {
    if (i === 0) return Number.NaN;
    const change = close - (closes[i - 1] ?? close);
    const weight = Math.min(i, period);
    up += (Math.max(change, 0) - up) / weight;
    down += (Math.max(-change, 0) - down) / weight;
    if (i < period) return Number.NaN;
    return up + down === 0 ? 50 : (100 * up) / (up + down);
  });
};

/** Exponential mean that starts with the plain mean of its first `period` values. */
const exponential = (values: readonly number[], period: number): number[] => {
  const first = values.findIndex((value) => !Number.isNaN(value));
  let mean = Number.NaN;
  return values.map((value, i) => {
    const known = i - first + 1;
    if (first < 0 || known < period) return Number.NaN;
    if (known === period) mean = values.slice(first, i + 1).reduce((sum, one) => sum + one, 0) / period;
    else mean += (2 / (period + 1)) * (value - mean);
    return mean;
  });
};

type Point = Readonly<Record<string, number>>;

const macd = (closes: readonly number[]): Point[] => {
  const slow = exponential(closes, 26);
  const line = exponential(closes, 12).map((fast, i) => fast - (slow[i] ?? Number.NaN));
  const signal = exponential(line, 9);
  return line.map((value, i) => {
    const smoothed = signal[i] ?? Number.NaN;
    return { MACD: value, MACD_Hist: value - smoothed, MACD_Signal: smoothed };
  });
};

const bands = (closes: readonly number[], period: number): Point[] =>
  closes.map((_, i) => {
    const window = closes.slice(Math.max(0, i - period + 1), i + 1);
    const mean = window.reduce((sum, close) => sum + close, 0) / window.length;
    const spread = Math.sqrt(window.reduce((sum, close) => sum + (close - mean) ** 2, 0) / window.length);
    const known = window.length === period ? 1 : Number.NaN;
    return {
      'Real Upper Band': known * (mean + 2 * spread),
      'Real Middle Band': known * mean,
      'Real Lower Band': known * (mean - 2 * spread),
    };
  });

interface Indicator {
  readonly title: string;
  readonly needsPeriod: boolean;
  /** The meta block's lines between the interval and the series type, and the numbers of the last two. */
  readonly meta: (period: number) => Readonly<Record<string, number>>;
  readonly last: readonly [string, string];
  readonly points: (closes: readonly number[], period: number) => Point[];
}

const INDICATORS: Readonly<Record<string, Indicator>> = {
  RSI: {
    title: 'Relative Strength Index (RSI)',
    needsPeriod: true,
    meta: (period) => ({ '5: Time Period': period }),
    last: ['6: Series Type', '7: Time Zone'],
    points: (closes, period) => relativeStrength(closes, period).map((RSI) => ({ RSI })),
  },
  MACD: {
    title: 'Moving Average Convergence/Divergence (MACD)',
    needsPeriod: false,
    meta: () => ({ '5.1: Fast Period': 12, '5.2: Slow Period': 26, '5.3: Signal Period': 9 }),
    last: ['6: Series Type', '7: Time Zone'],
    points: macd,
  },
  BBANDS: {
    title: 'Bollinger Bands (BBANDS)',
    needsPeriod: true,
    meta: (period) => ({
      '5: Time Period': period,
      '6.1: Deviation multiplier for upper band': 2,
      '6.2: Deviation multiplier for lower band': 2,
      '6.3: MA Type': 0,
    }),
    last: ['7: Series Type', '8: Time Zone'],
    points: bands,
  },
};

const PRICE_OF: Readonly<Record<string, (bar: MinuteBar) => number>> = {
  open: (bar) => bar.open,
  high: (bar) => bar.high,
  low: (bar) => bar.low,
  close: (bar) => bar.close,
};

/** `RSI`, `MACD` and `BBANDS` of intraday bars: newest first, four decimals, stamps without seconds. */
export const indicatorAnswer = (market: SandboxMarket, name: string, query: URLSearchParams): unknown => {
  const indicator = INDICATORS[name];
  const interval = query.get('interval') ?? '';
  const symbol = query.get('symbol') ?? '';
  const seriesType = query.get('series_type') ?? '';
  const period = Number(query.get('time_period') ?? Number.NaN);
  const minutes = INTERVAL_MINUTES[interval];
  const price = PRICE_OF[seriesType];
  const known = market.instruments().some((one) => one.symbol === symbol && one.hasTrades);
  const hasPeriod = Number.isInteger(period) && period > 1;
  if (!indicator || minutes === undefined || !price || !known || (indicator.needsPeriod && !hasPeriod))
    return errorBody(name);
  const bars = barsOf(market, symbol, minutes, POINTS_MAX);
  const points = indicator.points(bars.map(price), period);
  const series: Record<string, Record<string, string>> = {};
  for (let i = bars.length - 1; i >= 0; i--) {
    const values = Object.entries(points[i] ?? {});
    const bar = bars[i];
    if (!bar || values.some(([, value]) => Number.isNaN(value))) continue;
    series[easternText(bar.openAt).slice(0, 16)] = Object.fromEntries(
      values.map(([key, value]) => [key, value.toFixed(4)]),
    );
  }
  const [typeKey, zoneKey] = indicator.last;
  return {
    'Meta Data': {
      '1: Symbol': symbol,
      '2: Indicator': indicator.title,
      '3: Last Refreshed': easternText(bars.at(-1)?.openAt ?? market.now()),
      '4: Interval': interval,
      ...indicator.meta(period),
      [typeKey]: seriesType,
      [zoneKey]: 'US/Eastern Time',
    },
    [`Technical Analysis: ${name}`]: series,
  };
};
