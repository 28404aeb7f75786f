import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../ports/log.ts';
import { encodeBlock } from './block.ts';
import { encodeRecord, indexPathOf } from './index-file.ts';

const COMPRESSION_LEVEL = 1;

export interface Block {
  readonly payload: Uint8Array;
  readonly date: string;
  readonly items: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly previousLastSeq: number;
  readonly firstAt: number;
}

interface DayFile {
  readonly date: string;
  readonly tape: FileHandle;
  readonly index: FileHandle;
  /** Bytes so far. */
  size: number;
}

/** Writes blocks to their day's file, one after the other, each with its record in the index. */
const createFiles = (folder: string) => {
  let file: DayFile | null = null;
  const close = async (): Promise<void> => {
    const closing = file;
    file = null;
    await Promise.all([closing?.tape.close(), closing?.index.close()]);
  };
  const fileFor = async (date: string): Promise<DayFile> => {
    if (file?.date === date) return file;
    await close();
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${date}.tape`);
    const tape = await open(path, 'a', 0o640);
    const index = await open(indexPathOf(path), 'a', 0o640);
    file = { date, tape, index, size: (await tape.stat()).size };
    return file;
  };
  return {
    append: async (block: Block): Promise<void> => {
      const compressed = new Uint8Array(await Bun.zstdCompress(block.payload, { level: COMPRESSION_LEVEL }));
      const day = await fileFor(block.date);
      const at = day.size;
      const bytes = encodeBlock(compressed, block);
      try {
        await day.tape.writeFile(bytes);
        day.size += bytes.length;
        await day.index.writeFile(encodeRecord({ ...block, at, bytes: bytes.length }));
      } catch (error) {
        // How much of it was written is unknown: the next block asks the file for its size.
        await close();
        throw error;
      }
    },
    sync: async (): Promise<void> => {
      await file?.tape.datasync();
    },
    close,
  };
};

/** Blocks in the order they were cut; one that cannot be written is told once and is a gap. */
export const createBlockQueue = (folder: string, log: Log) => {
  const files = createFiles(folder);
  let writing: Promise<void> = Promise.resolve();
  let problem: Error | null = null;
  return {
    push: (block: Block): void => {
      writing = writing
        .then(() => files.append(block))
        .catch((error: Error) => {
          if (!problem)
            log('error', 'the tape could not be written; the day will have a gap', { error, firstSeq: block.firstSeq });
          problem = error;
        });
    },
    /** Resolves once all of it is on disk; throws when some is not. */
    flush: async (): Promise<void> => {
      await writing;
      await files.sync();
      const failure = problem;
      problem = null;
      if (failure) throw failure;
    },
    close: files.close,
  };
};
