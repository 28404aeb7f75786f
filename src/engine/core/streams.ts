import type { FeedId, StreamState } from './inputs.ts';
import type { Instant } from './types.ts';

/** What is known of one subscription: of a symbol, or of a watched option under its contract's id. */
export interface StreamRecord {
  readonly feed: FeedId;
  readonly symbol: string;
  readonly state: StreamState;
  readonly reason: string | null;
  readonly since: Instant;
}

export const streamKey = (feed: FeedId, symbol: string): string => `${feed} ${symbol}`;

/** A silent stream that sends is not silent any more; a delayed, frozen or refused one never speaks of now. */
export const isOfNow = (state: StreamState): boolean => state === 'live' || state === 'silent';
