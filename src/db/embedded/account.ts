import { spawnSync } from 'node:child_process';

/** The system user that PostgreSQL runs as; undefined means ours. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const NAME = 'quanticity';

const lookUp = (name: string): Account | undefined => {
  const ask = (flag: string): number => {
    const answer = spawnSync('id', [flag, name], { encoding: 'utf8' });
    return answer.status === 0 ? Number.parseInt(answer.stdout, 10) : Number.NaN;
  };
  const uid = ask('-u');
  const gid = ask('-g');
  return Number.isInteger(uid) && Number.isInteger(gid) ? { uid, gid } : undefined;
};

const create = (): Account | undefined => {
  const home = ['--home-dir', '/nonexistent', '--no-create-home', '--shell', '/bin/false'];
  spawnSync('useradd', ['--system', '--user-group', ...home, NAME]);
  return lookUp(NAME);
};

const isRoot = (): boolean => process.getuid?.() === 0;

/** PostgreSQL refuses to run as root, so root needs a user for it: our own, made on first use. */
export const serverAccount = (): Account | undefined => {
  if (!isRoot()) return undefined;
  const account = lookUp(NAME) ?? create() ?? lookUp('postgres');
  if (!account)
    throw new Error(
      `PostgreSQL does not run as root, and no system user could be made for it: add one named ${NAME}, start as an ordinary user, or set DATABASE_URL`,
    );
  return account;
};

/** Whether `account` can enter and read every path; `writable` folders it must be able to write as well. */
export const canUse = (account: Account, readable: readonly string[], writable: readonly string[]): boolean => {
  const check = (test: string, paths: readonly string[]): string[] => [
    `for p do ${test} || exit 1; done`,
    'sh',
    ...paths,
  ];
  const passes = (command: readonly string[]): boolean =>
    spawnSync('/bin/sh', ['-c', ...command], { cwd: '/', uid: account.uid, gid: account.gid }).status === 0;
  return passes(check('test -r "$p"', readable)) && passes(check('test -w "$p" && test -x "$p"', writable));
};
