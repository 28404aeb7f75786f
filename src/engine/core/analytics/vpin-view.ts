import { instant } from '../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from './measured.ts';
import type { Vpin } from './vpin.ts';
import type { BulkVpin } from './vpin-bulk.ts';

/** A mean of this many buckets or fewer says nothing. */
const BUCKETS_MIN = 30;
const HISTORY_MIN = 100;

/** How trades were told apart. `bulk-causal` knows no future; `bulk-given` may, by its σ. */
export type VpinClassifier = 'aggressor' | 'tick-rule' | 'bulk-causal' | 'bulk-given';

export interface VpinView {
  readonly classifier: VpinClassifier;
  readonly bucketShares: number;
  readonly buckets: number;
  /** 0 … 1: from 31 buckets the mean of those there are, with confidence by their number. */
  readonly vpin: Measured;
  /** Share of this symbol's own means since the start that were below, ties half: 0 … 1. */
  readonly percentile: Measured;
  /** Filled share of the open bucket, which is in no figure: 0 … 1. */
  readonly openBucketFill: number;
  readonly refusedTrades: number;
}

export const VPIN_MODULE: ModuleInfo = {
  name: 'vpin',
  level: 3,
  cadence: 'trade',
  warmUp: `${BUCKETS_MIN + 1} buckets; full confidence at 50; percentile: ${HISTORY_MIN} buckets after the fiftieth`,
  ageMsMax: 900_000,
};

const meanSoFar = (vpin: Vpin): number => {
  const kept = Math.min(vpin.bucketCount, vpin.window);
  let sum = 0;
  for (let i = 0; i < kept; i++) sum += vpin.values[i] ?? Number.NaN;
  return sum / kept;
};

/** Of the means since the start, the newest among them: below it, and half of those in its own thousandth. */
const percentileOf = (vpin: Vpin): number => {
  const own = Math.round(vpin.mean * (vpin.history.length - 1));
  let below = 0;
  for (let i = 0; i < own; i++) below += vpin.history[i] ?? 0;
  return (below + (vpin.history[own] ?? 0) / 2) / vpin.historyCount;
};

export const vpinView = (vpin: Vpin, classifier: VpinClassifier, at: number): VpinView => {
  const stale = !(at - vpin.lastBucketAt <= VPIN_MODULE.ageMsMax);
  const needed = Math.min(BUCKETS_MIN, vpin.window - 1);
  const asOf = instant(vpin.lastBucketAt);
  const fault = (isWarm: boolean): string | null => (isWarm ? (stale ? 'stale' : null) : 'warming-up');
  const figure = (value: () => number, isWarm: boolean, confidence: number): Measured => {
    const reason = fault(isWarm);
    return reason === null ? measured(value(), asOf, 'trades', confidence) : absent(reason, 'trades');
  };
  const confidence = Math.min(1, vpin.bucketCount / vpin.window);
  return {
    classifier,
    bucketShares: vpin.bucketShares,
    buckets: vpin.bucketCount,
    vpin: figure(() => meanSoFar(vpin), vpin.bucketCount > needed, confidence),
    percentile: figure(() => percentileOf(vpin), vpin.historyCount >= HISTORY_MIN, confidence),
    openBucketFill: vpin.openTotal / vpin.bucketShares,
    refusedTrades: vpin.refusedTrades,
  };
};

/** Confidence is lowered by the share of volume poured without a σ. */
export const bulkVpinView = (bulk: BulkVpin, at: number): VpinView => {
  const { vpin } = bulk;
  const view = vpinView(vpin, bulk.sigmaKind === 'causal' ? 'bulk-causal' : 'bulk-given', at);
  const poured = vpin.bucketCount * vpin.bucketShares + vpin.openTotal;
  const classified = poured > 0 ? 1 - bulk.unclassifiedShares / poured : 0;
  const lowered = (figure: Measured): Measured =>
    figure.value === null ? figure : { ...figure, confidence: figure.confidence * classified };
  return {
    ...view,
    vpin: lowered(view.vpin),
    percentile: lowered(view.percentile),
    refusedTrades: bulk.refusedTrades,
  };
};
