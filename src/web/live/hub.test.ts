import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts';
import { commitNext, type LiveSite, settled, startLiveSite } from '../../../tests/support/live-site.ts';
import { cutConnections, emptySignals, shiftPolicyClock } from '../../../tests/support/signals.ts';
import { FEED_START, latestReleased } from '../../distribution/release.ts';
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
  await shiftPolicyClock(database.db, 0);
});

const startSite = (options: Partial<LiveHubOptions> = {}): LiveSite => {
  const site = startLiveSite(database, options);
  cleanups.push(() => site.stop());
  return site;
};
const commit = (): Promise<void> => commitNext(database);

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
    expect(await cutConnections(database)).toBeGreaterThan(0);
    await Bun.sleep(50);
    await commit();
    await client.until('the signal', () => client.ids().length === 1, 5_000);
    await cutConnections(database);
    await commit();
    await client.until('the next', () => client.ids().length === 2, 5_000);
  }, 15_000);

  test('a quiet stream outlives the server’s idle timeout on named heartbeats with time and last id', async () => {
    const site = startSite({ heartbeatMs: 9_000 });
    await commit();
    const client = await site.open('premium');
    // The test's server closes idle connections after one second (of a clock that ticks every four).
    await client.until('a heartbeat', () => client.messages.some((m) => m.event === 'heartbeat'), 11_000);
    const beat = JSON.parse(client.messages.findLast((m) => m.event === 'heartbeat')?.data ?? '{}');
    expect(Math.abs(beat.atMs - Date.now())).toBeLessThan(2_000);
    expect(beat.lastId).toBe((await latestReleased(database.db, 'premium', { limit: 1 })).cursor);
  }, 15_000);
});
