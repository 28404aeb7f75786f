import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';

export interface StateFile<T> {
  /** Null where there is none yet, or one of another make. */
  readonly kept: T | null;
  /** Writes what `read` gives then, soon: many changes at once are one writing. */
  changed(read: () => T): void;
  /** Writes at once what has not been written yet. */
  flush(): void;
}

const SOON_MS = 100;

/** What a simulated vendor knows, over restarts. It is a simulation: a crash may cost the last moment of it. */
export const openStateFile = <T>(path: string, schema: z.ZodType<T>): StateFile<T> => {
  const readKept = (): T | null => {
    try {
      return schema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data ?? null;
    } catch {
      return null;
    }
  };
  let waiting: (() => T) | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (!waiting) return;
    const state = waiting();
    waiting = null;
    mkdirSync(dirname(path), { recursive: true });
    // It holds the keys of a world that is none: still nobody else's business.
    writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };
  return {
    kept: readKept(),
    changed(read) {
      waiting = read;
      timer ??= setTimeout(flush, SOON_MS);
    },
    flush,
  };
};
