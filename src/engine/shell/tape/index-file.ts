import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { type BlockHeader, decodeHeader, HEADER_BYTES } from './block.ts';
import { blocksOf, FileWindow } from './scan.ts';

/**
 * Beside each day file lies its index: a record of 56 bytes per block, little-endian: where it begins, its bytes, first
 * `at`, first, last and previous last seq f64 each, items u32, crc32 u32 of what comes before. It is a convenience: read as
 * far as it is whole and fits the tape, made again from the tape when it is not there.
 */
const RECORD_BYTES = 56;

export interface IndexedBlock {
  /** Byte in the tape. */
  readonly at: number;
  readonly bytes: number;
  readonly firstAt: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly previousLastSeq: number;
  readonly items: number;
}

export const indexPathOf = (tapePath: string): string => tapePath.replace(/\.tape$/, '.index');

export const indexedOf = (at: number, header: BlockHeader): IndexedBlock => ({
  at,
  bytes: HEADER_BYTES + header.payloadBytes,
  firstAt: header.firstAt,
  firstSeq: header.firstSeq,
  lastSeq: header.lastSeq,
  previousLastSeq: header.previousLastSeq,
  items: header.items,
});

export const encodeRecord = (block: IndexedBlock): Uint8Array => {
  const record = new Uint8Array(RECORD_BYTES);
  const view = new DataView(record.buffer);
  const numbers = [block.at, block.bytes, block.firstAt, block.firstSeq, block.lastSeq, block.previousLastSeq];
  numbers.forEach((value, i) => void view.setFloat64(i * 8, value, true));
  view.setUint32(48, block.items, true);
  view.setUint32(52, Bun.hash.crc32(record.subarray(0, 52)), true);
  return record;
};

const decodeRecord = (record: Uint8Array): IndexedBlock | null => {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  if (view.getUint32(52, true) !== Bun.hash.crc32(record.subarray(0, 52))) return null;
  const number = (i: number): number => view.getFloat64(i * 8, true);
  return {
    at: number(0),
    bytes: number(1),
    firstAt: number(2),
    firstSeq: number(3),
    lastSeq: number(4),
    previousLastSeq: number(5),
    items: view.getUint32(48, true),
  };
};

/** Whole records in order, up to the first that is torn, damaged or goes back. */
const recordsIn = (path: string): IndexedBlock[] => {
  if (!existsSync(path)) return [];
  const bytes = readFileSync(path);
  const blocks: IndexedBlock[] = [];
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    const block = decodeRecord(bytes.subarray(at, at + RECORD_BYTES));
    const last = blocks.at(-1);
    if (!block || block.at < (last ? last.at + last.bytes : 0)) break;
    blocks.push(block);
  }
  return blocks;
};

/** The tape may be another than the one that was indexed: the last record must be of a block that is there. */
const fits = (file: FileWindow, last: IndexedBlock): boolean => {
  const header = decodeHeader(file.bytes(last.at, HEADER_BYTES));
  return (
    header !== null &&
    header.firstSeq === last.firstSeq &&
    header.lastSeq === last.lastSeq &&
    HEADER_BYTES + header.payloadBytes === last.bytes &&
    last.at + last.bytes <= file.size
  );
};

export interface TapeIndex {
  readonly blocks: readonly IndexedBlock[];
  /** False where some of it had to be made again from the tape. */
  readonly whole: boolean;
}

/** The blocks of a day file: from its index as far as that goes, from the tape itself beyond. */
export const readIndex = (tapePath: string): TapeIndex => {
  const file = new FileWindow(tapePath);
  try {
    const blocks = recordsIn(indexPathOf(tapePath));
    const last = blocks.at(-1);
    if (last && !fits(file, last)) blocks.length = 0;
    const known = blocks.at(-1);
    const from = known ? known.at + known.bytes : 0;
    let whole = true;
    for (const found of blocksOf(file, from)) {
      whole = false;
      if (found.kind === 'block') blocks.push(indexedOf(found.at, found.header));
    }
    return { blocks, whole };
  } finally {
    file.close();
  }
};

/** Makes the index of a day file whole again. */
export const repairIndex = (tapePath: string): TapeIndex => {
  const index = readIndex(tapePath);
  const path = indexPathOf(tapePath);
  const expected = index.blocks.length * RECORD_BYTES;
  if (index.whole && statSync(path, { throwIfNoEntry: false })?.size === expected) return index;
  writeFileSync(`${path}.new`, Buffer.concat(index.blocks.map(encodeRecord)), { mode: 0o640 });
  renameSync(`${path}.new`, path);
  return index;
};
