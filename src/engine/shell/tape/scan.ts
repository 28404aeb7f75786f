import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type BlockHeader, crc32Of, decodeHeader, findMagic, HEADER_BYTES } from './block.ts';

const WINDOW_BYTES = 4 * 1024 * 1024;

/** A file read in windows: what is asked for is a view that the next call may overwrite. */
export class FileWindow {
  readonly size: number;
  readonly #file: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #from = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    this.size = fstatSync(this.#file).size;
  }
  /** Up to `length` bytes from `at`; fewer at the end of the file as it was when opened. */
  bytes(at: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.size - at));
    if (at < this.#from || at + wanted > this.#from + this.#bytes.length)
      this.#load(at, Math.max(wanted, WINDOW_BYTES));
    return this.#bytes.subarray(at - this.#from, at - this.#from + wanted);
  }
  #load(at: number, length: number): void {
    const target = new Uint8Array(Math.max(0, Math.min(length, this.size - at)));
    let filled = 0;
    while (filled < target.length) {
      const read = readSync(this.#file, target, filled, target.length - filled, at + filled);
      if (read === 0) break;
      filled += read;
    }
    this.#bytes = target.subarray(0, filled);
    this.#from = at;
  }
  close(): void {
    closeSync(this.#file);
  }
}

export type Found =
  | { readonly kind: 'block'; readonly at: number; readonly header: BlockHeader; readonly payload: Uint8Array }
  | { readonly kind: 'damage'; readonly at: number; readonly bytes: number; readonly problem: string };

/** The header and compressed payload of a whole block, or what is wrong with it. */
const blockAt = (file: FileWindow, at: number): { header: BlockHeader; payload: Uint8Array } | string => {
  const header = decodeHeader(file.bytes(at, HEADER_BYTES));
  if (!header) return 'no block begins here';
  const expected = HEADER_BYTES + header.payloadBytes;
  const block = file.bytes(at, expected);
  if (block.length < expected) return `block torn: expected ${expected} bytes, found ${block.length}`;
  if (crc32Of(block) !== header.crc32) return 'block damaged: its checksum does not fit';
  return { header, payload: block.subarray(HEADER_BYTES) };
};

/** Where the next whole block begins, at or after `from`; the file's size when there is none. */
const nextBlock = (file: FileWindow, from: number): number => {
  for (let at = from; at < file.size; ) {
    const window = file.bytes(at, WINDOW_BYTES);
    const found = findMagic(window, 0);
    if (found < 0) {
      // A magic may lie across the window's end.
      at += Math.max(1, window.length - 3);
      continue;
    }
    if (typeof blockAt(file, at + found) !== 'string') return at + found;
    at += found + 1;
  }
  return file.size;
};

/** Every whole block from `from` on, checked, and each stretch of bytes that is none. Payloads are views: use them at once. */
export function* blocksOf(file: FileWindow, from = 0): Generator<Found> {
  let at = from;
  while (at < file.size) {
    const block = blockAt(file, at);
    if (typeof block !== 'string') {
      yield { kind: 'block', at, ...block };
      at += HEADER_BYTES + block.header.payloadBytes;
      continue;
    }
    const next = nextBlock(file, at + 1);
    yield { kind: 'damage', at, bytes: next - at, problem: block };
    at = next;
  }
}
