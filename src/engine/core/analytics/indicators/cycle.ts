import { type Definition, define, type IndicatorParams, param } from './definition.ts';
import { back, type Cycle, createCycle, DEGREES, LONG_START, onCycle, SHORT_START, turn } from './hilbert.ts';
import { createMama, type Mama, onMama } from './mama.ts';

/** The longest period that is told: a smoothed one cannot exceed the bound on those it smooths, 50. */
const PERIOD_MAX = 50;
/** Of a full turn in `length` steps, for each length from 1: step k lies at length · (length − 1) / 2 + k. */
const turns = (figure: (angle: number) => number): Float64Array => {
  const table = new Float64Array((PERIOD_MAX * (PERIOD_MAX + 1)) / 2);
  for (let length = 1, at = 0; length <= PERIOD_MAX; length++)
    for (let k = 0; k < length; k++) table[at++] = figure((k * 2 * Math.PI) / length);
  return table;
};
const SINES = turns(Math.sin);
const COSINES = turns(Math.cos);

/** Phase of the dominant cycle in degrees, −45 … 315, by a Fourier sum over one period of smoothed closes. */
const phaseOf = (cycle: Cycle, before: number): number => {
  const length = Math.trunc(cycle.smoothPeriod + 0.5);
  const from = (length * (length - 1)) / 2;
  let real = 0;
  let imaginary = 0;
  for (let k = 0; k < length; k++) {
    const value = back(cycle.smoothed, cycle.bars - 1, k);
    real += (SINES[from + k] as number) * value;
    imaginary += (COSINES[from + k] as number) * value;
  }
  let phase = before;
  if (Math.abs(imaginary) > 0) phase = Math.atan(real / imaginary) * DEGREES;
  else if (real !== 0) phase += 90 * Math.sign(real);
  phase += 90 + 360 / cycle.smoothPeriod;
  if (imaginary < 0) phase += 180;
  return phase > 315 ? phase - 360 : phase;
};

interface Phase {
  readonly cycle: Cycle;
  phase: number;
}
const createPhase = (): Phase => ({ cycle: createCycle(LONG_START), phase: 0 });
/** NaN until 63 bars have gone by. */
const onPhase = (state: Phase, close: number): number => {
  if (!onCycle(state.cycle, close)) return Number.NaN;
  turn(state.cycle);
  state.phase = phaseOf(state.cycle, state.phase);
  return state.cycle.bars > 63 ? state.phase : Number.NaN;
};

interface Trend {
  readonly phase: Phase;
  /** Means of the close over a cycle, of the last four bars, newest first. */
  readonly means: Float64Array;
  sine: number;
  lead: number;
  bars: number;
}
const createTrend = (): Trend => ({ phase: createPhase(), means: new Float64Array(4), sine: 0, lead: 0, bars: 0 });

/** The close without its cycle. */
const trendline = (state: Trend): number => {
  const { cycle } = state.phase;
  const length = Math.trunc(cycle.smoothPeriod + 0.5);
  let sum = 0;
  for (let k = 0; k < length; k++) sum += back(cycle.closes, cycle.bars - 1, k);
  state.means.copyWithin(1, 0, 3);
  state.means[0] = length > 0 ? sum / length : 0;
  const [a = 0, b = 0, c = 0, d = 0] = state.means;
  return (4 * a + 3 * b + 2 * c + d) / 10;
};

/** 1 in a trend, 0 in a cycle: just after the sines cross, and while the phase turns at the cycle's own pace. */
const onTrend = (state: Trend, phaseBefore: number, line: number): number => {
  const { cycle, phase } = state.phase;
  const before = state.sine - state.lead;
  state.sine = Math.sin(phase / DEGREES);
  state.lead = Math.sin((phase + 45) / DEGREES);
  const now = state.sine - state.lead;
  const crossed = (now > 0 && before <= 0) || (now < 0 && before >= 0);
  state.bars = crossed ? 1 : state.bars + 1;
  const pace = 360 / cycle.smoothPeriod;
  const turned = phase - phaseBefore;
  const cycling = crossed || state.bars < 0.5 * cycle.smoothPeriod || (turned > 0.67 * pace && turned < 1.5 * pace);
  const away = line !== 0 && Math.abs((back(cycle.smoothed, cycle.bars - 1, 0) - line) / line) >= 0.015;
  return away || !cycling ? 1 : 0;
};

const trend = (figure: 'line' | 'mode'): Definition =>
  define<Trend>({
    params: {},
    outputs: ['value'],
    create: createTrend,
    onBar: (state, bar, out) => {
      const phaseBefore = state.phase.phase;
      onPhase(state.phase, bar.close);
      const { cycle } = state.phase;
      if (cycle.bars <= cycle.start) return;
      const line = trendline(state);
      const mode = onTrend(state, phaseBefore, line);
      if (cycle.bars > 63) out[0] = figure === 'line' ? line : mode;
    },
  });

export const createDominantCycle = (): Cycle => createCycle(SHORT_START);
/** Bars of the dominant cycle; NaN until 32 bars have gone by. */
export const onDominantCycle = (cycle: Cycle, close: number): number => {
  if (!onCycle(cycle, close)) return Number.NaN;
  turn(cycle);
  return cycle.bars > 32 ? cycle.smoothPeriod : Number.NaN;
};

/** Ehlers' cycle measures by TA-Lib's Hilbert transform. Bars (htDcperiod), degrees (htDcphase), −1 … 1 (htSine), 0 or 1 (htTrendmode). */
export const CYCLE: Readonly<Record<string, Definition>> = {
  mama: define<Mama>({
    params: { fastLimit: 0.5, slowLimit: 0.05 },
    outputs: ['mama', 'fama'],
    create: (p: IndicatorParams) => createMama(param(p, 'fastLimit'), param(p, 'slowLimit')),
    onBar: (state, bar, out) => {
      const mama = onMama(state, bar.close);
      if (Number.isNaN(mama)) return;
      out[0] = mama;
      out[1] = state.fama;
    },
  }),
  htDcperiod: define<Cycle>({
    params: {},
    outputs: ['value'],
    create: createDominantCycle,
    onBar: (state, bar, out) => {
      out[0] = onDominantCycle(state, bar.close);
    },
  }),
  htPhasor: define<Cycle>({
    params: {},
    outputs: ['inPhase', 'quadrature'],
    create: () => createCycle(SHORT_START),
    onBar: (state, bar, out) => {
      if (!onCycle(state, bar.close)) return;
      if (state.bars > 32) {
        out[0] = state.i;
        out[1] = state.q;
      }
      turn(state);
    },
  }),
  htDcphase: define<Phase>({
    params: {},
    outputs: ['value'],
    create: createPhase,
    onBar: (state, bar, out) => {
      out[0] = onPhase(state, bar.close);
    },
  }),
  htTrendline: trend('line'),
  htTrendmode: trend('mode'),
  htSine: define<Phase>({
    params: {},
    outputs: ['sine', 'leadSine'],
    create: createPhase,
    onBar: (state, bar, out) => {
      const phase = onPhase(state, bar.close);
      out[0] = Math.sin(phase / DEGREES);
      out[1] = Math.sin((phase + 45) / DEGREES);
    },
  }),
};
