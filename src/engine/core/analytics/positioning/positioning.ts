import { dateInNewYork, sessionAt } from '../../market/calendar.ts';
import type { ChainColumns } from '../../market/chain.ts';
import { expiryOfKey } from '../../pricing/american-chain.ts';
import type { Instant, SessionDate } from '../../types.ts';
import { type ChainBoundaries, type ChainTerms, chainTerms, createChainBoundaries } from '../chain-terms.ts';
import { isSpot, perDollarOf, perPercentOf } from '../exposure.ts';
import type { Rates } from '../exposure-sums.ts';
import { atStrike, CHARM, CONTRACTS, DELTA, GAMMA, type Measure, VANNA } from '../exposure-tally.ts';
import { absent, type Measured, type ModuleInfo } from '../measured.ts';
import { EMPTY_AT, EMPTY_CHAIN } from './empty-chain.ts';
import { expiryTimes } from './expiry-times.ts';
import type { PositioningView, Scope, StrikeColumns } from './figures.ts';
import { createGexWatch, type GexShift, type GexWatch, onGexWatch } from './gex-watch.ts';
import { createIvRank, type IvRank, ivRankOf, onIvRankDay } from './iv-rank.ts';
import { type Positioned, positionChain, SCOPE_BUCKETS } from './position-chain.ts';

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

/** The chain's forwards are of its own moment: worked out again at another spot, it keeps the carry it told. */
const termsOf = (
  { current, boundaries }: Positioning,
  chain: ChainColumns,
  years: Float64Array,
  spot: number,
  at: Instant,
  rates: Rates,
): ChainTerms => {
  const isSame = current?.terms.chainAt === chain.receivedAt && current.terms.contracts === chain.rowCount;
  return isSame ? current.terms : chainTerms(chain, years, spot, at, rates, boundaries);
};

/** Of expiries that are over nothing more will be asked. */
const forgetExpired = ({ boundaries }: Positioning, at: Instant): void => {
  const today = dateInNewYork(at);
  for (const banks of [boundaries.given, boundaries.told])
    for (const key of banks.keys()) if (expiryOfKey(key) < today) banks.delete(key);
};

/** On a new chain, and again every 30 s on the same chain at the spot of then. A shift is anomaly `gex`. */
export const onPositioningChain = (
  state: Positioning,
  chain: ChainColumns,
  spot: number,
  at: Instant,
  rates: Rates,
): GexShift | null => {
  if (!isSpot(spot)) {
    state.current = null;
    state.reason = 'no-spot';
    return null;
  }
  forgetExpired(state, at);
  const times = expiryTimes(chain, at);
  const terms = termsOf(state, chain, times.years, spot, at, rates);
  const current = positionChain(chain, times, spot, at, rates, terms, state.boundaries);
  state.current = current;
  keepVolatility(state, at);
  const { gexOwn, contractsOwn } = current.exposure;
  return gexOwn.value === null || isStale(current, at)
    ? null
    : onGexWatch(state.gexWatch, gexOwn.value, current.grossGex, contractsOwn, at);
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
