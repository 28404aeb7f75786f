import { type Instant, instant } from '../../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';
import { FLOW_CLASSES, type FlowClass, nameClusters, profileSeeds } from './flow-labels.ts';
import {
  addFlowTrade,
  clearFlowWindow,
  createFlowWindow,
  FLOW_DIMS,
  type FlowWindow,
  writeFlowFeatures,
} from './flow-window.ts';
import { type KMeansFit, kMeans, nearestCentroid, silhouetteOf } from './k-means.ts';

const CLUSTERS = FLOW_CLASSES.length;
/** Share of the thresholds that a fit in use must still reach. */
const STAY = 0.75;
/** How often chance is tried. */
const TEARS = 3;

export interface FlowClassParams {
  readonly tradesPerWindow: number;
  /** Windows a fit is made of, and how many it needs; a new fit after so many more. */
  readonly history: number;
  readonly historyMin: number;
  readonly refitWindows: number;
  /** The fit must explain this much more of the variance than the same figures with their rows torn apart. */
  readonly explainedOverChanceMin: number;
  readonly silhouetteMin: number;
  /** A new class is shown after so many windows of it in a row. */
  readonly holdWindows: number;
}
const FLOW_CLASS_DEFAULTS: FlowClassParams = {
  tradesPerWindow: 100,
  history: 240,
  historyMin: 60,
  refitWindows: 20,
  explainedOverChanceMin: 0.06,
  silhouetteMin: 0.35,
  holdWindows: 2,
};

/** `features` is a ring of windows, as measured; centroids are in deviations from `mean`, by `deviation`. Classes: −1 none. */
export interface FlowClasses {
  readonly params: FlowClassParams;
  readonly window: FlowWindow;
  readonly features: Float64Array;
  windowCount: number;
  windowAt: number;
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  readonly centroids: Float64Array;
  readonly names: Int8Array;
  /** Windows seen when the last fit was made; 0 before the first. */
  fittedAtWindow: number;
  fits: number;
  explained: number;
  explainedByChance: number;
  silhouette: number;
  /** Whether the last fit explains enough to be used. */
  usable: boolean;
  /** Of the last window, and how clearly it lies in its cluster; then the class shown, held against flapping. */
  latest: number;
  clarity: number;
  direction: number;
  candidate: number;
  candidateWindows: number;
  shown: number;
  refusedTrades: number;
  incompleteWindows: number;
}

export interface FlowClassView {
  readonly flowClass: Measured<FlowClass>;
  /** Signed volume over volume of the last window, −1 … 1: positive when buyers took. */
  readonly direction: Measured;
  readonly explained: Measured;
  readonly explainedByChance: Measured;
  readonly silhouette: Measured;
  readonly windows: number;
  readonly fits: number;
  readonly refusedTrades: number;
  readonly incompleteWindows: number;
}

export const FLOW_CLASSES_MODULE: ModuleInfo = {
  name: 'flow-classes',
  level: 3,
  cadence: 'trade',
  warmUp: '60 windows of 100 trades with a quote beside at least half of them',
  ageMsMax: 900_000,
};

const column = (length: number): Float64Array => new Float64Array(length);

export const createFlowClasses = (params = FLOW_CLASS_DEFAULTS): FlowClasses => ({
  params,
  window: createFlowWindow(params.tradesPerWindow),
  features: column(params.history * FLOW_DIMS),
  windowCount: 0,
  windowAt: Number.NaN,
  mean: column(FLOW_DIMS),
  deviation: column(FLOW_DIMS),
  centroids: column(CLUSTERS * FLOW_DIMS),
  names: new Int8Array(CLUSTERS).fill(-1),
  fittedAtWindow: 0,
  fits: 0,
  explained: Number.NaN,
  explainedByChance: Number.NaN,
  silhouette: Number.NaN,
  usable: false,
  latest: -1,
  clarity: 0,
  direction: Number.NaN,
  candidate: -1,
  candidateWindows: 0,
  shown: -1,
  refusedTrades: 0,
  incompleteWindows: 0,
});

// One window in deviations, written before it is read: memory reused, nothing remembered.
const standard = column(FLOW_DIMS);

const classify = (state: FlowClasses, row: number): void => {
  for (let d = 0; d < FLOW_DIMS; d++)
    standard[d] = ((state.features[row * FLOW_DIMS + d] ?? 0) - (state.mean[d] ?? 0)) / (state.deviation[d] ?? 1);
  const cluster = nearestCentroid(standard, 0, state.centroids, CLUSTERS, FLOW_DIMS);
  state.latest = state.names[cluster] ?? -1;
  state.clarity = silhouetteOf(standard, 0, state.centroids, CLUSTERS, FLOW_DIMS);
  state.candidateWindows = state.latest === state.candidate ? state.candidateWindows + 1 : 1;
  state.candidate = state.latest;
  if (state.candidateWindows >= state.params.holdWindows) state.shown = state.candidate;
};

const closeWindow = (state: FlowClasses, at: Instant): void => {
  const row = state.windowCount % state.params.history;
  if (writeFlowFeatures(state.window, state.features, row * FLOW_DIMS)) {
    state.direction = state.window.signedShares / state.window.shares;
    state.windowCount++;
    state.windowAt = at;
    if (state.usable) classify(state, row);
  } else {
    state.incompleteWindows++;
  }
  clearFlowWindow(state.window);
};

