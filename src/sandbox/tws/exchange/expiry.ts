import type { OptionContract } from '../../../engine/core/market/contract.ts';
import type { Instant } from '../../../engine/core/types.ts';
import type { Directory, Listing } from '../directory.ts';
import { instantOn } from '../market-clock.ts';
import type { Position } from './types.ts';

/** SPX-root options settle at the open of their expiry day, all others at the close. */
const expiryInstant = (option: OptionContract): Instant =>
  option.tradingClass === 'SPX' ? instantOn(option.expiry, 9, 30) : instantOn(option.expiry, 16, 0);

export const dueExpiries = (
  positions: readonly Position[],
  directory: Directory,
  now: Instant,
): { position: Position; listing: Listing }[] =>
  positions.flatMap((position) => {
    const listing = position.quantity === 0 ? null : directory.byConId(position.conId);
    return listing?.option && now >= expiryInstant(listing.option) ? [{ position, listing }] : [];
  });

/** Intrinsic value in dollars per unit of premium. */
export const settlementPrice = (option: OptionContract, underlying: number): number => {
  const intrinsic = option.right === 'C' ? underlying - option.strike : option.strike - underlying;
  return Math.round(Math.max(0, intrinsic) * 100) / 100;
};
