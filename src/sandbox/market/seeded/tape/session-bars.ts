import { type Instant, instant } from '../../../../engine/core/types.ts';
import type { MinuteBar } from '../../types.ts';

const MINUTE_MS = 60_000;

/** One minute in the making. */
export interface BarMaker {
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  lastSize: number;
  prints: number;
}

export const createBarMaker = (): BarMaker => ({
  open: 0,
  high: 0,
  low: 0,
  close: 0,
  volume: 0,
  lastSize: 0,
  prints: 0,
});

export const addPrint = (bar: BarMaker, price: number, size: number): void => {
  if (bar.prints === 0) bar.open = bar.high = bar.low = price;
  if (price > bar.high) bar.high = price;
  if (price < bar.low) bar.low = price;
  bar.close = price;
  bar.volume += size;
  bar.lastSize = size;
  bar.prints++;
};

/** One-minute bars of a session's finished minutes. A minute without prints has no bar. */
export interface SessionBars {
  /** Minutes that are finished. */
  readonly length: number;
  push(bar: BarMaker): void;
  /** Shares over all finished minutes; the last print's price and size, NaN and 0 where there was none. */
  readonly volume: number;
  readonly lastPrice: number;
  readonly lastSize: number;
  /** Finished bars, and `running` behind them where it has prints. */
  all(openAt: Instant, running: BarMaker | null): MinuteBar[];
}

export const createSessionBars = (): SessionBars => {
  const minutes: BarMaker[] = [];
  let volume = 0;
  let lastPrice = Number.NaN;
  let lastSize = 0;
  return {
    get length() {
      return minutes.length;
    },
    get volume() {
      return volume;
    },
    get lastPrice() {
      return lastPrice;
    },
    get lastSize() {
      return lastSize;
    },
    push(bar) {
      minutes.push({ ...bar });
      volume += bar.volume;
      if (bar.prints === 0) return;
      lastPrice = bar.close;
      lastSize = bar.lastSize;
    },
    all(openAt, running) {
      const rows = running ? [...minutes, running] : minutes;
      return rows.flatMap(({ open, high, low, close, volume: shares, prints }, minute) =>
        prints === 0 ? [] : [{ openAt: instant(openAt + minute * MINUTE_MS), open, high, low, close, volume: shares }],
      );
    },
  };
};
