import type { AmericanScheme } from './american-scheme.ts';
import { upperTail } from './normal.ts';

const INVERSE_SQRT_2PI = 0.3989422804014327;
/** As far below the strike as the boundary is followed, in logs: beyond it there is nothing left to exercise for. */
const LOG_FLOOR = -700;

const cdf = (x: number, e: number): number => (x > 0 ? 1 - upperTail(x, e) : upperTail(-x, e));

/** The boundary of a put just before expiry, strike 1: where the interest earned outweighs the dividends given up. */
const boundaryAtExpiry = (rate: number, dividendYield: number): number =>
  dividendYield > rate ? rate / dividendYield : 1;

/**
 * Whether a put can ever be worth more exercised early, given its rate and dividend yield (for a call: swapped).
 * `double` is the case of two boundaries (negative yield below a negative rate), which is not priced.
 */
export const earlyExerciseOf = (rate: number, dividendYield: number): 'never' | 'single' | 'double' => {
  if (rate > 0 || (rate === 0 && dividendYield < 0)) return 'single';
  return rate < 0 && dividendYield < rate ? 'double' : 'never';
};

/** What one QD+ equation is made of; see `qdPlusStart`. */
interface QdPlus {
  readonly rate: number;
  readonly dividendYield: number;
  readonly variance: number;
  readonly deviation: number;
  readonly drift: number;
  readonly stockDiscount: number;
  readonly cashDiscount: number;
  readonly alpha: number;
  readonly beta: number;
}

const qdPlusOf = (years: number, volatility: number, rate: number, dividendYield: number): QdPlus => {
  const variance = volatility * volatility;
  const cashDiscount = Math.exp(-rate * years);
  // r / (1 − e^(−rτ)), by its series where that loses its digits.
  const x = rate * years;
  const perInterest = Math.abs(x) > 1e-5 ? rate / (1 - cashDiscount) : 1 / (years * (1 - 0.5 * x * (1 - x / 3)));
  const omega = (2 * (rate - dividendYield)) / variance;
  const root = Math.sqrt((omega - 1) * (omega - 1) + (8 * perInterest) / variance);
  const lambda = 0.5 * (-(omega - 1) - root);
  const lambdaSlope = (2 * perInterest * perInterest) / (variance * root);
  const alpha = (2 * cashDiscount) / (variance * (2 * lambda + omega - 1));
  return {
    rate,
    dividendYield,
    variance,
    deviation: volatility * Math.sqrt(years),
    drift: (rate - dividendYield) * years,
    stockDiscount: Math.exp(-dividendYield * years),
    cashDiscount,
    alpha,
    beta: alpha * (perInterest + lambdaSlope / (2 * lambda + omega - 1)) - lambda,
  };
};

/**
 * First guess of the boundary (strike 1) at one time to expiry: the QD+ equation, by Newton from `start` kept in
 * (0, ceiling). Source: Li, "Analytical approximations for the critical stock prices of American options" (2010).
 */
const qdPlusBoundary = (equation: QdPlus, start: number, ceiling: number): number => {
  const { rate, dividendYield, variance, deviation, drift, stockDiscount, cashDiscount, alpha, beta } = equation;
  let low = 0;
  let high = ceiling;
  let b = start;
  for (let step = 0; step < 12; step++) {
    const d1 = (Math.log(b) + drift) / deviation + 0.5 * deviation;
    const d2 = d1 - deviation;
    const e1 = Math.exp(-0.5 * d1 * d1);
    const tail1 = stockDiscount * cdf(-d1, e1);
    const tail2 = cashDiscount * cdf(-d2, Math.exp(-0.5 * d2 * d2));
    const density = (stockDiscount * INVERSE_SQRT_2PI * e1) / deviation;
    const put = tail2 - b * tail1;
    const theta = rate * tail2 - dividendYield * b * tail1 - 0.5 * variance * b * density;
    const thetaSlope =
      -(rate - dividendYield) * density - dividendYield * tail1 - 0.5 * variance * density * (1 - d1 / deviation);
    const value = (1 - tail1) * b - beta * (1 - b - put) + (alpha * theta) / cashDiscount;
    const slope = 1 - tail1 + density + beta * (1 - tail1) + (alpha * thetaSlope) / cashDiscount;
    if (value > 0) high = b;
    else low = b;
    let next = b - value / slope;
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    const moved = Math.abs(next - b);
    b = next;
    if (moved < 1e-6 * b) break;
  }
  return b;
};

