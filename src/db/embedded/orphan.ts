import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from './home.ts';

const GRACE_MS = 5000;

/** An orphan stays in the process table for as long as its new parent does not ask: the first process of a container may never. */
const isZombie = (pid: number): boolean => {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, ''));
  } catch {
    return false;
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

const commandOf = (pid: number): string => {
  try {
    return execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') : '';
  }
};

export const postmasterPid = ({ cluster }: Home): number | undefined => {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
};

/** Whether the server that took over from process `earlier` has told in its lock file that it accepts connections. */
export const isReady = (home: Home, earlier: number | undefined): boolean => {
  const pid = postmasterPid(home);
  if (pid === undefined || pid === earlier) return false;
  return readFileSync(join(home.cluster, 'postmaster.pid'), 'utf8').split('\n')[7]?.trim() === 'ready';
};

const gone = async (pid: number, withinMs: number): Promise<boolean> => {
  const until = performance.now() + withinMs;
  while (isAlive(pid)) {
    if (performance.now() > until) return false;
    await Bun.sleep(20);
  }
  return true;
};

/** Asks for a fast shutdown, then insists. */
export const stopPostmaster = async (pid: number): Promise<void> => {
  for (const [signal, graceMs] of [
    ['SIGINT', 3500],
    ['SIGQUIT', 1000],
    ['SIGKILL', GRACE_MS],
  ] as const) {
    if (!isAlive(pid)) return;
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    if (await gone(pid, graceMs)) return;
  }
  throw new Error(`PostgreSQL process ${pid} does not end`);
};

/**
 * Clears what an earlier server left in a folder that we hold the lock of: a server in it can only be an orphan, and a
 * lock file whose process number now belongs to some other program would keep PostgreSQL from starting.
 */
export const clearOrphan = async (home: Home, log: (line: string) => void): Promise<void> => {
  const pid = postmasterPid(home);
  if (pid === undefined || !isAlive(pid)) return;
  if (commandOf(pid).includes(home.cluster)) {
    log(`stopping the PostgreSQL (process ${pid}) that an earlier server left behind in ${home.cluster}`);
    await stopPostmaster(pid);
  } else rmSync(join(home.cluster, 'postmaster.pid'), { force: true });
};
