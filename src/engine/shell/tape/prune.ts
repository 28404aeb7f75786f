import { rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../ports/log.ts';
import { indexPathOf } from './index-file.ts';
import { holdOf } from './lock.ts';
import { dayFilesOf, runsIn } from './run-folder.ts';

const DAY_MS = 86_400_000;
const DATE = /^(\d{4}-\d{2}-\d{2})\.tape$/;

/**
 * Removes day files of sessions more than `daysKept` calendar days before `today` (a session date). A run that is being written, or was left by a
 * crash and not recovered, keeps everything. Returns what went, as `run/date`.
 */
export const pruneTapes = (folder: string, daysKept: number, today: string, log: Log): readonly string[] => {
  const oldest = Date.parse(today) - daysKept * DAY_MS;
  if (!Number.isFinite(oldest)) throw new Error(`tape: expected today as a date such as 2026-11-25, got ${today}`);
  const gone: string[] = [];
  for (const runId of runsIn(folder)) {
    const runFolder = join(folder, runId);
    if (holdOf(runFolder).state !== 'closed') continue;
    const names = dayFilesOf(runFolder);
    const old = names.filter((name) => Date.parse(DATE.exec(name)?.[1] ?? '') < oldest);
    for (const name of old) {
      rmSync(join(runFolder, name), { force: true });
      rmSync(indexPathOf(join(runFolder, name)), { force: true });
      gone.push(`${runId}/${name.slice(0, -'.tape'.length)}`);
    }
    if (old.length > 0 && old.length === names.length)
      try {
        rmdirSync(runFolder);
      } catch (error) {
        log('debug', 'the folder of a pruned run holds something else and stays', { runId, error });
      }
  }
  if (gone.length > 0) log('info', 'old tape was removed', { daysKept, days: gone.length, oldest: gone[0] });
  return gone;
};
