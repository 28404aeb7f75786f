import { expiresAt, newYorkInstant, nextSession } from '../src/engine/core/market/calendar.ts';
import { yearsUntil } from '../src/engine/core/pricing/bsm.ts';
import type { ChainPricing } from '../src/engine/core/pricing/chain-greeks.ts';
import type { SessionDate } from '../src/engine/core/types.ts';
import { chainOf, type TestContract } from '../src/engine/testing/chain.ts';

export const SPOT = 500;
export const RATE = 0.045;
export const YIELD = 0.012;
export const AT = newYorkInstant('2026-09-18' as SessionDate, '11:00:00');
export const STRIKES = 500;
export const PER_EXPIRY = 2 * STRIKES;
const EXPIRIES = 20;

const build = (): { readonly contracts: readonly TestContract[]; readonly years: Float64Array } => {
  const contracts: TestContract[] = [];
  const years = new Float64Array(EXPIRIES);
  let expiry = '2026-09-18' as SessionDate;
  for (let e = 0; e < EXPIRIES; e++) {
    years[e] = yearsUntil(AT, expiresAt(expiry, false));
    for (let s = 0; s < STRIKES; s++) {
      const strike = 300 + s;
      const moneyness = Math.log(strike / SPOT);
      const impliedVolatility = 0.18 + 0.4 * moneyness * moneyness - 0.1 * moneyness;
      for (const right of ['C', 'P'] as const) {
        const openInterest = Math.round((100 + ((s * 37 + e * 11) % 900)) * Math.exp(-((moneyness / 0.15) ** 2)));
        contracts.push({ expiry, right, strike, openInterest, impliedVolatility, gamma: 0.001 });
      }
    }
    for (let skip = 0; skip <= e; skip++) expiry = nextSession(expiry).date;
  }
  return { contracts, years };
};

const built = build();
/** 20 expiries (the first today), 500 strikes each, call and put, with a smile and uneven interest. */
export const chain = chainOf('SPY', AT, built.contracts);
export const pricing: ChainPricing = {
  rowCount: chain.rowCount,
  isCall: chain.isCall,
  strike: chain.strike,
  logStrike: chain.strike.map(Math.log),
  volatility: chain.impliedVolatility,
  expirySlot: chain.expiryIndex,
  years: built.years,
};

/** Nanoseconds of one call, over `times`. */
export const timed = (work: () => void, times: number): number => {
  const start = Bun.nanoseconds();
  for (let i = 0; i < times; i++) work();
  return (Bun.nanoseconds() - start) / times;
};

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
