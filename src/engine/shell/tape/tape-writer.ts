import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '../../core/types.ts';
import type { Log } from '../../ports/log.ts';
import type { TapeWriter } from '../../ports/tape.ts';
import { encodeBlock } from './block.ts';
import { ByteWriter } from './bytes.ts';
import type { Origin } from './format.ts';
import { writeEntry, writeMark } from './write-item.ts';

const BLOCK_BYTES = 1024 * 1024;
const FLUSH_EVERY_MS = 500;
/** The calendar is asked once per quarter hour of market time. */
const DATE_CHECK_MS = 15 * 60_000;
const COMPRESSION_LEVEL = 1;

/** Folder of a run's tape: one file per session date. */
export const tapeFolder = (folder: string, runId: string): string => {
  if (!/^[\w.-]{1,80}$/.test(runId) || runId.startsWith('.'))
    throw new Error(
      `tape: expected a run id of letters, digits, dot, dash and underscore, got ${JSON.stringify(runId)}`,
    );
  return join(folder, runId);
};

interface Block {
  readonly payload: Uint8Array;
  readonly date: string;
  readonly items: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly previousLastSeq: number;
  readonly firstAt: number;
}

/** Writes blocks to their day's file, one after the other. */
const createFiles = (folder: string) => {
  let file: FileHandle | null = null;
  let fileDate = '';
  const handleFor = async (date: string): Promise<FileHandle> => {
    if (file && fileDate === date) return file;
    await file?.close();
    file = null;
    await mkdir(folder, { recursive: true });
    file = await open(join(folder, `${date}.tape`), 'a', 0o640);
    fileDate = date;
    return file;
  };
  return {
    append: async (block: Block): Promise<void> => {
      const compressed = await Bun.zstdCompress(block.payload, { level: COMPRESSION_LEVEL });
      const handle = await handleFor(block.date);
      await handle.writeFile(encodeBlock(new Uint8Array(compressed), block));
    },
    sync: async (): Promise<void> => {
      await file?.datasync();
    },
    close: async (): Promise<void> => {
      await file?.close();
      file = null;
    },
  };
};

export const createTapeWriter = (options: {
  readonly folder: string;
  readonly runId: string;
  /** Names the day file. */
  readonly sessionDateOf: (at: Instant) => string;
  readonly log: Log;
}): TapeWriter => {
  const files = createFiles(tapeFolder(options.folder, options.runId));
  const out = new ByteWriter(BLOCK_BYTES * 2);
  const origin: Origin = { seq: 0, at: 0 };
  let items = 0;
  let firstSeq = 0;
  let firstAt = 0;
  let lastSeq = 0;
  let previousLastSeq = 0;
  let date = '';
  let dateUntil = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> = Promise.resolve();
  let problem: Error | null = null;

  const cut = (): void => {
    if (items === 0) return;
    const block: Block = { payload: out.take(), date, items, firstSeq, lastSeq, previousLastSeq, firstAt };
    previousLastSeq = lastSeq;
    items = 0;
    origin.seq = 0;
    origin.at = 0;
    writing = writing
      .then(() => files.append(block))
      .catch((error: Error) => {
        if (!problem)
          options.log('error', 'the tape could not be written; the day will have a gap', {
            error,
            firstSeq: block.firstSeq,
          });
        problem = error;
      });
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
    await writing;
    await files.sync();
    const failure = problem;
    problem = null;
    if (failure) throw failure;
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
      items += 1;
      if (out.length >= BLOCK_BYTES) cut();
    },
    mark: (mark) => {
      if (items === 0) {
        firstSeq = mark.seq;
        firstAt = origin.at;
        if (date === '') return;
      }
      writeMark(out, mark);
      lastSeq = Math.max(lastSeq, mark.seq);
      items += 1;
    },
    flush,
    close: async () => {
      clearInterval(timer);
      try {
        await flush();
      } finally {
        await files.close();
      }
    },
  };
};
