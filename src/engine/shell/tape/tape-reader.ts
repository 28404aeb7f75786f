import { join } from 'node:path';
import type { TapeItem, TapeReader, TapeSpan } from '../../ports/tape.ts';
import type { BlockHeader } from './block.ts';
import { ByteReader } from './bytes.ts';
import type { Origin } from './format.ts';
import { type IndexedBlock, readIndex } from './index-file.ts';
import { ItemReader } from './read-item.ts';
import { dayFilesOf, tapeFolder } from './run-folder.ts';
import { blocksOf, FileWindow } from './scan.ts';

interface Cursor {
  lastSeq: number;
}
const gap = (cursor: Cursor, problem: string): TapeItem => ({ kind: 'gap', afterSeq: cursor.lastSeq, problem });

/** What a block holds. Its payload is copied by being decompressed. */
export function* itemsOfBlock(compressed: Uint8Array, afterSeq: number): Generator<TapeItem> {
  const source = new ByteReader(Bun.zstdDecompressSync(compressed));
  const origin: Origin = { seq: 0, at: 0 };
  const reader = new ItemReader(afterSeq);
  while (!source.done()) yield reader.read(source, origin);
}

function* inOrder(header: BlockHeader, payload: Uint8Array, cursor: Cursor): Generator<TapeItem> {
  if (header.previousLastSeq !== cursor.lastSeq)
    yield gap(cursor, `blocks between ${cursor.lastSeq} and ${header.previousLastSeq} are missing`);
  yield* itemsOfBlock(payload, header.previousLastSeq);
  cursor.lastSeq = header.lastSeq;
}

function* itemsOfFile(path: string, name: string, from: number, cursor: Cursor): Generator<TapeItem> {
  const file = new FileWindow(path);
  try {
    for (const found of blocksOf(file, from)) {
      if (found.kind === 'block') yield* inOrder(found.header, found.payload, cursor);
      else yield gap(cursor, `${name} at byte ${found.at}: ${found.problem}`);
    }
  } finally {
    file.close();
  }
}

interface Start {
  /** Place in the list of files. */
  readonly file: number;
  readonly block: IndexedBlock;
}

/** The last block that begins before `from`: nothing of that instant or later lies before it. */
const startOf = (runFolder: string, names: readonly string[], from: number): Start | null => {
  let start: Start | null = null;
  for (let file = names.length - 1; file >= 0 && start === null; file -= 1) {
    const { blocks } = readIndex(join(runFolder, names[file] ?? ''));
    const block = blocks.findLast(({ firstAt }) => firstAt < from);
    if (block) start = { file, block };
  }
  return start;
};

/** Nothing for an item out of the span; `done` past its end. Marks and gaps go with the entries around them. */
const inSpan = (item: TapeItem, span: TapeSpan, begun: boolean): 'skip' | 'take' | 'done' => {
  if (item.kind !== 'entry') return begun || span.from === undefined ? 'take' : 'skip';
  if (span.from !== undefined && item.entry.at < span.from) return 'skip';
  return span.to !== undefined && item.entry.at > span.to ? 'done' : 'take';
};

export interface FileTapeReader extends TapeReader {
  items(runId: string, span?: TapeSpan): Iterable<TapeItem>;
}

/** Reads what is there; whatever is not comes out as a gap, never as an exception. */
export const createTapeReader = (options: { readonly folder: string }): FileTapeReader => ({
  *items(runId, span = {}) {
    const folder = tapeFolder(options.folder, runId);
    const names = dayFilesOf(folder);
    const start = span.from === undefined ? null : startOf(folder, names, span.from);
    const cursor: Cursor = { lastSeq: start?.block.previousLastSeq ?? 0 };
    if (names.length === 0) yield gap(cursor, `no tape of run ${runId} was found`);
    let begun = false;
    for (let file = start?.file ?? 0; file < names.length; file += 1) {
      const name = names[file] ?? '';
      const from = file === start?.file ? start.block.at : 0;
      for (const item of itemsOfFile(join(folder, name), name, from, cursor)) {
        const verdict = inSpan(item, span, begun);
        if (verdict === 'done') return;
        if (verdict === 'skip') continue;
        begun = true;
        yield item;
      }
    }
  },
});
