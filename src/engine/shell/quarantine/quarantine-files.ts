import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const SUFFIX = '.quarantine';

/** First line of a file; the payload follows, as it came. */
export interface QuarantineHead {
  readonly at: string;
  readonly feed: string;
  readonly reason: string;
  /** Digest of the payload's outline: payloads alike but for their figures share it. */
  readonly shape: string;
  readonly bytes: number;
  /** Alike ones that came since the last of them was kept, and were only counted. */
  readonly alikeBefore: number;
}

export interface QuarantinedFile extends QuarantineHead {
  readonly id: string;
}

/** Names of the files, oldest first. */
export const quarantineNames = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(SUFFIX))
        .sort()
    : [];

export const readQuarantined = (
  folder: string,
  id: string,
): { readonly head: QuarantinedFile; readonly payload: Uint8Array } | null => {
  const path = join(folder, `${id}${SUFFIX}`);
  if (!/^[\w.-]+$/.test(id) || !existsSync(path)) return null;
  const bytes = readFileSync(path);
  const end = bytes.indexOf(10);
  try {
    const head = JSON.parse(bytes.subarray(0, Math.max(0, end)).toString()) as QuarantineHead;
    return { head: { id, ...head }, payload: bytes.subarray(end + 1) };
  } catch {
    const unknown = { at: '', feed: 'unknown', reason: 'the file has no readable first line', shape: '' };
    return { head: { id, ...unknown, bytes: bytes.length, alikeBefore: 0 }, payload: bytes };
  }
};

/** What is kept, newest first. */
export const listQuarantined = (folder: string): readonly QuarantinedFile[] =>
  quarantineNames(folder)
    .reverse()
    .flatMap((name) => readQuarantined(folder, name.slice(0, -SUFFIX.length))?.head ?? []);

export const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
