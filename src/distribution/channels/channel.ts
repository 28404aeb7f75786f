import type { Tier } from '../../billing/plans.ts';
import type { ReleaseOf } from '../release.ts';

/**
 * What became of one attempt. `refused`: the vendor will never take it. `not-now`: it was certainly not taken.
 * `unknown`: it may have been taken; trying again may show it twice.
 */
export type Delivery =
  | { readonly kind: 'delivered'; readonly vendorId: string | null }
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'not-now'; readonly problem: string; readonly retryAfterMs: number | null }
  | { readonly kind: 'unknown'; readonly problem: string };

export interface DeliveryAttempt<T extends Tier> {
  /** Redacted for the tier: a channel cannot leak what it is not handed. */
  readonly release: ReleaseOf<T>;
  /** True when an earlier attempt may have arrived. */
  readonly repeated: boolean;
}

/** Vendors that releases go out through. */
export type ChannelName = 'discord' | 'telegram';

/** One vendor's way of publishing to one tier's audience. Never throws for what the network or the vendor does. */
export interface Channel {
  readonly name: ChannelName;
  readonly send: { readonly [T in Tier]: (attempt: DeliveryAttempt<T>) => Promise<Delivery> };
}
