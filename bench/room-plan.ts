import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { type Database, migrateDatabase, openDatabase } from '../src/db/client.ts';
import { startEmbeddedPostgres } from '../src/db/embedded.ts';
import { claimChatActs } from '../src/db/queries/chat/seats.ts';
import type { Bench } from './harness.ts';

/** Members linked to one chat, among three times as many accounts. */
const LINKED = 10_000;
const ACCOUNTS = 30_000;

interface Stage {
  readonly database: Database;
  close(): Promise<void>;
}

/** Everybody stands where their access says: what the keeper finds, second after second. */
const fill = async ({ db }: Database): Promise<void> => {
  await db.execute(sql`select setseed(0.5)`);
  await db.execute(sql`insert into users (id, email, password_hash)
    select gen_random_uuid(), 'member-' || n || '@example.com', 'x' from generate_series(1, ${ACCOUNTS}::int) n`);
  await db.execute(sql`insert into billing_customers (user_id, customer_id) select id, 'cus_' || id from users`);
  await db.execute(sql`insert into subscriptions (id, user_id, customer_id, tier, billing_interval, status, price_id,
      current_period_start, current_period_end, cancel_at_period_end, created_at, access_until)
    select 'sub_' || id, id, 'cus_' || id, case when random() < 0.5 then 'premium' else 'basic' end, 'month', 'active', 'price',
      now(), now() + interval '30 days', false, now(), now() + interval '30 days' from users where random() < 0.6`);
  await db.execute(sql`insert into comps (user_id, tier, actor, reason)
    select id, 'basic', '{}'::jsonb, 'bench' from users where random() < 0.2`);
  await db.execute(sql`insert into chat_links (user_id, vendor, chat_user_id, name)
    select id, 'telegram', row_number() over ()::text, 'n' from users limit ${LINKED}`);
  await db.execute(sql`update chat_memberships m set state = 'inside' from chat_membership_plan p
    where p.vendor = m.vendor and p.room = m.room and p.chat_user_id = m.chat_user_id and p.act = 'admit'`);
  await db.execute(sql`analyze`);
};

const open = async (): Promise<Stage> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'quanticity-bench-'));
  chmodSync(dataDir, 0o755);
  const server = await startEmbeddedPostgres({ dataDir, log: () => {} });
  if (!server.ok) throw new Error(server.reason);
  await migrateDatabase(server.url);
  const database = openDatabase({ url: server.url, connectionsMax: 1 });
  await fill(database);
  return {
    database,
    async close() {
      await database.close();
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

const millis = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

let stage: Promise<Stage> | null = null;

export const bench: Bench = {
  name: `who has to enter or leave a chat room, of ${LINKED} linked members who all stand right`,
  peer: 'each member’s access asked by itself (entitled_tier per row)',
  unit: 'ms',
  goal: 'a tenth of the second between two looks',
  async run() {
    stage ??= open();
    const { database } = await stage;
    const { db } = database;
    const ours = await millis(async () => {
      const acts = await claimChatActs(db, 'telegram', { limit: 8, leaseMs: 1_000 });
      if (acts.length > 0) throw new Error(`bench: ${acts.length} members do not stand right`);
    });
    const peer = await millis(() =>
      db.execute(sql`select count(*) filter (where entitled_tier(user_id) = 'premium') from chat_links`),
    );
    return { ours, peer };
  },
  async close() {
    await (await stage)?.close();
  },
};
