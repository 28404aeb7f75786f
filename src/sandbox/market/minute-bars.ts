import { type Instant, instant } from '../../engine/core/types.ts';
import type { MinuteBar } from './types.ts';

const MINUTE_MS = 60_000;

interface OpenBar {
  openAt: Instant;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** One-minute bars of a session, from prints in market order. A minute without prints has no bar. */
export interface MinuteBars {
  add(at: Instant, price: number, size: number): void;
  latest(count: number): readonly MinuteBar[];
  clear(): void;
}

export const createMinuteBars = (): MinuteBars => {
  const bars: OpenBar[] = [];
  let current: OpenBar | null = null;
  return {
    add(at, price, size) {
      if (current === null || at >= current.openAt + MINUTE_MS) {
        const openAt = instant(Math.floor(at / MINUTE_MS) * MINUTE_MS);
        current = { openAt, open: price, high: price, low: price, close: price, volume: 0 };
        bars.push(current);
      }
      if (price > current.high) current.high = price;
      if (price < current.low) current.low = price;
      current.close = price;
      current.volume += size;
    },
    latest: (count) => bars.slice(Math.max(0, bars.length - count)).map((bar) => ({ ...bar })),
    clear() {
      bars.length = 0;
      current = null;
    },
  };
};
