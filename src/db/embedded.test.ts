import { afterEach, describe, expect, test } from 'bun:test';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';

const HOLDER = join(import.meta.dir, '../../tests/support/embedded-server.ts');
const asRoot = process.getuid?.() === 0;
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A folder that any user can enter, and whose name tells its processes from others'. */
const temporary = (name = 'plain', mode = 0o755): string => {
  const parent = mkdtempSync(join(tmpdir(), 'quanticity-embedded-'));
  chmodSync(parent, mode);
  cleanups.push(() => rmSync(parent, { recursive: true, force: true }));
  return join(parent, name);
};

const start = async (dataDir: string, lines: string[] = []): Promise<EmbeddedPostgres> => {
  const server = await startEmbeddedPostgres({ dataDir, log: (line) => lines.push(line) });
  if (!server.ok) throw new Error(server.reason);
  cleanups.push(() => server.stop());
  return server;
};

const query = async <T>(url: string, ask: (sql: postgres.Sql) => Promise<T>): Promise<T> => {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await ask(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
};

const eventually = async <T>(ask: () => Promise<T | undefined> | T | undefined, withinMs = 10_000): Promise<T> => {
  const until = performance.now() + withinMs;
  for (;;) {
    const answer = await Promise.resolve(ask()).catch(() => undefined);
    if (answer !== undefined) return answer;
    if (performance.now() > until) throw new Error(`did not happen within ${withinMs} ms`);
    await Bun.sleep(25);
  }
};

/** Processes that name the folder in their command line: the postmaster and its guard. */
const processesIn = (folder: string): number[] =>
  execFileSync('ps', ['-ww', '-eo', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(folder) && !line.includes('embedded-server.ts') && !line.includes(' ps '))
    .map((line) => Number.parseInt(line, 10));

const postmasterOf = (folder: string): number =>
  Number.parseInt(readFileSync(join(folder, 'cluster', 'postmaster.pid'), 'utf8'), 10);

/** Starts the database in another process, which leads a process group as a shell's job does. */
const startElsewhere = async (dataDir: string) => {
  const child = Bun.spawn([process.execPath, '--no-env-file', HOLDER, dataDir], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'ignore',
    detached: true,
  });
  let home = dataDir;
  cleanups.push(async () => {
    child.kill('SIGKILL');
    await eventually(() => (processesIn(home).length === 0 ? true : undefined));
  });
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const next = async (): Promise<Record<string, string>> => JSON.parse((await lines.read()).value ?? '{}');
  const { url = '', folder = '' } = await next();
  expect(url).toStartWith('postgres://');
  home = folder;
  return { child, url, folder, next };
};

describe('the embedded database', () => {
  test('is ready within five seconds on an empty disk, in a path with spaces, and keeps its data for a second start', async () => {
    const dataDir = temporary('a path with spaces');
    const firstMs = performance.now();
    const first = await start(dataDir);
    expect(performance.now() - firstMs).toBeLessThan(5000);
    await query(first.url, (sql) => sql`create table kept as select 42 as answer`);
    await first.stop();
    expect(processesIn(first.folder)).toEqual([]);
    const secondMs = performance.now();
    const second = await start(dataDir);
    expect(performance.now() - secondMs).toBeLessThan(2000);
    expect(await query(second.url, (sql) => sql`select answer from kept`)).toMatchObject([{ answer: 42 }]);
  });

  test('listens on loopback only, syncs to disk, and sorts alike on every machine', async () => {
    const { url } = await start(temporary());
    expect(new URL(url).pathname).toBe('/quanticity');
    const setting = (name: string) => query(url, (sql) => sql.unsafe(`show ${name}`).then(([row]) => row?.[name]));
    expect(await setting('listen_addresses')).toBe('127.0.0.1');
    expect(await setting('unix_socket_directories')).toBe('');
    expect(await setting('fsync')).toBe('on');
    expect(await setting('server_encoding')).toBe('UTF8');
    expect(await query(url, (sql) => sql`select lower('Ä') as small, 'a' < 'B' as byWords`)).toMatchObject([
      { small: 'ä', bywords: false },
    ]);
  });

  test('keeps its password to itself: readable by the owner alone, never logged, needed to get in', async () => {
    const lines: string[] = [];
    const { url, folder } = await start(temporary(), lines);
    const { password } = new URL(url);
    expect(password).toMatch(/^[0-9a-f]{48}$/);
    expect(statSync(join(folder, 'password')).mode & 0o777).toBe(0o600);
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(query(wrong.href, (sql) => sql`select 1`)).rejects.toThrow(/password authentication failed/);
    process.kill(postmasterOf(folder), 'SIGKILL');
    await eventually(() => lines.find((line) => line.includes('starting it again')));
    expect(lines.join('\n')).not.toContain(password);
  });

  test('tells a second process, and a second call, what is taken and by whom', async () => {
    const dataDir = temporary();
    const { child, folder } = await startElsewhere(dataDir);
    const second = await startEmbeddedPostgres({ dataDir, log: () => {} });
    if (second.ok) throw new Error('two servers in one folder');
    expect(second.reason).toContain(folder);
    expect(second.reason).toContain(`process ${child.pid}`);
    const own = await start(temporary());
    const again = await startEmbeddedPostgres({ dataDir: join(own.folder, '..'), log: () => {} });
    expect(again).toMatchObject({ ok: false, reason: expect.stringContaining(`process ${process.pid}`) });
  });

  test('of two that start on an empty disk at the same moment, one wins and the other is told', async () => {
    const dataDir = temporary();
    const both = await Promise.all([0, 1].map(() => startEmbeddedPostgres({ dataDir, log: () => {} })));
    for (const server of both) if (server.ok) cleanups.push(() => server.stop());
    expect(both.map(({ ok }) => ok).sort()).toEqual([false, true]);
  });

  test('ends with a process that was killed outright, and starts again with its data', async () => {
    const dataDir = temporary();
    const { child, url, folder } = await startElsewhere(dataDir);
    await query(url, (sql) => sql`create table kept as select 42 as answer`);
    expect(processesIn(folder)).not.toEqual([]);
    child.kill('SIGKILL');
    await child.exited;
    const again = await start(dataDir);
    expect(await query(again.url, (sql) => sql`select answer from kept`)).toMatchObject([{ answer: 42 }]);
    await again.stop();
    expect(processesIn(folder)).toEqual([]);
  });

  test('starts while the making of the cluster that a killed process began still goes on', async () => {
    for (const delayMs of [0, 60, 150]) {
      const dataDir = temporary();
      const child = Bun.spawn([process.execPath, '--no-env-file', HOLDER, dataDir], {
        stdio: ['ignore', 'ignore', 'ignore'],
        detached: true,
      });
      cleanups.push(() => child.kill('SIGKILL'));
      const making = async () => readdirSync(join(dataDir, 'postgres')).find((name) => name.startsWith('cluster.new'));
      expect(await eventually(making)).toBeString();
      await Bun.sleep(delayMs);
      child.kill('SIGKILL');
      await child.exited;
      expect(existsSync(join(dataDir, 'postgres', 'cluster'))).toBe(false);
      const { url } = await start(dataDir);
      expect(await query(url, (sql) => sql`select 42 as answer`)).toMatchObject([{ answer: 42 }]);
    }
  });

  test('stops the orphan that a process and its guard, both killed, have left behind', async () => {
    const dataDir = temporary();
    const { child, url, folder } = await startElsewhere(dataDir);
    await query(url, (sql) => sql`create table kept as select 42 as answer`);
    const postmaster = postmasterOf(folder);
    child.kill('SIGSTOP');
    for (const pid of processesIn(folder)) if (pid !== postmaster) process.kill(pid, 'SIGKILL');
    child.kill('SIGKILL');
    await child.exited;
    await Bun.sleep(200);
    expect(processesIn(folder)).toEqual([postmaster]);
    const lines: string[] = [];
    const again = await start(dataDir, lines);
    expect(lines.join('\n')).toContain(`process ${postmaster}`);
    expect(processesIn(folder)).not.toContain(postmaster);
    expect(await query(again.url, (sql) => sql`select answer from kept`)).toMatchObject([{ answer: 42 }]);
  });

  test('comes back at the same address when it is killed itself, and says so each time', async () => {
    const lines: string[] = [];
    const { url, folder, onExit } = await start(temporary(), lines);
    let exits = 0;
    onExit(() => {
      exits += 1;
    });
    for (const round of [1, 2]) {
      const before = postmasterOf(folder);
      process.kill(before, 'SIGKILL');
      await eventually(() => (exits === round ? true : undefined));
      await eventually(() => lines.filter((line) => line === 'PostgreSQL is back')[round - 1]);
      const [row] = await query(url, (sql) => sql`select 1 as answer`);
      expect(row).toMatchObject({ answer: 1 });
      expect(postmasterOf(folder)).not.toBe(before);
    }
  });

  test('is not reached by Ctrl-C, serves its owner to the end, and leaves no process behind within five seconds', async () => {
    const { child, folder, next } = await startElsewhere(temporary());
    const sinceMs = performance.now();
    process.kill(-child.pid, 'SIGINT');
    expect(await next()).toEqual({ answer: 'still here' });
    expect(await child.exited).toBe(0);
    expect(processesIn(folder)).toEqual([]);
    expect(performance.now() - sinceMs).toBeLessThan(5000);
  });

  test('is stopped once, however often and however early it is asked to', async () => {
    const server = await start(temporary());
    process.kill(postmasterOf(server.folder), 'SIGKILL');
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(processesIn(server.folder)).toEqual([]);
  });

  test('does not mistake a program that has inherited the process number in its lock file', async () => {
    const dataDir = temporary();
    const server = await start(dataDir);
    await server.stop();
    const other = Bun.spawn(['sleep', '60']);
    cleanups.push(() => other.kill());
    writeFileSync(join(server.folder, 'cluster', 'postmaster.pid'), `${other.pid}\n${server.folder}/cluster\n`);
    await start(dataDir);
    expect(other.exitCode).toBeNull();
  });

  test('starts over where its first start was cut short', async () => {
    const dataDir = temporary();
    mkdirSync(join(dataDir, 'postgres', 'cluster.new', 'base'), { recursive: true });
    const { url } = await start(dataDir);
    expect(await query(url, (sql) => sql`select 1 as answer`)).toMatchObject([{ answer: 1 }]);
  });

  test('refuses data of another major version and a lost password, and names the folder', async () => {
    const dataDir = temporary();
    const { folder, stop } = await start(dataDir);
    await stop();
    const password = readFileSync(join(folder, 'password'), 'utf8');
    rmSync(join(folder, 'password'));
    const refused = { ok: false, reason: expect.stringContaining(folder) };
    expect(await startEmbeddedPostgres({ dataDir, log: () => {} })).toMatchObject(refused);
    writeFileSync(join(folder, 'password'), password);
    writeFileSync(join(folder, 'cluster', 'PG_VERSION'), '15\n');
    expect(await startEmbeddedPostgres({ dataDir, log: () => {} })).toMatchObject(refused);
  });

  test.skipIf(!asRoot)('lives elsewhere when its user cannot enter the project folder (needs root)', async () => {
    const dataDir = temporary('clone', 0o700);
    const { url, folder, stop } = await start(dataDir);
    expect(folder).toStartWith('/var/lib/quanticity/');
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    await query(url, (sql) => sql`create table kept as select 42 as answer`);
    expect(statSync(join(folder, 'cluster')).uid).not.toBe(0);
    await stop();
    const again = await start(dataDir);
    expect(again.folder).toBe(folder);
    expect(await query(again.url, (sql) => sql`select answer from kept`)).toMatchObject([{ answer: 42 }]);
    await again.stop();
    expect(existsSync(folder)).toBe(true);
  });
});
