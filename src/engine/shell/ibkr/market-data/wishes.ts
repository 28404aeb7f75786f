import type { ContractId } from '../../../core/types.ts';
import type { Underlying } from '../contracts.ts';
import type { Claim, Wish } from './allocation.ts';
import { keyOf, type Stream, type StreamKind } from './stream.ts';

/** Funds that the whole market is read from. */
const INDEX_FUNDS: ReadonlySet<string> = new Set(['SPY', 'QQQ', 'IWM', 'DIA']);

export const kindsOf = (underlying: Underlying): readonly Exclude<StreamKind, 'option'>[] => [
  'quote',
  ...(underlying.depth ? (['depth'] as const) : []),
  ...(underlying.trades ? (['trades', 'bars', 'bid-ask'] as const) : []),
];

/** The strongest claim on each underlying: what we hold on it, what we may buy on it, or what it is. */
const claimsOf = (
  underlyings: readonly Underlying[],
  options: readonly Stream[],
  held: ReadonlySet<ContractId>,
): ReadonlyMap<string, Claim> => {
  const claims = new Map<string, Claim>();
  for (const { symbol, kind } of underlyings)
    claims.set(symbol, kind === 'index' || INDEX_FUNDS.has(symbol) ? 'index-fund' : 'single-name');
  for (const { option } of options) {
    if (!option) continue;
    if (held.has(option.id)) claims.set(option.underlying, 'held');
    else if (claims.get(option.underlying) !== 'held') claims.set(option.underlying, 'candidate');
  }
  return claims;
};

/** Everything that is wanted, with its claim. Ticks of bid and ask only where nobody else needs the line. */
export const wishesOf = (
  underlyings: readonly Underlying[],
  options: readonly Stream[],
  held: ReadonlySet<ContractId>,
): readonly Wish[] => {
  const claims = claimsOf(underlyings, options, held);
  const wishes: Wish[] = options.map(({ symbol, option }) => ({
    key: keyOf('option', symbol),
    kind: 'option',
    claim: option && held.has(option.id) ? 'held' : 'candidate',
  }));
  for (const kind of ['quote', 'depth', 'trades', 'bars', 'bid-ask'] as const) {
    for (const underlying of underlyings) {
      if (!kindsOf(underlying).includes(kind)) continue;
      const claim = claims.get(underlying.symbol) ?? 'single-name';
      wishes.push({ key: keyOf(kind, underlying.symbol), kind, claim: kind === 'bid-ask' ? 'extra' : claim });
    }
  }
  return wishes;
};
