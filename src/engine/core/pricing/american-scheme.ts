/**
 * How finely the early-exercise boundary is solved: `nodes` Chebyshev intervals in √τ, `iterations` of the fixed point,
 * `inner` Gauss-Legendre points per integral of it, `outer` for the premium. Plain numbers, made once per process.
 */
export interface AmericanScheme {
  readonly nodes: number;
  readonly inner: number;
  readonly iterations: number;
  readonly outer: number;
  /** Chebyshev points as shares of the life, node 0 at expiry (0), the last at 1. */
  readonly lifeShare: Float64Array;
  /** Of a node's life already passed at inner point k: u = τ · innerShare[k]. */
  readonly innerShare: Float64Array;
  /** Weights with the change of variable in them: ∫₀^τ f du ≈ τ Σ innerWeight[k] f(u_k). */
  readonly innerWeight: Float64Array;
  readonly outerShare: Float64Array;
  readonly outerWeight: Float64Array;
  /** Row (i · inner + k): interpolates the boundary at τ_i (1 − innerShare[k]) from its nodes 1 … nodes. */
  readonly innerFromNodes: Float64Array;
  /** Row k: interpolates the boundary at τ_max (1 − outerShare[k]) from its nodes 1 … nodes. */
  readonly outerFromNodes: Float64Array;
}

interface Rule {
  readonly points: Float64Array;
  readonly weights: Float64Array;
}

/** Gauss-Legendre points and weights on [−1, 1]: Newton on the recurrence. Source: Abramowitz and Stegun 25.4.30. */
const gaussLegendre = (count: number): Rule => {
  const points = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let step = 0; step < 50; step++) {
      let previous = 1;
      let current = x;
      for (let k = 2; k <= count; k++)
        [previous, current] = [current, ((2 * k - 1) * x * current - (k - 1) * previous) / k];
      slope = (count * (x * current - previous)) / (x * x - 1);
      const change = current / slope;
      x -= change;
      if (Math.abs(change) < 1e-16) break;
    }
    points[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  return { points, weights };
};

/** Where the grid of the double exponential ends: what lies beyond weighs less than the last digits. */
const TANH_SINH_REACH = 2.8;

/**
 * Double-exponential points and weights on [−1, 1]: more of them than Gauss-Legendre takes, but they do not mind the
 * boundary's infinite slope at expiry. Source: Takahasi and Mori (1974).
 */
const tanhSinh = (count: number): Rule => {
  const step = (2 * TANH_SINH_REACH) / (count - 1);
  const at = Float64Array.from({ length: count }, (_, i) => i * step - TANH_SINH_REACH);
  return {
    points: at.map((t) => Math.tanh(0.5 * Math.PI * Math.sinh(t))),
    weights: at.map((t) => (step * 0.5 * Math.PI * Math.cosh(t)) / Math.cosh(0.5 * Math.PI * Math.sinh(t)) ** 2),
  };
};

/** Barycentric weights of the Chebyshev points −cos(iπ/n) at `z`, for values at nodes 1 … n (node 0 holds zero). */
export const chebyshevRow = (nodes: number, z: number, row: Float64Array): void => {
  let sum = 0;
  for (let j = 0; j <= nodes; j++) {
    const distance = z + Math.cos((j * Math.PI) / nodes);
    if (Math.abs(distance) < 1e-15) {
      row.fill(0);
      if (j > 0) row[j - 1] = 1;
      return;
    }
    const weight = ((j % 2 === 0 ? 1 : -1) * (j === 0 || j === nodes ? 0.5 : 1)) / distance;
    sum += weight;
    if (j > 0) row[j - 1] = weight;
  }
  for (let j = 0; j < nodes; j++) row[j] = (row[j] as number) / sum;
};

/** u = τ ((1 + y)/2)² gathers points where the boundary is steep and takes the square root's singularity out. */
const squared = ({ points, weights }: Rule): { readonly share: Float64Array; readonly weight: Float64Array } => {
  return {
    share: points.map((y) => (0.5 * (1 + y)) ** 2),
    weight: weights.map((w, k) => 0.5 * w * (1 + (points[k] as number))),
  };
};

/** u = τ sin²(π(1 + y)/4) gathers points at both ends: where the integrand is smooth but for those, few are enough. */
const gathered = ({ points, weights }: Rule): ReturnType<typeof squared> => {
  const angle = points.map((y) => 0.25 * Math.PI * (1 + y));
  return {
    share: angle.map((x) => Math.sin(x) ** 2),
    weight: weights.map((w, k) => 0.25 * Math.PI * w * Math.sin(2 * (angle[k] as number))),
  };
};

const createScheme = (
  nodes: number,
  inner: number,
  iterations: number,
  outer: number,
  rule: (count: number) => Rule,
  spread = squared,
): AmericanScheme => {
  const root = Float64Array.from({ length: nodes + 1 }, (_, i) => 0.5 * (1 - Math.cos((i * Math.PI) / nodes)));
  const { share: innerShare, weight: innerWeight } = squared(rule(inner));
  const { share: outerShare, weight: outerWeight } = spread(rule(outer));
  const innerFromNodes = new Float64Array(nodes * inner * nodes);
  for (let i = 1; i <= nodes; i++)
    for (let k = 0; k < inner; k++) {
      const at = ((i - 1) * inner + k) * nodes;
      const z = 2 * (root[i] as number) * Math.sqrt(1 - (innerShare[k] as number)) - 1;
      chebyshevRow(nodes, z, innerFromNodes.subarray(at, at + nodes));
    }
  const outerFromNodes = new Float64Array(outer * nodes);
  for (let k = 0; k < outer; k++) {
    const z = 2 * Math.sqrt(1 - (outerShare[k] as number)) - 1;
    chebyshevRow(nodes, z, outerFromNodes.subarray(k * nodes, (k + 1) * nodes));
  }
  const lifeShare = root.map((x) => x * x);
  return {
    nodes,
    inner,
    iterations,
    outer,
    lifeShare,
    innerShare,
    innerWeight,
    outerShare,
    outerWeight,
    innerFromNodes,
    outerFromNodes,
  };
};

/** For chains: within 2e-5 of the strike, most often within 1e-7. */
export const FAST_SCHEME: AmericanScheme = createScheme(8, 16, 3, 32, gaussLegendre);
/** The same for contracts a deviation and more from their boundary. */
export const FAR_SCHEME: AmericanScheme = createScheme(8, 16, 3, 16, gaussLegendre, gathered);
/** For a chain's contracts next to their boundary, where the premium's slopes turn steep. */
export const NEAR_SCHEME: AmericanScheme = createScheme(8, 16, 3, 64, tanhSinh);
/** For implied volatility and single contracts: within 1e-9 of the strike, most often to the last digits. */
export const ACCURATE_SCHEME: AmericanScheme = createScheme(20, 48, 10, 64, tanhSinh);
