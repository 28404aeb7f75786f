import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { sql } from 'drizzle-orm';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { commitSignal, cutConnections, emptySignals, shiftPolicyClock } from '../../tests/support/signals.ts';
import { TIERS, type Tier } from '../billing/plans.ts';
import { createMemoryBus } from '../engine/shell/bus/memory-bus.ts';
import { exampleSignal } from '../engine/testing/example-signal.ts';
import { type DiscordSandbox, startDiscordSandbox } from '../sandbox/discord/server.ts';
import { createDiscordChannel } from './channels/discord/channel.ts';
import { type OutboxOptions, startOutbox } from './outbox.ts';

let database: TestDatabase;
let discord: DiscordSandbox;
const cleanups: (() => unknown)[] = [];
let lines: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});
beforeEach(async () => {
  await emptySignals(database.db);
  await database.db.execute(sql`drop schema if exists pgboss cascade`);
  discord = await startDiscordSandbox();
  lines = [];
  cleanups.push(() => discord.stop());
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await shiftPolicyClock(database.db, 0);
});

const webhooks = (): Record<Tier, string> => ({
  premium: discord.webhookUrl('premium'),
  basic: discord.webhookUrl('basic'),
  free: discord.webhookUrl('free'),
});

const start = async (options: Partial<OutboxOptions> & { timeoutMs?: number } = {}) => {
  const bus = createMemoryBus({ name: `outbox-test-${crypto.randomUUID()}` });
  const outbox = await startOutbox({
    database,
    databaseUrl: database.url,
    bus,
    channels: [createDiscordChannel({ webhooks: webhooks(), timeoutMs: options.timeoutMs ?? 2_000 })],
    log: (level, message, facts) => lines.push(JSON.stringify([level, message, String(facts?.['error'] ?? '')])),
    pollMs: 50,
    ...options,
  });
  cleanups.push(async () => {
    await outbox.stop();
    await bus.close();
  });
  return { outbox, bus };
};

const until = async (what: string, holds: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<void> => {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline)
      throw new Error(`${what}: not within ${withinMs} ms; ${JSON.stringify([lines.slice(-3), await rows()])}`);
    await Bun.sleep(20);
  }
};

interface DeliveryRow extends Record<string, unknown> {
  readonly tier: Tier;
  readonly state: string;
  readonly attempts: number;
  readonly vendor_id: string | null;
  readonly last_error: string | null;
}
const rows = async (): Promise<DeliveryRow[]> => [
  ...(await database.db.execute<DeliveryRow>(sql`
    select r.tier, d.state, d.attempts, d.vendor_id, d.last_error from deliveries d join releases r on r.id = d.release_id
    order by r.release_at, r.signal_event_id`)),
];
const settled = (count: number) => async () => (await rows()).filter((row) => row.state !== 'queued').length === count;

