import {
  calendarCovers,
  dateInNewYork,
  expiresAt,
  previousSession,
  sessionOn,
} from '../../engine/core/market/calendar.ts';
import type { ChainColumns } from '../../engine/core/market/chain.ts';
import { createGreeks, greeksOf, yearsUntil } from '../../engine/core/pricing/bsm.ts';
import { type Instant, instant } from '../../engine/core/types.ts';
import { type Forward, forwardsOf } from './parity.ts';

/** Half of the last printed decimal, with what a double needs on top. */
const HALF_DIGIT = 0.50001e-4;
const DELTA_NEAR = 0.005;
const GAMMA_NEAR = 0.00025;
const PAIRS_MIN = 5;
/** Found by fitting the pages of two sessions: the years that make their deltas and volatilities agree are 365 / 360 of ours. */
const PAGE_DAYS_PER_YEAR = 360;
/** The page's quotes are a quarter of an hour old. */
const DELAY_MS = 15 * 60_000;

/** Our Greeks at the file's implied volatility beside the file's own columns, over the contracts that have all three. */
export interface Agreement {
  readonly compared: number;
  /** Contracts alive without an implied volatility, delta or gamma to compare. */
  readonly notComparable: number;
  /** Shares of `compared`, 0 … 1, null when there are none, within half of the file's last decimal. */
  readonly delta: number | null;
  readonly gamma: number | null;
  readonly both: number | null;
  /** Shares within 0.005 of delta and 0.00025 of gamma. */
  readonly deltaNear: number | null;
  readonly gammaNear: number | null;
}

export interface CboeAgreement {
  /** Each contract at its own volatility and at the given rates. */
  readonly asGiven: Agreement;
  /**
   * One volatility per strike, the out-of-the-money side's; the forward of put-call parity; years of 360 days; quotes 15
   * minutes old; and per expiry what call delta less put delta is on the page, the same at every strike of it.
   */
  readonly asThePage: Agreement;
}

interface Convention {
  readonly at: Instant;
  readonly daysPerYear: number;
  /** Volatility to be used for row i. */
  readonly volatilityOf: (i: number) => number;
  /** Rate and dividend yield for an expiry's slot. */
  readonly carryOf: (slot: number, years: number) => { readonly rate: number; readonly dividendYield: number } | null;
}

const slotOf = (chain: ChainColumns, i: number): number => 2 * (chain.expiryIndex[i] ?? 0) + (chain.settlesAm[i] ?? 0);

const yearsOf = (chain: ChainColumns, i: number, at: Instant): number => {
  const expiry = chain.expiries[chain.expiryIndex[i] ?? -1];
  return expiry !== undefined && calendarCovers(expiry)
    ? yearsUntil(at, expiresAt(expiry, chain.settlesAm[i] === 1))
    : Number.NaN;
};

const agreementOf = (chain: ChainColumns, spot: number, convention: Convention): Agreement => {
  const scratch = createGreeks();
  const counts = { compared: 0, notComparable: 0, delta: 0, gamma: 0, both: 0, deltaNear: 0, gammaNear: 0 };
  for (let i = 0; i < chain.rowCount; i++) {
    const years = (yearsOf(chain, i, convention.at) * 365) / convention.daysPerYear;
    if (!(years > 0)) continue;
    const carry = convention.carryOf(slotOf(chain, i), years);
    const volatility = convention.volatilityOf(i);
    const [delta, gamma] = [chain.delta[i] ?? Number.NaN, chain.gamma[i] ?? Number.NaN];
    const isCall = chain.isCall[i] === 1;
    const strike = chain.strike[i] ?? Number.NaN;
    const own =
      carry && volatility > 0
        ? greeksOf(isCall, spot, strike, years, volatility, carry.rate, carry.dividendYield, scratch)
        : null;
    if (own === null || !Number.isFinite(delta) || !Number.isFinite(gamma)) {
      counts.notComparable++;
      continue;
    }
    counts.compared++;
    const [deltaError, gammaError] = [Math.abs(own.delta - delta), Math.abs(own.gamma - gamma)];
    if (deltaError <= HALF_DIGIT) counts.delta++;
    if (gammaError <= HALF_DIGIT) counts.gamma++;
    if (deltaError <= HALF_DIGIT && gammaError <= HALF_DIGIT) counts.both++;
    if (deltaError <= DELTA_NEAR) counts.deltaNear++;
    if (gammaError <= GAMMA_NEAR) counts.gammaNear++;
  }
  const share = (count: number): number | null => (counts.compared === 0 ? null : count / counts.compared);
  return {
    compared: counts.compared,
    notComparable: counts.notComparable,
    delta: share(counts.delta),
    gamma: share(counts.gamma),
    both: share(counts.both),
    deltaNear: share(counts.deltaNear),
    gammaNear: share(counts.gammaNear),
  };
};

