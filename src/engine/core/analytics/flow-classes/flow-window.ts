import type { Instant } from '../../types.ts';

/** What a window of trades is described by, in this order. */
const FLOW_FEATURES = ['one-sidedness', 'size', 'inter-arrival', 'aggressiveness', 'autocorrelation'] as const;
export const FLOW_DIMS = FLOW_FEATURES.length;

/** Sums over the open window of a fixed number of trades, begun afresh with each: nothing drifts. */
export interface FlowWindow {
  readonly trades: number;
  count: number;
  signedShares: number;
  shares: number;
  startAt: number;
  lastAt: number;
  /** Σ of how far each trade reached towards its own side's touch and past it, and of how many it was known. */
  reach: number;
  reachCount: number;
  /** Signs: Σ s, Σ s², Σ s·s' of neighbours. */
  signs: number;
  signSquares: number;
  signProducts: number;
  lastSign: number;
}

export const createFlowWindow = (trades: number): FlowWindow => ({
  trades,
  count: 0,
  signedShares: 0,
  shares: 0,
  startAt: Number.NaN,
  lastAt: Number.NaN,
  reach: 0,
  reachCount: 0,
  signs: 0,
  signSquares: 0,
  signProducts: 0,
  lastSign: 0,
});

export const clearFlowWindow = (window: FlowWindow): void => {
  window.count = 0;
  window.signedShares = 0;
  window.shares = 0;
  window.startAt = Number.NaN;
  window.lastAt = Number.NaN;
  window.reach = 0;
  window.reachCount = 0;
  window.signs = 0;
  window.signSquares = 0;
  window.signProducts = 0;
  window.lastSign = 0;
};

/** Sign 1 buy, −1 sell, 0 unknown. Bid and ask NaN when absent: the trade's reach is then not known. */
export const addFlowTrade = (
  window: FlowWindow,
  price: number,
  size: number,
  sign: number,
  bid: number,
  ask: number,
  at: Instant,
): void => {
  if (window.count === 0) window.startAt = at;
  window.lastAt = at;
  window.signedShares += sign * size;
  window.shares += size;
  if (ask > bid && sign !== 0) {
    // 1 at the touch it takes, 0 at the other, more than 1 when it trades through.
    const reach = sign > 0 ? (price - bid) / (ask - bid) : (ask - price) / (ask - bid);
    window.reach += Math.min(2, Math.max(0, reach));
    window.reachCount++;
  }
  window.signs += sign;
  window.signSquares += sign * sign;
  if (window.count > 0) window.signProducts += sign * window.lastSign;
  window.lastSign = sign;
  window.count++;
};

/** Lag-one autocorrelation of the signs; 1 when all are alike, where the formula has no value: each follows the last. */
const autocorrelationOf = (window: FlowWindow): number => {
  const mean = window.signs / window.count;
  const variance = window.signSquares / window.count - mean * mean;
  if (variance <= 1e-12) return 1;
  return (window.signProducts / (window.count - 1) - mean * mean) / variance;
};

/** Writes the full window's figures to `out` from `offset`. False when one of them is missing: no class without it. */
export const writeFlowFeatures = (window: FlowWindow, out: Float64Array, offset: number): boolean => {
  out[offset] = Math.abs(window.signedShares) / window.shares;
  out[offset + 1] = Math.log(window.shares / window.count);
  out[offset + 2] = Math.log(1 + (window.lastAt - window.startAt) / (window.count - 1));
  out[offset + 3] = window.reach / window.reachCount;
  out[offset + 4] = autocorrelationOf(window);
  for (let d = 0; d < FLOW_DIMS; d++) if (!Number.isFinite(out[offset + d])) return false;
  return window.reachCount * 2 >= window.count;
};
