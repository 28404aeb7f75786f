import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { connect, type Socket } from 'node:net';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { Hono } from 'hono';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts';
import {
  commitSignal,
  cutConnections,
  emptySignals,
  exampleSignal,
  shiftPolicyClock,
} from '../../../tests/support/signals.ts';
import { openSse, type SseClient } from '../../../tests/support/sse.ts';
import type { Tier } from '../../billing/plans.ts';
import { FEED_START, latestReleased, type Release } from '../../distribution/release.ts';
import { wording } from '../../distribution/wording.ts';
import { createMemoryBus } from '../../engine/shell/bus/memory-bus.ts';
import { readSessionTiers } from './access.ts';
import { createLiveHub } from './hub.ts';
import type { IdleTimeout, LiveHub, LiveHubOptions, Subscriber } from './types.ts';

let database: TestDatabase;
let serial = 0;
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
  await shiftPolicyClock(database.db, 0);
});

interface Site {
  readonly hub: LiveHub;
  readonly url: string;
  readonly port: number;
  /** Requests that the server still holds. */
  held(): number;
  publish(topic: 'signals.committed' | 'access.changed', message: unknown): void;
  open(tier: Tier, options?: { after?: string; lastEventId?: string; user?: string }): Promise<SseClient>;
}

/** A Hono route on a real Bun server, as the site mounts it; who asks is said in the query. */
const startSite = (options: Partial<LiveHubOptions> = {}): Site => {
  const bus = createMemoryBus({ name: `hub-test-${crypto.randomUUID()}` });
  const hub = createLiveHub({
    db: database.db,
    bus,
    renderSignal: (release: Release) => `<article>\n${wording(release.view)}\n</article>`,
    pollMs: 20,
    readAccess: async (subscribers: readonly Subscriber[]) => new Map(subscribers.map((s) => [s.sessionId, s.tier])),
    onError: (error) => console.error('hub error', error),
    ...options,
  });
  const app = new Hono<{ Bindings: Record<string, unknown> }>();
  app.get('/live', (c) => {
    const tier = c.req.query('tier') as Tier;
    const userId = c.req.query('user') ?? crypto.randomUUID();
    return hub.respond(c.req.raw, { tier, userId, sessionId: `session-of-${userId}` }, c.env as unknown as IdleTimeout);
  });
  const server = Bun.serve({ port: 0, fetch: (request, own) => app.fetch(request, own as never) });
  cleanups.push(async () => {
    await hub.stop();
    await server.stop(true);
    await bus.close();
  });
  const url = `http://127.0.0.1:${server.port}`;
  return {
    hub,
    url,
    port: server.port ?? 0,
    held: () => server.pendingRequests,
    publish: bus.publish,
    async open(tier, { after, lastEventId, user } = {}) {
      const query = new URLSearchParams({ tier, ...(after ? { after } : {}), ...(user ? { user } : {}) });
      const client = await openSse(`${url}/live?${query}`, lastEventId ? { 'last-event-id': lastEventId } : {});
      cleanups.push(() => client.close());
      return client;
    },
  };
};

const commit = async (): Promise<void> => {
  serial += 1;
  await commitSignal(database.db, exampleSignal({ signalId: `hub-${serial}` as never, entryPrice: serial }));
};

const settled = async (site: Site, streams: number): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while (site.hub.counts().streams !== streams) {
    if (performance.now() > deadline) throw new Error(`${site.hub.counts().streams} streams, expected ${streams}`);
    await Bun.sleep(5);
  }
};