/** The volatility of the side that is out of the money at that strike; the row's own where the other is missing. */
const outOfTheMoney = (chain: ChainColumns, forwards: ReadonlyMap<number, Forward>): ((i: number) => number) => {
  const other = new Map<string, number>();
  for (let i = 0; i < chain.rowCount; i++) {
    const isCall = chain.isCall[i] === 1;
    const forward = forwards.get(slotOf(chain, i))?.forward ?? Number.NaN;
    const strike = chain.strike[i] ?? Number.NaN;
    const volatility = chain.impliedVolatility[i] ?? Number.NaN;
    if (isCall === strike >= forward && volatility > 0) other.set(`${slotOf(chain, i)}/${strike}`, volatility);
  }
  return (i) => other.get(`${slotOf(chain, i)}/${chain.strike[i]}`) ?? chain.impliedVolatility[i] ?? Number.NaN;
};

/** Deep in or out of the money four decimals hold next to nothing. */
const isMiddling = (delta: number): boolean => delta > 0.08 && delta < 0.92;

/** Per expiry's slot: the mean of call delta less put delta, what a model calls e^(−qT); null of too few strikes. */
const deltaPairs = (chain: ChainColumns): ((slot: number) => number | null) => {
  const puts = new Map<string, number>();
  const keyOf = (i: number): string => `${slotOf(chain, i)}/${chain.strike[i]}`;
  for (let i = 0; i < chain.rowCount; i++) if (chain.isCall[i] === 0) puts.set(keyOf(i), chain.delta[i] ?? Number.NaN);
  const sums = new Map<number, { sum: number; strikes: number }>();
  for (let i = 0; i < chain.rowCount; i++) {
    const [call, put] = [chain.delta[i] ?? Number.NaN, puts.get(keyOf(i)) ?? Number.NaN];
    if (chain.isCall[i] === 0 || !isMiddling(call) || !isMiddling(-put)) continue;
    const pairs = sums.get(slotOf(chain, i)) ?? { sum: 0, strikes: 0 };
    sums.set(slotOf(chain, i), pairs);
    pairs.sum += call - put;
    pairs.strikes++;
  }
  return (slot) => {
    const pairs = sums.get(slot);
    return pairs && pairs.strikes >= PAIRS_MIN ? pairs.sum / pairs.strikes : null;
  };
};

/** Options are quoted a quarter of an hour beyond the session; after that the page shows what it had then. */
const quotedAtOf = (at: Instant): Instant => {
  const today = sessionOn(dateInNewYork(at));
  const session = today !== null && at >= today.openAt ? today : previousSession(dateInNewYork(at));
  return instant(Math.min(at, session.closeAt + 2 * DELAY_MS) - DELAY_MS);
};

export const cboeAgreement = (
  chain: ChainColumns,
  spot: number,
  at: Instant,
  rates: { readonly rate: number; readonly dividendYield: number },
): CboeAgreement => {
  const quotedAt = quotedAtOf(at);
  const pairOf = deltaPairs(chain);
  const forwards = new Map<number, Forward>();
  for (const forward of forwardsOf(chain, quotedAt)) {
    const index = chain.expiries.indexOf(forward.expiry);
    forwards.set(2 * index + (forward.settlesAm ? 1 : 0), forward);
  }
  return {
    asGiven: agreementOf(chain, spot, {
      at,
      daysPerYear: 365,
      volatilityOf: (i) => chain.impliedVolatility[i] ?? Number.NaN,
      carryOf: () => rates,
    }),
    asThePage: agreementOf(chain, spot, {
      at: quotedAt,
      daysPerYear: PAGE_DAYS_PER_YEAR,
      volatilityOf: outOfTheMoney(chain, forwards),
      carryOf: (slot, years) => {
        const forward = forwards.get(slot);
        if (!forward) return null;
        const dividendYield = -Math.log(pairOf(slot) ?? 1) / years;
        return { rate: Math.log(forward.forward / spot) / years + dividendYield, dividendYield };
      },
    }),
  };
};
