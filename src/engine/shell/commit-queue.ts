import type { SignalEvent } from '../core/signal.ts';
import type { Ledger, LedgerRecord } from '../ports/ledger.ts';

export interface CommitQueue {
  /** Adds a row to the batch that is forming. `afterCommit` runs once that row is in the record, in the order of adding. */
  add(record: LedgerRecord, signal: SignalEvent | null, afterCommit: (() => void) | null): void;
  pending(): number;
  /** Resolves when nothing is pending or in flight, or when the queue has failed. */
  drained(): Promise<void>;
  /** Performs nothing from here on. */
  abandon(): void;
}

interface Batch {
  readonly records: LedgerRecord[];
  readonly signals: SignalEvent[];
  readonly afterCommit: (() => void)[];
}
const emptyBatch = (): Batch => ({ records: [], signals: [], afterCommit: [] });

/** Group commit: one append in flight, the next batch forming behind it. A failed append performs nothing and is final. */
export const createCommitQueue = (options: {
  readonly ledger: Ledger;
  /** A ledger that has fallen this far behind halts the engine: writing ahead has become impossible. */
  readonly pendingMax: number;
  readonly onFailed: (error: Error) => void;
}): CommitQueue => {
  let forming = emptyBatch();
  let inFlight = 0;
  let failed = false;
  let waiting: (() => void)[] = [];

  const settle = (): void => {
    if (!failed && (inFlight > 0 || forming.records.length > 0)) return;
    const released = waiting;
    waiting = [];
    for (const resolve of released) resolve();
  };
  const fail = (error: unknown): void => {
    if (failed) return;
    failed = true;
    forming = emptyBatch();
    options.onFailed(error instanceof Error ? error : new Error(String(error)));
    settle();
  };
  const commit = async (batch: Batch): Promise<void> => {
    await options.ledger.append(batch.records, batch.signals);
    for (const perform of batch.afterCommit) {
      if (failed) return;
      perform();
    }
  };
  const pump = (): void => {
    if (failed || inFlight > 0 || forming.records.length === 0) return;
    const batch = forming;
    forming = emptyBatch();
    inFlight = batch.records.length;
    commit(batch)
      .catch(fail)
      .finally(() => {
        inFlight = 0;
        pump();
        settle();
      });
  };

  return {
    add: (record, signal, afterCommit) => {
      if (failed) return;
      forming.records.push(record);
      if (signal) forming.signals.push(signal);
      if (afterCommit) forming.afterCommit.push(afterCommit);
      if (forming.records.length === 1) queueMicrotask(pump);
      if (forming.records.length > options.pendingMax)
        fail(
          new Error(
            `ledger: ${forming.records.length} rows wait for one append, expected at most ${options.pendingMax}`,
          ),
        );
    },
    pending: () => forming.records.length + inFlight,
    drained: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        settle();
      }),
    abandon: () => {
      failed = true;
      forming = emptyBatch();
      settle();
    },
  };
};
