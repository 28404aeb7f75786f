import { join } from 'node:path';
import type { BlockHeader } from './block.ts';
import { indexedOf, readIndex } from './index-file.ts';
import { dayFilesOf, tapeFolder } from './run-folder.ts';
import { blocksOf, FileWindow } from './scan.ts';
import { itemsOfBlock } from './tape-reader.ts';

export interface BadSpot {
  readonly file: string;
  readonly byte: number;
  readonly problem: string;
}

export interface TapeCheck {
  readonly runId: string;
  /** Nothing bad was found. A gap that the tape itself tells is not bad: it is known. */
  readonly ok: boolean;
  readonly blocks: number;
  readonly entries: number;
  readonly bytes: number;
  /** Bad spots in order; the first is where to look. */
  readonly bad: readonly BadSpot[];
  readonly toldGaps: readonly { readonly afterSeq: number; readonly problem: string }[];
}

interface Walk {
  lastSeq: number;
  lastAt: number;
  entries: number;
  readonly toldGaps: { afterSeq: number; problem: string }[];
}

/** What is wrong inside a block whose checksum fits; null when nothing is. */
const problemIn = (header: BlockHeader, payload: Uint8Array, walk: Walk): string | null => {
  let items = 0;
  let seq = header.previousLastSeq;
  try {
    for (const item of itemsOfBlock(payload, header.previousLastSeq)) {
      items += 1;
      if (item.kind === 'gap') walk.toldGaps.push({ afterSeq: item.afterSeq, problem: item.problem });
      if (item.kind !== 'entry') continue;
      walk.entries += 1;
      if (item.entry.seq <= seq) return `sequence ${item.entry.seq} comes after ${seq}`;
      if (item.entry.at < walk.lastAt) return `time goes back at sequence ${item.entry.seq}`;
      seq = item.entry.seq;
      walk.lastAt = item.entry.at;
    }
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (items !== header.items) return `holds ${items} items, its header says ${header.items}`;
  return seq > header.lastSeq ? `ends with sequence ${seq}, its header says ${header.lastSeq}` : null;
};

/** Reads every byte of a run: checksums, sequence, time, and whether the indexes are the tape's. `onProgress` hears bytes read. */
export const checkRun = (folder: string, runId: string, onProgress: (bytes: number) => void = () => {}): TapeCheck => {
  const runFolder = tapeFolder(folder, runId);
  const names = dayFilesOf(runFolder);
  const walk: Walk = { lastSeq: 0, lastAt: Number.NEGATIVE_INFINITY, entries: 0, toldGaps: [] };
  const bad: BadSpot[] = [];
  let blocks = 0;
  let bytes = 0;
  if (names.length === 0) bad.push({ file: runId, byte: 0, problem: 'there is no tape of this run' });
  for (const name of names) {
    const path = join(runFolder, name);
    const indexed = readIndex(path).blocks;
    const file = new FileWindow(path);
    try {
      let inFile = 0;
      for (const found of blocksOf(file)) {
        const at = { file: name, byte: found.at };
        if (found.kind === 'damage') {
          bad.push({ ...at, problem: `${found.problem}; ${found.bytes} bytes are lost` });
          continue;
        }
        const { header } = found;
        blocks += 1;
        onProgress(bytes + found.at);
        if (header.previousLastSeq !== walk.lastSeq)
          bad.push({
            ...at,
            problem: `blocks between sequence ${walk.lastSeq} and ${header.previousLastSeq} are missing`,
          });
        const problem = problemIn(header, found.payload, walk);
        if (problem) bad.push({ ...at, problem });
        const entry = indexed[inFile];
        if (!entry || !Bun.deepEquals(entry, indexedOf(found.at, header)))
          bad.push({ ...at, problem: 'the index does not have this block: run `tape check --repair`' });
        inFile += 1;
        walk.lastSeq = header.lastSeq;
      }
    } finally {
      bytes += file.size;
      file.close();
    }
  }
  return { runId, ok: bad.length === 0, blocks, entries: walk.entries, bytes, bad, toldGaps: walk.toldGaps };
};