/** Sign 1 buy, −1 sell, 0 unknown; `bid` and `ask` just before the trade, NaN when absent. Allocates nothing. */
export const onFlowClassTrade = (
  state: FlowClasses,
  price: number,
  size: number,
  sign: number,
  bid: number,
  ask: number,
  at: Instant,
): void => {
  if (!(price > 0 && price < Infinity && size > 0 && size < Infinity)) {
    state.refusedTrades++;
    return;
  }
  addFlowTrade(state.window, price, size, sign, bid, ask, at);
  if (state.window.count === state.window.trades) closeWindow(state, at);
};

/** Mean and deviation per feature, and the rows in these terms. A feature that never moves counts for nothing. */
const standardise = (state: FlowClasses, count: number): Float64Array => {
  const rows = column(count * FLOW_DIMS);
  for (let d = 0; d < FLOW_DIMS; d++) {
    let mean = 0;
    for (let i = 0; i < count; i++) mean += (state.features[i * FLOW_DIMS + d] ?? 0) / count;
    let squares = 0;
    for (let i = 0; i < count; i++) squares += ((state.features[i * FLOW_DIMS + d] ?? 0) - mean) ** 2;
    const deviation = Math.sqrt(squares / count);
    state.mean[d] = mean;
    state.deviation[d] = deviation > 1e-9 ? deviation : 1e300;
    for (let i = 0; i < count; i++)
      rows[i * FLOW_DIMS + d] = ((state.features[i * FLOW_DIMS + d] ?? 0) - mean) / (state.deviation[d] ?? 1);
  }
  return rows;
};

/** The better of two starts: the rows farthest apart, and the classes as they should look. */
const fitOf = (rows: Float64Array, count: number): KMeansFit => {
  const apart = kMeans(rows, count, FLOW_DIMS, CLUSTERS);
  const asNamed = kMeans(rows, count, FLOW_DIMS, CLUSTERS, profileSeeds());
  return asNamed.explained >= apart.explained ? asNamed : apart;
};

/** What clusters explain when each feature is shifted against the others: the same figures, but none belong together. */
const explainedByChance = (rows: Float64Array, count: number): number => {
  const torn = column(count * FLOW_DIMS);
  let sum = 0;
  for (let tear = 1; tear <= TEARS; tear++) {
    for (let i = 0; i < count; i++)
      for (let d = 0; d < FLOW_DIMS; d++) {
        const shift = Math.floor((d * tear * count) / (FLOW_DIMS * TEARS)) + d * tear;
        torn[i * FLOW_DIMS + d] = rows[((i + shift) % count) * FLOW_DIMS + d] ?? 0;
      }
    sum += fitOf(torn, count).explained;
  }
  return sum / TEARS;
};

const adoptFit = (state: FlowClasses, fit: KMeansFit, chance: number): void => {
  const { explainedOverChanceMin, silhouetteMin } = state.params;
  state.centroids.set(fit.centroids);
  state.names.set(nameClusters(fit.centroids, state.names));
  state.explained = fit.explained;
  state.explainedByChance = chance;
  state.silhouette = fit.silhouette;
  // A fit in use is given up less easily than a new one is taken up.
  const ease = state.usable ? STAY : 1;
  state.usable = fit.explained - chance >= ease * explainedOverChanceMin && fit.silhouette >= ease * silhouetteMin;
  if (state.usable) return;
  state.latest = -1;
  state.candidate = -1;
  state.candidateWindows = 0;
  state.shown = -1;
};

/** Fits anew when enough windows have closed since. A timer's work, so that no trade waits for it. True when it fitted. */
export const onFlowClassTimer = (state: FlowClasses): boolean => {
  const { history, historyMin, refitWindows } = state.params;
  if (state.windowCount < historyMin) return false;
  if (state.fits > 0 && state.windowCount - state.fittedAtWindow < refitWindows) return false;
  const count = Math.min(state.windowCount, history);
  const rows = standardise(state, count);
  adoptFit(state, fitOf(rows, count), explainedByChance(rows, count));
  state.fittedAtWindow = state.windowCount;
  state.fits++;
  return true;
};

/** Confidence of the class: how clearly the last window lies in its cluster. */
export const flowClassView = (state: FlowClasses, at: Instant): FlowClassView => {
  const asOf = instant(state.windowAt);
  const stale = at - state.windowAt > FLOW_CLASSES_MODULE.ageMsMax;
  const base = state.windowCount === 0 ? 'warming-up' : stale ? 'stale' : null;
  const fitReason = base ?? (state.fits === 0 ? 'warming-up' : null);
  const figure = (value: number, reason: string | null): Measured =>
    reason === null ? measured(value, asOf, 'trades') : absent(reason, 'trades');
  const name = FLOW_CLASSES[state.shown];
  const held = state.shown === state.latest ? state.clarity : 0;
  let flowClass: Measured<FlowClass>;
  if (fitReason !== null) flowClass = absent(fitReason, 'trades');
  else if (name === undefined) flowClass = absent('unclassified', 'trades');
  else flowClass = measured(name, asOf, 'trades', held);
  return {
    flowClass,
    direction: figure(state.direction, base),
    explained: figure(state.explained, fitReason),
    explainedByChance: figure(state.explainedByChance, fitReason),
    silhouette: figure(state.silhouette, fitReason),
    windows: state.windowCount,
    fits: state.fits,
    refusedTrades: state.refusedTrades,
    incompleteWindows: state.incompleteWindows,
  };
};
