import type { StreamKind } from './stream.ts';

/** Why somebody wants a line, the most urgent first. */
export const CLAIMS = ['held', 'candidate', 'index-fund', 'single-name', 'extra'] as const;
export type Claim = (typeof CLAIMS)[number];

export interface Wish {
  readonly key: string;
  readonly kind: StreamKind;
  readonly claim: Claim;
}

/** What an account may have open at once. Source: IBKR TWS API, "Market data lines", "Market depth limitations". */
export interface Entitlement {
  readonly marketData: number;
  readonly depth: number;
  readonly tickByTick: number;
}

export type Pool = keyof Entitlement;
export const POOL_OF: Readonly<Record<StreamKind, Pool>> = {
  quote: 'marketData',
  option: 'marketData',
  bars: 'marketData',
  depth: 'depth',
  trades: 'tickByTick',
  'bid-ask': 'tickByTick',
};

/** Lines in use: since when, by key. */
export type Granted = ReadonlyMap<string, number>;

/** A line that has just been given stays for so long, unless it is needed for what we hold. */
export const KEPT_MS = 60_000;

const rankOf = (wish: Wish, granted: Granted, now: number): number => {
  const claim = CLAIMS.indexOf(wish.claim);
  if (claim === 0) return 0;
  const since = granted.get(wish.key);
  if (since === undefined) return claim + 0.75;
  // Who has one goes before an equal who has not, or two equals would take turns.
  return now - since < KEPT_MS ? 0.5 : claim + 0.25;
};

/**
 * Which wishes get a line of their pool: by claim, then whoever has one already, then in the order they are given.
 * Between two changes of one line lie at least `KEPT_MS`, but for what we hold. Keys of the wishes that get none are
 * left out. Pure.
 */
export const allocate = (
  wishes: readonly Wish[],
  entitlement: Entitlement,
  granted: Granted,
  now: number,
): ReadonlySet<string> => {
  const ranked = wishes
    .map((wish, order) => ({ wish, order, rank: rankOf(wish, granted, now) }))
    .sort((a, b) => a.rank - b.rank || a.order - b.order);
  const left = { ...entitlement };
  const chosen = new Set<string>();
  for (const { wish } of ranked) {
    const pool = POOL_OF[wish.kind];
    if (left[pool] <= 0 || chosen.has(wish.key)) continue;
    left[pool] -= 1;
    chosen.add(wish.key);
  }
  return chosen;
};

/** Why a wish got nothing. */
export const withoutLine = ({ kind, claim }: Wish, entitlement: Entitlement): string =>
  `no ${kind} line left for a ${claim}: the account has ${entitlement[POOL_OF[kind]]}`;
