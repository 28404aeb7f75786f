import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Source } from '../../sandbox/recordings/sources.ts';
import { openZip } from '../../sandbox/recordings/zip.ts';

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

const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04;

/** The one file in an archive; folders and what macOS adds are none. */
const unpacked = (bytes: Uint8Array, path: string): Uint8Array => {
  const opened = openZip(bytes, path);
  if (!opened.ok) throw new UnreadableFile(`${opened.problem}; for a LOBSTER tape say "analyze tape"`);
  const files = opened.value.filter(({ name }) => !/(^|\/)(__MACOSX\/|\.)/.test(name));
  const [only] = files;
  if (only === undefined || files.length > 1)
    throw new UnreadableFile(
      `${path}: expected an archive of one option chain, found ${files.length} files${
        files.length > 1
          ? `: ${files
              .slice(0, 5)
              .map(({ name }) => name)
              .join(', ')}; for a LOBSTER tape say "analyze tape"`
          : ''
      }`,
    );
  const content = only.read();
  if (!content.ok) throw new UnreadableFile(content.problem);
  return isGzip(content.value) ? unzipped(content.value, path) : content.value;
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
  const plain = isGzip(bytes) ? unzipped(bytes, path) : isZip(bytes) ? unpacked(bytes, path) : bytes;
  if (plain.length === 0) throw new UnreadableFile(`${path}: expected an option chain, found an empty gzip file`);
  return toUtf8(plain);
};

export const sourceOf = (path: string, bytes: Uint8Array): Source => ({
  name: basename(path).replace(/\.gz$/i, ''),
  label: path,
  identity: realpathSync(path),
  read: () => ({ ok: true, value: bytes }),
});