/**
 * Working memory of solutions. The columns by node and inner point depend on years, rate and yield alone: they stand for
 * the volatilities that follow with the same three.
 */
interface Workspace {
  /** (ln B/X)² at nodes 1 … n. */
  readonly shape: Float64Array;
  readonly next: Float64Array;
  years: number;
  rate: number;
  dividendYield: number;
  /** Elapsed years, and their square roots. */
  readonly elapsed: Float64Array;
  readonly root: Float64Array;
  /** Weight · e^(q (τ − v)) and weight · e^(r (τ − v)). */
  readonly stock: Float64Array;
  readonly cash: Float64Array;
}
const workspaces = new Map<AmericanScheme, Workspace>();
const workspaceOf = (scheme: AmericanScheme, years: number, rate: number, dividendYield: number): Workspace => {
  const { nodes, inner, lifeShare, innerShare, innerWeight } = scheme;
  let space = workspaces.get(scheme);
  if (space === undefined) {
    const column = (): Float64Array => new Float64Array(nodes * inner);
    space = {
      shape: new Float64Array(nodes),
      next: new Float64Array(nodes),
      years: Number.NaN,
      rate: Number.NaN,
      dividendYield: Number.NaN,
      elapsed: column(),
      root: column(),
      stock: column(),
      cash: column(),
    };
    workspaces.set(scheme, space);
  }
  if (space.years === years && space.rate === rate && space.dividendYield === dividendYield) return space;
  space.years = years;
  space.rate = rate;
  space.dividendYield = dividendYield;
  for (let i = 0; i < nodes; i++) {
    const tau = years * (lifeShare[i + 1] as number);
    for (let k = 0; k < inner; k++) {
      const at = i * inner + k;
      const v = tau * (innerShare[k] as number);
      const weight = tau * (innerWeight[k] as number);
      space.elapsed[at] = v;
      space.root[at] = Math.sqrt(v);
      space.stock[at] = weight * Math.exp(dividendYield * (tau - v));
      space.cash[at] = weight * Math.exp(rate * (tau - v));
    }
  }
  return space;
};

/** ln B, strike 1, of a shape (ln B/X)². */
export const logBoundary = (logCeiling: number, shape: number): number =>
  Math.max(LOG_FLOOR, logCeiling - Math.sqrt(Math.max(0, shape)));

/** ln of where the boundary of a put with strike 1 ends at expiry. */
export const logCeilingOf = (rate: number, dividendYield: number): number =>
  Math.log(boundaryAtExpiry(rate, dividendYield));

/**
 * One fixed-point step at node i: what the boundary there must be, given where it is everywhere. Value matching
 * ("FP-B") or, where interest and dividends all but cancel, smooth pasting ("FP-A"). Returns ln B.
 */
