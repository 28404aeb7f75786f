import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const ROOT = new URL('../../', import.meta.url);

const text = (url: URL): string => {
  const bytes = readFileSync(url);
  return url.pathname.endsWith('.gz') ? gunzipSync(bytes).toString('utf8') : bytes.toString('utf8');
};

/** A JSON file under `tests/reference`, unzipped. */
export const readReference = (path: string): unknown => JSON.parse(text(new URL(`tests/reference/${path}`, ROOT)));

/** A CSV under `tests/reference`, as rows by column name; empty cells are empty strings. */
export const readReferenceTable = (path: string): Record<string, string>[] => {
  const [header = '', ...lines] = text(new URL(`tests/reference/${path}`, ROOT))
    .trimEnd()
    .split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
  });
};

/** Real recorded data beside the project, which never becomes part of it: tests that read it are skipped without. */
export const recordedDataUrl = (path: string): URL => new URL(`../shared/data/${path}`, ROOT);
export const hasRecordedData = (path: string): boolean => existsSync(recordedDataUrl(path));
export const readRecordedText = (path: string): string => text(recordedDataUrl(path));
