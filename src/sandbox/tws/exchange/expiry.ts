import { expiresAt, settlesAm } from '../../../engine/core/market/calendar.ts';
import type { OptionContract } from '../../../engine/core/market/contract.ts';
import type { Instant } from '../../../engine/core/types.ts';
import type { Directory, Listing } from '../directory.ts';
import type { Position } from './types.ts';

/** Positions whose contract has come to its settlement: the open or the close of its last session. */
export const dueExpiries = (
  positions: readonly Position[],
  directory: Directory,
  now: Instant,
): { position: Position; listing: Listing }[] =>
  positions.flatMap((position) => {
    const listing = position.quantity === 0 ? null : directory.byConId(position.conId);
    const option = listing?.option;
    if (!listing || !option) return [];
    const settlesAt = expiresAt(option.expiry, settlesAm(option.tradingClass, option.expiry));
    return now >= settlesAt ? [{ position, listing }] : [];
  });

/** Intrinsic value in dollars per unit of premium. */
export const settlementPrice = (option: OptionContract, underlying: number): number => {
  const intrinsic = option.right === 'C' ? underlying - option.strike : option.strike - underlying;
  return Math.round(Math.max(0, intrinsic) * 100) / 100;
};
