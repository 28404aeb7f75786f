import { afterAll, beforeAll, expect, test } from 'bun:test';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { openDatabase } from './client.ts';
import { ensureBarTable } from './hypertable.ts';

/**
 * The extension itself is not to be had where these tests run. A stand-in takes its place: the documented signature of
 * `create_hypertable` (TimescaleDB 2), and the three things it refuses: a table that is one already, rows without
 * `migrate_data`, and a unique index without the time column.
 */
const STAND_IN = `
create table hypertables (relation regclass primary key, time_column name, chunk_interval interval);
create function create_hypertable(relation regclass, time_column_name name, partitioning_column name = null,
  number_partitions integer = null, associated_schema_name name = null, associated_table_prefix name = null,
  chunk_time_interval anyelement = null::bigint, create_default_indexes boolean = true, if_not_exists boolean = false,
  partitioning_func regproc = null, migrate_data boolean = false, chunk_target_size text = null,
  time_partitioning_func regproc = null)
returns table (hypertable_id integer, schema_name name, table_name name, created boolean) language plpgsql as $$
declare filled boolean; place smallint;
begin
  if exists (select 1 from hypertables h where h.relation = create_hypertable.relation) then
    if not if_not_exists then raise exception 'table "%" is already a hypertable', relation; end if;
    return query select 1, 'public'::name, relation::text::name, false; return;
  end if;
  execute format('select exists (select 1 from %s)', relation) into filled;
  if filled and not migrate_data then raise exception 'table "%" is not empty', relation; end if;
  select attnum into place from pg_attribute where attrelid = relation and attname = time_column_name;
  if place is null then raise exception 'column "%" does not exist', time_column_name; end if;
  if exists (select 1 from pg_index i where i.indrelid = relation and i.indisunique and not place = any(i.indkey)) then
    raise exception 'cannot create a unique index without the column "%" (used in partitioning)', time_column_name;
  end if;
  insert into hypertables values (relation, time_column_name, chunk_time_interval::text::interval);
  return query select 1, 'public'::name, relation::text::name, true;
end $$;`;

let folder = '';
let database: TestDatabase;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stand-in-extension-'));
  await mkdir(join(folder, 'extension'));
  await writeFile(
    join(folder, 'extension/timescaledb.control'),
    "default_version = '2.99-stand-in'\nrelocatable = false\n",
  );
  await writeFile(join(folder, 'extension/timescaledb--2.99-stand-in.sql'), STAND_IN);
  // The database's own account reads it.
  await chmod(folder, 0o755);
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

/** A pool that sees the extension folder, as a server that has the extension does. */
const offering = async <T>(work: (sql: TestDatabase['sql']) => Promise<T>): Promise<T> => {
  const [{ name } = { name: '' }] = await database.sql<{ name: string }[]>`select current_database() as name`;
  await database.sql.unsafe(`alter database "${name}" set extension_control_path = '${folder}:$system'`);
  const own = openDatabase({ url: database.url, connectionsMax: 2 });
  try {
    return await work(own.sql);
  } finally {
    await own.close();
  }
};

test('where TimescaleDB is offered, bars become a hypertable in chunks of a week, those there are included, and stay one', async () => {
  expect(await ensureBarTable(database.sql)).toMatchObject({ kind: 'plain' });
  await database.sql`insert into bars (symbol, source, open_at, revision, open, high, low, close, complete, known_at, run_id)
    values ('SPY', 'ibkr', '2026-11-25T15:00:00Z', 0, 1, 1, 1, 1, true, now(), 'run')`;
  await offering(async (sql) => {
    expect(await ensureBarTable(sql)).toEqual({ kind: 'hypertable', version: '2.99-stand-in' });
    expect(await ensureBarTable(sql)).toEqual({ kind: 'hypertable', version: '2.99-stand-in' });
    expect([...(await sql`select relation::text, time_column::text, chunk_interval::text from hypertables`)]).toEqual([
      { relation: 'bars', time_column: 'open_at', chunk_interval: '7 days' },
    ]);
    expect([...(await sql`select symbol from bars`)]).toEqual([{ symbol: 'SPY' }]);
  });
});

test('an extension that cannot be used leaves the plain table, with the reason', async () => {
  await offering(async (sql) => {
    await sql`drop extension if exists timescaledb cascade`;
    await writeFile(join(folder, 'extension/timescaledb--2.99-stand-in.sql'), 'select 1 / 0;');
    const table = await ensureBarTable(sql);
    expect(table).toMatchObject({ kind: 'plain', reason: expect.stringContaining('division by zero') });
    expect((await sql`select 1 from bars`).length).toBe(1);
  });
});
