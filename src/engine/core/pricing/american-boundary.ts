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

/** Working memory of one solution: written before it is read in every call. */
interface Workspace {
  /** (ln B/X)² at nodes 1 … n. */
  readonly shape: Float64Array;
  readonly next: Float64Array;
}
const workspaces = new Map<AmericanScheme, Workspace>();
const workspaceOf = (scheme: AmericanScheme): Workspace => {
  const known = workspaces.get(scheme);
  if (known) return known;
  const made = { shape: new Float64Array(scheme.nodes), next: new Float64Array(scheme.nodes) };
  workspaces.set(scheme, made);
  return made;
};

const logBoundary = (logCeiling: number, shape: number): number =>
  Math.max(LOG_FLOOR, logCeiling - Math.sqrt(Math.max(0, shape)));

/**
 * One fixed-point step at node i: what the boundary there must be, given where it is everywhere. Value matching
 * ("FP-B") or, where interest and dividends all but cancel, smooth pasting ("FP-A"). Returns ln B.
 */
const fixedPoint = (
  scheme: AmericanScheme,
  i: number,
  shape: Float64Array,
  logCeiling: number,
  years: number,
  volatility: number,
  rate: number,
  dividendYield: number,
  newton: boolean,
): number => {
  const { nodes, inner, innerShare, innerWeight, innerFromNodes } = scheme;
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
    const v = tau * (innerShare[k] as number);
    const width = volatility * Math.sqrt(v);
    const d1 = (log - logBoundary(logCeiling, h) + carry * v) / width + 0.5 * width;
    const d2 = d1 - width;
    const e1 = Math.exp(-0.5 * d1 * d1);
    const e2 = Math.exp(-0.5 * d2 * d2);
    const weight = tau * (innerWeight[k] as number);
    const stockWeight = weight * Math.exp(dividendYield * (tau - v));
    const cashWeight = weight * Math.exp(rate * (tau - v));
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
 * The early-exercise boundary of a put with strike 1 (`earlyExerciseOf` is `single`): QD+ at the Chebyshev nodes, then
 * the fixed point. Writes ln B today to `out[0]` and at the scheme's outer points of elapsed life to `out[1 …]`.
 * Source: Andersen, Lake and Offengenden, "High-performance American option pricing" (2016).
 */
export const solveBoundary = (
  scheme: AmericanScheme,
  years: number,
  volatility: number,
  rate: number,
  dividendYield: number,
  out: Float64Array,
): void => {
  const { nodes, outer, outerFromNodes, lifeShare } = scheme;
  const { shape, next } = workspaceOf(scheme);
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
      const log = fixedPoint(scheme, i, shape, logCeiling, years, volatility, rate, dividendYield, iteration === 0);
      next[i - 1] = Math.min(0, log - logCeiling) ** 2;
    }
    shape.set(next);
  }
  out[0] = logBoundary(logCeiling, shape[nodes - 1] as number);
  for (let k = 0; k < outer; k++) {
    let h = 0;
    for (let j = 0; j < nodes; j++) h += (outerFromNodes[k * nodes + j] as number) * (shape[j] as number);
    out[k + 1] = logBoundary(logCeiling, h);
  }
};
