import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { instant } from '../engine/core/types.ts';
import type { Ledger } from '../engine/ports/ledger.ts';
import { exampleSignal } from '../engine/testing/example-signal.ts';
import { ledgerContract } from '../engine/testing/ledger-contract.ts';
import { createPostgresLedger, verifyLedger } from './ledger.ts';

const row = (seq: number) => ({
  runId: 'run-t',
  seq,
  at: instant(1_700_000_000_000 + seq),
  kind: 'output' as const,
  body: { kind: 'stop.moved', amount: seq / 10 },
});

const withRows = async (database: TestDatabase, count: number): Promise<void> => {
  const ledger = createPostgresLedger({ url: database.url });
  await ledger.open();
  await ledger.append(
    Array.from({ length: count }, (_, index) => row(index + 1)),
    [],
  );
  await ledger.close();
};

describe('the ledger on PostgreSQL keeps the ledger contract', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  ledgerContract(() => createPostgresLedger({ url: database.url }));
});

describe('the record resists editing', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await withRows(database, 40);
  });
  afterAll(() => database.drop());

  test.each([
    ['UPDATE', "update ledger set body = '{}' where position = 3"],
    ['DELETE', 'delete from ledger where position = 3'],
    ['TRUNCATE', 'truncate ledger'],
    ['an UPDATE that matches nothing', "update ledger set body = '{}' where false"],
    ['TRUNCATE of the signals', 'truncate signal_events cascade'],
    ['an UPDATE of a release time', 'update releases set release_at = now()'],
  ])('%s is refused by the database itself', async (_name, statement) => {
    await expect(database.sql.unsafe(statement)).rejects.toThrow('append-only');
    expect(await verifyLedger(database.sql)).toMatchObject({ ok: true, rows: 40 });
  });

  test('a writer cannot choose place, hash or time of a row', async () => {
    await database.sql`insert into ledger (position, run_id, seq, market_at_ms, kind, body, previous_hash, hash, committed_at)
      values (1, 'x', 1, 1, 'output', '{}', 'forged', 'forged', '2001-01-01')`;
    expect(await verifyLedger(database.sql)).toMatchObject({ ok: true, rows: 41 });
  });

  test.each([
    ['a changed body', "update ledger set body = replace(body, '0.7', '0.8') where position = 7", 7],
    [
      'a changed commit time',
      "update ledger set committed_at = committed_at - interval '1 microsecond' where position = 8",
      8,
    ],
    ['a removed row', 'delete from ledger where position = 9', 9],
    [
      'two rows swapped',
      'update ledger set position = case position when 11 then -12 when 12 then -11 end where position in (11, 12); update ledger set position = -position where position < 0',
      11,
    ],
    [
      'a row rewritten with a hash of its own',
      "update ledger set body = '{}', hash = ledger_row_hash(previous_hash, position, run_id, seq, market_at_ms, committed_at, kind, '{}') where position = 20",
      21,
    ],
  ])(
    'somebody who switches the guards off and leaves %s is found at the first bad row',
    async (_name, statement, position) => {
      const own = await createTestDatabase();
      await withRows(own, 40);
      await own.sql.unsafe(
        'alter table ledger drop constraint ledger_position; alter table ledger disable trigger all',
      );
      await own.sql.unsafe(statement);
      expect(await verifyLedger(own.sql)).toMatchObject({ ok: false, position });
      await own.drop();
    },
  );
});

test('a writer whose connection was cut cannot append on a new one', async () => {
  const database = await createTestDatabase();
  const ledger: Ledger = createPostgresLedger({ url: database.url });
  await ledger.open();
  await ledger.append([row(1)], []);
  await database.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'quanticity-ledger' and datname = current_database()`;
  await Bun.sleep(50);
  await expect(ledger.append([row(2)], [])).rejects.toThrow();
  expect(await verifyLedger(database.sql)).toMatchObject({ ok: true, rows: 1 });
  await ledger.close();
  await database.drop();
});

test('a signal is committed with a release time for each tier: at once, after 60 s, after 300 s', async () => {
  const database = await createTestDatabase();
  const ledger = createPostgresLedger({ url: database.url });
  await ledger.open();
  await ledger.append([row(1)], [exampleSignal()]);
  const rows = await database.sql<{ tier: string; delay: number }[]>`
    select tier, extract(epoch from release_at - emitted_at)::int as delay from releases join signal_events on signal_events.id = signal_event_id order by delay`;
  expect(rows.map((found) => ({ ...found }))).toEqual([
    { tier: 'premium', delay: 0 },
    { tier: 'basic', delay: 60 },
    { tier: 'free', delay: 300 },
  ]);
  await ledger.close();
  await database.drop();
});
