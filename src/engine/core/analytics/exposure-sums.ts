import { calendarCovers, expiresAt } from '../market/calendar.ts';
import type { ChainColumns } from '../market/chain.ts';
import { yearsUntil } from '../pricing/bsm.ts';
import { type ChainGreeks, chainGreeks, createChainGreeks } from '../pricing/chain-greeks.ts';
import type { Instant } from '../types.ts';
import type { GaussianSum } from './gamma-flip.ts';
import { indexStrikes, type StrikeIndex } from './strikes.ts';

const MULTIPLIER = 100;

/** Continuously compounded decimals per year. */
export interface Rates {
  readonly rate: number;
  readonly dividendYield: number;
}

/** Why a contract is left out. The last three only leave it out of the figures that need what it lacks. */
export type ExposureRejection =
  | 'expired'
  | 'unknown-expiry'
  | 'bad-strike'
  | 'crossed-quote'
  | 'open-interest-absent'
  | 'gamma-absent'
  | 'expiry-gamma-zero'
  | 'implied-volatility-absent';

/** Years to expiry per slot; slot = 2 · expiryIndex + settlesAm. NaN for a date the calendar does not know. */
export const yearsPerSlot = (chain: ChainColumns, at: Instant): Float64Array => {
  const years = new Float64Array(2 * chain.expiries.length);
  chain.expiries.forEach((expiry, e) => {
    const known = calendarCovers(expiry);
    years[2 * e] = known ? yearsUntil(at, expiresAt(expiry, false)) : Number.NaN;
    years[2 * e + 1] = known ? yearsUntil(at, expiresAt(expiry, true)) : Number.NaN;
  });
  return years;
};

// Scratch columns, written before they are read in every call: memory reused, nothing remembered.
let scratch: { greeks: ChainGreeks; expirySlot: Uint16Array; logStrike: Float64Array; sum: GaussianSum } | null = null;
const scratchFor = (rows: number): NonNullable<typeof scratch> => {
  if (scratch === null || scratch.logStrike.length < rows) {
    const column = (): Float64Array => new Float64Array(rows);
    scratch = {
      greeks: createChainGreeks(rows),
      expirySlot: new Uint16Array(rows),
      logStrike: column(),
      sum: { weight: column(), centre: column(), inverseWidth: column(), count: 0 },
    };
  }
  return scratch;
};

interface GammaFeed {
  /** Live contracts with a gamma, zero or not. */
  readonly sent: number;
  readonly nonZero: number;
  /** Per expiry slot: 1 when it has gammas and all of them are zero. */
  readonly dead: Uint8Array;
}

/** A vendor whose feed drops out sends zeros: a whole expiry without any gamma is missing data, not a neutral dealer. */
const inspectGammas = (chain: ChainColumns, slots: Uint16Array, years: Float64Array): GammaFeed => {
  const sentIn = new Float64Array(years.length);
  const nonZeroIn = new Float64Array(years.length);
  for (let i = 0; i < chain.rowCount; i++) {
    const slot = slots[i] as number;
    const gamma = chain.gamma[i] as number;
    if (!((years[slot] as number) > 0 && gamma >= 0)) continue;
    sentIn[slot] = (sentIn[slot] as number) + 1;
    if (gamma > 0) nonZeroIn[slot] = (nonZeroIn[slot] as number) + 1;
  }
  const dead = new Uint8Array(years.length);
  for (let s = 0; s < years.length; s++) if (sentIn[s] !== 0 && nonZeroIn[s] === 0) dead[s] = 1;
  const add = (a: number, b: number): number => a + b;
  return { sent: sentIn.reduce(add, 0), nonZero: nonZeroIn.reduce(add, 0), dead };
};

