import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import type { Db } from '../../src/db/client.ts';
import { signalEvents } from '../../src/db/schema/signals.ts';
import type { SignalEvent } from '../../src/engine/index.ts';

/** Commits a signal event as the ledger does: the database stamps it and adds its releases. */
export const commitSignal = async (db: Db, event: SignalEvent): Promise<void> => {
  await db.insert(signalEvents).values({
    signalId: event.signalId,
    version: event.version,
    change: event.change,
    detail: event,
    emittedAt: new Date(0),
  });
};

/** Makes the database's policy clock stand at an instant, in ms since the epoch. */
export const freezePolicyClock = async (db: Db, atMs: number): Promise<void> => {
  await db.execute(
    sql.raw(
      `create or replace function policy_now() returns timestamptz language sql stable as $$ select to_timestamp(${atMs / 1000}::float8) $$`,
    ),
  );
};

/** Makes the policy clock run again, ahead of the real one by an offset. */
export const shiftPolicyClock = async (db: Db, aheadMs: number): Promise<void> => {
  await db.execute(
    sql.raw(
      `create or replace function policy_now() returns timestamptz language sql stable as $$ select clock_timestamp() + make_interval(secs => ${aheadMs / 1000}::float8) $$`,
    ),
  );
};

/** Takes every signal away, past the triggers that forbid it: for tests that share a database. */
export const emptySignals = async (db: Db): Promise<void> => {
  await db.transaction(async (tx) => {
    await tx.execute(sql.raw('alter table signal_events disable trigger user'));
    await tx.execute(sql.raw('alter table releases disable trigger user'));
    await tx.execute(sql.raw('truncate signal_events, releases, deliveries'));
    await tx.execute(sql.raw('alter table signal_events enable trigger user'));
    await tx.execute(sql.raw('alter table releases enable trigger user'));
  });
};

/**
 * Cuts every connection to the database, as a restart of PostgreSQL does; returns how many there were, once the test's
 * own pool has noticed and works again. Pools of others (pg-boss's) are left to help themselves.
 */
export const cutConnections = async (database: { readonly db: Db; readonly url: string }): Promise<number> => {
  const own = postgres(database.url, { max: 1, fetch_types: false, onnotice: () => {} });
  const cut = await own`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`;
  await own.end();
  for (let works = 0, tries = 0; works < 8 && tries < 100; tries += 1) {
    const answered = await database.db.execute(sql`select 1`).then(
      () => true,
      () => false,
    );
    works = answered ? works + 1 : 0;
    await Bun.sleep(5);
  }
  return cut.length;
};
