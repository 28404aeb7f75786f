import { createDominantCycle, onDominantCycle } from './cycle.ts';
import { type Definition, define, type IndicatorParams, kindOf, periodOf } from './definition.ts';
import type { Cycle } from './hilbert.ts';
import { type Average, averageLookback, createAverage, onAverage } from './moving-average.ts';

/** Averages kept at once, one per period. */
const SPAN_MAX = 500;

interface VariableAverage {
  readonly minPeriod: number;
  readonly maxPeriod: number;
  /** By period, from `minPeriod`; all of them begin with the longest. */
  readonly averages: readonly Average[];
  readonly values: Float64Array;
  readonly cycle: Cycle;
}

const create = (p: IndicatorParams): VariableAverage => {
  const kind = kindOf(p, 'averageKind');
  const [minPeriod, maxPeriod] = [periodOf(p, 'minPeriod'), periodOf(p, 'maxPeriod')];
  const span = maxPeriod - minPeriod + 1;
  if (!(span >= 1 && span <= SPAN_MAX))
    throw new RangeError(
      `Indicator: expected "maxPeriod" to be ${minPeriod} to ${minPeriod + SPAN_MAX - 1}, got ${maxPeriod}`,
    );
  const longest = averageLookback(kind, maxPeriod);
  const averages = Array.from({ length: span }, (_, i) =>
    createAverage(kind, minPeriod + i, Math.max(0, longest - averageLookback(kind, minPeriod + i))),
  );
  return { minPeriod, maxPeriod, averages, values: new Float64Array(span), cycle: createDominantCycle() };
};

/**
 * An average whose period is told anew with every bar: whole bars of `bar.periods`, held within the bounds. Bars without
 * bring the period of the dominant cycle (`htDcperiod`), for which the average exists; NaN until that is known.
 */
export const VARIABLE_AVERAGE: Readonly<Record<string, Definition>> = {
  mavp: define<VariableAverage>({
    params: { minPeriod: 2, maxPeriod: 30, averageKind: 0 },
    outputs: ['value'],
    create,
    onBar: (state, bar, out) => {
      const { minPeriod, maxPeriod, averages, values } = state;
      for (let i = 0; i < averages.length; i++) values[i] = onAverage(averages[i] as Average, bar.close);
      const dominant = onDominantCycle(state.cycle, bar.close);
      const period = Math.min(maxPeriod, Math.max(minPeriod, Math.trunc(bar.periods ?? dominant)));
      out[0] = Number.isNaN(period) ? Number.NaN : (values[period - minPeriod] as number);
    },
  }),
};
