import type { FeedId } from '../core/inputs/feeds.ts';
import type { Instant } from '../core/types.ts';

/** Payloads that did not fit their schema, kept whole for whoever mends the reader. Best effort: never throws, never waits. */
export interface Quarantine {
  keep(feed: FeedId, reason: string, payload: Uint8Array | string): void;
}

/**
 * Hears each payload as the vendor sent it, under its key in the state store (`raw:av:options:SPY`; `store-keys.ts`
 * lists them). Best effort: never throws, never waits, and takes a copy of what it keeps.
 */
export type PayloadTap = (key: string, payload: Uint8Array | string, sourceTs: Instant) => void;
