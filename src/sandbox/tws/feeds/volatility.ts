import type { DailyBar, SandboxMarket } from '../../market/types.ts';

const SESSIONS_PER_YEAR = 252;
const WINDOW = 30;

/** Close-to-close volatility over up to 30 returns, decimal per year; null with fewer than two returns. */
const closeToClose = (closes: readonly number[]): number | null => {
  const returns = closes.slice(1).map((close, i) => Math.log(close / (closes[i] ?? close)));
  if (returns.length < 2) return null;
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (returns.length - 1);
  return Math.sqrt(variance * SESSIONS_PER_YEAR);
};

/** The volatility of the last 30 sessions; `withToday` takes the last price as one more close. */
export const historicalVolatility = (market: SandboxMarket, symbol: string, withToday = false): number | null => {
  const closes = (market.dailyBars?.(symbol, WINDOW + 1) ?? []).map(({ close }) => close);
  const last = withToday ? (market.quote(symbol)?.lastPrice ?? null) : null;
  return closeToClose(last === null ? closes : [...closes, last]);
};

/** The volatility as it stood at the close of each of the last `count` sessions that have 30 returns behind them. */
export const volatilityDays = (market: SandboxMarket, symbol: string, count: number) => {
  const bars: readonly DailyBar[] = market.dailyBars?.(symbol, count + WINDOW) ?? [];
  return bars.flatMap(({ date }, i) => {
    const closes = bars.slice(i - WINDOW, i + 1).map(({ close }) => close);
    const volatility = i < WINDOW ? null : closeToClose(closes);
    return volatility === null ? [] : [{ date, volatility }];
  });
};