describe('live hub', () => {
  test('answers at once as a stream that no proxy buffers, in LF alone', async () => {
    const site = startSite();
    const client = await site.open('premium');
    await settled(site, 1);
    await client.until('first bytes', () => client.text().includes('\n\n'), 500);
    expect(client.response.headers.get('content-type')).toContain('text/event-stream');
    expect(client.response.headers.get('cache-control')).toContain('no-store');
    expect(client.response.headers.get('x-accel-buffering')).toBe('no');
    expect(client.text()).toMatch(/^retry: \d+\n/);
    await commit();
    await client.until('the signal', () => client.ids().length === 1);
    expect(client.messages.at(-1)?.data).toContain('BUY SPY 440C @');
    expect(client.text()).not.toContain('\r');
  });

  test('sends each tier the same signal in its own words when its delay is over, rendered once per tier', async () => {
    const site = startSite();
    const [premium, other, basic, free] = await Promise.all(
      (['premium', 'premium', 'basic', 'free'] as const).map((tier) => site.open(tier)),
    );
    if (!premium || !other || !basic || !free) throw new Error('premise: four streams');
    await settled(site, 4);
    const before = site.hub.counts().rendered;
    await commit();
    await premium.until('Premium at once', (client) => client.ids().length === 1, 500);
    await other.until('the other Premium at once', (client) => client.ids().length === 1, 500);
    await Bun.sleep(100);
    expect([basic.ids(), free.ids()]).toEqual([[], []]);
    await shiftPolicyClock(database.db, 60_000);
    await basic.until('Basic', (client) => client.ids().length === 1);
    expect(basic.messages.at(-1)?.data).toContain('around 440 strike');
    expect(free.ids()).toEqual([]);
    await shiftPolicyClock(database.db, 300_000);
    await free.until('Free', (client) => client.ids().length === 1);
    expect(free.messages.at(-1)?.data).toContain('premium members entered calls');
    expect(new Set([premium, basic, free].flatMap((client) => client.ids())).size).toBe(3);
    expect(site.hub.counts().rendered - before).toBe(3);
  });

  test('is woken by the bus long before the next poll', async () => {
    const site = startSite({ pollMs: 60_000 });
    const client = await site.open('premium', {
      after: (await latestReleased(database.db, 'premium', { limit: 1 })).cursor,
    });
    await settled(site, 1);
    await commit();
    site.publish('signals.committed', {});
    await client.until('the signal', () => client.ids().length === 1, 1_000);
  });

  test('sets its own timer for the moment a release falls due', async () => {
    const site = startSite({ pollMs: 60_000 });
    const client = await site.open('basic');
    await settled(site, 1);
    await commit();
    await shiftPolicyClock(database.db, 59_500);
    const askedAt = performance.now();
    site.publish('signals.committed', {});
    await client.until('the signal', () => client.ids().length === 1, 2_000);
    expect(performance.now() - askedAt).toBeLessThan(1_500);
  });

  test('a Premium cursor tells a Free stream nothing: it is reset, like any unknown cursor', async () => {
    const site = startSite();
    await commit();
    const [newest] = (await latestReleased(database.db, 'premium', { limit: 1 })).releases;
    const early = await database.db.execute<{ id: string }>(sql`
      select id from releases where tier = 'free' and release_at > policy_now() order by release_at desc limit 1`);
    const cursors = ['x', crypto.randomUUID(), newest?.releaseId ?? '', early[0]?.id ?? ''];
    expect(cursors.every(Boolean)).toBe(true);
    const answers = await Promise.all(
      cursors.map(async (lastEventId) => {
        const client = await site.open('free', { lastEventId });
        await client.until('reset', () => client.messages.length > 0);
        await Bun.sleep(60);
        return {
          status: client.response.status,
          messages: client.messages,
          text: client.text().replace(/retry: \d+/, 'retry: N'),
        };
      }),
    );
    const [first] = answers;
    if (!first) throw new Error('premise: an answer');
    for (const answer of answers) expect(answer).toEqual(first);
    expect(first.messages).toEqual([{ event: 'reset', data: '{}', id: null }]);
  });

  test('a page rendered before the stream opens misses nothing, also when it showed nothing', async () => {
    await commit();
    const page = await latestReleased(database.db, 'premium', { limit: 50 });
    await commit();
    const expected = (await latestReleased(database.db, 'premium', { limit: 1 })).releases.map((r) => r.releaseId);
    const site = startSite();
    const client = await site.open('premium', { after: page.cursor });
    await client.until('what came between', () => client.ids().length === 1);
    expect(client.ids()).toEqual(expected);
    const empty = await site.open('premium', { after: FEED_START });
    const all = await latestReleased(database.db, 'premium', { limit: 500 });
    await empty.until('everything', () => empty.ids().length === all.releases.length);
  });

  test('replay and live meet without gap, double or disorder, from memory and from the database', async () => {
    const seed = Date.now() % 2_147_483_647;
    console.log(`replay property seed ${seed}`);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 1, max: 6 }),
        async (before, cursorAt, during, ringSize) => {
          const site = startSite({ ringSize, pollMs: 2 });
          const start = (await latestReleased(database.db, 'premium', { limit: 1 })).cursor;
          for (let i = 0; i < before; i += 1) await commit();
          const all = async (): Promise<string[]> =>
            (await latestReleased(database.db, 'premium', { limit: 500 })).releases.map((r) => r.releaseId).reverse();
          const shown = await all();
          const lastEventId = cursorAt === 0 ? start : (shown.at(-Math.min(cursorAt, before)) ?? start);
          const publishing = (async () => {
            for (let i = 0; i < during; i += 1) {
              await commit();
              site.publish('signals.committed', {});
            }
          })();
          const clients = await Promise.all([1, 2, 3].map(() => site.open('premium', { lastEventId })));
          await publishing;
          await commit();
          const final = await all();
          const expected = final.slice(lastEventId === FEED_START ? 0 : final.indexOf(lastEventId) + 1);
          for (const client of clients) {
            await client.until('the last one', () => client.ids().includes(final.at(-1) ?? ''));
            expect(client.ids()).toEqual(expected);
            client.close();
          }
        },
      ),
      { numRuns: 15, seed },
    );
  }, 60_000);

  test('a database that goes away for a moment costs no stream and no signal', async () => {
    const problems: unknown[] = [];
    const site = startSite({ onError: (error) => problems.push(error) });
    const client = await site.open('premium');
    await settled(site, 1);
    expect(await cutConnections(database.url)).toBeGreaterThan(0);
    await Bun.sleep(50);
    await commit().catch(() => commit());
    await client.until('the signal', () => client.ids().length === 1, 5_000);
    await cutConnections(database.url);
    await commit().catch(() => commit());
    await client.until('the next', () => client.ids().length === 2, 5_000);
  }, 15_000);

  test('a quiet stream outlives the server’s idle timeout on named heartbeats with time and last id', async () => {
    const site = startSite({ heartbeatMs: 50 });
    await commit();
    const client = await site.open('premium');
    await client.until('three heartbeats', () => client.messages.filter((m) => m.event === 'heartbeat').length >= 3);
    const beat = JSON.parse(client.messages.findLast((m) => m.event === 'heartbeat')?.data ?? '{}');
    expect(Math.abs(beat.atMs - Date.now())).toBeLessThan(2_000);
    expect(beat.lastId).toBe((await latestReleased(database.db, 'premium', { limit: 1 })).cursor);
  });

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
    const user = sql`insert into users (id, email, password_hash, tier) values (${userId}, ${`${userId}@example.com`}, 'x', 'premium')`;
    await database.db.execute(user);
    await database.db.execute(sql`insert into sessions (token_hash, user_id, expires_at, ends_at)
      values (${`session-of-${userId}`}, ${userId}, now() + interval '1 hour', now() + interval '1 day')`);
    const site = startSite({ readAccess: (open) => readSessionTiers(database.db, open) });
    const client = await site.open('premium', { user: userId });
    await settled(site, 1);
    await Bun.sleep(1_700);
    expect(site.hub.counts().streams).toBe(1);
    const changedAt = performance.now();
    await database.db.execute(sql`update users set tier = 'free' where id = ${userId}`);
    await client.ended;
    expect(performance.now() - changedAt).toBeLessThan(2_000);
    expect(client.messages.at(-1)?.data).toBe('{"reason":"tier-changed"}');
  }, 10_000);

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
