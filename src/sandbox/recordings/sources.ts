import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Parsed, refused } from './types.ts';
import { openZip } from './zip.ts';

/** A CSV file wherever it lies: by itself, in a folder, in an archive. */
export interface Source {
  /** File name without folders and `.gz`. */
  readonly name: string;
  /** For problems: the path as given, and the name inside an archive. */
  readonly label: string;
  /** Tells the same file given twice. */
  readonly identity: string;
  read(): Parsed<Uint8Array>;
}

const CSV = /\.csv(\.gz)?$/i;
export const LOBSTER_NAME = /^([A-Z][A-Z0-9.]*)_(\d{4}-\d{2}-\d{2})_(\d+)_(\d+)_(message|orderbook)_(\d+)\.csv$/i;

const unpacked = (bytes: Uint8Array, label: string, isGzip: boolean): Parsed<Uint8Array> => {
  if (!isGzip) return { ok: true, value: bytes };
  try {
    return { ok: true, value: gunzipSync(bytes) };
  } catch {
    return refused(`${label}: expected a gzip file, found one that is cut off or damaged`);
  }
};

const fileSource = (path: string): Source => ({
  name: basename(path).replace(/\.gz$/i, ''),
  label: path,
  identity: realpathSync(path),
  read: () => unpacked(readFileSync(path), path, /\.gz$/i.test(path)),
});

const zipSources = (path: string): Parsed<readonly Source[]> => {
  const zip = openZip(readFileSync(path), path);
  if (!zip.ok) return zip;
  const sources = zip.value
    .filter(({ name }) => CSV.test(name))
    .map((entry): Source => {
      const label = `${path}: ${entry.name}`;
      return {
        name: basename(entry.name).replace(/\.gz$/i, ''),
        label,
        identity: `${realpathSync(path)}:${entry.name}`,
        read() {
          const content = entry.read();
          return content.ok ? unpacked(content.value, label, /\.gz$/i.test(entry.name)) : content;
        },
      };
    });
  return sources.length > 0 ? { ok: true, value: sources } : refused(`${path}: expected a CSV file in it, found none`);
};

const inFolder = (path: string): Parsed<readonly Source[]> => {
  const names = readdirSync(path).sort();
  const sources: Source[] = names.filter((name) => CSV.test(name)).map((name) => fileSource(join(path, name)));
  for (const name of names.filter((other) => /\.zip$/i.test(other))) {
    const zip = zipSources(join(path, name));
    if (!zip.ok) return zip;
    sources.push(...zip.value);
  }
  return sources.length > 0
    ? { ok: true, value: sources }
    : refused(`${path}: expected recordings (.csv, .csv.gz or .zip) in this folder, found none`);
};

/** The other of LOBSTER's two files lies beside the one that was named. */
const siblingOf = (path: string): Source[] => {
  const match = LOBSTER_NAME.exec(basename(path).replace(/\.gz$/i, ''));
  if (!match) return [];
  const [from, to] =
    match[5]?.toLowerCase() === 'message' ? ['_message_', '_orderbook_'] : ['_orderbook_', '_message_'];
  const plain = join(dirname(path), basename(path).replace(from, to).replace(/\.gz$/i, ''));
  return [plain, `${plain}.gz`].filter(existsSync).slice(0, 1).map(fileSource);
};

/** The CSV files behind a path: a folder, a ZIP archive, or a file (with its LOBSTER sibling). */
export const sourcesAt = (path: string): Parsed<readonly Source[]> => {
  if (!existsSync(path)) return refused(`${path}: no such file or folder`);
  try {
    if (statSync(path).isDirectory()) return inFolder(path);
    if (/\.zip$/i.test(path)) return zipSources(path);
    if (CSV.test(path)) return { ok: true, value: [fileSource(path), ...siblingOf(path)] };
  } catch (error) {
    return refused(`${path}: cannot be read (${error instanceof Error ? error.message : 'unknown reason'})`);
  }
  return refused(`${path}: expected a folder, .zip, .csv or .csv.gz`);
};
