import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folder of a run's tape: one file per session date. */
export const tapeFolder = (folder: string, runId: string): string => {
  if (!/^[\w.-]{1,80}$/.test(runId) || runId.startsWith('.'))
    throw new Error(
      `tape: expected a run id of letters, digits, dot, dash and underscore, got ${JSON.stringify(runId)}`,
    );
  return join(folder, runId);
};

/** Day files of a run, oldest first. */
export const dayFilesOf = (runFolder: string): string[] =>
  existsSync(runFolder)
    ? readdirSync(runFolder)
        .filter((name) => name.endsWith('.tape'))
        .sort()
    : [];

/** Runs that have a folder, by name. */
export const runsIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort()
    : [];
