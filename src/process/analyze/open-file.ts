import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Source } from '../../sandbox/recordings/sources.ts';

/** What was asked for cannot be read as what it should be: worded for the person who asked. */
export class UnreadableFile extends Error {}

/** Beyond this a file is no day and no chain, and would not fit in memory twice. */
const BYTES_MAX = 2 ** 31;

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Spreadsheets save text in UTF-16 with a mark in front. */
const toUtf8 = (bytes: Uint8Array): Uint8Array => {
  const little = bytes[0] === 0xff && bytes[1] === 0xfe;
  const big = bytes[0] === 0xfe && bytes[1] === 0xff;
  if (!little && !big) return bytes;
  return new TextEncoder().encode(new TextDecoder(little ? 'utf-16le' : 'utf-16be').decode(bytes));
};

const unzipped = (bytes: Uint8Array, path: string): Uint8Array => {
  try {
    return gunzipSync(bytes, { maxOutputLength: BYTES_MAX });
  } catch {
    throw new UnreadableFile(`${path}: expected a gzip file, found one that is cut off or damaged`);
  }
};

export const requirePath = (path: string): void => {
  if (!existsSync(path)) throw new UnreadableFile(`${path}: no such file or folder`);
};

/** A file's text as bytes of UTF-8: unzipped if it is gzip, whatever its name says. */
export const openFile = (path: string): Uint8Array => {
  requirePath(path);
  const { size } = statSync(path);
  if (statSync(path).isDirectory()) throw new UnreadableFile(`${path}: expected a file, found a folder`);
  if (size === 0) throw new UnreadableFile(`${path}: expected an option chain, found an empty file`);
  if (size > BYTES_MAX) throw new UnreadableFile(`${path}: expected less than 2 GiB, found ${size} bytes`);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UnreadableFile(`${path}: cannot be read (${error instanceof Error ? error.message : 'unknown reason'})`);
  }
  const plain = isGzip(bytes) ? unzipped(bytes, path) : bytes;
  if (plain.length === 0) throw new UnreadableFile(`${path}: expected an option chain, found an empty gzip file`);
  return toUtf8(plain);
};

export const sourceOf = (path: string, bytes: Uint8Array): Source => ({
  name: basename(path).replace(/\.gz$/i, ''),
  label: path,
  identity: realpathSync(path),
  read: () => ({ ok: true, value: bytes }),
});
