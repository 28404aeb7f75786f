import { instant } from '../../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';

export interface OrderFlowImbalanceParams {
  readonly intervalMs: number;
  /** Price grid of the quotes, dollars: middles are counted in half ticks, exactly. */
  readonly tick: number;
  /** Intervals kept, the open one among them. */
  readonly intervalCount: number;
}

const DEFAULTS: OrderFlowImbalanceParams = { intervalMs: 10_000, tick: 0.01, intervalCount: 361 };

/**
 * Order-flow imbalance at the best quotes, in shares: positive is buying. Interval `n` (of those with events) is at
 * `n % intervalCount` of the columns; the newest is open. Source: Cont, Kukanov, Stoikov (2014), equations 4 and 5.
 */
export interface OrderFlowImbalance extends OrderFlowImbalanceParams {
  readonly ticksPerDollar: number;
  bidPrice: number;
  bidSize: number;
  askPrice: number;
  askSize: number;
  /** Contribution of the last quote; NaN for the first one and after a gap. */
  lastEvent: number;
  lastAt: number;
  /** Middle of the last good quote in half ticks, and of the one before the open interval. */
  halfTicks: number;
  openHalfTicks: number;
  intervalsSeen: number;
  /** Where the open interval's columns are, and the time it covers; NaN before the first. */
  openPlace: number;
  openFrom: number;
  openUntil: number;
  readonly numbers: Float64Array;
  readonly flows: Float64Array;
  readonly events: Float64Array;
  readonly moves: Float64Array;
  /** Quotes that were one-sided, crossed or not numbers: the next good one starts afresh. */
  refusedQuotes: number;
}

/** Middle change in ticks, `alpha + beta × flow`. */
export interface FlowRegression {
  /** Ticks per share. */
  readonly beta: number;
  readonly alpha: number;
  readonly r2: number;
  readonly intervals: number;
}

export interface OrderFlowImbalanceView {
  /** Shares, of the interval that runs now; 0 only when its quotes cancel out. */
  readonly open: Measured;
  /** Shares, of the last finished interval with quotes. */
  readonly last: Measured;
  /** Move of the middle over that interval, ticks. */
  readonly lastMoveTicks: Measured;
  readonly regression: Measured<FlowRegression>;
  readonly refusedQuotes: number;
}

const INTERVALS_MIN = 30;

export const ORDER_FLOW_IMBALANCE_MODULE: ModuleInfo = {
  name: 'order-flow-imbalance',
  level: 2,
  cadence: 'quote',
  warmUp: `two quotes; regression: ${INTERVALS_MIN} finished intervals of 10 s`,
  ageMsMax: 60_000,
};

export const createOrderFlowImbalance = (params: Partial<OrderFlowImbalanceParams> = {}): OrderFlowImbalance => {
  const { intervalMs, tick, intervalCount } = { ...DEFAULTS, ...params };
  if (!(intervalMs > 0 && tick > 0 && Number.isInteger(intervalCount) && intervalCount > 1))
    throw new RangeError(
      `order-flow imbalance: expected positive interval and tick, and at least two intervals, got ${intervalMs} ms, ${tick} and ${intervalCount}`,
    );
  return {
    intervalMs,
    tick,
    ticksPerDollar: 1 / tick,
    intervalCount,
    bidPrice: Number.NaN,
    bidSize: Number.NaN,
    askPrice: Number.NaN,
    askSize: Number.NaN,
    lastEvent: Number.NaN,
    lastAt: Number.NaN,
    halfTicks: Number.NaN,
    openHalfTicks: Number.NaN,
    intervalsSeen: 0,
    openPlace: 0,
    openFrom: Number.NaN,
    openUntil: Number.NaN,
    numbers: new Float64Array(intervalCount),
    flows: new Float64Array(intervalCount),
    events: new Float64Array(intervalCount),
    moves: new Float64Array(intervalCount),
    refusedQuotes: 0,
  };
};

const openInterval = (state: OrderFlowImbalance, at: number): void => {
  const number = Math.floor(at / state.intervalMs);
  const place = state.intervalsSeen % state.intervalCount;
  state.intervalsSeen++;
  state.openPlace = place;
  state.openFrom = number * state.intervalMs;
  state.openUntil = state.openFrom + state.intervalMs;
  state.numbers[place] = number;
  state.flows[place] = 0;
  state.events[place] = 0;
  state.moves[place] = 0;
  state.openHalfTicks = state.halfTicks;
};

const refuse = (state: OrderFlowImbalance): void => {
  state.refusedQuotes++;
  state.bidPrice = Number.NaN;
  state.lastEvent = Number.NaN;
};

