import { sql } from 'drizzle-orm';
import { fromDrizzle, PgBoss } from 'pg-boss';
import { TIERS, type Tier } from '../billing/plans.ts';
import type { Database, Db } from '../db/client.ts';
import type { Bus } from '../engine/index.ts';
import type { Channel } from './channels/channel.ts';
import { deliver } from './deliver.ts';
import { claimDueReleases, nextReleaseInMs } from './release.ts';
import { repeat } from './repeat.ts';

export interface OutboxOptions {
  readonly database: Pick<Database, 'db'>;
  /** For pg-boss's own two connections. */
  readonly databaseUrl: string;
  readonly bus: Bus;
  /** Each is sent every release, in order, by itself: a slow one holds no other up. */
  readonly channels: readonly Channel[];
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Readonly<Record<string, unknown>>) => void;
  readonly pollMs?: number;
  /** What fell due longer ago than this (an outage) is not sent any more. */
  readonly catchUpMs?: number;
}

export interface Outbox {
  stop(): Promise<void>;
}

const CLAIMS_AT_ONCE = 100;
const DEFAULT_CATCH_UP_MS = 24 * 3_600_000;
/** A job whose process died is taken up again after this long; a living one says so in between. */
const HEARTBEAT_SECONDS = 10;
const JOB_EXPIRES_SECONDS = 120;
const STOP_TIMEOUT_MS = 4_000;

interface Job {
  readonly releaseId: string;
}

interface Lane {
  readonly channel: Channel;
  readonly tier: Tier;
  /** Of pg-boss: whoever works the lane here. */
  readonly worker: string;
}

const queueOf = (channel: Channel['name'], tier: Tier): string => `deliver-${channel}-${tier}`;

/** One queue per channel and tier, so that a slow one never holds up another; strictly in order within it. */
const QUEUE = {
  policy: 'key_strict_fifo',
  retryLimit: 10_000,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 30,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  expireInSeconds: JOB_EXPIRES_SECONDS,
} as const;

/**
 * Whatever falls due gets its delivery row and its job in one transaction. One node at a time dispatches; any node's
 * worker delivers. A crash at any point leaves either no row (dispatched later) or a row with its job (done later).
 */
const dispatch = async (db: Db, boss: PgBoss, channel: Channel, tier: Tier, catchUpMs: number): Promise<number> =>
  db.transaction(async (tx) => {
    const key = `quanticity.dispatch.${channel.name}.${tier}`;
    const locked = await tx.execute<{ mine: boolean }>(sql`select pg_try_advisory_xact_lock(hashtext(${key})) as mine`);
    if (locked[0]?.mine !== true) return 0;
    const ids = await claimDueReleases(tx, tier, { channel: channel.name, limit: CLAIMS_AT_ONCE, catchUpMs });
    if (ids.length === 0) return 0;
    // Jobs of one transaction share their creation time: ids that ascend keep them in order.
    const jobs = ids.map((releaseId) => ({ id: Bun.randomUUIDv7(), data: { releaseId }, singletonKey: tier }));
    await boss.insert(queueOf(channel.name, tier), jobs, { db: fromDrizzle(tx, sql) });
    return ids.length;
  });

/** Opens the queue of one channel and tier, and works it. */
const openLane = async (
  db: Db,
  boss: PgBoss,
  { channel, tier }: Pick<Lane, 'channel' | 'tier'>,
  signal: AbortSignal,
): Promise<Lane> => {
  const queue = queueOf(channel.name, tier);
  await boss.createQueue(queue, QUEUE);
  const lane: { worker: string | null } = { worker: null };
  const worker = await boss.work<Job>(queue, { pollingIntervalSeconds: 1 }, async (jobs) => {
    for (const { data } of jobs) {
      const result = await deliver({ db, channel, tier, releaseId: data.releaseId, signal });
      if (result === 'again') throw new Error('the vendor did not take it yet');
    }
    if (lane.worker !== null && !signal.aborted) boss.notifyWorker(lane.worker);
  });
  lane.worker = worker;
  return { channel, tier, worker };
};

/** Sends releases out of the house as they fall due: durable, in order per channel and tier, at least once. */
export const startOutbox = async (options: OutboxOptions): Promise<Outbox> => {
  const { database, databaseUrl, bus, channels, log, pollMs = 1_000, catchUpMs = DEFAULT_CATCH_UP_MS } = options;
  const { db } = database;
  const boss = new PgBoss({
    connectionString: databaseUrl,
    max: 2,
    schema: 'pgboss',
    schedule: false,
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
  });
  boss.on('error', (error) => log('error', 'the delivery queue stumbled', { error }));
  await boss.start();
  const going = new AbortController();
  const lanes: Lane[] = [];
  for (const channel of channels)
    for (const tier of TIERS) lanes.push(await openLane(db, boss, { channel, tier }, going.signal));
  const pass = async (): Promise<number> => {
    let waitMs = pollMs;
    for (const { channel, tier, worker } of lanes) {
      const sent = await dispatch(db, boss, channel, tier, catchUpMs);
      if (sent > 0) boss.notifyWorker(worker);
      if (sent === CLAIMS_AT_ONCE) waitMs = 1;
    }
    for (const tier of TIERS) {
      const nextMs = await nextReleaseInMs(db, tier);
      if (nextMs !== null) waitMs = Math.min(waitMs, Math.max(1, Math.ceil(nextMs)));
    }
    return waitMs;
  };
  const loop = repeat(pass, (error) => log('error', 'dispatching releases failed; trying again', { error }), pollMs);
  const unsubscribe = bus.subscribe('signals.committed', loop.wake);
  loop.wake();
  return {
    async stop() {
      unsubscribe();
      going.abort();
      await loop.stop();
      await boss.stop({ graceful: true, timeout: STOP_TIMEOUT_MS });
    },
  };
};
