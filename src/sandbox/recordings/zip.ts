import { crc32, inflateRawSync } from 'node:zlib';
import { type Parsed, refused } from './types.ts';

export interface ZipEntry {
  readonly name: string;
  read(): Parsed<Uint8Array>;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const END_SIZE = 22;
const ENTRY_SIZE = 46;
const LOCAL_SIZE = 30;
const STORED = 0;
const DEFLATED = 8;
/** A day of fifty levels is well below. */
const LARGEST_FILE_BYTES = 2 ** 31;

const findEnd = (view: DataView): number => {
  const earliest = Math.max(0, view.byteLength - END_SIZE - 0xffff);
  for (let at = view.byteLength - END_SIZE; at >= earliest; at--)
    if (view.getUint32(at, true) === END_OF_DIRECTORY) return at;
  return -1;
};

const readEntry = (bytes: Uint8Array, view: DataView, at: number, name: string): Parsed<Uint8Array> => {
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const checksum = view.getUint32(at + 16, true);
  const packedSize = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const local = view.getUint32(at + 42, true);
  if (flags & 1) return refused(`${name}: expected an archive without a password`);
  if (size > LARGEST_FILE_BYTES) return refused(`${name}: expected less than 2 GiB, found ${size} bytes`);
  if (local + LOCAL_SIZE > bytes.length || view.getUint32(local, true) !== LOCAL_ENTRY)
    return refused(`${name}: the archive is damaged, nothing where its directory points`);
  const start = local + LOCAL_SIZE + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + packedSize > bytes.length) return refused(`${name}: the archive is cut off`);
  const packed = bytes.subarray(start, start + packedSize);
  if (method !== STORED && method !== DEFLATED)
    return refused(`${name}: expected it stored or deflated, found compression method ${method}`);
  try {
    const content = method === STORED ? packed : inflateRawSync(packed, { maxOutputLength: size + 1 });
    if (content.length !== size || crc32(content) !== checksum)
      return refused(`${name}: the archive is damaged, its checksum does not fit`);
    return { ok: true, value: content };
  } catch {
    return refused(`${name}: the archive is damaged, it cannot be inflated`);
  }
};

/** Files of a ZIP archive (no ZIP64, no encryption), by its central directory. Source: PKWARE APPNOTE 6.3. */
export const openZip = (bytes: Uint8Array, archive: string): Parsed<readonly ZipEntry[]> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length < END_SIZE ? -1 : findEnd(view);
  if (end < 0) return refused(`${archive}: expected a ZIP archive, found no directory at its end (cut off?)`);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff) return refused(`${archive}: ZIP64 archives are not read; unpack it first`);
  const entries: ZipEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_SIZE > bytes.length || view.getUint32(at, true) !== DIRECTORY_ENTRY)
      return refused(`${archive}: the archive is damaged, entry ${i + 1} of ${count} is missing from its directory`);
    const nameLength = view.getUint16(at + 28, true);
    const inner = new TextDecoder().decode(bytes.subarray(at + ENTRY_SIZE, at + ENTRY_SIZE + nameLength));
    const name = `${archive}: ${inner}`;
    const entryAt = at;
    if (!inner.endsWith('/')) entries.push({ name: inner, read: () => readEntry(bytes, view, entryAt, name) });
    at += ENTRY_SIZE + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return { ok: true, value: entries };
};
