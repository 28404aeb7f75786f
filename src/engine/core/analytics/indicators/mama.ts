import { type Cycle, createCycle, DEGREES, onCycle, SHORT_START, turn } from './hilbert.ts';

/** Values before the first answer. */
export const MAMA_LOOKBACK = 32;

/** Ehlers' MESA adaptive average: the faster the phase turns back, the slower it follows. */
export interface Mama {
  readonly cycle: Cycle;
  readonly fastLimit: number;
  readonly slowLimit: number;
  phase: number;
  mama: number;
  fama: number;
}

export const createMama = (fastLimit: number, slowLimit: number): Mama => ({
  cycle: createCycle(SHORT_START),
  fastLimit,
  slowLimit,
  phase: 0,
  mama: 0,
  fama: 0,
});

/** Takes a close in and returns the average; `state.fama` is the one that follows it. NaN until warm. */
export const onMama = (state: Mama, close: number): number => {
  const { cycle, fastLimit, slowLimit } = state;
  if (!onCycle(cycle, close)) return Number.NaN;
  const phase = cycle.i === 0 ? 0 : Math.atan(cycle.q / cycle.i) * DEGREES;
  const turned = Math.max(1, state.phase - phase);
  state.phase = phase;
  const weight = turned > 1 ? Math.max(slowLimit, fastLimit / turned) : fastLimit;
  state.mama = weight * close + (1 - weight) * state.mama;
  state.fama = 0.5 * weight * state.mama + (1 - 0.5 * weight) * state.fama;
  turn(cycle);
  return cycle.bars > MAMA_LOOKBACK ? state.mama : Number.NaN;
};
