import type { FiveSecondBarSeen } from '../../../core/inputs.ts';
import { instant } from '../../../core/types.ts';

const isPrice = (value: number | undefined): value is number => value !== undefined && value > 0;

/** A real-time bar as TWS tells it: opening in epoch seconds, then open, high, low, close, volume, vwap, trades. Null when it cannot be one. */
export const fiveSecondBar = (
  symbol: string,
  openSeconds: number,
  [open, high, low, close, volume, vwap, trades]: readonly (number | undefined)[],
): FiveSecondBarSeen | null => {
  if (!isPrice(open) || !isPrice(high) || !isPrice(low) || !isPrice(close) || !(openSeconds > 0)) return null;
  if (volume === undefined || !(volume >= 0) || high < Math.max(open, close) || low > Math.min(open, close))
    return null;
  return {
    kind: 'five-second-bar.seen',
    symbol,
    openAt: instant(openSeconds * 1_000),
    open,
    high,
    low,
    close,
    volume,
    vwap: volume > 0 && isPrice(vwap) ? vwap : Number.NaN,
    trades: trades !== undefined && trades >= 0 ? trades : Number.NaN,
  };
};
