import { normalCdf } from '../pricing/normal.ts';
import { type Instant, instant } from '../types.ts';
import { createVpin, pourVpin, type Vpin } from './vpin.ts';

const BAR_MS = 60_000;

/**
 * Bulk volume classification: of each clock minute with trades, Φ(ΔP / σ) of the volume was bought, ΔP being the close
 * less the close before. Source: Easley, López de Prado, O'Hara (2012). Two meanings of σ, which are two figures:
 * given beforehand (the whole tape's, `tapeSigma`: offline only, since it knows the future), or `causal`, the sample
 * deviation of the changes up to and including the bar's own. The first bar, and any without a σ, is half and half.
 */
export interface BulkVpin {
  readonly vpin: Vpin;
  /** Width of the clock bars. */
  readonly barMs: number;
  readonly sigmaKind: 'given' | 'causal';
  /** Dollars; the latest where it is causal, NaN before two changes. */
  sigma: number;
  /** Minute of the open bar; NaN when none is open. */
  minute: number;
  barVolume: number;
  barClose: number;
  barLastAt: number;
  lastClose: number;
  /** Welford's count, mean and sum of squares of the changes. */
  changes: number;
  changeMean: number;
  changeSquares: number;
  /** Bought fraction of the last finished bar; NaN before. */
  buyFraction: number;
  /** Shares poured half and half for want of a σ. */
  unclassifiedShares: number;
  refusedTrades: number;
}

export interface BulkVpinParams {
  readonly bucketShares?: number;
  readonly window?: number;
  readonly barMs?: number;
  /** Dollars; absent means causal. */
  readonly sigma?: number;
}

export const createBulkVpin = (params: BulkVpinParams = {}): BulkVpin => {
  const { sigma } = params;
  if (sigma !== undefined && !(sigma > 0 && sigma < Infinity))
    throw new RangeError(`bulk VPIN: expected a positive sigma in dollars, got ${sigma}`);
  return {
    vpin: createVpin(params.bucketShares, params.window),
    barMs: params.barMs ?? BAR_MS,
    sigmaKind: sigma === undefined ? 'causal' : 'given',
    sigma: sigma ?? Number.NaN,
    minute: Number.NaN,
    barVolume: 0,
    barClose: Number.NaN,
    barLastAt: Number.NaN,
    lastClose: Number.NaN,
    changes: 0,
    changeMean: 0,
    changeSquares: 0,
    buyFraction: Number.NaN,
    unclassifiedShares: 0,
    refusedTrades: 0,
  };
};

const learn = (bulk: BulkVpin, change: number): void => {
  bulk.changes++;
  const away = change - bulk.changeMean;
  bulk.changeMean += away / bulk.changes;
  bulk.changeSquares += away * (change - bulk.changeMean);
  if (bulk.changes > 1) bulk.sigma = Math.sqrt(bulk.changeSquares / (bulk.changes - 1));
};

/** Ends the open bar and pours its volume: at a trade of a later minute, at a timer past it, or at the end of a tape. */
export const closeBulkBar = (bulk: BulkVpin): void => {
  if (Number.isNaN(bulk.minute)) return;
  const change = bulk.barClose - bulk.lastClose;
  if (bulk.sigmaKind === 'causal' && !Number.isNaN(change)) learn(bulk, change);
  const classified = !Number.isNaN(change) && bulk.sigma > 0;
  bulk.buyFraction = classified ? normalCdf(change / bulk.sigma) : 0.5;
  if (!classified) bulk.unclassifiedShares += bulk.barVolume;
  pourVpin(bulk.vpin, bulk.barVolume, bulk.buyFraction, instant(bulk.barLastAt));
  bulk.lastClose = bulk.barClose;
  bulk.minute = Number.NaN;
  bulk.barVolume = 0;
};

/** Folds one trade; one of zero shares still sets the close. A late one, of an earlier minute than the open bar's, counts in the open bar but moves no close. */
export const addBulkVpinTrade = (bulk: BulkVpin, price: number, size: number, at: Instant): void => {
  if (!(price > 0 && price < Infinity && size >= 0 && size < Infinity && at >= 0)) {
    bulk.refusedTrades++;
    return;
  }
  const minute = Math.floor(at / bulk.barMs);
  if (minute > bulk.minute) closeBulkBar(bulk);
  if (Number.isNaN(bulk.minute)) bulk.minute = minute;
  bulk.barVolume += size;
  if (minute < bulk.minute) return;
  bulk.barClose = price;
  bulk.barLastAt = at;
};

/** Ends a bar whose minute is over although no trade came after it. */
export const onBulkVpinTimer = (bulk: BulkVpin, at: Instant): void => {
  if (Math.floor(at / bulk.barMs) > bulk.minute) closeBulkBar(bulk);
};

/**
 * The reference's σ: sample deviation (n − 1) of the changes between the closes of the tape's minutes. Looks at the whole
 * tape, so it must not be used on one that goes on; null with fewer than two changes. Rows as trades, in order of time.
 */
export const tapeSigma = (
  at: ArrayLike<number>,
  price: ArrayLike<number>,
  size: ArrayLike<number>,
  barMs = BAR_MS,
): number | null => {
  const closes: number[] = [];
  let minute = Number.NaN;
  for (let i = 0; i < at.length; i++) {
    if (!((size[i] ?? Number.NaN) >= 0)) continue;
    const own = Math.floor((at[i] ?? Number.NaN) / barMs);
    if (own !== minute) closes.push(Number.NaN);
    minute = own;
    closes[closes.length - 1] = price[i] ?? Number.NaN;
  }
  const changes = closes.slice(1).map((close, i) => close - (closes[i] ?? Number.NaN));
  if (changes.length < 2) return null;
  const mean = changes.reduce((sum, change) => sum + change, 0) / changes.length;
  const squares = changes.reduce((sum, change) => sum + (change - mean) ** 2, 0);
  return Math.sqrt(squares / (changes.length - 1));
};
