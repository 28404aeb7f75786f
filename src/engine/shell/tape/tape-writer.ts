import type { Instant } from '../../core/types.ts';
import type { Log } from '../../ports/log.ts';
import type { TapeWriter } from '../../ports/tape.ts';
import { ByteWriter } from './bytes.ts';
import { type Block, createBlockQueue } from './day-files.ts';
import type { Origin } from './format.ts';
import { releaseTape, TapeHeld, takeTape } from './lock.ts';
import { tapeFolder } from './run-folder.ts';
import { writeEntry, writeGap, writeMark } from './write-item.ts';

const BLOCK_BYTES = 1024 * 1024;
const FLUSH_EVERY_MS = 500;
/** The calendar is asked once per quarter hour of market time. */
const DATE_CHECK_MS = 15 * 60_000;

/** A folder that cannot be made fails at the first block, and costs no trade; one that another writes is a mistake. */
const takeOrTell = (runFolder: string, log: Log): void => {
  try {
    takeTape(runFolder);
  } catch (error) {
    if (error instanceof TapeHeld) throw error;
    log('error', 'the folder of the tape could not be taken', { error });
  }
};

export interface RunTapeWriter extends TapeWriter {
  /** Says that something is not on the tape from here on. */
  gap(problem: string): void;
}

export const createTapeWriter = (options: {
  readonly folder: string;
  readonly runId: string;
  /** Names the day file. */
  readonly sessionDateOf: (at: Instant) => string;
  /** Of the run, when its beginning is elsewhere. */
  readonly previousLastSeq?: number;
  readonly log: Log;
}): RunTapeWriter => {
  const runFolder = tapeFolder(options.folder, options.runId);
  takeOrTell(runFolder, options.log);
  const blocks = createBlockQueue(runFolder, options.log);
  const out = new ByteWriter(BLOCK_BYTES * 2);
  const origin: Origin = { seq: 0, at: 0 };
  let items = 0;
  let firstSeq = 0;
  let firstAt = 0;
  let lastSeq = options.previousLastSeq ?? 0;
  let lastAt = 0;
  let previousLastSeq = options.previousLastSeq ?? 0;
  let date = '';
  let dateUntil = Number.NEGATIVE_INFINITY;

  const cut = (): void => {
    if (items === 0) return;
    const block: Block = { payload: out.take(), date, items, firstSeq, lastSeq, previousLastSeq, firstAt };
    previousLastSeq = lastSeq;
    items = 0;
    origin.seq = 0;
    origin.at = 0;
    blocks.push(block);
  };
  const dateAt = (at: Instant): void => {
    if (at < dateUntil) return;
    dateUntil = (Math.floor(at / DATE_CHECK_MS) + 1) * DATE_CHECK_MS;
    const next = options.sessionDateOf(at);
    if (next === date) return;
    cut();
    date = next;
  };
  const timer = setInterval(cut, FLUSH_EVERY_MS);
  timer.unref();
  const flush = async (): Promise<void> => {
    cut();
    await blocks.flush();
  };

  /** For what is no entry: it lies at the time of the one before. */
  const beginHere = (seq: number): void => {
    if (items > 0) return;
    firstSeq = seq;
    firstAt = lastAt;
  };

  return {
    record: (entry) => {
      dateAt(entry.at);
      if (items === 0) {
        firstSeq = entry.seq;
        firstAt = entry.at;
      }
      writeEntry(out, entry, origin);
      lastSeq = entry.seq;
      lastAt = entry.at;
      items += 1;
      if (out.length >= BLOCK_BYTES) cut();
    },
    mark: (mark) => {
      if (date === '') return;
      beginHere(mark.seq);
      writeMark(out, mark);
      lastSeq = Math.max(lastSeq, mark.seq);
      items += 1;
    },
    gap: (problem) => {
      // In a block of its own, where an index shows it.
      cut();
      beginHere(lastSeq);
      writeGap(out, problem);
      items = 1;
      cut();
    },
    flush,
    close: async () => {
      clearInterval(timer);
      try {
        await flush();
      } finally {
        await blocks.close();
        releaseTape(runFolder);
      }
    },
  };
};
