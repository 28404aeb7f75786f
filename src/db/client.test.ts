import { expect, test } from 'bun:test';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { createTestDatabase } from '../../tests/support/database.ts';
import { cutConnections } from '../../tests/support/signals.ts';
import { migrateDatabase, openDatabase } from './client.ts';

test('a database that a newer program has changed is refused, and its own is taken again', async () => {
  const database = await createTestDatabase();
  try {
    await migrateDatabase(database.url);
    await database.sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('future', 4102444800000)`;
    await expect(migrateDatabase(database.url)).rejects.toThrow(/newer QuantiCity \(1 changes/);
  } finally {
    await database.drop();
  }
});

test('a pool whose connections are cut while it works is whole again at once, time after time', async () => {
  const database = await createTestDatabase();
  try {
    for (let round = 0; round < 6; round += 1) {
      const asked = Array.from({ length: 40 }, () =>
        database.db.execute(sql`select 1`).then(
          () => 1,
          () => 0,
        ),
      );
      const begun = performance.now();
      expect(await cutConnections(database)).toBeGreaterThan(0);
      await Promise.all(asked);
      await database.db.execute(sql`select 1`);
      // The driver used to leave a connection without its greeting until its ten seconds were over.
      expect(performance.now() - begun).toBeLessThan(9_000);
    }
  } finally {
    await database.drop();
  }
}, 60_000);

test('what a transaction still asks after its connection is lost is refused, not done outside of it', async () => {
  const database = await createTestDatabase();
  const pool = openDatabase({ url: database.url, connectionsMax: 1 });
  const killer = postgres(database.url, { max: 1, fetch_types: false });
  try {
    await pool.sql`create table marks (mark text)`;
    let late: Promise<unknown> = Promise.reject(new Error('premise: never asked'));
    late.catch(() => {});
    let goOn = (): void => {};
    const wait = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const transaction = pool.sql.begin(async (tx) => {
      const [own] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
      await tx`insert into marks values ('before')`;
      await killer`select pg_terminate_backend(${own?.pid ?? 0})`;
      await wait;
      late = Promise.resolve(tx`insert into marks values ('after')`);
      await late;
    });
    await expect(transaction).rejects.toThrow();
    // The one connection of the pool is made anew, and the lost transaction then asks it for more.
    await pool.sql`select 1`.catch(() => pool.sql`select 1`);
    goOn();
    await Bun.sleep(50);
    await expect(late).rejects.toThrow();
    expect([...(await pool.sql`select mark from marks`)]).toEqual([]);
  } finally {
    await Promise.all([pool.close(), killer.end()]);
    await database.drop();
  }
}, 30_000);
