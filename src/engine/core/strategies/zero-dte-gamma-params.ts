/** Knobs of the 0DTE gamma strategy. Fractions are decimals: 0.003 is 0.3 %. */
export interface ZeroDteGammaParams {
  /** Least share of one strike in the chain's |GEX| within `bandFraction` of spot. */
  readonly minGammaShare: number;
  /** Half width of that band, fraction of spot. */
  readonly bandFraction: number;
  /** The strike must lie within these distances of spot, fraction of spot. */
  readonly minDistanceFraction: number;
  readonly maxDistanceFraction: number;
  /** Momentum: price change over this many closed one-minute bars, fraction. */
  readonly momentumBars: number;
  readonly minMomentumFraction: number;
  /** Book imbalance (-1 … 1) against the trade's direction may not exceed this. */
  readonly maxAdverseImbalance: number;
  /** Option spread: at most this fraction of the mid, or `maxSpreadTicks` ticks where that is wider. */
  readonly maxSpreadFraction: number;
  readonly maxSpreadTicks: number;
  /** Premium bounds, dollars per share. */
  readonly minPremium: number;
  readonly maxPremium: number;
  /**
   * Most of its premium that a contract may lose to time in an hour, fraction. A bound in dollars a day would exclude the
   * premium bounds on a nervous day (at 33 % volatility everything from `minPremium` on loses more than 190 dollars), and
   * a day's theta means little to a contract of hours: near the money it is 1 / (2 · hours left), so that 0.4 closes the
   * door an hour and a quarter before expiry, earlier out of the money. What the account may lose is the net limit's.
   */
  readonly maxThetaFractionPerHour: number;
  /** Strikes tried on either side of the gamma strike, nearest first, the further out of the money before the nearer. */
  readonly maxStrikesOut: number;
  /** Pause of a symbol after a refused candidate, market milliseconds. */
  readonly refusedPauseMs: number;
  /** VPIN from here on is named as a risk factor. */
  readonly elevatedVpin: number;
  /** Target, as a gain on the premium; 1 is +100 %. */
  readonly targetGain: number;
}

const DEFAULT_ZERO_DTE_GAMMA: ZeroDteGammaParams = {
  minGammaShare: 0.06,
  bandFraction: 0.02,
  minDistanceFraction: 0.0002,
  maxDistanceFraction: 0.004,
  momentumBars: 3,
  minMomentumFraction: 0.0004,
  maxAdverseImbalance: 0.4,
  maxSpreadFraction: 0.1,
  maxSpreadTicks: 2,
  minPremium: 0.5,
  maxPremium: 20,
  maxThetaFractionPerHour: 0.4,
  maxStrikesOut: 6,
  refusedPauseMs: 60_000,
  elevatedVpin: 0.6,
  targetGain: 1,
};

/** Defaults with overrides; an unknown name, or a figure that is not a finite number ≥ 0, throws. */
export const parseZeroDteGamma = (overrides: unknown): ZeroDteGammaParams => {
  if (overrides === undefined || overrides === null) return DEFAULT_ZERO_DTE_GAMMA;
  if (typeof overrides !== 'object')
    throw new Error(`0dte-gamma params: found ${typeof overrides}, expected an object`);
  for (const [name, value] of Object.entries(overrides)) {
    if (!(name in DEFAULT_ZERO_DTE_GAMMA)) {
      const known = Object.keys(DEFAULT_ZERO_DTE_GAMMA).join(', ');
      throw new Error(`0dte-gamma params: ${name} is unknown, expected one of ${known}`);
    }
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
      throw new Error(`0dte-gamma params: ${name} is ${String(value)}, expected a finite number from 0`);
    }
  }
  return { ...DEFAULT_ZERO_DTE_GAMMA, ...overrides };
};
