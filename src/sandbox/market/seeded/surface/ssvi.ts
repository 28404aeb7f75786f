/**
 * Total variance of SSVI with power-law curvature φ(θ) = η / √(θ(1+θ)), of log-moneyness `k` = ln(K/F) and at-the-money
 * total variance `theta`. Free of butterfly and calendar arbitrage where η(1+|ρ|) ≤ 2 and theta grows with time.
 * Source: Gatheral and Jacquier, Arbitrage-free SVI volatility surfaces (2014), theorem 4.2 and example 4.2 with γ = ½.
 */
export const totalVariance = (k: number, theta: number, rho: number, eta: number): number => {
  const x = (eta * k) / Math.sqrt(theta * (1 + theta));
  return 0.5 * theta * (1 + rho * x + Math.sqrt((x + rho) ** 2 + 1 - rho * rho));
};

/** The volatility of a symbol now and in the long run, decimals per year. */
export interface VolatilityLevel {
  readonly now: number;
  readonly longRun: number;
}

/** A year's reversion of variance to its long run. */
const REVERSION_PER_YEAR = 9;

/** At-the-money total variance to `years`: the integral of a variance that reverts, so it never falls with time. */
export const thetaOf = ({ now, longRun }: VolatilityLevel, years: number): number => {
  const far = longRun * longRun;
  return far * years + ((now * now - far) * -Math.expm1(-REVERSION_PER_YEAR * years)) / REVERSION_PER_YEAR;
};
