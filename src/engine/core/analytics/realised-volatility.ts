import { createWindow, isFull, meanOf, pushWindow, varianceOf, type Window } from './indicators/window.ts';

/**
 * Volatility that bars have shown, over the last `length` of them. Every figure is a decimal per year: the mean
 * variance of one bar times `barsPerYear`, under the root. Sources: Parkinson (1980), Garman and Klass (1980), Rogers
 * and Satchell (1991), Yang and Zhang (2000).
 */
export interface RealisedVolatility {
  readonly length: number;
  /** 252 for sessions; 252 × bars of a session for bars within it, which leaves the nights out. */
  readonly barsPerYear: number;
  /** Logarithms: close to close, open on the close before, close on open. */
  readonly returns: Window;
  readonly gaps: Window;
  readonly bodies: Window;
  /** Variance of one bar by each estimator. */
  readonly parkinson: Window;
  readonly garmanKlass: Window;
  readonly rogersSatchell: Window;
  previousClose: number;
  /** Bars whose prices are not positive, or not between their low and high. */
  refusedBars: number;
}

export const createRealisedVolatility = (length: number, barsPerYear: number): RealisedVolatility => {
  if (!(length >= 2 && barsPerYear > 0))
    throw new RangeError(`Realised volatility: expected 2 bars or more, got ${length} of ${barsPerYear} a year`);
  return {
    length,
    barsPerYear,
    returns: createWindow(length),
    gaps: createWindow(length),
    bodies: createWindow(length),
    parkinson: createWindow(length),
    garmanKlass: createWindow(length),
    rogersSatchell: createWindow(length),
    previousClose: Number.NaN,
    refusedBars: 0,
  };
};

/** The next bar does not follow on the last: no return is taken between them. */
export const breakRealisedVolatility = (state: RealisedVolatility): void => {
  state.previousClose = Number.NaN;
};

export const onRealisedVolatilityBar = (
  state: RealisedVolatility,
  open: number,
  high: number,
  low: number,
  close: number,
): void => {
  if (!(low > 0 && high < Infinity && low <= Math.min(open, close) && high >= Math.max(open, close))) {
    state.refusedBars++;
    return;
  }
  const body = Math.log(close / open);
  const up = Math.log(high / open);
  const down = Math.log(low / open);
  const range = up - down;
  pushWindow(state.bodies, body);
  pushWindow(state.parkinson, (range * range) / (4 * Math.LN2));
  pushWindow(state.garmanKlass, 0.5 * range * range - (2 * Math.LN2 - 1) * body * body);
  pushWindow(state.rogersSatchell, up * (up - body) + down * (down - body));
  if (state.previousClose > 0) {
    const gap = Math.log(open / state.previousClose);
    pushWindow(state.gaps, gap);
    pushWindow(state.returns, gap + body);
  }
  state.previousClose = close;
};

/** Divided by n − 1. */
const sampleVariance = (window: Window): number => (varianceOf(window) * window.length) / (window.length - 1);

const annual = (state: RealisedVolatility, variance: number): number =>
  Math.sqrt(Math.max(0, variance) * state.barsPerYear);

/** About the mean return, divided by n − 1. NaN until there are `length` returns; so are the others of bars. */
export const closeToCloseVolatility = (state: RealisedVolatility): number =>
  annual(state, sampleVariance(state.returns));
export const parkinsonVolatility = (state: RealisedVolatility): number => annual(state, meanOf(state.parkinson));
export const garmanKlassVolatility = (state: RealisedVolatility): number => annual(state, meanOf(state.garmanKlass));

/** Gap, body and range weighted for least variance: knows opening jumps, and no drift bends it. */
export const yangZhangVolatility = (state: RealisedVolatility): number => {
  if (!isFull(state.gaps)) return Number.NaN;
  const n = state.length;
  const k = 0.34 / (1.34 + (n + 1) / (n - 1));
  const variance =
    sampleVariance(state.gaps) + k * sampleVariance(state.bodies) + (1 - k) * meanOf(state.rogersSatchell);
  return annual(state, variance);
};
