import { instant } from '../../../../engine/core/types.ts';
import type { MinuteBar } from '../../types.ts';

/** One-minute bars put together to bars of `minutes`, on the clock's own marks. */
export const mergedBars = (bars: readonly MinuteBar[], minutes: number): MinuteBar[] => {
  const span = minutes * 60_000;
  const out: MinuteBar[] = [];
  for (const bar of bars) {
    const openAt = instant(Math.floor(bar.openAt / span) * span);
    const last = out.at(-1);
    if (!last || last.openAt !== openAt) {
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
