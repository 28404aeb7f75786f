import type { Instant } from '../core/types.ts';

/** Shells only: the core is told the time in each entry. */
export interface Clock {
  now(): Instant;
}
