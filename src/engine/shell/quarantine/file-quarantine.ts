import { mkdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../ports/log.ts';
import type { Quarantine } from '../../ports/payloads.ts';
import { type QuarantineHead, quarantineNames, SUFFIX, sizeOf } from './quarantine-files.ts';

const ALIKE_EVERY_MS = 60_000;
const OUTLINE_BYTES = 4_096;
const KINDS_MAX = 1_000;

interface Bounds {
  readonly filesMax: number;
  readonly bytesMax: number;
  /** Waiting to be written; more is counted and dropped. */
  readonly pendingBytesMax: number;
}
const BOUNDS: Bounds = { filesMax: 500, bytesMax: 64 * 1024 * 1024, pendingBytesMax: 32 * 1024 * 1024 };

const startOf = (payload: Uint8Array | string): string =>
  typeof payload === 'string'
    ? payload.slice(0, OUTLINE_BYTES)
    : Buffer.from(payload.subarray(0, OUTLINE_BYTES)).toString('latin1');

/** The beginning without its figures and texts: names and brackets remain. */
const shapeOf = (payload: Uint8Array | string): string => {
  const outline = startOf(payload)
    .replace(/"(?:[^"\\]|\\.)*"(\s*:)?/g, (whole, colon?: string) => (colon ? whole : '""'))
    .replace(/-?\d[\d.eE+-]*/g, '0')
    .slice(0, 512);
  return Bun.hash.xxHash32(outline).toString(16).padStart(8, '0');
};

export interface FileQuarantine extends Quarantine {
  /** Kept, only counted because they were alike, and given up for want of room, since the start. */
  counts(): { readonly kept: number; readonly alike: number; readonly dropped: number };
  /** Resolves once everything so far is on disk. */
  settled(): Promise<void>;
}

/** Keeps payloads that did not fit, a file each, within bounds: the oldest go first, and alike ones are kept once a minute. */
export const createFileQuarantine = (options: {
  readonly folder: string;
  readonly wallNow: () => number;
  readonly log: Log;
  readonly bounds?: Partial<Bounds>;
}): FileQuarantine => {
  const { folder, wallNow, log } = options;
  const bounds = { ...BOUNDS, ...options.bounds };
  const files: { name: string; bytes: number }[] = [];
  const kinds = new Map<string, { keptAt: number; alike: number }>();
  const counts = { kept: 0, alike: 0, dropped: 0 };
  let bytesKept = 0;
  let pendingBytes = 0;
  let number = 0;
  let writing: Promise<void> = Promise.resolve();
  let troubled = false;
  try {
    mkdirSync(folder, { recursive: true });
    for (const name of quarantineNames(folder)) files.push({ name, bytes: sizeOf(join(folder, name)) });
    bytesKept = files.reduce((sum, { bytes }) => sum + bytes, 0);
  } catch (error) {
    log('error', 'the quarantine cannot be opened; payloads that do not fit are lost', { error });
  }

  const makeRoom = async (): Promise<void> => {
    while (files.length > bounds.filesMax || (bytesKept > bounds.bytesMax && files.length > 1)) {
      const oldest = files.shift();
      if (!oldest) return;
      bytesKept -= oldest.bytes;
      await rm(join(folder, oldest.name), { force: true });
    }
  };
  const write = async (name: string, content: Uint8Array): Promise<void> => {
    try {
      await writeFile(join(folder, name), content, { mode: 0o640 });
      files.push({ name, bytes: content.length });
      bytesKept += content.length;
      await makeRoom();
    } catch (error) {
      counts.dropped += 1;
      if (!troubled) log('error', 'a payload could not be put in quarantine', { error });
      troubled = true;
    } finally {
      pendingBytes -= content.length;
    }
  };
  /** Null when one alike was kept within the last minute; else how many were not. */
  const alikeSince = (kind: string, now: number): number | null => {
    const known = kinds.get(kind);
    if (known && now - known.keptAt < ALIKE_EVERY_MS) {
      known.alike += 1;
      return null;
    }
    if (kinds.size >= KINDS_MAX) kinds.clear();
    kinds.set(kind, { keptAt: now, alike: 0 });
    return known?.alike ?? 0;
  };

  const keep: Quarantine['keep'] = (feed, reason, payload) => {
    const now = wallNow();
    const shape = shapeOf(payload);
    const alikeBefore = alikeSince(`${feed} ${reason} ${shape}`, now);
    if (alikeBefore === null) {
      counts.alike += 1;
      return;
    }
    const body = Buffer.from(payload);
    const at = new Date(now).toISOString();
    const head: QuarantineHead = { at, feed, reason, shape, bytes: body.length, alikeBefore };
    const content = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]);
    if (content.length > bounds.bytesMax || pendingBytes + content.length > bounds.pendingBytesMax) {
      counts.dropped += 1;
      return;
    }
    counts.kept += 1;
    pendingBytes += content.length;
    number += 1;
    const name = `${at.replace(/[-:]/g, '').replace('.', '-')}-${String(number).padStart(5, '0')}-${feed}${SUFFIX}`;
    log('warn', 'a payload did not fit and is in quarantine', { feed, reason, bytes: body.length, alikeBefore });
    writing = writing.then(() => write(name, content));
  };

  return {
    keep: (feed, reason, payload) => {
      try {
        keep(feed, reason, payload);
      } catch (error) {
        counts.dropped += 1;
        log('error', 'a payload could not be put in quarantine', { error });
      }
    },
    counts: () => ({ ...counts }),
    settled: () => writing,
  };
};
