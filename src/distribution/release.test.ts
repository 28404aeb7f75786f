import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { sql } from 'drizzle-orm';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { commitSignal, emptySignals, freezePolicyClock } from '../../tests/support/signals.ts';
import { entitlementsOf, TIERS, type Tier } from '../billing/plans.ts';
import { exampleSignal } from '../engine/testing/example-signal.ts';
import {
  FEED_START,
  latestReleased,
  nextReleaseInMs,
  readReleased,
  releasedBetween,
  signalHistory,
} from './release.ts';

const T0 = Date.UTC(2026, 10, 20, 15, 0, 0);
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});
let serial = 0;
let signalId: string;
const signal = (changes: Parameters<typeof exampleSignal>[0] = {}) =>
  exampleSignal({ signalId: signalId as never, ...changes });
beforeEach(async () => {
  await emptySignals(database.db);
  serial += 1;
  signalId = `signal-${serial}`;
  await freezePolicyClock(database.db, T0);
});

const idOf = async (tier: Tier, version = 1): Promise<string> => {
  const rows = await database.db.execute<{ id: string }>(sql`
    select r.id from releases r join signal_events e on e.id = r.signal_event_id
    where r.tier = ${tier} and e.signal_id = ${signalId} and e.version = ${version}`);
  const id = rows[0]?.id;
  if (!id) throw new Error('premise: the event has a release row');
  return id;
};

/** Every way to learn of the signal, as a count of what it showed. */
const readers = (tier: Tier, ref: string): Record<string, () => Promise<number>> => ({
  latestReleased: async () => (await latestReleased(database.db, tier, { limit: 50 })).releases.length,
  readReleased: async () => {
    const read = await readReleased(database.db, tier, { after: FEED_START, limit: 50 });
    return read.kind === 'page' ? read.releases.length : -1;
  },
  'readReleased with an overlap': async () => {
    const read = await readReleased(database.db, tier, { after: FEED_START, limit: 50, overlapMs: 3_600_000 });
    return read.kind === 'page' ? read.releases.length : -1;
  },
  'readReleased after its own cursor': async () =>
    (await readReleased(database.db, tier, { after: ref, limit: 50 })).kind === 'page' ? 1 : 0,
  signalHistory: async () => (await signalHistory(database.db, tier, ref)).length,
  releasedBetween: async () =>
    (await releasedBetween(database.db, tier, { fromMs: T0 - 1, toMs: T0 + 3_600_000 })).length,
});

describe('release policy', () => {
  test('the delays in the database are those of the plans', async () => {
    for (const tier of TIERS) {
      const rows = await database.db.execute<{ seconds: number }>(
        sql`select extract(epoch from release_delay(${tier}))::float8 as seconds`,
      );
      expect(rows[0]?.seconds).toBe(entitlementsOf(tier).delaySeconds);
    }
  });

  for (const tier of TIERS) {
    test(`no reader shows ${tier} a signal one millisecond early, and every reader shows it on time`, async () => {
      await commitSignal(database.db, signal());
      const ref = await idOf(tier);
      const dueAt = T0 + entitlementsOf(tier).delaySeconds * 1000;
      for (const [name, read] of Object.entries(readers(tier, ref))) {
        await freezePolicyClock(database.db, dueAt - 1);
        expect(await read(), `${name} one millisecond early`).toBe(0);
        await freezePolicyClock(database.db, dueAt);
        expect(await read(), `${name} on time`).toBe(1);
      }
    });
  }

  test('a cursor that is malformed, unknown, foreign or not yet released is answered alike', async () => {
    await commitSignal(database.db, signal());
    const foreign = await idOf('premium');
    const early = await idOf('free');
    for (const after of ['', 'x', "' or 1=1", crypto.randomUUID(), foreign, early]) {
      expect(await readReleased(database.db, 'free', { after, limit: 10 })).toEqual({ kind: 'reset' });
    }
    await freezePolicyClock(database.db, T0 + 300_000);
    expect((await readReleased(database.db, 'free', { after: early, limit: 10 })).kind).toBe('page');
    expect((await readReleased(database.db, 'free', { after: foreign, limit: 10 })).kind).toBe('reset');
  });

  test('reads go on after the cursor, in order, page by page', async () => {
    for (let version = 1; version <= 7; version += 1)
      await commitSignal(
        database.db,
        signal({ version, change: version === 1 ? 'new' : 'updated', update: 'stop-raised' }),
      );
    const seen: string[] = [];
    let after = FEED_START;
    for (;;) {
      const read = await readReleased(database.db, 'premium', { after, limit: 3 });
      if (read.kind !== 'page') throw new Error('reset');
      if (read.releases.length === 0) break;
      for (const release of read.releases) seen.push(release.releaseId);
      after = seen.at(-1) ?? after;
    }
    const all = await latestReleased(database.db, 'premium', { limit: 50 });
    expect(seen).toHaveLength(7);
    expect(all.releases.map((release) => release.releaseId).reverse()).toEqual(seen);
    expect(new Set(all.releases.map((release) => release.signalRef))).toEqual(new Set([await idOf('premium')]));
  });

  test('Basic sees each kind of update once and Free none, and neither can use a hidden one as a cursor', async () => {
    await commitSignal(database.db, signal());
    await commitSignal(database.db, signal({ version: 2, change: 'updated', update: 'filled' }));
    await commitSignal(database.db, signal({ version: 3, change: 'updated', update: 'filled' }));
    await commitSignal(database.db, signal({ version: 4, change: 'updated', update: 'stop-raised', stopPrice: 2.5 }));
    await commitSignal(database.db, signal({ version: 5, change: 'updated', update: 'stop-raised', stopPrice: 3 }));
    await commitSignal(
      database.db,
      signal({ version: 6, change: 'closed', outcome: 'stopped', exitPrice: 3, returnPercent: 19 }),
    );
    await freezePolicyClock(database.db, T0 + 300_000);
    const changes = async (tier: Tier) =>
      (await latestReleased(database.db, tier, { limit: 50 })).releases.map((r) => r.view.change).reverse();
    expect(await changes('premium')).toHaveLength(6);
    expect(await changes('basic')).toEqual(['new', 'updated', 'updated', 'closed']);
    expect(await changes('free')).toEqual(['new', 'closed']);
    for (const [tier, version] of [
      ['basic', 5],
      ['free', 2],
    ] as const)
      expect((await readReleased(database.db, tier, { after: await idOf(tier, version), limit: 9 })).kind).toBe(
        'reset',
      );
  });

  test('the time to the next release is measured on the policy clock, per tier', async () => {
    expect(await nextReleaseInMs(database.db, 'free')).toBeNull();
    await commitSignal(database.db, signal());
    await freezePolicyClock(database.db, T0 + 59_000);
    expect(await nextReleaseInMs(database.db, 'premium')).toBeNull();
    expect(await nextReleaseInMs(database.db, 'basic')).toBe(1_000);
    expect(await nextReleaseInMs(database.db, 'free')).toBe(241_000);
  });
});
