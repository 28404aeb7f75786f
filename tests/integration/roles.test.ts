import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase } from '../support/database.ts';
import { demo, freePort, startServer, until } from '../support/server.ts';

const redisServer = process.env['REDIS_SERVER'] || Bun.which('redis-server');

test.skipIf(!redisServer)(
  'engine and web in processes of their own: the site shows the engine, the kill switch reaches it, and a second engine stands by and takes over (needs redis-server)',
  async () => {
    const database = await createTestDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'quanticity-redis-'));
    const redisPort = await freePort();
    const redis = Bun.spawn(
      [redisServer ?? '', '--port', String(redisPort), '--bind', '127.0.0.1', '--save', '', '--dir', folder],
      {
        stdout: 'ignore',
        stderr: 'ignore',
      },
    );
    const shared = {
      REDIS_URL: `redis://127.0.0.1:${redisPort}`,
      SANDBOX_SPEED: '5',
      AUTH_SECRET: 'the same secret on every machine',
    };
    const started: Awaited<ReturnType<typeof startServer>>[] = [];
    const start = async (role: string, readyWhen?: string) => {
      const server = await startServer({
        databaseUrl: database.url,
        env: { ...shared, ROLE: role },
        ...(readyWhen && { readyWhen }),
      });
      started.push(server);
      return server;
    };
    try {
      const engine = await start('engine', 'engine run started');
      const web = await start('web');
      const cookie = await web.signIn(demo('operator'));
      const first = await until('the engine’s view on the site', 20_000, () => web.view(cookie));
      expect(engine.output()).toContain(first.runId);

      const standby = await start('engine', 'engine stands by');
      const killed = await fetch(`${web.url}/admin/kill`, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          cookie,
          origin: `http://localhost:${web.port}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ reason: 'across machines', confirm: 'yes' }),
      });
      expect(killed.status).toBe(303);
      await until('the kill switch', 10_000, async () => (await web.view(cookie))?.kill.engaged);

      engine.kill('SIGKILL');
      await engine.exited;
      await until('the standby’s run', 20_000, () => standby.output().includes('engine run started'));
      const after = await until('the standby’s view', 20_000, async () => {
        const view = await web.view(cookie);
        return view && view.runId !== first.runId ? view : null;
      });
      expect(after.kill).toMatchObject({ engaged: true, reason: 'across machines' });
    } finally {
      for (const server of started) await server.stop();
      redis.kill();
      await redis.exited;
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  120_000,
);
