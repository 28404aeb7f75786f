import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from './home.ts';

export const USER = 'quanticity';

/** What PostgreSQL's programs get of our environment: nothing that could redirect them or that they have no use for. */
export const programOptions = ({ account, folder }: Home) => ({
  cwd: folder,
  env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  ...(account ? { uid: account.uid, gid: account.gid } : {}),
});

const majorOf = (version: string): string => version.split('.')[0] ?? '';

/**
 * Makes the cluster if there is none. It is built beside its place and renamed, so a first start that was cut short
 * leaves nothing that looks whole. Text sorts by code point, with PostgreSQL's own tables: no locale of the machine's.
 */
export const createCluster = async (home: Home): Promise<void> => {
  removeLeftovers(home.folder);
  if (existsSync(home.cluster)) return checkVersion(home);
  // A start that was cut short may still be writing to its own.
  const partial = `${home.cluster}.new-${randomBytes(4).toString('hex')}`;
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = [`--username=${USER}`, '--auth=scram-sha-256', `--pwfile=${home.passwordFile}`];
  const flags = [`--pgdata=${partial}`, ...locale, ...access, '--no-instructions', '--no-sync'];
  const child = spawn(home.binaries.initdb, flags, {
    ...programOptions(home),
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) {
    rmSync(partial, { recursive: true, force: true });
    throw new Error(
      `PostgreSQL could not make its data folder ${partial}: ${said.trim() || `initdb ended with ${code}`}`,
    );
  }
  renameSync(partial, home.cluster);
};

/** What starts that were cut short have left; one that is still being written to is taken away by a later start. */
const removeLeftovers = (folder: string): void => {
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith('cluster.new'))) {
    try {
      rmSync(join(folder, name), { recursive: true, force: true });
    } catch {
      // Its writer added a file meanwhile: it is in nobody's way.
    }
  }
};

const checkVersion = ({ cluster, binaries }: Home): void => {
  const made = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  if (made !== majorOf(binaries.version))
    throw new Error(
      `the data in ${cluster} was made by PostgreSQL ${made}, and this is ${majorOf(binaries.version)}: dump and restore it, or move it away to start empty`,
    );
};
