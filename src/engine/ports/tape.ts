import type { Entry } from '../core/inputs.ts';
import type { Instant } from '../core/types.ts';

/** A hash of the core's state after `seq`, written along so that a replay can say where it parted. */
export interface TapeMark {
  readonly seq: number;
  readonly stateHash: string;
}

/** Where market inputs are kept. Append-only; a crash may cost its last second. */
export interface TapeWriter {
  /** Copies what it needs before returning. */
  record(entry: Entry): void;
  mark(mark: TapeMark): void;
  /** Forces what is buffered to the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export type TapeItem =
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'mark'; readonly mark: TapeMark }
  | { readonly kind: 'gap'; readonly afterSeq: number; readonly problem: string };

/** Market time, both ends included; open where left out. */
export interface TapeSpan {
  readonly from?: Instant;
  readonly to?: Instant;
}

export interface TapeReader {
  /** In order of sequence. The entry's input is reused between iterations. */
  items(runId: string, span?: TapeSpan): Iterable<TapeItem> | AsyncIterable<TapeItem>;
}