describe('outbox', () => {
  test('posts each tier its own words when its release falls due, once, and keeps the vendor’s id', async () => {
    const { bus } = await start();
    await commitSignal(database.db, exampleSignal());
    bus.publish('signals.committed', {});
    await until('Premium', () => discord.received('premium').length === 1);
    await Bun.sleep(200);
    expect(discord.received()).toHaveLength(1);
    await shiftPolicyClock(database.db, 60_000);
    await until('Basic', () => discord.received('basic').length === 1);
    expect(discord.received('free')).toHaveLength(0);
    await shiftPolicyClock(database.db, 300_000);
    await until('Free', settled(3));
    expect(discord.received().map(({ channel, content }) => [channel, content.split('\n')[0]])).toEqual([
      ['premium', '**BUY SPY 440C \\@ 2.50, Stop \\@ 2.10, Target 5.00**'],
      ['basic', '**BUY SPY Calls around 440 strike, trailing stop active**'],
      ['free', '**Bullish SPY setup triggered, premium members entered calls**'],
    ]);
    expect(discord.received().every(({ content }) => content.includes('Simulated trading'))).toBe(true);
    expect(discord.received().every(({ mentionsOff }) => mentionsOff)).toBe(true);
    expect((await rows()).map((row) => [row.state, row.attempts, row.vendor_id])).toEqual(
      discord.received().map(({ id }) => ['delivered', 1, id]),
    );
  });

  test('what fell due while the server was down is posted once, in order, when it is back; two nodes do not double it', async () => {
    const first = await start();
    await first.outbox.stop();
    await commitSignal(database.db, exampleSignal());
    await commitSignal(database.db, exampleSignal({ version: 2, change: 'updated', update: 'filled' }));
    await commitSignal(
      database.db,
      exampleSignal({ version: 3, change: 'updated', update: 'stop-raised', stopPrice: 3 }),
    );
    await commitSignal(
      database.db,
      exampleSignal({ version: 4, change: 'closed', outcome: 'stopped', exitPrice: 3, returnPercent: 19 }),
    );
    await shiftPolicyClock(database.db, 300_000);
    expect(discord.received()).toHaveLength(0);
    await Promise.all([start(), start()]);
    await until('all', settled(10));
    await Bun.sleep(300);
    const words = (tier: Tier) => discord.received(tier).map(({ content }) => content.split(/[ *]+/)[1]);
    expect(words('premium')).toEqual(['BUY', 'FILLED', 'STOP', 'CLOSED']);
    expect(words('basic')).toEqual(['BUY', 'FILLED', 'SPY', 'CLOSED']);
    expect(words('free')).toEqual(['Bullish', 'SPY']);
  }, 15_000);

  test('obeys a rate limit, keeps order, and does not post twice for it', async () => {
    discord.inject({ kind: 'rate-limit', times: 2, retryAfterSeconds: 0.4, channel: 'premium' });
    await start();
    const startedAt = performance.now();
    await commitSignal(database.db, exampleSignal());
    await commitSignal(database.db, exampleSignal({ version: 2, change: 'updated', update: 'filled' }));
    await until('both', settled(2));
    expect(performance.now() - startedAt).toBeGreaterThan(800);
    const posts = discord.received('premium').map(({ content }) => content);
    expect(posts.map((content) => content.slice(2, 5))).toEqual(['BUY', 'FIL']);
    expect(posts.some((content) => content.includes('Sent again'))).toBe(false);
  });

  test('tries again after a server error or a silence, in order, and says so where the first copy may have arrived', async () => {
    discord.inject({ kind: 'accept-then-hang', times: 1, channel: 'premium' });
    await start({ timeoutMs: 300 });
    await commitSignal(database.db, exampleSignal());
    await commitSignal(database.db, exampleSignal({ version: 2, change: 'updated', update: 'filled' }));
    await until('both', settled(2), 12_000);
    const posts = discord.received('premium').map(({ content }) => content);
    expect(posts.map((content) => content.slice(2, 5))).toEqual(['BUY', 'BUY', 'FIL']);
    expect(posts.map((content) => content.includes('Sent again'))).toEqual([false, true, false]);
  }, 20_000);

  test('a webhook that is gone fails its delivery at once, visibly and without its secret, and the next one still goes', async () => {
    discord.inject({ kind: 'unknown-webhook', times: 1, channel: 'premium' });
    await start();
    await commitSignal(database.db, exampleSignal());
    await commitSignal(database.db, exampleSignal({ version: 2, change: 'updated', update: 'filled' }));
    await until('both', settled(2));
    expect((await rows()).map((row) => [row.state, row.last_error])).toEqual([
      ['failed', 'HTTP 404: Unknown Webhook (10015)'],
      ['delivered', null],
    ]);
    const dump = JSON.stringify([await rows(), lines, await database.db.execute(sql`select * from pgboss.job`)]);
    for (const tier of TIERS) expect(dump).not.toContain(webhooks()[tier].split('/').at(-1) ?? 'premise: a token');
  });

  test('a vendor that cannot be reached gets it when it is back, unmarked, since nothing can have arrived', async () => {
    const placeholder = Bun.serve({ port: 0, fetch: () => new Response() });
    const { port } = placeholder;
    await placeholder.stop(true);
    const away = (url: string): string => url.replace(discord.url, `http://127.0.0.1:${port}`);
    const own = webhooks();
    await start({
      channels: [
        createDiscordChannel({
          webhooks: { premium: away(own.premium), basic: away(own.basic), free: away(own.free) },
          timeoutMs: 1_000,
        }),
      ],
    });
    await commitSignal(database.db, exampleSignal());
    await until('a noted problem', async () => /REFUSED/i.test((await rows())[0]?.last_error ?? ''));
    expect((await rows())[0]?.state).toBe('queued');
    const back = Bun.serve({
      port: port ?? 0,
      fetch: (request) => fetch(request.url.replace(/^http:..[^/]+/, discord.url), request),
    });
    cleanups.push(() => back.stop(true));
    await until('delivered', settled(1), 10_000);
    expect(discord.received('premium').map(({ content }) => content.includes('Sent again'))).toEqual([false]);
  }, 20_000);

  test('a claim whose job could not be written is not kept: the row and its job commit together', async () => {
    await start({ pollMs: 40 });
    await database.db.execute(sql`alter table pgboss.job_common rename to job_gone`);
    await commitSignal(database.db, exampleSignal());
    await until('a failed dispatch', () => lines.some((line) => line.includes('dispatching')));
    expect(await rows()).toEqual([]);
    await database.db.execute(sql`alter table pgboss.job_gone rename to job_common`);
    await until('delivered', settled(1), 8_000);
    expect(discord.received('premium')).toHaveLength(1);
  }, 15_000);

  test('a database that goes away for a moment costs no delivery and doubles none', async () => {
    await start();
    await commitSignal(database.db, exampleSignal());
    await until('the first', settled(1));
    expect(await cutConnections(database)).toBeGreaterThan(2);
    await Bun.sleep(100);
    const second = exampleSignal({ version: 2, change: 'updated', update: 'filled' });
    await commitSignal(database.db, second);
    // The test's own connections were cut as well, and may say so once.
    const settledByNow = (): Promise<boolean> => Promise.resolve(settled(2)()).catch(() => false);
    await until('the second', settledByNow, 15_000);
    expect(discord.received('premium').map(({ content }) => content.slice(2, 5))).toEqual(['BUY', 'FIL']);
  }, 20_000);

  test('killed in the middle of a post: another process delivers it, once more at most', async () => {
    discord.inject({ kind: 'accept-then-hang', times: 1, channel: 'premium' });
    await commitSignal(database.db, exampleSignal());
    const child = Bun.spawn(
      [
        process.execPath,
        new URL('../../tests/support/outbox-server.ts', import.meta.url).pathname,
        database.url,
        JSON.stringify(webhooks()),
      ],
      { stdout: 'inherit', stderr: 'inherit' },
    );
    cleanups.push(() => child.kill('SIGKILL'));
    await until('the post under way', () => discord.received('premium').length === 1, 10_000);
    child.kill('SIGKILL');
    await child.exited;
    expect((await rows())[0]?.state).toBe('queued');
    await start();
    await until('delivered', settled(1), 75_000);
    const posts = discord.received('premium').map(({ content }) => content.includes('Sent again'));
    expect(posts).toEqual([false, true]);
  }, 90_000);
});
