import type { SessionDate } from '../core/types.ts';

export interface PastDay {
  readonly symbol: string;
  readonly date: SessionDate;
}

/** Option chains of past sessions as the vendor answered them. What is kept is never overwritten: a revised answer is kept beside the first. */
export interface PastChains {
  /** Of these days those that were never kept, in the same order. */
  missing(days: readonly PastDay[]): Promise<readonly PastDay[]>;
  /** Resolves once the answer cannot be lost. The same answer again changes nothing. */
  keep(day: PastDay, rowCount: number, payload: Uint8Array): Promise<void>;
}
