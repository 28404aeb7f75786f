/** What is left of an option without time or without volatility: no gamma, no vega; NaN where it jumps. */
export interface NoTimeValue {
  readonly price: number;
  /** Half on the very strike, by convention. */
  readonly delta: number;
  readonly gamma: number;
  /** Dollars per calendar day passing: interest and dividends alone. NaN at expiry. */
  readonly thetaPerDay: number;
  readonly vegaPerPoint: number;
}

/**
 * The limit of `greeksOf` as volatility, or time (`years` = 0), goes to zero: the discounted intrinsic value. For
 * settlement and for checking; a live contract after its settlement instant has no Greeks, see `greeksOf`.
 */
export const noTimeValue = (
  isCall: boolean,
  spot: number,
  strike: number,
  years: number,
  rate: number,
  dividendYield: number,
): NoTimeValue => {
  const stock = spot * Math.exp(-dividendYield * years);
  const cash = strike * Math.exp(-rate * years);
  const sign = isCall ? 1 : -1;
  const ahead = sign * (stock - cash);
  const yieldDiscount = sign * Math.exp(-dividendYield * years);
  if (!(spot > 0 && strike > 0 && years >= 0) || Number.isNaN(ahead))
    return { price: NaN, delta: NaN, gamma: NaN, thetaPerDay: NaN, vegaPerPoint: NaN };
  if (ahead === 0) return { price: 0, delta: 0.5 * yieldDiscount, gamma: NaN, thetaPerDay: NaN, vegaPerPoint: NaN };
  const perYear = ahead > 0 ? sign * (dividendYield * stock - rate * cash) : 0;
  return {
    price: Math.max(0, ahead),
    delta: ahead > 0 ? yieldDiscount : 0,
    gamma: 0,
    thetaPerDay: years === 0 ? Number.NaN : perYear / 365,
    vegaPerPoint: 0,
  };
};
