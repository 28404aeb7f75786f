import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts';
import { instant } from '../../engine/core/types.ts';
import type { MinuteBar } from '../../engine/ports/bars.ts';
import { ensureBarTable } from '../hypertable.ts';
import { keepBars, readBars } from './bars.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const START = Date.parse('2026-11-25T15:00:00Z');
const MINUTE = 60_000;
const bar = (minute: number, change: Partial<MinuteBar> = {}): MinuteBar => ({
  symbol: 'SPY',
  source: 'own',
  openAt: instant(START + minute * MINUTE),
  open: 600.1,
  high: 600.3,
  low: 600.05,
  close: 600.2,
  volume: 1_200,
  vwap: 0.1 + 0.2,
  trades: 17,
  complete: true,
  knownAt: instant(START + (minute + 1) * MINUTE),
  runId: 'a',
  ...change,
});
const wish = { symbol: 'SPY', source: 'own', from: START, to: START + 60 * MINUTE } as const;

describe('bars', () => {
  test('come back to the last bit, in order; what is absent is null', async () => {
    expect(
      await keepBars(database.db, [bar(1), bar(0, { vwap: Number.NaN, trades: Number.NaN, volume: Number.NaN })]),
    ).toBe(2);
    const [first, second, ...rest] = await readBars(database.db, wish);
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ openAt: START, revision: 1, volume: null, vwap: null, trades: null });
    expect(second).toEqual({
      openAt: START + MINUTE,
      revision: 1,
      open: 600.1,
      high: 600.3,
      low: 600.05,
      close: 600.2,
      volume: 1_200,
      vwap: 0.1 + 0.2,
      trades: 17,
      complete: true,
      knownAt: START + 2 * MINUTE,
      runId: 'a',
    });
  });

  test('written again they are no new version; changed they are, and both are kept as of their time', async () => {
    const one = bar(10);
    expect(await keepBars(database.db, [one])).toBe(1);
    expect(await keepBars(database.db, [{ ...one, knownAt: instant(START + 90 * MINUTE), runId: 'b' }])).toBe(0);
    const revised = { ...one, close: 601, knownAt: instant(START + 30 * MINUTE) };
    expect(await keepBars(database.db, [revised])).toBe(1);
    const at = { ...wish, from: one.openAt, to: one.openAt + MINUTE };
    expect(await readBars(database.db, at)).toMatchObject([{ revision: 2, close: 601 }]);
    expect(await readBars(database.db, { ...at, asOf: START + 29 * MINUTE })).toMatchObject([
      { revision: 1, close: 600.2 },
    ]);
    expect(await readBars(database.db, { ...at, asOf: START + 5 * MINUTE })).toEqual([]);
  });

  test('sources and symbols are apart', async () => {
    const vendors = [bar(20), bar(20, { source: 'ibkr', close: 600.15 }), bar(20, { symbol: 'QQQ' })];
    expect(await keepBars(database.db, vendors)).toBe(3);
    const at = { ...wish, from: START + 20 * MINUTE, to: START + 21 * MINUTE };
    expect(await readBars(database.db, at)).toMatchObject([{ close: 600.2 }]);
    expect(await readBars(database.db, { ...at, source: 'ibkr' })).toMatchObject([{ close: 600.15 }]);
  });

  test('a refill adds what is missing or fuller, and touches nothing else', async () => {
    await keepBars(database.db, [bar(30), bar(31, { complete: false, volume: 100 })]);
    const found = [bar(30, { volume: 9_999, complete: false }), bar(31, { complete: false, volume: 150 }), bar(32)];
    expect(await keepBars(database.db, found, true)).toBe(2);
    expect(await keepBars(database.db, found, true)).toBe(0);
    const kept = await readBars(database.db, { ...wish, from: START + 30 * MINUTE });
    expect(kept.map(({ volume, revision }) => [volume, revision])).toEqual([
      [1_200, 1],
      [150, 2],
      [1_200, 1],
    ]);
  });

  test('the table is a hypertable where TimescaleDB is offered and a plain one elsewhere, at every start', async () => {
    const [offered] = await database.sql`select 1 from pg_available_extensions where name = 'timescaledb'`;
    const table = await ensureBarTable(database.sql);
    expect(await ensureBarTable(database.sql)).toEqual(table);
    if (!offered) expect(table).toEqual({ kind: 'plain', reason: 'the server does not offer timescaledb' });
    const indexes = await database.sql<{ name: string; method: string }[]>`
      select c.relname as name, a.amname as method from pg_index i join pg_class c on c.oid = i.indexrelid
      join pg_am a on a.oid = c.relam where i.indrelid = 'bars'::regclass order by 1`;
    expect(indexes.map(({ method }) => method)).toContain('brin');
    expect(await keepBars(database.db, [bar(40)])).toBe(1);
  });
});
