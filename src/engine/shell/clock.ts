import { instant } from '../core/types.ts';
import type { Clock } from '../ports/clock.ts';

export const createSystemClock = (): Clock => ({ now: () => instant(Date.now()) });

/** Market time of the sandbox: `now` gives milliseconds since the epoch, scaled and night-skipping, never going back. */
export const createScaledClock = (now: () => number): Clock => {
  let latest = Number.NEGATIVE_INFINITY;
  return {
    now: () => {
      const read = now();
      if (!Number.isFinite(read)) throw new Error(`scaled clock: expected milliseconds since the epoch, got ${read}`);
      latest = Math.max(latest, Math.floor(read));
      return instant(latest);
    },
  };
};
