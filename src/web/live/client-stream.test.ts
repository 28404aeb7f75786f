import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { connect, type Socket } from 'node:net';
import { sql } from 'drizzle-orm';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts';
import { commitNext, type LiveSite, settled, startLiveSite } from '../../../tests/support/live-site.ts';
import { emptySignals } from '../../../tests/support/signals.ts';
import type { SseClient } from '../../../tests/support/sse.ts';
import { readSessionTiers } from './access.ts';
import type { LiveHubOptions } from './types.ts';

let database: TestDatabase;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});
beforeEach(async () => {
  await emptySignals(database.db);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const startSite = (options: Partial<LiveHubOptions> = {}): LiveSite => {
  const site = startLiveSite(database, options);
  cleanups.push(() => site.stop());
  return site;
};
const commit = (): Promise<void> => commitNext(database);

describe('streams of a live hub', () => {
  test('ends the streams of a user, a session or a former tier at once, after an access event', async () => {
    const site = startSite();
    const open = (user: string): Promise<SseClient> => site.open('premium', { user });
    const [a, b, c, d] = await Promise.all(['a', 'b', 'c', 'd'].map(open));
    if (!a || !b || !c || !d) throw new Error('premise: four streams');
    await settled(site, 4);
    site.publish('access.changed', { userId: 'a', ended: true });
    site.publish('access.changed', { sessionId: 'session-of-b', ended: true });
    site.publish('access.changed', { userId: 'c', tier: 'basic' });
    site.publish('access.changed', { userId: 'd', tier: 'premium' });
    await Promise.all([a.ended, b.ended, c.ended]);
    const reasons = [a, b, c].map((client) => client.messages.at(-1));
    expect(reasons.map((m) => [m?.event, m?.data])).toEqual([
      ['access', '{"reason":"signed-out"}'],
      ['access', '{"reason":"signed-out"}'],
      ['access', '{"reason":"tier-changed"}'],
    ]);
    await settled(site, 1);
    await commit();
    await d.until('the untouched stream goes on', () => d.ids().length === 1);
  });

  test('notices a tier or session changed in the database without any hint, within two seconds', async () => {
    const userId = crypto.randomUUID();
    const user = sql`insert into users (id, email, password_hash, email_verified_at)
      values (${userId}, ${`${userId}@example.com`}, 'x', now())`;
    await database.db.execute(user);
    await database.db.execute(
      sql`insert into comps (user_id, tier, actor, reason) values (${userId}, 'premium', '{}', 'a test')`,
    );
    await database.db.execute(sql`insert into sessions (token_hash, user_id, expires_at, ends_at)
      values (${`session-of-${userId}`}, ${userId}, now() + interval '1 hour', now() + interval '1 day')`);
    const site = startSite({ readAccess: (open) => readSessionTiers(database.db, open) });
    const client = await site.open('premium', { user: userId });
    await settled(site, 1);
    await Bun.sleep(1_700);
    expect(site.hub.counts().streams).toBe(1);
    const changedAt = performance.now();
    await database.db.execute(sql`update comps set revoked_at = policy_now() where user_id = ${userId}`);
    await client.ended;
    expect(performance.now() - changedAt).toBeLessThan(2_000);
    expect(client.messages.at(-1)?.data).toBe('{"reason":"tier-changed"}');
  }, 10_000);

  test.each([
    ['the session is revoked', (id: string) => sql`delete from sessions where user_id = ${id}`],
    ['the member is banned', (id: string) => sql`update users set banned_at = now() where id = ${id}`],
    ['the account is deleted', (id: string) => sql`update users set deleted_at = now() where id = ${id}`],
    ['the session was idle', (id: string) => sql`update sessions set expires_at = now() where user_id = ${id}`],
    [
      'the address is no longer proved',
      (id: string) => sql`update users set email_verified_at = null where id = ${id}`,
    ],
  ])(
    'ends on every node within two seconds, without any hint, when %s',
    async (_why, change) => {
      const userId = crypto.randomUUID();
      await database.db.execute(sql`insert into users (id, email, password_hash, email_verified_at)
      values (${userId}, ${`${userId}@example.com`}, 'x', now())`);
      await database.db.execute(sql`insert into sessions (token_hash, user_id, expires_at, ends_at)
      values (${`session-of-${userId}`}, ${userId}, now() + interval '1 hour', now() + interval '1 day')`);
      const readAccess = (open: Parameters<typeof readSessionTiers>[1]) => readSessionTiers(database.db, open);
      const nodes = [startSite({ readAccess }), startSite({ readAccess })];
      const clients = await Promise.all(nodes.map((node) => node.open('free', { user: userId })));
      for (const node of nodes) await settled(node, 1);
      const changedAt = performance.now();
      await database.db.execute(change(userId));
      await Promise.all(clients.map((client) => client.ended));
      expect(performance.now() - changedAt).toBeLessThan(2_000);
      for (const client of clients) expect(client.messages.at(-1)?.data).toBe('{"reason":"signed-out"}');
    },
    10_000,
  );

  test('a seventh stream of one user ends that user’s oldest', async () => {
    const site = startSite();
    const clients: SseClient[] = [];
    for (let i = 0; i < 7; i += 1) {
      clients.push(await site.open('premium', { user: 'many' }));
      await settled(site, Math.min(i + 1, 6));
    }
    await clients[0]?.ended;
    expect(clients[0]?.messages.at(-1)?.data).toBe('{"reason":"too-many-streams"}');
    expect(site.hub.counts().streams).toBe(6);
  });

  test('a client that reads nothing is dropped at its bound while the others receive everything', async () => {
    const site = startSite({ renderSignal: () => 'x'.repeat(200_000), queuedBytesMax: 1_000_000 });
    const sockets: Socket[] = [];
    for (let i = 0; i < 5; i += 1) {
      const socket = connect(site.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write('GET /live?tier=premium HTTP/1.1\r\nHost: x\r\n\r\n');
      socket.pause();
      sockets.push(socket);
    }
    cleanups.push(() => {
      for (const socket of sockets) socket.destroy();
    });
    const reader = await site.open('premium');
    await settled(site, 6);
    for (let i = 0; i < 60; i += 1) await commit();
    await reader.until('all sixty', () => reader.ids().length === 60, 10_000);
    await settled(site, 1);
    expect(site.hub.counts().evicted).toBe(5);
    const deadline = performance.now() + 12_000;
    while (site.held() > 1 && performance.now() < deadline) await Bun.sleep(50);
    expect(site.held()).toBe(1);
  }, 20_000);

  test('a thousand streams come and go without one being left over', async () => {
    const site = startSite({ pollMs: 50 });
    const received: string[] = [];
    const sockets = Array.from({ length: 1_000 }, (_, i) => {
      const socket = connect(site.port, '127.0.0.1');
      socket.write('GET /live?tier=premium HTTP/1.1\r\nHost: x\r\n\r\n');
      socket.on('data', (data) => {
        received[i] = (received[i] ?? '') + data.toString();
      });
      return socket;
    });
    await settled(site, 1_000);
    await commit();
    const deadline = performance.now() + 10_000;
    while (received.filter((text) => text.includes('BUY SPY')).length < 1_000 && performance.now() < deadline)
      await Bun.sleep(10);
    expect(received.filter((text) => text.includes('BUY SPY')).length).toBe(1_000);
    expect(site.hub.counts().rendered).toBe(1);
    for (const socket of sockets) socket.destroy();
    await settled(site, 0);
  }, 30_000);
});
