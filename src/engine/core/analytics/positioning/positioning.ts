import { dateInNewYork, sessionAt } from '../../market/calendar.ts';
import type { ChainColumns } from '../../market/chain.ts';
import { expiryOfKey } from '../../pricing/exercise-sides.ts';
import type { Instant, SessionDate } from '../../types.ts';
import { type ChainBoundaries, createChainBoundaries } from '../chain-terms.ts';
import { isSpot, perDollarOf, perPercentOf } from '../exposure.ts';
import type { PricedChain, Rates } from '../exposure-sums.ts';
import { atStrike, CHARM, CONTRACTS, DELTA, GAMMA, type Measure, VANNA } from '../exposure-tally.ts';
import { absent, type Measured, type ModuleInfo } from '../measured.ts';
import { EMPTY_AT, EMPTY_CHAIN } from './empty-chain.ts';
import { expiryTimes } from './expiry-times.ts';
import type { PositioningView, Scope, StrikeColumns } from './figures.ts';
import { createGexWatch, type GexShift, type GexWatch, onGexWatch } from './gex-watch.ts';
import { createIvRank, type IvRank, ivRankOf, onIvRankDay } from './iv-rank.ts';
import { type Positioned, SCOPE_BUCKETS } from './position-chain.ts';
import { beginPosition, continuePosition, type PositionWork, positionChain } from './position-work.ts';

export const POSITIONING_MODULE: ModuleInfo = {
  name: 'positioning',
  level: 3,
  cadence: 'new-chain',
  warmUp: 'one chain; 60 sessions for the volatility rank, 252 for full confidence',
  ageMsMax: 120_000,
};

export interface Positioning {
  current: Positioned | null;
  /** Why there is nothing current. */
  reason: string;
  /** A chain on its way; what is current stands until it is through. */
  work: PositionWork | null;
  readonly boundaries: ChainBoundaries;
  readonly gexWatch: GexWatch;
  readonly ivRank: IvRank;
  /** Of the session going on, or the last: kept as that session's when the next begins. */
  lastVolatility: number;
  lastVolatilityDate: SessionDate | null;
}

export const createPositioning = (): Positioning => ({
  current: null,
  reason: 'no-chain',
  work: null,
  boundaries: createChainBoundaries(),
  gexWatch: createGexWatch(),
  ivRank: createIvRank(),
  lastVolatility: Number.NaN,
  lastVolatilityDate: null,
});

/** At-the-money 30-day volatility at the end of an earlier session, for the rank: from the database at start. */
export const onPositioningDay = (state: Positioning, date: SessionDate, volatility: number): void =>
  onIvRankDay(state.ivRank, date, volatility);

const keepVolatility = (state: Positioning, at: Instant): void => {
  if (sessionAt(at) === null) return;
  const date = dateInNewYork(at);
  if (state.lastVolatilityDate !== null && date > state.lastVolatilityDate)
    onIvRankDay(state.ivRank, state.lastVolatilityDate, state.lastVolatility);
  const now = state.current?.figures.term.atTheMoney30Day.value ?? null;
  if (now === null) return;
  state.lastVolatility = now;
  state.lastVolatilityDate = date;
};

const isStale = (current: Positioned, at: Instant): boolean =>
  at - current.exposure.chainAt > POSITIONING_MODULE.ageMsMax;

/** Of expiries that are over nothing more will be asked. */
const forgetExpired = ({ boundaries }: Positioning, at: Instant): void => {
  const today = dateInNewYork(at);
  for (const banks of [boundaries.given, boundaries.told])
    for (const key of banks.keys()) if (expiryOfKey(key) < today) banks.delete(key);
};

/**
 * A new chain, or the same again at the spot of now: it keeps the carry that it told, for its forwards are of its own
 * moment. Without a spot there is nothing to work out.
 */
export const beginPositioning = (state: Positioning, chain: ChainColumns, spot: number, at: Instant): void => {
  state.work = null;
  if (!isSpot(spot)) {
    state.current = null;
    state.reason = 'no-spot';
    return;
  }
  forgetExpired(state, at);
  const told = state.current?.terms;
  const isSame = told?.chainAt === chain.receivedAt && told.contracts === chain.rowCount;
  state.work = beginPosition(chain, expiryTimes(chain, at), spot, at, isSame ? told : null);
};

export interface PositioningStep {
  readonly spentNs: number;
  /** The chain as it was priced, once it is told; null until then. */
  readonly priced: PricedChain | null;
  readonly shift: GexShift | null;
}

