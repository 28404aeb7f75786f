import type { HistoryBarSeen, VolatilityDaySeen } from '../../../core/inputs.ts';
import { sessionAt, sessionOn } from '../../../core/market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../../../core/types.ts';
import { INTERVAL_MS, type Question, SERIES } from './questions.ts';

/** One row of an answer as TWS tells it. */
export interface HistoryRow {
  readonly date: string;
  readonly open: number | undefined;
  readonly high: number | undefined;
  readonly low: number | undefined;
  readonly close: number | undefined;
  readonly volume: number | undefined;
}

const isFigure = (value: number | undefined): value is number => value !== undefined && value > 0;

const dayOf = (text: string): SessionDate | null => {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  return match ? (`${match[1]}-${match[2]}-${match[3]}` as SessionDate) : null;
};

const spanOf = (
  { series }: Question,
  text: string,
): { openAt: Instant; endAt: Instant; date: SessionDate } | string => {
  const { interval } = SERIES[series];
  if (interval === '1d') {
    const date = dayOf(text);
    const session = date && sessionOn(date);
    if (!date) return 'day that cannot be read';
    return session ? { openAt: session.openAt, endAt: session.closeAt, date } : 'day without a session';
  }
  if (!/^\d{9,11}$/.test(text)) return 'stamp that cannot be read';
  const openAt = instant(Number(text) * 1_000);
  const session = sessionAt(openAt);
  if (!session) return 'bar outside the session';
  return { openAt, endAt: instant(Math.min(openAt + INTERVAL_MS[interval], session.closeAt)), date: session.date };
};

/** A row as a fact; null for one that is not over yet; a text for what cannot be one. */
export const readRow = (
  question: Question,
  row: HistoryRow,
  now: Instant,
): HistoryBarSeen | VolatilityDaySeen | string | null => {
  const span = spanOf(question, row.date);
  if (typeof span === 'string') return span;
  if (span.endAt > now) return null;
  const { symbol, kind } = question.underlying;
  const { open, high, low, close, volume } = row;
  if (!isFigure(close)) return 'close that is none';
  if (question.series === 'volatility')
    return { kind: 'volatility-day.seen', symbol, date: span.date, impliedVolatility: close };
  if (!isFigure(open) || !isFigure(high) || !isFigure(low)) return 'price that is none';
  if (high < Math.max(open, close) || low > Math.min(open, close)) return 'bar that cannot be';
  return {
    kind: 'history-bar.seen',
    symbol,
    interval: SERIES[question.series].interval,
    openAt: span.openAt,
    endAt: span.endAt,
    open,
    high,
    low,
    close,
    volume: kind === 'stock' && volume !== undefined && volume >= 0 ? volume : Number.NaN,
  };
};
