import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync, inflateRawSync } from 'node:zlib';

const ROOT = new URL('../../', import.meta.url);

const text = (url: URL): string => {
  const bytes = readFileSync(url);
  return url.pathname.endsWith('.gz') ? gunzipSync(bytes).toString('utf8') : bytes.toString('utf8');
};

/**
 * `REFERENCE_DIR` names a folder of other tables of the same form, gzipped or not: a file found there is read in place of
 * ours (`options/american.csv`, `exposure/*.json`, …), and how many rows it has is then its own affair.
 */
const GIVEN = process.env['REFERENCE_DIR'] || null;
const FOLDER = new URL('tests/reference/', ROOT);
const givenFolder = GIVEN === null ? null : pathToFileURL(`${resolve(GIVEN)}/`);

const referenceUrl = (path: string): URL => {
  if (givenFolder !== null)
    for (const name of [path, path.replace(/\.gz$/, '')]) {
      const url = new URL(name, givenFolder);
      if (existsSync(url)) return url;
    }
  return new URL(path, FOLDER);
};

/** Our tables' count of rows; of a given table there must only be some. */
export const rowsExpected = (found: number, ours: number): number =>
  givenFolder === null || found === 0 ? ours : found;

/** Names of a folder's files without `.json` and `.gz`: the given folder's own where it has any. */
export const referenceNames = (folder: string, ours: readonly string[]): readonly string[] => {
  const url = givenFolder === null ? null : new URL(`${folder}/`, givenFolder);
  if (url === null || !existsSync(url)) return ours;
  const names = readdirSync(url).flatMap((name) => /^(.*)\.json(\.gz)?$/.exec(name)?.[1] ?? []);
  return names.length > 0 ? names.sort() : ours;
};

/** A JSON file under `tests/reference`, unzipped. */
export const readReference = (path: string): unknown => JSON.parse(text(referenceUrl(path)));

/** A file of one JSON value per line under `tests/reference`. */
export const readReferenceLines = (path: string): unknown[] =>
  text(referenceUrl(path))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** A CSV under `tests/reference`, as rows by column name; empty cells are empty strings. */
export const readReferenceTable = (path: string): Record<string, string>[] => {
  const [header = '', ...lines] = text(referenceUrl(path)).trimEnd().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
  });
};

/** Real recorded data beside the project, which never becomes part of it: tests that read it are skipped without. */
const recordedDataUrl = (path: string): URL => new URL(`../shared/data/${path}`, ROOT);
export const hasRecordedData = (path: string): boolean => existsSync(recordedDataUrl(path));
export const readRecordedText = (path: string): string => text(recordedDataUrl(path));

/** One member of a recorded ZIP file, found by the end of its name. Stored or deflated, no ZIP64. */
export const readRecordedZip = (path: string, nameEnds: string): string => {
  const bytes = readFileSync(recordedDataUrl(path));
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const nameLength = bytes.readUInt16LE(at + 28);
    if (bytes.toString('utf8', at + 46, at + 46 + nameLength).endsWith(nameEnds)) {
      const local = bytes.readUInt32LE(at + 42);
      const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const data = bytes.subarray(start, start + bytes.readUInt32LE(at + 20));
      return (bytes.readUInt16LE(at + 10) === 0 ? data : inflateRawSync(data)).toString('utf8');
    }
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  throw new Error(`${path}: expected a member whose name ends in ${nameEnds}`);
};