interface Columns {
  readonly callGex: Float64Array;
  readonly putGex: Float64Array;
  readonly callGexOwn: Float64Array;
  readonly putGexOwn: Float64Array;
  readonly deltaDealer: Float64Array;
  readonly vannaDealerPerPoint: Float64Array;
  readonly charmDealerPerDay: Float64Array;
}
const createColumns = (strikes: number): Columns => ({
  callGex: new Float64Array(strikes),
  putGex: new Float64Array(strikes),
  callGexOwn: new Float64Array(strikes),
  putGexOwn: new Float64Array(strikes),
  deltaDealer: new Float64Array(strikes),
  vannaDealerPerPoint: new Float64Array(strikes),
  charmDealerPerDay: new Float64Array(strikes),
});

/** Everything summed over a chain, before any of it is called a figure. */
export interface ExposureSums extends Columns {
  readonly strikes: Float64Array;
  readonly live: number;
  readonly gammasSent: number;
  readonly gammasNonZero: number;
  contracts: number;
  contractsOwn: number;
  /** Contracts of open interest over what is used in any figure. */
  openInterest: number;
  rejected: Partial<Record<ExposureRejection, number>>;
  deltaNatural: number;
  vannaNaturalPerPoint: number;
  charmNaturalPerDay: number;
  /** Our gamma as a function of spot, for the flip. Scratch: valid until the next call. */
  readonly gammaBySpot: GaussianSum;
}

const refuse = (sums: ExposureSums, reason: ExposureRejection): void => {
  sums.rejected[reason] = (sums.rejected[reason] ?? 0) + 1;
};

const addAt = (column: Float64Array, j: number, value: number): void => {
  column[j] = (column[j] as number) + value;
};

/** Why a contract cannot be in any figure; null when it can. */
const refusalOf = (chain: ChainColumns, i: number, years: number, strikePlace: number): ExposureRejection | null => {
  if (Number.isNaN(years)) return 'unknown-expiry';
  if (years <= 0) return 'expired';
  if (strikePlace < 0) return 'bad-strike';
  if ((chain.bid[i] as number) > (chain.ask[i] as number)) return 'crossed-quote';
  const openInterest = chain.openInterest[i] as number;
  if (!(openInterest >= 0 && openInterest < Infinity)) return 'open-interest-absent';
  return null;
};

/** One pass over the contracts. `spot` is positive and finite. */
export const sumExposure = (chain: ChainColumns, years: Float64Array, spot: number, rates: Rates): ExposureSums => {
  const rows = chain.rowCount;
  const { greeks, expirySlot, logStrike, sum } = scratchFor(rows);
  for (let i = 0; i < rows; i++)
    expirySlot[i] = 2 * (chain.expiryIndex[i] as number) + (chain.settlesAm[i] === 1 ? 1 : 0);
  const index = indexStrikes(chain.strike, rows);
  const logOfStrike = index.strikes.map(Math.log);
  for (let i = 0; i < rows; i++) logStrike[i] = logOfStrike[index.ofRow[i] as number] ?? Number.NaN;
  const { isCall, strike, impliedVolatility: volatility } = chain;
  chainGreeks(
    { rowCount: rows, isCall, strike, logStrike, volatility, expirySlot, years },
    spot,
    rates.rate,
    rates.dividendYield,
    greeks,
  );
  const feed = inspectGammas(chain, expirySlot, years);
  sum.count = 0;
  const sums: ExposureSums = {
    ...createColumns(index.strikes.length),
    strikes: index.strikes,
    live: countLive(expirySlot, years, rows),
    gammasSent: feed.sent,
    gammasNonZero: feed.nonZero,
    contracts: 0,
    contractsOwn: 0,
    openInterest: 0,
    rejected: {},
    deltaNatural: 0,
    vannaNaturalPerPoint: 0,
    charmNaturalPerDay: 0,
    gammaBySpot: sum,
  };
  const discount = years.map((t) => Math.exp(-rates.dividendYield * t));
  addContracts(sums, chain, index, { discount, spot, rates, years, expirySlot, logStrike, greeks, dead: feed.dead });
  return sums;
};

