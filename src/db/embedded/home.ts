import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Account, canUse, serverAccount } from './account.ts';
import { type Binaries, copyBinaries, findBinaries } from './binaries.ts';

/** Where root keeps what its PostgreSQL user cannot reach in the project. */
const SYSTEM_FOLDER = '/var/lib/quanticity';

/** Everything that starting a server needs to know of the disk. */
export interface Home {
  /** Holds the cluster, its password and the lock. */
  readonly folder: string;
  readonly cluster: string;
  readonly passwordFile: string;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
}

const home = (folder: string, binaries: Binaries, account: Account | undefined): Home => ({
  folder,
  cluster: join(folder, 'cluster'),
  passwordFile: join(folder, 'password'),
  binaries,
  account,
});

const ownerOf = (path: string): Account | undefined => {
  if (!existsSync(path)) return undefined;
  const { uid, gid } = statSync(path);
  return uid === 0 ? undefined : { uid, gid };
};

const give = (path: string, account: Account | undefined): void => {
  if (account) chownSync(path, account.uid, account.gid);
};

/**
 * Decides where data and binaries live. As root they stay in the project if PostgreSQL's user can reach it there, and
 * move to the system's folder if not (a clone in /root), under a name that the project's own path decides.
 */
export const openHome = async (dataDir: string): Promise<Home> => {
  const wanted = resolve(dataDir, 'postgres');
  const binaries = await findBinaries();
  const account = ownerOf(join(wanted, 'cluster')) ?? serverAccount();
  mkdirSync(wanted, { recursive: true });
  if (!account || process.getuid?.() !== 0) return home(wanted, binaries, undefined);
  const readable = [binaries.postgres, binaries.initdb, join(binaries.folder, 'share')];
  const usable = canUse(account, readable, []) ? binaries : await copyBinaries(binaries, SYSTEM_FOLDER);
  chmodSync(wanted, 0o700);
  give(wanted, account);
  if (canUse(account, [], [wanted])) return home(wanted, usable, account);
  const name = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  const folder = join(SYSTEM_FOLDER, name);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  chmodSync(folder, 0o700);
  const owner = ownerOf(join(folder, 'cluster')) ?? account;
  give(folder, owner);
  return home(folder, usable, owner);
};

/** The password that only this folder knows; made on first use, never logged. */
export const openPassword = ({ passwordFile, account, cluster }: Home): string => {
  if (existsSync(cluster)) {
    const password = existsSync(passwordFile) ? readFileSync(passwordFile, 'utf8').trim() : '';
    if (!password)
      throw new Error(`${passwordFile} is missing, and the database in ${cluster} does not open without it`);
    return password;
  }
  rmSync(passwordFile, { force: true });
  const password = randomBytes(24).toString('hex');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  give(passwordFile, account);
  return password;
};
