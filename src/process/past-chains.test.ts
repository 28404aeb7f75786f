import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { keptChains } from '../db/queries/past-chains.ts';
import type { SessionDate } from '../engine/core/types.ts';
import { createPastChains } from './past-chains.ts';

let database: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'past-chains-'));
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

const day = (symbol: string, date: string) => ({ symbol, date: date as SessionDate });
const payload = (text: string): Uint8Array => new TextEncoder().encode(text);

test('what was kept is missing no more, also for another run; a revised answer stands beside the first', async () => {
  const chains = createPastChains(database.db, folder);
  const days = [day('SPY', '2026-06-10'), day('SPY', '2026-06-09'), day('QQQ', '2026-06-10')];
  expect(await chains.missing(days)).toEqual(days);
  await chains.keep(day('SPY', '2026-06-10'), 3, payload('{"data":[1]}'));
  await chains.keep(day('SPY', '2026-06-10'), 3, payload('{"data":[1]}'));
  await chains.keep(day('SPY', '2026-06-10'), 4, payload('{"data":[1,2]}'));
  expect(await createPastChains(database.db, folder).missing(days)).toEqual(days.slice(1));
  const kept = await keptChains(database.db, ['SPY'], '2026-06-10');
  expect(kept.map(({ rowCount, bytes }) => [rowCount, bytes])).toEqual([
    [3, 12],
    [4, 14],
  ]);
  expect(gunzipSync(readFileSync(join(folder, kept[0]?.file ?? ''))).toString()).toBe('{"data":[1]}');
  rmSync(join(folder, kept[0]?.file ?? ''));
  rmSync(join(folder, kept[1]?.file ?? ''));
  expect(await chains.missing(days)).toEqual(days);
});
