import { existsSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';

/** Who writes a run's tape, as its folder says. */
export interface TapeHolder {
  readonly pid: number;
  /** Tells a process from a later one of the same number; null where the system does not say. */
  readonly startedAt: string | null;
  readonly host: string;
  readonly since: string;
}

const FILE = 'writer.lock';
/** Folders that this thread writes. An engine's thread that died has left none: its locks are stale, though the process lives. */
const ours = new Set<string>();

/** Field 22 of /proc/pid/stat: clock ticks since the machine's start. */
const startOf = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
};

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is a process too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Whether the holder may still write. Of another machine's we cannot know, and leave it alone. */
const isLive = (holder: TapeHolder, folder: string): boolean => {
  if (holder.host !== hostname()) return true;
  if (holder.pid === process.pid && holder.startedAt === startOf(process.pid)) return ours.has(folder);
  return isRunning(holder.pid) && holder.startedAt === startOf(holder.pid);
};

export type TapeHold =
  /** Closed in order, or pruned of its writer by a recovery. */
  | { readonly state: 'closed' }
  | { readonly state: 'written'; readonly holder: TapeHolder }
  /** Its writer ended without closing it. */
  | { readonly state: 'abandoned' };

/** How it stands with the folder of one run. */
export const holdOf = (runFolder: string): TapeHold => {
  const folder = resolve(runFolder);
  const path = join(folder, FILE);
  if (!existsSync(path)) return { state: 'closed' };
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as TapeHolder;
    return isLive(holder, folder) ? { state: 'written', holder } : { state: 'abandoned' };
  } catch {
    return { state: 'abandoned' };
  }
};

export class TapeHeld extends Error {}

/** Takes the folder of a run, or throws `TapeHeld` with who holds it. A holder that is gone is no holder. */
export const takeTape = (runFolder: string): void => {
  const folder = resolve(runFolder);
  mkdirSync(folder, { recursive: true });
  const held = holdOf(folder);
  if (held.state === 'written') {
    const { pid, host, since } = held.holder;
    throw new TapeHeld(`tape: ${folder} is written by process ${pid} on ${host} since ${since}: one writer at a time`);
  }
  const holder: TapeHolder = {
    pid: process.pid,
    startedAt: startOf(process.pid),
    host: hostname(),
    since: new Date().toISOString(),
  };
  const path = join(folder, FILE);
  writeFileSync(`${path}.${process.pid}`, JSON.stringify(holder), { mode: 0o640 });
  renameSync(`${path}.${process.pid}`, path);
  ours.add(folder);
};

export const releaseTape = (runFolder: string): void => {
  const folder = resolve(runFolder);
  ours.delete(folder);
  try {
    unlinkSync(join(folder, FILE));
  } catch {
    // Never taken, or taken away: either way nobody holds it.
  }
};
