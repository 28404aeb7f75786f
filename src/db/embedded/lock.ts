import { Database } from 'bun:sqlite';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface FolderLock {
  release(): void;
}

/**
 * Takes a folder for this process. The lock is the kernel's own on an SQLite file: it goes with the process however that
 * ends, so nothing stale is left to guess about. Returns the holder's process id when another has it, NaN if unknown.
 */
export const lockFolder = (folder: string): FolderLock | { readonly heldBy: number } => {
  const holder = join(folder, 'holder.pid');
  const file = new Database(join(folder, 'lock.sqlite'), { create: true, readwrite: true });
  try {
    file.run('pragma busy_timeout = 0');
    file.run('begin exclusive');
  } catch (error) {
    file.close();
    if (!(error instanceof Error) || !/locked|busy/i.test(error.message)) throw error;
    return { heldBy: existsSync(holder) ? Number.parseInt(readFileSync(holder, 'utf8'), 10) : Number.NaN };
  }
  writeFileSync(holder, `${process.pid}\n`);
  return {
    release: () => {
      file.run('rollback');
      file.close();
    },
  };
};
