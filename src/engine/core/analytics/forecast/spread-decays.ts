/** Decays tried against each other, per session: half-lives of 1 to 34 sessions. */
export const SPREAD_DECAYS: readonly number[] = [0.5, 0.7, 0.8, 0.85, 0.9, 0.94, 0.96, 0.98];
/** 0.94, until there are errors to choose by. */
export const DEFAULT_DECAY = 5;

/**
 * Index of the decay with the least mean absolute error over `count` sessions, the same for all. `errors` holds `window`
 * of them per decay, one decay after the other. Ties stay with `current`.
 */
export const leastErrorDecay = (errors: Float64Array, window: number, count: number, current: number): number => {
  const errorOf = (decay: number): number => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += errors[decay * window + i] ?? 0;
    return sum;
  };
  let best = current;
  for (let d = 0; d < SPREAD_DECAYS.length; d++) if (errorOf(d) < errorOf(best)) best = d;
  return best;
};
