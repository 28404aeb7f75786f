import type { Random } from '../../random.ts';

/** Activity over the session, mean about 1: busy at the open and towards the close. `progress` from 0 to 1. */
export const activityOf = (progress: number): number => {
  const fromNoon = 2 * progress - 1;
  return 0.68 + 0.75 * fromNoon * fromNoon + 0.7 * Math.exp(-progress * 40);
};

/** Two speeds of mean reversion of intraday volatility: minutes and an hour. */
const FAST = { decay: 0.12, deviation: 0.2 };
const SLOW = { decay: 0.015, deviation: 0.3 };

/** Logarithm of the volatility's multiple, minute by minute; its mean multiple is about 1. */
export const logVolatilityPath = (random: Random, minutes: number): Float64Array => {
  const path = new Float64Array(minutes + 1);
  let fast = FAST.deviation * random.normal();
  let slow = SLOW.deviation * random.normal();
  const bias = FAST.deviation ** 2 + SLOW.deviation ** 2;
  for (let minute = 0; minute <= minutes; minute++) {
    path[minute] = fast + slow - bias;
    fast += -FAST.decay * fast + FAST.deviation * Math.sqrt(2 * FAST.decay) * random.normal();
    slow += -SLOW.decay * slow + SLOW.deviation * Math.sqrt(2 * SLOW.decay) * random.normal();
  }
  return path;
};

/** Variance of each minute: a whole session's, spread by activity and by the volatility of the moment. */
export const minuteVariances = (sessionVariance: number, logVolatility: Float64Array): Float64Array => {
  const minutes = logVolatility.length - 1;
  const out = new Float64Array(minutes);
  let activity = 0;
  for (let minute = 0; minute < minutes; minute++) activity += activityOf((minute + 0.5) / minutes);
  for (let minute = 0; minute < minutes; minute++) {
    const share = activityOf((minute + 0.5) / minutes) / activity;
    out[minute] = sessionVariance * share * Math.exp(2 * (logVolatility[minute] as number));
  }
  return out;
};

/** A Brownian path from `from` to `to` whose clock runs by `variances`: Glasserman, Monte Carlo Methods, section 3.1. */
export const bridge = (random: Random, from: number, to: number, variances: Float64Array): Float64Array => {
  const path = new Float64Array(variances.length + 1);
  let left = 0;
  for (const variance of variances) left += variance;
  path[0] = from;
  let x = from;
  for (let i = 0; i < variances.length; i++) {
    const variance = variances[i] as number;
    const share = variance / left;
    left = Math.max(left - variance, 0);
    x += (to - x) * share + Math.sqrt(variance * Math.max(0, 1 - share)) * random.normal();
    path[i + 1] = x;
  }
  return path;
};
