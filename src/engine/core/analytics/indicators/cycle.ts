import { type Definition, define, type IndicatorParams, param } from './definition.ts';

const DEGREES = 180 / Math.PI;
/** Values the longest look back over; a power of two. */
const HISTORY = 64;
/** The smoother starts this many bars before it is first read; before that TA-Lib's filters hold zeros. */
const SHORT_START = 12;
const LONG_START = 37;

/** Ehlers' homodyne discriminator: the period of the dominant cycle from a Hilbert transform of the smoothed close. */
export interface Cycle {
  /** First bar of the filters, counted from 0. */
  readonly start: number;
  readonly closes: Float64Array;
  readonly smoothed: Float64Array;
  readonly detrended: Float64Array;
  readonly quadratures: Float64Array;
  readonly inPhases: Float64Array;
  bars: number;
  q: number;
  i: number;
  q2: number;
  i2: number;
  real: number;
  imaginary: number;
  period: number;
  smoothPeriod: number;
}

const createCycle = (start: number): Cycle => ({
  start,
  closes: new Float64Array(HISTORY),
  smoothed: new Float64Array(HISTORY),
  detrended: new Float64Array(HISTORY),
  quadratures: new Float64Array(HISTORY),
  inPhases: new Float64Array(HISTORY),
  bars: 0,
  q: 0,
  i: 0,
  q2: 0,
  i2: 0,
  real: 0,
  imaginary: 0,
  period: 0,
  smoothPeriod: 0,
});

const back = (ring: Float64Array, bar: number, bars: number): number => ring[(bar - bars) & (HISTORY - 1)] ?? 0;

/** Ehlers' six-bar Hilbert transform of a ring at `bar`. */
const hilbert = (ring: Float64Array, bar: number, gain: number): number =>
  (0.0962 * (back(ring, bar, 0) - back(ring, bar, 6)) + 0.5769 * (back(ring, bar, 2) - back(ring, bar, 4))) * gain;

const boundPeriod = (period: number, before: number): number =>
  Math.min(50, Math.max(6, Math.max(0.67 * before, Math.min(1.5 * before, period))));

/** Takes a close in. False while the filters have not begun. */
const onCycle = (cycle: Cycle, close: number): boolean => {
  const bar = cycle.bars++;
  const slot = bar & (HISTORY - 1);
  cycle.closes[slot] = close;
  if (bar < cycle.start) return false;
  const { closes } = cycle;
  cycle.smoothed[slot] = (4 * close + 3 * back(closes, bar, 1) + 2 * back(closes, bar, 2) + back(closes, bar, 3)) / 10;
  const gain = 0.075 * cycle.period + 0.54;
  cycle.detrended[slot] = hilbert(cycle.smoothed, bar, gain);
  cycle.q = hilbert(cycle.detrended, bar, gain);
  cycle.quadratures[slot] = cycle.q;
  cycle.i = back(cycle.detrended, bar, 3);
  cycle.inPhases[slot] = cycle.i;
  return true;
};

/** The period from the rotation since the bar before. */
const turn = (cycle: Cycle): void => {
  const bar = cycle.bars - 1;
  const gain = 0.075 * cycle.period + 0.54;
  const q2 = 0.2 * (cycle.q + hilbert(cycle.inPhases, bar, gain)) + 0.8 * cycle.q2;
  const i2 = 0.2 * (cycle.i - hilbert(cycle.quadratures, bar, gain)) + 0.8 * cycle.i2;
  cycle.real = 0.2 * (i2 * cycle.i2 + q2 * cycle.q2) + 0.8 * cycle.real;
  cycle.imaginary = 0.2 * (i2 * cycle.q2 - q2 * cycle.i2) + 0.8 * cycle.imaginary;
  cycle.q2 = q2;
  cycle.i2 = i2;
  const before = cycle.period;
  const raw =
    cycle.imaginary !== 0 && cycle.real !== 0 ? 360 / (Math.atan(cycle.imaginary / cycle.real) * DEGREES) : before;
  cycle.period = 0.2 * boundPeriod(raw, before) + 0.8 * before;
  cycle.smoothPeriod = 0.33 * cycle.period + 0.67 * cycle.smoothPeriod;
};

/** Phase of the dominant cycle in degrees, −45 … 315, by a Fourier sum over one period of smoothed closes. */
const phaseOf = (cycle: Cycle, before: number): number => {
  const length = Math.trunc(cycle.smoothPeriod + 0.5);
  let real = 0;
  let imaginary = 0;
  for (let k = 0; k < length; k++) {
    const angle = (k * 2 * Math.PI) / length;
    const value = back(cycle.smoothed, cycle.bars - 1, k);
    real += Math.sin(angle) * value;
    imaginary += Math.cos(angle) * value;
  }
  let phase = before;
  if (Math.abs(imaginary) > 0) phase = Math.atan(real / imaginary) * DEGREES;
  else if (real !== 0) phase += 90 * Math.sign(real);
  phase += 90 + 360 / cycle.smoothPeriod;
  if (imaginary < 0) phase += 180;
  return phase > 315 ? phase - 360 : phase;
};

interface Mama {
  readonly cycle: Cycle;
  readonly fastLimit: number;
  readonly slowLimit: number;
  phase: number;
  mama: number;
  fama: number;
}
/** MESA adaptive average: the faster the phase turns back, the slower it follows. */
const onMama = (state: Mama, close: number, out: Float64Array): void => {
  const { cycle, fastLimit, slowLimit } = state;
  if (!onCycle(cycle, close)) return;
  const phase = cycle.i === 0 ? 0 : Math.atan(cycle.q / cycle.i) * DEGREES;
  const turned = Math.max(1, state.phase - phase);
  state.phase = phase;
  const weight = turned > 1 ? Math.max(slowLimit, fastLimit / turned) : fastLimit;
  state.mama += weight * (close - state.mama);
  state.fama += 0.5 * weight * (state.mama - state.fama);
  turn(cycle);
  if (cycle.bars <= 32) return;
  out[0] = state.mama;
  out[1] = state.fama;
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

/** Ehlers' cycle measures by TA-Lib's Hilbert transform. Bars (htDcperiod), degrees (htDcphase), −1 … 1 (htSine), 0 or 1 (htTrendmode). */
export const CYCLE: Readonly<Record<string, Definition>> = {
  mama: define<Mama>({
    params: { fastLimit: 0.5, slowLimit: 0.05 },
    outputs: ['mama', 'fama'],
    create: (p: IndicatorParams) => ({
      cycle: createCycle(SHORT_START),
      fastLimit: param(p, 'fastLimit'),
      slowLimit: param(p, 'slowLimit'),
      phase: 0,
      mama: 0,
      fama: 0,
    }),
    onBar: (state, bar, out) => onMama(state, bar.close, out),
  }),
  htDcperiod: define<Cycle>({
    params: {},
    outputs: ['value'],
    create: () => createCycle(SHORT_START),
    onBar: (state, bar, out) => {
      if (!onCycle(state, bar.close)) return;
      turn(state);
      if (state.bars > 32) out[0] = state.smoothPeriod;
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
