import { calendarCovers, expiresAt } from '../../engine/core/market/calendar.ts';
import type { ChainColumns } from '../../engine/core/market/chain.ts';
import type { Instant, SessionDate } from '../../engine/core/types.ts';

/** What is in a chain before anything is worked out: nothing is refused here, all of it is counted. */
export interface Inspection {
  readonly contracts: number;
  readonly expiries: number;
  readonly firstExpiry: SessionDate | null;
  readonly lastExpiry: SessionDate | null;
  /** Contracts past their own settlement at the moment of the figures: in none of them. */
  readonly expired: number;
  readonly live: number;
  /** Rows and figures that the reader did not take, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Live contracts without a figure: absent is not zero. */
  readonly absent: Readonly<Record<string, number>>;
  /** Live expiries whose every gamma is zero or missing: a feed that has dropped out, not a neutral dealer. */
  readonly gammaDropouts: readonly string[];
  /** Live contracts with a gamma of exactly zero, as far from the money they may have. */
  readonly gammaZero: number;
}

const FIGURES = ['bid', 'ask', 'last', 'volume', 'openInterest', 'impliedVolatility', 'delta', 'gamma'] as const;

const isAlive = (chain: ChainColumns, i: number, at: Instant): boolean => {
  const expiry = chain.expiries[chain.expiryIndex[i] ?? -1];
  return expiry !== undefined && calendarCovers(expiry) && expiresAt(expiry, chain.settlesAm[i] === 1) > at;
};

export const inspectChain = (chain: ChainColumns, at: Instant): Inspection => {
  const absent: Record<string, number> = {};
  const gammas = new Map<string, { sent: number; nonZero: number }>();
  let live = 0;
  let gammaZero = 0;
  for (let i = 0; i < chain.rowCount; i++) {
    if (!isAlive(chain, i, at)) continue;
    live++;
    for (const figure of FIGURES) if (Number.isNaN(chain[figure][i])) absent[figure] = (absent[figure] ?? 0) + 1;
    const gamma = chain.gamma[i] ?? Number.NaN;
    if (gamma === 0) gammaZero++;
    const name = `${chain.expiries[chain.expiryIndex[i] ?? -1]}${chain.settlesAm[i] === 1 ? ' (AM)' : ''}`;
    const count = gammas.get(name) ?? { sent: 0, nonZero: 0 };
    gammas.set(name, count);
    if (gamma >= 0) count.sent++;
    if (gamma > 0) count.nonZero++;
  }
  return {
    contracts: chain.rowCount,
    expiries: chain.expiries.length,
    firstExpiry: chain.expiries[0] ?? null,
    lastExpiry: chain.expiries.at(-1) ?? null,
    expired: chain.rowCount - live,
    live,
    rejected: chain.rejected,
    absent,
    gammaDropouts: [...gammas].filter(([, { sent, nonZero }]) => sent > 0 && nonZero === 0).map(([name]) => name),
    gammaZero,
  };
};
