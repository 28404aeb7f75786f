import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TapeItem, TapeReader } from '../../ports/tape.ts';
import { type BlockHeader, crc32Of, decodeHeader, findMagic, HEADER_BYTES } from './block.ts';
import { ByteReader } from './bytes.ts';
import type { Origin } from './format.ts';
import { ItemReader } from './read-item.ts';
import { tapeFolder } from './tape-writer.ts';

interface Cursor {
  lastSeq: number;
}
const gap = (cursor: Cursor, problem: string): TapeItem => ({ kind: 'gap', afterSeq: cursor.lastSeq, problem });

const payloadAt = (bytes: Uint8Array, at: number, header: BlockHeader): Uint8Array | string => {
  const block = bytes.subarray(at, at + HEADER_BYTES + header.payloadBytes);
  const expected = HEADER_BYTES + header.payloadBytes;
  if (block.length < expected) return `block torn: expected ${expected} bytes, found ${block.length}`;
  if (crc32Of(block) !== header.crc32) return 'block damaged: its checksum does not fit';
  return Bun.zstdDecompressSync(block.subarray(HEADER_BYTES));
};

function* itemsOfBlock(payload: Uint8Array, header: BlockHeader, cursor: Cursor): Generator<TapeItem> {
  if (header.previousLastSeq !== cursor.lastSeq)
    yield gap(cursor, `blocks between ${cursor.lastSeq} and ${header.previousLastSeq} are missing`);
  const source = new ByteReader(payload);
  const origin: Origin = { seq: 0, at: 0 };
  const reader = new ItemReader();
  while (!source.done()) yield reader.read(source, origin);
  cursor.lastSeq = header.lastSeq;
}

function* itemsOfFile(path: string, name: string, cursor: Cursor): Generator<TapeItem> {
  const bytes = readFileSync(path);
  let at = 0;
  while (at < bytes.length) {
    const header = decodeHeader(bytes.subarray(at));
    const payload = header ? payloadAt(bytes, at, header) : 'no block begins here';
    if (header && typeof payload !== 'string') {
      yield* itemsOfBlock(payload, header, cursor);
      at += HEADER_BYTES + header.payloadBytes;
      continue;
    }
    yield gap(cursor, `${name} at byte ${at}: ${payload}`);
    const next = findMagic(bytes, at + 1);
    if (next < 0) return;
    at = next;
  }
}

/** Reads what is there; whatever is not comes out as a gap, never as an exception. */
export const createTapeReader = (options: { readonly folder: string }): TapeReader => ({
  *items(runId) {
    const folder = tapeFolder(options.folder, runId);
    const cursor: Cursor = { lastSeq: 0 };
    const names = existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => name.endsWith('.tape'))
          .sort()
      : [];
    if (names.length === 0) yield gap(cursor, `no tape of run ${runId} was found`);
    for (const name of names) yield* itemsOfFile(join(folder, name), name, cursor);
  },
});