/** Goes on with what was begun within `budgetNs`; `spentNs` of it are gone. A shift is anomaly `gex`. */
export const continuePositioning = (
  state: Positioning,
  rates: Rates,
  spentNs: number,
  budgetNs: number,
): PositioningStep => {
  const { work } = state;
  if (work === null) return { spentNs, priced: null, shift: null };
  const step = continuePosition(work, rates, state.boundaries, spentNs, budgetNs);
  const current = step.positioned;
  if (current === null) return { spentNs: step.spentNs, priced: null, shift: null };
  const { at, priced } = work;
  state.work = null;
  state.current = current;
  keepVolatility(state, at);
  const { gexOwn, contractsOwn } = current.exposure;
  const isTold = gexOwn.value !== null && !isStale(current, at);
  const shift = isTold ? onGexWatch(state.gexWatch, gexOwn.value, current.grossGex, contractsOwn, at) : null;
  return { spentNs: step.spentNs, priced, shift };
};

/** A chain at once. */
export const onPositioningChain = (
  state: Positioning,
  chain: ChainColumns,
  spot: number,
  at: Instant,
  rates: Rates,
): GexShift | null => {
  beginPositioning(state, chain, spot, at);
  return continuePositioning(state, rates, 0, Infinity).shift;
};

const isFigure = (value: object): value is Measured => 'basis' in value && 'value' in value;

/** The same shape with every figure absent for one reason; lists are left empty. */
const blank = <T>(value: T, reason: string): T => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return [] as T;
  if (isFigure(value)) return absent(reason, value.basis) as T;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, blank(item, reason)])) as T;
};

let nothing: Positioned['figures'] | null = null;
const noFigures = (reason: string): Positioned['figures'] => {
  nothing ??= positionChain(EMPTY_CHAIN, expiryTimes(EMPTY_CHAIN, EMPTY_AT), 1, EMPTY_AT, {
    rate: 0,
    dividendYield: 0,
  }).figures;
  return { ...blank(nothing, reason), chainAt: null, spot: null, openInterestDate: null, volumeDate: null };
};

const figuresAt = ({ current, reason }: Positioning, at: Instant): Positioned['figures'] => {
  if (current === null) return noFigures(reason);
  return isStale(current, at)
    ? { ...blank(current.figures, 'stale'), rejected: current.figures.rejected }
    : current.figures;
};

/** Plain JSON. A chain older than `ageMsMax` leaves its times and every figure absent: `stale`. */
export const positioningView = (state: Positioning, at: Instant): PositioningView => {
  const figures = figuresAt(state, at);
  const now = figures.term.atTheMoney30Day;
  const asOf = figures.chainAt ?? at;
  return { ...figures, ivRank: ivRankOf(state.ivRank, now.value ?? Number.NaN, dateInNewYork(asOf), asOf) };
};

/** One scope strike by strike, strikes without any of its contracts left out; null when there is nothing to tell. */
export const positioningByStrike = (
  state: Positioning,
  scope: Scope,
  basis: 'open-interest' | 'volume',
  at: Instant,
): StrikeColumns | null => {
  const { current } = state;
  if (current === null || isStale(current, at)) return null;
  const { openInterest, volume, scopes } = { ...current.tallies, scopes: current.figures.scopes };
  const figures = scopes[scope];
  if ((basis === 'volume' ? figures.volume : figures.openInterest).gex.value === null) return null;
  const tally = basis === 'volume' ? volume : openInterest;
  const buckets = SCOPE_BUCKETS[scope];
  const side = (j: number, put: 0 | 1, measure: Measure): number => atStrike(tally, buckets, j, put, measure);
  const used = Array.from(current.strikes.keys()).filter((j) => side(j, 0, CONTRACTS) + side(j, 1, CONTRACTS) > 0);
  const column = (of: (j: number) => number): number[] => used.map(of);
  const perDollar = perDollarOf(current.exposure.spot);
  const perPercent = perPercentOf(current.exposure.spot);
  const dealer = (measure: Measure): number[] => column((j) => perDollar * (side(j, 0, measure) - side(j, 1, measure)));
  return {
    strikes: column((j) => current.strikes[j] as number),
    callGex: column((j) => perPercent * side(j, 0, GAMMA)),
    putGex: column((j) => 0 - perPercent * side(j, 1, GAMMA)),
    callContracts: column((j) => side(j, 0, CONTRACTS)),
    putContracts: column((j) => side(j, 1, CONTRACTS)),
    deltaDealer: dealer(DELTA),
    vannaDealerPerPoint: dealer(VANNA),
    charmDealerPerDay: dealer(CHARM),
  };
};
