import type { Database } from '../db/client.ts';
import { ensureBarTable } from '../db/hypertable.ts';
import { keepBars, lastOwnBarOf, markRefilled, runsToRefill } from '../db/queries/bars.ts';
import type { State } from '../engine/core/state.ts';
import type { TapeWriter } from '../engine/ports/tape.ts';
import { createBarCollector } from '../engine/shell/bars/bar-collector.ts';
import { createBarWriter } from '../engine/shell/bars/bar-writer.ts';
import type { Log } from '../log.ts';
import { type RefillStore, refillBars } from './refill-bars.ts';

export interface KeptBars {
  /** The tape, overheard: bars of vendors are taken from what passes. */
  overhear(tape: TapeWriter): TapeWriter;
  readonly pulse: (state: State) => void;
  /** Reads what earlier runs left unwritten, in the background: never rejects. Call once the run has begun. */
  refill(): Promise<void>;
  close(): Promise<void>;
}

/** Minute bars in Postgres, written beside the engine: nothing here can hold it up or end it. */
export const keepBarsOf = (options: {
  readonly database: Database;
  readonly tapeFolder: string;
  readonly runId: string;
  readonly log: Log;
  readonly wallNow?: () => number;
}): KeptBars => {
  const { database, tapeFolder, runId, log } = options;
  const { db, sql } = database;
  const store: RefillStore = {
    keep: (bars, onlyMissing) => keepBars(db, bars, onlyMissing),
    pending: (runIds) => runsToRefill(db, runIds),
    lastOwnBar: (id) => lastOwnBarOf(db, id),
    done: (id) => markRefilled(db, id),
  };
  const collector = createBarCollector(runId);
  const writer = createBarWriter({ collector, keeper: store, wallNow: options.wallNow ?? Date.now, log });
  let closing = false;
  const catchUp = async (): Promise<void> => {
    const table = await ensureBarTable(sql);
    log('info', 'bars are kept', { ...table });
    writer.refilled(await refillBars(tapeFolder, runId, store, log));
  };
  return {
    overhear: (tape) => ({
      record: (entry) => {
        collector.entry(entry);
        tape.record(entry);
      },
      mark: (mark) => tape.mark(mark),
      flush: () => tape.flush(),
      close: () => tape.close(),
    }),
    pulse: (state) => writer.pulse(state),
    refill: () =>
      catchUp().catch((error: unknown) => {
        if (!closing) log('error', 'bars of earlier runs could not be read; the next start tries again', { error });
        writer.refilled(new Map());
      }),
    close: async () => {
      closing = true;
      await writer.close();
    },
  };
};
