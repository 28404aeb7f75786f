import type { PaidTier } from '../../billing/plans.ts';

/** Chat vendors whose rooms we keep. */
export const CHAT_VENDORS = ['telegram', 'discord'] as const;
export type ChatVendorName = (typeof CHAT_VENDORS)[number];

/** One closed room per paid tier; what is Free is public and nobody's membership. */
export type Room = PaidTier;

export interface Seat {
  readonly room: Room;
  /** The vendor's id of the person: digits. */
  readonly chatUserId: string;
}

/** What keeps an act from being known as done. `refused`: as things are the vendor will not. `unknown`: it may have been done. */
export type ActProblem =
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'not-now'; readonly problem: string; readonly retryAfterMs: number | null }
  | { readonly kind: 'unknown'; readonly problem: string };

/**
 * `inside`: may read the room. `invited`: knows the way in, and is let in when knocking. `absent`: cannot be let in
 * before coming to the vendor's place of their own accord (left the room, not on the server).
 */
export type Admission = { readonly kind: 'inside' | 'invited' | 'absent' } | ActProblem;

/** `outside` on the vendor's word that the person does not hold the seat any more. */
export type Removal = { readonly kind: 'outside' } | ActProblem;

/** `outside`: reachable, yet without the seat; `absent` as in `Admission`. */
export type Sighting = { readonly kind: 'inside' | 'outside' | 'absent' } | ActProblem;

/**
 * One vendor's way of letting people into rooms and out of them. Every act may be repeated without harm; none throws
 * for what the network or the vendor does.
 */
export interface ChatVendor {
  readonly name: ChatVendorName;
  admit(seat: Seat): Promise<Admission>;
  remove(seat: Seat): Promise<Removal>;
  look(seat: Seat): Promise<Sighting>;
}
