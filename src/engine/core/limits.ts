/** Risk limits and ages, fixed for a run. Ages are in market milliseconds (the root scales them by SANDBOX_SPEED). */
export interface Limits {
  readonly maxContractsPerSymbol: number;
  /** Net over positions, working and unknown orders and the candidate; delta in shares. */
  readonly maxNetDelta: number;
  readonly maxNetGamma: number;
  /** Negative: dollars per day. Refused when the net falls below. */
  readonly minNetThetaPerDay: number;
  readonly maxRiskPerTradeFraction: number;
  readonly maxDailyLossFraction: number;
  readonly quoteAgeMsMax: number;
  readonly bookAgeMsMax: number;
  readonly chainAgeMsMax: number;
  readonly entryLifetimeMs: number;
  readonly signalCooldownMs: number;
  readonly minutesBeforeCloseNoEntry: number;
  readonly minutesBeforeCloseExit: number;
}

/** The briefs' figures. */
export const DEFAULT_LIMITS: Limits = {
  maxContractsPerSymbol: 6,
  maxNetDelta: 2000,
  maxNetGamma: 500,
  minNetThetaPerDay: -400,
  maxRiskPerTradeFraction: 0.02,
  maxDailyLossFraction: 0.06,
  quoteAgeMsMax: 3_000,
  bookAgeMsMax: 5_000,
  chainAgeMsMax: 15_000,
  entryLifetimeMs: 60_000,
  signalCooldownMs: 600_000,
  minutesBeforeCloseNoEntry: 30,
  minutesBeforeCloseExit: 10,
};

/**
 * How long an answer from the outside world may take before its absence means something, market milliseconds.
 * Derived from the age limits because those are what the root scales with the speed of market time.
 */
export const answerWithinMs = (limits: Limits): number => 4 * limits.quoteAgeMsMax;
