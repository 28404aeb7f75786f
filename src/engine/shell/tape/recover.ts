import { appendFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../ports/log.ts';
import { encodeBlock } from './block.ts';
import { ByteWriter } from './bytes.ts';
import { repairIndex } from './index-file.ts';
import { holdOf, releaseTape } from './lock.ts';
import { dayFilesOf, runsIn, tapeFolder } from './run-folder.ts';
import { blocksOf, FileWindow } from './scan.ts';
import { writeGap } from './write-item.ts';

export interface Recovered {
  readonly runId: string;
  /** Bytes of a block that was never finished. */
  readonly cutBytes: number;
}

interface Tail {
  readonly lastSeq: number;
  readonly firstAt: number;
  /** Where bytes begin that are no block and after which no block comes; null when the file ends with a whole one. */
  readonly tornAt: number | null;
  readonly size: number;
}

const tailOf = (path: string): Tail => {
  const file = new FileWindow(path);
  try {
    let lastSeq = 0;
    let firstAt = 0;
    let tornAt: number | null = null;
    for (const found of blocksOf(file)) {
      tornAt = found.kind === 'damage' && found.at + found.bytes >= file.size ? found.at : null;
      if (found.kind !== 'block') continue;
      lastSeq = found.header.lastSeq;
      firstAt = found.header.firstAt;
    }
    return { lastSeq, firstAt, tornAt, size: file.size };
  } finally {
    file.close();
  }
};

const gapBlock = (problem: string, lastSeq: number, firstAt: number): Uint8Array => {
  const out = new ByteWriter(256);
  writeGap(out, problem);
  const payload = new Uint8Array(Bun.zstdCompressSync(out.take()));
  return encodeBlock(payload, { items: 1, firstSeq: lastSeq, lastSeq, previousLastSeq: lastSeq, firstAt });
};

/** Where the run's blocks end before its last file: a file that was torn in its first block tells nothing. */
const seqBefore = (folder: string, names: readonly string[]): { lastSeq: number; firstAt: number } => {
  const before = names.at(-2);
  return before === undefined ? { lastSeq: 0, firstAt: 0 } : tailOf(join(folder, before));
};

/** Cuts what a crash left of an unfinished block off the run's last file, marks the gap, and makes the indexes whole. */
export const recoverRun = (folder: string, runId: string): Recovered => {
  const runFolder = tapeFolder(folder, runId);
  const names = dayFilesOf(runFolder);
  const last = names.at(-1);
  let cutBytes = 0;
  if (last !== undefined) {
    const path = join(runFolder, last);
    const tail = tailOf(path);
    if (tail.tornAt !== null) {
      cutBytes = tail.size - tail.tornAt;
      const { lastSeq, firstAt } = tail.lastSeq > 0 ? tail : seqBefore(runFolder, names);
      truncateSync(path, tail.tornAt);
      const problem = `${last} at byte ${tail.tornAt}: a crash left ${cutBytes} bytes of a block, which were cut`;
      appendFileSync(path, gapBlock(problem, lastSeq, firstAt));
    }
  }
  for (const name of names) repairIndex(join(runFolder, name));
  releaseTape(runFolder);
  return { runId, cutBytes };
};

/** Recovers every run whose writer ended without closing its tape. What cannot be mended is told and left as it is. */
export const recoverTapes = (folder: string, log: Log): readonly Recovered[] =>
  runsIn(folder).flatMap((runId) => {
    if (holdOf(join(folder, runId)).state !== 'abandoned') return [];
    try {
      const recovered = recoverRun(folder, runId);
      log('warn', 'the tape of a run that crashed was recovered', { ...recovered });
      return [recovered];
    } catch (error) {
      log('error', 'the tape of a run that crashed could not be recovered', { runId, error });
      return [];
    }
  });