const fixedPoint = (
  scheme: AmericanScheme,
  space: Workspace,
  i: number,
  logCeiling: number,
  years: number,
  volatility: number,
  rate: number,
  dividendYield: number,
  newton: boolean,
): number => {
  const { nodes, inner, innerFromNodes } = scheme;
  const { shape, elapsed, root, stock, cash } = space;
  const carry = rate - dividendYield;
  const pasting = Math.abs(carry) < 0.001;
  const tau = years * (scheme.lifeShare[i] as number);
  const deviation = volatility * Math.sqrt(tau);
  const log = logBoundary(logCeiling, shape[i - 1] as number);
  let above = 0;
  let below = 0;
  let at = (i - 1) * inner * nodes;
  for (let k = 0; k < inner; k++) {
    let h = 0;
    for (let j = 0; j < nodes; j++) h += (innerFromNodes[at++] as number) * (shape[j] as number);
    const point = (i - 1) * inner + k;
    const width = volatility * (root[point] as number);
    const d1 = (log - logBoundary(logCeiling, h) + carry * (elapsed[point] as number)) / width + 0.5 * width;
    const d2 = d1 - width;
    const e1 = Math.exp(-0.5 * d1 * d1);
    const e2 = Math.exp(-0.5 * d2 * d2);
    const stockWeight = stock[point] as number;
    const cashWeight = cash[point] as number;
    if (pasting) {
      above += (cashWeight * INVERSE_SQRT_2PI * e2) / width;
      below += stockWeight * (cdf(d1, e1) + (INVERSE_SQRT_2PI * e1) / width);
    } else {
      above += cashWeight * cdf(d2, e2);
      below += stockWeight * cdf(d1, e1);
    }
  }
  const d1 = (log + carry * tau) / deviation + 0.5 * deviation;
  const d2 = d1 - deviation;
  const e1 = Math.exp(-0.5 * d1 * d1);
  const e2 = Math.exp(-0.5 * d2 * d2);
  const density1 = (INVERSE_SQRT_2PI * e1) / deviation;
  const density2 = (INVERSE_SQRT_2PI * e2) / deviation;
  const upper = rate * above + (pasting ? density2 : cdf(d2, e2));
  const lower = dividendYield * below + (pasting ? density1 : 0) + cdf(d1, e1);
  const factor = Math.exp(-carry * tau);
  const value = (factor * upper) / lower;
  if (!(value > 0)) return log;
  if (!newton) return Math.log(value);
  const b = Math.exp(log);
  // The dependence through the integrals is left out, which makes it a partial Newton step.
  const upperSlope = (pasting ? (-d2 * density2) / deviation : density2) / b;
  const lowerSlope = (pasting ? density1 - (d1 * density1) / deviation : density1) / b;
  const slope = (factor * (upperSlope - (lowerSlope * upper) / lower)) / lower;
  const next = b + (value - b) / (1 - slope);
  return next > 0 ? Math.log(next) : Math.log(value);
};

/**
 * The early-exercise boundary of a put with strike 1 (`earlyExerciseOf` is `single`) as (ln B/X)² at the Chebyshev nodes
 * 1 … n, X its place at expiry: QD+ there, then the fixed point.
 * Source: Andersen, Lake and Offengenden, "High-performance American option pricing" (2016).
 */
export const solveShape = (
  scheme: AmericanScheme,
  years: number,
  volatility: number,
  rate: number,
  dividendYield: number,
  out: Float64Array,
): void => {
  const { nodes, lifeShare } = scheme;
  const space = workspaceOf(scheme, years, rate, dividendYield);
  const { shape, next } = space;
  const ceiling = boundaryAtExpiry(rate, dividendYield);
  const logCeiling = Math.log(ceiling);
  let b = ceiling;
  for (let i = 1; i <= nodes; i++) {
    const equation = qdPlusOf(years * (lifeShare[i] as number), volatility, rate, dividendYield);
    b = qdPlusBoundary(equation, b, ceiling);
    shape[i - 1] = (Math.log(b) - logCeiling) ** 2;
  }
  for (let iteration = 0; iteration < scheme.iterations; iteration++) {
    for (let i = 1; i <= nodes; i++) {
      const log = fixedPoint(scheme, space, i, logCeiling, years, volatility, rate, dividendYield, iteration === 0);
      next[i - 1] = Math.min(0, log - logCeiling) ** 2;
    }
    shape.set(next);
  }
  out.set(shape);
};

let solved = new Float64Array(0);

/** The same as ln B: today in `out[0]`, at the scheme's outer points of elapsed life in `out[1 …]`. */
export const solveBoundary = (
  scheme: AmericanScheme,
  years: number,
  volatility: number,
  rate: number,
  dividendYield: number,
  out: Float64Array,
): void => {
  const { nodes, outer, outerFromNodes } = scheme;
  if (solved.length !== nodes) solved = new Float64Array(nodes);
  solveShape(scheme, years, volatility, rate, dividendYield, solved);
  const logCeiling = logCeilingOf(rate, dividendYield);
  out[0] = logBoundary(logCeiling, solved[nodes - 1] as number);
  for (let k = 0; k < outer; k++) {
    let h = 0;
    for (let j = 0; j < nodes; j++) h += (outerFromNodes[k * nodes + j] as number) * (solved[j] as number);
    out[k + 1] = logBoundary(logCeiling, h);
  }
};