/** Folds the state of the best quotes after an event. Sizes in shares. */
export const onOrderFlowQuote = (
  state: OrderFlowImbalance,
  bidPrice: number,
  bidSize: number,
  askPrice: number,
  askSize: number,
  at: number,
): void => {
  const good = bidPrice > 0 && bidPrice <= askPrice && askPrice < Infinity && bidSize >= 0 && askSize >= 0;
  if (!(good && bidSize < Infinity && askSize < Infinity && at >= 0)) {
    refuse(state);
    return;
  }
  const halfTicks = Math.round((bidPrice + askPrice) * state.ticksPerDollar);
  if (state.bidPrice > 0) {
    let event = 0;
    if (bidPrice >= state.bidPrice) event += bidSize;
    if (bidPrice <= state.bidPrice) event -= state.bidSize;
    if (askPrice <= state.askPrice) event -= askSize;
    if (askPrice >= state.askPrice) event += state.askSize;
    if (!(at >= state.openFrom && at < state.openUntil)) openInterval(state, at);
    const place = state.openPlace;
    state.flows[place] = (state.flows[place] ?? 0) + event;
    state.events[place] = (state.events[place] ?? 0) + 1;
    state.moves[place] = (halfTicks - state.openHalfTicks) / 2;
    state.lastEvent = event;
  }
  state.bidPrice = bidPrice;
  state.bidSize = bidSize;
  state.askPrice = askPrice;
  state.askSize = askSize;
  state.halfTicks = halfTicks;
  state.lastAt = at;
};

/** Places of kept intervals, oldest first, that are finished at `at`; all of them when `at` is infinite. */
const finishedPlaces = (state: OrderFlowImbalance, at: number): number[] => {
  const kept = Math.min(state.intervalsSeen, state.intervalCount);
  const now = Math.floor(at / state.intervalMs);
  return Array.from({ length: kept }, (_, i) => (state.intervalsSeen - kept + i) % state.intervalCount).filter(
    (place) => (state.numbers[place] ?? Number.NaN) < now,
  );
};

/** Least squares of middle change on flow over the kept intervals that are finished at `at`; null when flow does not vary. */
export const flowRegression = (state: OrderFlowImbalance, at: number): FlowRegression | null => {
  const places = finishedPlaces(state, at);
  const n = places.length;
  let [flowSum, moveSum] = [0, 0];
  for (const place of places) {
    flowSum += state.flows[place] ?? Number.NaN;
    moveSum += state.moves[place] ?? Number.NaN;
  }
  const [flowMean, moveMean] = [flowSum / n, moveSum / n];
  let [xx, xy, yy] = [0, 0, 0];
  for (const place of places) {
    const x = (state.flows[place] ?? Number.NaN) - flowMean;
    const y = (state.moves[place] ?? Number.NaN) - moveMean;
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  if (!(xx > 0 && yy > 0)) return null;
  const beta = xy / xx;
  return { beta, alpha: moveMean - beta * flowMean, r2: (xy * xy) / (xx * yy), intervals: n };
};

const regressionAt = (state: OrderFlowImbalance, at: number): Measured<FlowRegression> => {
  const finished = finishedPlaces(state, at).length;
  if (finished < INTERVALS_MIN) return absent('warming-up', 'quotes');
  const fit = flowRegression(state, at);
  return fit === null ? absent('no-variation', 'quotes') : measured(fit, instant(state.lastAt), 'quotes', fit.r2);
};

export const orderFlowImbalanceView = (state: OrderFlowImbalance, at: number): OrderFlowImbalanceView => {
  const stale = !(at - state.lastAt <= ORDER_FLOW_IMBALANCE_MODULE.ageMsMax);
  const fault = state.intervalsSeen === 0 ? 'warming-up' : stale ? 'stale' : null;
  const place = state.openPlace;
  const runs = at >= state.openFrom && at < state.openUntil;
  const last = finishedPlaces(state, at).at(-1);
  const figure = (value: number | undefined, reason: string): Measured => {
    if (fault !== null) return absent(fault, 'quotes');
    return value === undefined ? absent(reason, 'quotes') : measured(value, instant(state.lastAt), 'quotes');
  };
  return {
    open: figure(runs ? state.flows[place] : undefined, 'no-quotes-yet'),
    last: figure(last === undefined ? undefined : state.flows[last], 'no-finished-interval'),
    lastMoveTicks: figure(last === undefined ? undefined : state.moves[last], 'no-finished-interval'),
    regression: fault === 'stale' ? absent('stale', 'quotes') : regressionAt(state, at),
    refusedQuotes: state.refusedQuotes,
  };
};
