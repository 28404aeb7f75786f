import type { SignalEvent } from '../core/signal.ts';
import type { Instant } from '../core/types.ts';

/** One row of the record. `body` is plain JSON. */
export interface LedgerRecord {
  readonly runId: string;
  /** The engine's sequence number of the input this row is or stems from. */
  readonly seq: number;
  readonly at: Instant;
  readonly kind: 'run.started' | 'run.crashed' | 'run.sealed' | 'input' | 'output';
  readonly body: unknown;
}

/** What comes back when reading: the same, with its place in the chain. */
export interface LedgerRow extends LedgerRecord {
  /** Position in the whole record, from 1, without gaps. */
  readonly position: number;
  readonly hash: string;
}

export type VerifyResult =
  | { readonly ok: true; readonly rows: number; readonly head: string }
  | { readonly ok: false; readonly position: number; readonly problem: string };

/** Append-only and hash-chained. One writer: `open` fails when another engine leads. */
export interface Ledger {
  open(): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: string }>;
  /** All rows, and each signal with its release times, commit in one transaction or not at all. Throws when it cannot know: the engine stops and recovers. */
  append(records: readonly LedgerRecord[], signals: readonly SignalEvent[]): Promise<void>;
  read(fromPosition: number): AsyncIterable<LedgerRow>;
  /** Where the newest run starts; null on a record without runs. */
  lastRunPosition(): Promise<number | null>;
  verify(): Promise<VerifyResult>;
  close(): Promise<void>;
}
