import { afterEach, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { openDatabase } from '../../src/db/client.ts';
import { exampleSignal } from '../../src/engine/testing/example-signal.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { demo, startServer, type TestServer, until } from '../support/server.ts';
import { commitSignal } from '../support/signals.ts';

/*
 * A signal waits for its release while engine, web and database are killed in turn. The delays are never shortened:
 * the policy's clock is moved instead, through its one SQL function.
 */
let cleanup: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of cleanup.reverse()) await undo();
  cleanup = [];
});

const start = async (options: Parameters<typeof startServer>[0]): Promise<TestServer> => {
  const server = await startServer(options);
  cleanup.push(server.stop);
  return server;
};

const testDatabase = async (): Promise<TestDatabase> => {
  const database = await createTestDatabase();
  cleanup.push(database.drop);
  return database;
};

/** A kill switch keeps the engine's own signals out of the way. */
const killSwitch = async (server: TestServer): Promise<void> => {
  const cookie = await server.signIn(demo('operator'));
  const answer = await fetch(`${server.url}/admin/kill`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, origin: `http://localhost:${server.port}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ reason: 'quiet for the test', confirm: 'yes' }),
  });
  if (answer.status >= 400) throw new Error(`kill answered ${answer.status}: ${await answer.text()}`);
  await until('the kill switch', 10_000, async () => (await server.view(cookie))?.kill.engaged);
};

interface Posted {
  readonly channel: string;
  readonly content: string;
}

/** What Discord received, earlier runs of the sandbox included. */
const posted = async (server: TestServer, channel: string): Promise<string[]> => {
  const url = server.runtime().sandbox?.discordUrl ?? '';
  const messages = (await (await fetch(new URL('/received', url))).json()) as Posted[];
  return messages.filter((message) => message.channel === channel).map(({ content }) => content);
};

const shift = (databaseUrl: string, seconds: number): Promise<unknown> => {
  const sql = postgres(databaseUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  return sql
    .unsafe(
      `create or replace function policy_now() returns timestamptz language sql stable as $$ select clock_timestamp() + interval '${seconds} seconds' $$`,
    )
    .finally(() => sql.end());
};

const articlesOn = async (server: TestServer, who: Parameters<typeof demo>[0]): Promise<number> => {
  const cookie = await server.signIn(demo(who));
  const page = await (await fetch(`${server.url}/feed`, { headers: { cookie } })).text();
  return page.split('<article').length - 1;
};

const emit = async (databaseUrl: string): Promise<void> => {
  const database = openDatabase({ url: databaseUrl, connectionsMax: 1 });
  await commitSignal(database.db, exampleSignal());
  await database.close();
};

/** One second of margin on each side of a release. */
const releasedOnce = async (server: TestServer, databaseUrl: string): Promise<void> => {
  expect(await articlesOn(server, 'basic')).toBe(0);
  expect(await articlesOn(server, 'free')).toBe(0);
  await shift(databaseUrl, 61);
  await until('the delivery to Basic', 15_000, async () => (await posted(server, 'basic')).length > 0);
  expect(await articlesOn(server, 'basic')).toBe(1);
  expect(await articlesOn(server, 'free')).toBe(0);
  await shift(databaseUrl, 301);
  await until('the delivery to Free', 15_000, async () => (await posted(server, 'free')).length > 0);
  expect(await articlesOn(server, 'free')).toBe(1);
  await Bun.sleep(2_500);
  expect((await posted(server, 'premium')).length).toBe(1);
  expect((await posted(server, 'basic')).length).toBe(1);
  expect((await posted(server, 'free')).length).toBe(1);
};

test('the engine dies while a signal waits: the site says so, the engine comes back, and each tier gets the signal once', async () => {
  const database = await testDatabase();
  const server = await start({ databaseUrl: database.url, env: { SANDBOX_SPEED: '2' } });
  await killSwitch(server);
  await emit(database.url);
  const cookie = await server.signIn(demo('operator'));
  const runBefore = (await server.view(cookie))?.runId;
  expect(await (await fetch(`${server.url}/status`)).text()).not.toContain('restarting');
  // The ledger's own connection is what makes an engine the leader: without it the engine must stop.
  await database.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'quanticity-ledger' and datname = current_database()`;
  await fetch(`${server.url}/admin/mode`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, origin: `http://localhost:${server.port}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ reason: 'makes the engine write', mode: 'manual' }),
  });
  await until('the end of the engine’s thread', 15_000, () => server.output().includes('engine thread ended'));
  const seenRestarting = await (await fetch(`${server.url}/status`)).text();
  expect((await fetch(`${server.url}/`)).status).toBe(200);
  await until('a new run', 20_000, async () => {
    const run = (await server.view(cookie))?.runId;
    return run !== undefined && run !== runBefore;
  });
  expect(seenRestarting).toContain('restarting');
  expect((await server.view(cookie))?.kill.engaged).toBe(true);
  await until(
    'the command that outlived the engine',
    5_000,
    async () => (await server.view(cookie))?.control === 'manual',
  );
  await releasedOnce(server, database.url);
}, 90_000);

test('the whole server is killed while a signal waits: after its return each tier gets the signal once', async () => {
  const database = await testDatabase();
  const first = await start({ databaseUrl: database.url, env: { SANDBOX_SPEED: '2' } });
  await killSwitch(first);
  await emit(database.url);
  await until('the delivery to Premium', 10_000, async () => (await posted(first, 'premium')).length > 0);
  // The simulated outside keeps what it received; a moment of it a crash may cost.
  await Bun.sleep(500);
  first.kill('SIGKILL');
  await first.exited;
  const second = await start({ databaseUrl: database.url, dataDir: first.dataDir, env: { SANDBOX_SPEED: '2' } });
  const cookie = await second.signIn(demo('operator'));
  await until('the recovered kill switch', 20_000, async () => (await second.view(cookie))?.kill.engaged);
  expect(await posted(second, 'premium')).toHaveLength(1);
  await releasedOnce(second, database.url);
}, 90_000);

test('the embedded database is killed while a signal waits: it is started again, and each tier gets the signal once', async () => {
  const server = await start({ env: { SANDBOX_SPEED: '2', LOG_LEVEL: 'debug' } });
  await killSwitch(server);
  const { databaseUrl } = server.runtime();
  await emit(databaseUrl);
  const sql = postgres(databaseUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  const [row] = await sql<
    { folder: string }[]
  >`select setting as folder from pg_settings where name = 'data_directory'`;
  await sql.end();
  const pid = Number(readFileSync(join(row?.folder ?? '', 'postmaster.pid'), 'utf8').split('\n')[0]);
  expect(pid).toBeGreaterThan(1);
  process.kill(pid, 'SIGKILL');
  await until('the site on its database again', 30_000, async () => {
    const answer = await server.signIn(demo('basic')).catch(() => null);
    // Whoever asks in vain many times a second is soon asked to wait himself.
    if (answer === null) await Bun.sleep(500);
    return answer !== null;
  });
  const cookie = await server.signIn(demo('operator'));
  await until('an engine again', 30_000, async () => (await server.view(cookie))?.kill.engaged);
  await releasedOnce(server, databaseUrl);
}, 120_000);
