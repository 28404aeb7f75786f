import type { Random } from '../../random.ts';

/** Prints that one print brings about, on average: below 1, or the tape would never end. */
export const BRANCHING_RATIO = 0.62;
/** A print's effect fades by 1/e in this time. */
export const DECAY_MS = 900;

export interface Arrivals {
  /** Milliseconds of the next print since the start; Infinity beyond the end. */
  next(): number;
}

/**
 * Arrival times of a self-exciting process with an exponential kernel, by thinning. `meanPerMs` is its stationary rate.
 * It starts excited as a running one would be. Source: Hawkes (1971); Ogata (1981), algorithm 2.
 */
export const createArrivals = (random: Random, meanPerMs: number, untilMs: number): Arrivals => {
  const base = meanPerMs * (1 - BRANCHING_RATIO);
  const jump = BRANCHING_RATIO / DECAY_MS;
  let excited = meanPerMs * BRANCHING_RATIO * -Math.log(1 - random.next());
  let at = 0;
  return {
    next() {
      for (;;) {
        const bound = base + excited;
        const wait = -Math.log(1 - random.next()) / bound;
        at += wait;
        if (at >= untilMs) return Number.POSITIVE_INFINITY;
        excited *= Math.exp(-wait / DECAY_MS);
        if (random.next() * bound >= base + excited) continue;
        excited += jump;
        return at;
      }
    },
  };
};