const countLive = (expirySlot: Uint16Array, years: Float64Array, rows: number): number => {
  let live = 0;
  for (let i = 0; i < rows; i++) if ((years[expirySlot[i] as number] as number) > 0) live++;
  return live;
};

interface Pricing {
  readonly spot: number;
  readonly rates: Rates;
  readonly years: Float64Array;
  readonly expirySlot: Uint16Array;
  readonly logStrike: Float64Array;
  readonly greeks: ChainGreeks;
  readonly dead: Uint8Array;
  /** e^(−qT) per expiry slot. */
  readonly discount: Float64Array;
}

const addContracts = (sums: ExposureSums, chain: ChainColumns, index: StrikeIndex, pricing: Pricing): void => {
  const { spot, years, expirySlot, greeks } = pricing;
  const perDollar = MULTIPLIER * spot;
  const perPercent = perDollar * spot * 0.01;
  for (let i = 0; i < chain.rowCount; i++) {
    const slot = expirySlot[i] as number;
    const j = index.ofRow[i] as number;
    const refusal = refusalOf(chain, i, years[slot] as number, j);
    if (refusal !== null) {
      refuse(sums, refusal);
      continue;
    }
    const openInterest = chain.openInterest[i] as number;
    sums.openInterest += openInterest;
    const call = chain.isCall[i] === 1;
    const sign = call ? 1 : -1;
    const gamma = chain.gamma[i] as number;
    if (!(gamma >= 0 && gamma < Infinity)) refuse(sums, 'gamma-absent');
    else if (pricing.dead[slot] === 1) refuse(sums, 'expiry-gamma-zero');
    else {
      sums.contracts++;
      addAt(call ? sums.callGex : sums.putGex, j, sign * gamma * openInterest * perPercent);
    }
    const ownGamma = greeks.gamma[i] as number;
    const ownVanna = greeks.vannaPerPoint[i] as number;
    const ownCharm = greeks.charmPerDay[i] as number;
    if (!Number.isFinite(ownGamma + ownVanna + ownCharm)) {
      refuse(sums, 'implied-volatility-absent');
      continue;
    }
    sums.contractsOwn++;
    addAt(call ? sums.callGexOwn : sums.putGexOwn, j, sign * ownGamma * openInterest * perPercent);
    const delta = (greeks.delta[i] as number) * openInterest * perDollar;
    const vanna = ownVanna * openInterest * perDollar;
    const charm = ownCharm * openInterest * perDollar;
    sums.deltaNatural += delta;
    sums.vannaNaturalPerPoint += vanna;
    sums.charmNaturalPerDay += charm;
    addAt(sums.deltaDealer, j, sign * delta);
    addAt(sums.vannaDealerPerPoint, j, sign * vanna);
    addAt(sums.charmDealerPerDay, j, sign * charm);
    if (openInterest > 0) addGaussian(sums.gammaBySpot, i, sign * openInterest, chain, pricing);
  }
};

/** γ(S') · S' of one contract is e^(−qT) φ(d1) / σ√T with d1 linear in ln S': a Gaussian around K e^(−(r−q+σ²/2)T). */
const addGaussian = (sum: GaussianSum, i: number, weight: number, chain: ChainColumns, pricing: Pricing): void => {
  const { rate, dividendYield } = pricing.rates;
  const slot = pricing.expirySlot[i] as number;
  const t = pricing.years[slot] as number;
  const sigma = chain.impliedVolatility[i] as number;
  const inverseWidth = 1 / (sigma * Math.sqrt(t));
  const row = sum.count++;
  sum.weight[row] = weight * inverseWidth * (pricing.discount[slot] as number);
  sum.centre[row] = (pricing.logStrike[i] as number) - (rate - dividendYield + 0.5 * sigma * sigma) * t;
  sum.inverseWidth[row] = inverseWidth;
};
