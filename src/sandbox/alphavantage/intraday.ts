import { dateInNewYork, newYorkInstant } from '../../engine/core/market/calendar.ts';
import { type Instant, instant } from '../../engine/core/types.ts';
import type { MinuteBar, SandboxMarket } from '../market/types.ts';

export const INTERVAL_MINUTES: Readonly<Record<string, number>> = {
  '1min': 1,
  '5min': 5,
  '15min': 15,
  '30min': 30,
  '60min': 60,
};
const COMPACT_POINTS = 100;

/** `YYYY-MM-DD HH:MM:SS` on New York's wall clock. */
export const easternText = (at: Instant): string => {
  const date = dateInNewYork(at);
  const seconds = Math.floor((at - newYorkInstant(date, '00:00:00')) / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date} ${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};

const merged = (bars: readonly MinuteBar[], minutes: number): MinuteBar[] => {
  const out: MinuteBar[] = [];
  for (const bar of bars) {
    const openAt = instant(Math.floor(bar.openAt / (minutes * 60_000)) * minutes * 60_000);
    const last = out.at(-1);
    if (last === undefined || last.openAt !== openAt) {
      out.push({ ...bar, openAt });
      continue;
    }
    out[out.length - 1] = {
      openAt,
      open: last.open,
      high: Math.max(last.high, bar.high),
      low: Math.min(last.low, bar.low),
      close: bar.close,
      volume: last.volume + bar.volume,
    };
  }
  return out;
};

/** Finished bars of that many minutes, oldest first; of past sessions too where the market has a past and a count is given. */
export const barsOf = (market: SandboxMarket, symbol: string, minutes: number, count: number): MinuteBar[] => {
  // One more than asked for: the last may still be forming.
  const past = Number.isFinite(count) ? market.bars?.(symbol, minutes, count + 1) : undefined;
  const bars = past ?? merged(market.minuteBars(symbol, Number.POSITIVE_INFINITY), minutes);
  return bars.filter((bar) => bar.openAt + minutes * 60_000 <= market.now()).slice(-count);
};

/** `TIME_SERIES_INTRADAY`: finished bars, newest first, stamped with their opening in New York. */
export const intradaySeries = (
  symbol: string,
  interval: string,
  minutes: number,
  market: SandboxMarket,
  compact: boolean,
) => {
  const shown = barsOf(market, symbol, minutes, compact ? COMPACT_POINTS : Number.POSITIVE_INFINITY);
  const series: Record<string, Record<string, string>> = {};
  for (const bar of shown.toReversed()) {
    series[easternText(bar.openAt)] = {
      '1. open': bar.open.toFixed(4),
      '2. high': bar.high.toFixed(4),
      '3. low': bar.low.toFixed(4),
      '4. close': bar.close.toFixed(4),
      '5. volume': String(bar.volume),
    };
  }
  const latest = shown.at(-1);
  return {
    'Meta Data': {
      '1. Information': `Intraday (${interval}) open, high, low, close prices and volume`,
      '2. Symbol': symbol,
      '3. Last Refreshed': easternText(latest?.openAt ?? market.now()),
      '4. Interval': interval,
      '5. Output Size': compact ? 'Compact' : 'Full size',
      '6. Time Zone': 'US/Eastern',
    },
    [`Time Series (${interval})`]: series,
  };
};
