import type { FeedId } from '../../../core/inputs.ts';
import type { SessionDate } from '../../../core/types.ts';
import type { Phase } from './moment.ts';

/** In the order of their rights to the budget: what is real-time first, what can be done without last. */
export const STREAMS = ['options', 'bars', 'macro', 'news', 'indicators', 'history'] as const;
export type StreamId = (typeof STREAMS)[number];
/** A stream of questions that come again; history is asked once. */
export type RepeatedStream = Exclude<StreamId, 'history'>;

export const FEED_OF_STREAM: Readonly<Record<StreamId, FeedId>> = {
  options: 'alphavantage.options',
  bars: 'alphavantage.bars',
  macro: 'alphavantage.macro',
  news: 'alphavantage.news',
  indicators: 'alphavantage.indicators',
  history: 'alphavantage.options',
};

/** One question of the vendor's `/query`, without its key. */
export interface Job {
  readonly id: string;
  readonly stream: StreamId;
  /** Null for what is about no symbol. */
  readonly symbol: string | null;
  readonly parameters: Readonly<Record<string, string>>;
  /** For history: the day asked for. */
  readonly date: SessionDate | null;
}

/** Market milliseconds between two questions of a job, by phase; null: not asked. */
type Cadence = Readonly<Record<Phase, number | null>>;

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

const CADENCES: Readonly<Record<RepeatedStream, Cadence>> = {
  options: { early: 5 * MINUTE_MS, open: 5 * SECOND_MS, after: null, night: null },
  bars: { early: MINUTE_MS, open: 15 * SECOND_MS, after: null, night: null },
  macro: { early: 5 * MINUTE_MS, open: 5 * MINUTE_MS, after: null, night: null },
  news: { early: 5 * MINUTE_MS, open: 5 * MINUTE_MS, after: 5 * MINUTE_MS, night: null },
  indicators: { early: null, open: MINUTE_MS, after: null, night: null },
};
/**
 * No question comes more often than this, wall milliseconds, however fast the sandbox runs: a chain of 20,000 rows costs
 * tens of milliseconds to serve and read, and the budget is the wall's.
 */
const EVERY_MS_MIN: Readonly<Record<RepeatedStream, number>> = {
  options: 2_000,
  bars: 5_000,
  macro: 5_000,
  news: 5_000,
  indicators: 5_000,
};
/** Indicators are to take so many calls a minute: more of them come less often. */
const INDICATORS_PER_MINUTE_MAX = 20;
const INDICATORS = {
  RSI: { time_period: '14' },
  MACD: {},
  BBANDS: { time_period: '20' },
} as const;
const MACRO = {
  REAL_GDP: { interval: 'quarterly' },
  CPI: { interval: 'monthly' },
  FEDERAL_FUNDS_RATE: { interval: 'daily' },
};

export interface RepeatedJob extends Job {
  readonly stream: RepeatedStream;
  /** Wall milliseconds between two questions, by phase. */
  readonly everyMs: Cadence;
  /** Wall milliseconds by which it comes after the others of its stream. */
  readonly offsetMs: number;
}

export interface PlanOptions {
  readonly optionSymbols: readonly string[];
  readonly barSymbols: readonly string[];
  readonly indicatorSymbols: readonly string[];
  readonly newsSymbols: readonly string[];
  readonly macro: boolean;
  /** Market seconds in a wall second. */
  readonly speed: number;
  /** Wall milliseconds between two questions while the market is open, in place of what the table above makes of the speed. */
  readonly openEveryMs?: Readonly<Partial<Record<RepeatedStream, number>>>;
}

const scaled = (cadence: Cadence, by: (ms: number) => number): Cadence => ({
  early: cadence.early === null ? null : by(cadence.early),
  open: cadence.open === null ? null : by(cadence.open),
  after: cadence.after === null ? null : by(cadence.after),
  night: cadence.night === null ? null : by(cadence.night),
});

type Question = readonly [string, string | null, Readonly<Record<string, string>>];

const indicatorQuestions = (symbols: readonly string[]): Question[] =>
  symbols.flatMap((symbol) =>
    Object.entries(INDICATORS).map(
      ([name, extra]): Question => [
        `${name}:${symbol}`,
        symbol,
        { function: name, symbol, interval: '5min', series_type: 'close', entitlement: 'realtime', ...extra },
      ],
    ),
  );

/** The questions that come again and again, each symbol a second after the one before it. */
export const planJobs = (options: PlanOptions): RepeatedJob[] => {
  const { speed } = options;
  const jobsOf = (stream: RepeatedStream, questions: readonly Question[]): RepeatedJob[] => {
    const fewest = stream === 'indicators' ? (questions.length / INDICATORS_PER_MINUTE_MAX) * MINUTE_MS : 0;
    const planned = scaled(CADENCES[stream], (ms) =>
      Math.max(EVERY_MS_MIN[stream], Math.round(Math.max(ms, fewest) / speed)),
    );
    const open = options.openEveryMs?.[stream] ?? planned.open;
    const apartMs = Math.min(SECOND_MS, (open ?? SECOND_MS) / Math.max(1, questions.length));
    const everyMs = { ...planned, open };
    return questions.map(([name, symbol, parameters], index) => ({
      id: `${stream}:${name}`,
      stream,
      symbol,
      parameters,
      date: null,
      everyMs,
      offsetMs: (index + (stream === 'options' ? 0 : 0.5)) * apartMs,
    }));
  };
  const ofSymbols = (symbols: readonly string[], parameters: (symbol: string) => Record<string, string>): Question[] =>
    symbols.map((symbol) => [symbol, symbol, parameters(symbol)]);
  return [
    ...jobsOf(
      'options',
      ofSymbols(options.optionSymbols, (symbol) => ({ function: 'REALTIME_OPTIONS', symbol, require_greeks: 'true' })),
    ),
    ...jobsOf(
      'bars',
      ofSymbols(options.barSymbols, (symbol) => ({
        function: 'TIME_SERIES_INTRADAY',
        symbol,
        interval: '1min',
        outputsize: 'compact',
        // Without it the vendor answers with the day before.
        entitlement: 'realtime',
      })),
    ),
    ...jobsOf(
      'macro',
      options.macro
        ? Object.entries(MACRO).map(([name, extra]): Question => [name, null, { function: name, ...extra }])
        : [],
    ),
    ...jobsOf(
      'news',
      ofSymbols(options.newsSymbols, (symbol) => ({
        function: 'NEWS_SENTIMENT',
        tickers: symbol,
        sort: 'LATEST',
        limit: '50',
      })),
    ),
    ...jobsOf('indicators', indicatorQuestions(options.indicatorSymbols)),
  ];
};

export const historyJob = (symbol: string, date: SessionDate): Job => ({
  id: `history:${symbol}:${date}`,
  stream: 'history',
  symbol,
  parameters: { function: 'HISTORICAL_OPTIONS', symbol, date },
  date,
});
