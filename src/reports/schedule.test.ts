import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { createPuppetEngine } from '../../tests/support/site.ts';
import { exampleView } from '../../tests/support/view.ts';
import { createPostgresLedger } from '../db/ledger.ts';
import { reportSignals } from '../distribution/report-signals.ts';
import type { SessionDate } from '../engine/core/types.ts';
import { instant } from '../engine/core/types.ts';
import { exampleSignal } from '../engine/testing/example-signal.ts';
import { type ReportScheduleOptions, runReports } from './schedule.ts';

/** A quiet engine at 16:11 in New York on 2026-11-20. */
const atClose = (changes: Parameters<typeof exampleView>[0] = {}) =>
  exampleView({ sessionOpen: false, marketAt: instant(Date.UTC(2026, 10, 20, 21, 11)), ...changes });

const puppetWith = (view: ReturnType<typeof atClose>) => {
  const engine = createPuppetEngine(database.db);
  engine.show(view);
  return engine;
};

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const stored = () =>
  database.sql<{ tier: string; session_date: string; html: string; delay: number }[]>`
    select r.tier, r.session_date::text, r.html, extract(epoch from r.release_at - u.due_at)::int as delay
    from reports r join report_runs u using (kind, session_date) order by session_date, delay`;

/** Moves the policy's clock; the tiers' delays stay what they are. */
const shiftClock = (seconds: number) =>
  database.sql.unsafe(
    `create or replace function policy_now() returns timestamptz language sql stable as $$ select clock_timestamp() + interval '${seconds} seconds' $$`,
  );

test('the close report is written once per tier, after that tier’s delay, about what that tier was shown', async () => {
  const ledger = createPostgresLedger({ url: database.url });
  await ledger.open();
  const engine = puppetWith(atClose({ sessionOpen: true, marketAt: instant(Date.UTC(2026, 10, 20, 20, 59)) }));
  const options: ReportScheduleOptions = {
    db: database.db,
    engine,
    readSignals: (tier, period) => reportSignals(database.db, tier, period),
    publishMarketData: true,
    onError: (error) => {
      throw error;
    },
  };
  await ledger.append(
    [],
    [
      exampleSignal(),
      exampleSignal({ version: 2, change: 'closed', outcome: 'stopped', exitPrice: 2.05, returnPercent: -18.4 }),
    ],
  );
  await runReports(options);
  expect(await stored()).toHaveLength(0);

  engine.show(atClose());
  await runReports(options);
  await runReports(options);
  expect((await stored()).map((row) => row.tier)).toEqual(['premium']);
  await shiftClock(61);
  await runReports(options);
  expect((await stored()).map((row) => row.tier)).toEqual(['premium', 'basic']);
  await shiftClock(301);
  await Promise.all([runReports(options), runReports(options)]);
  const rows = await stored();
  expect(rows.map((row) => [row.tier, row.delay])).toEqual([
    ['premium', 0],
    ['basic', 60],
    ['free', 300],
  ]);

  const html = Object.fromEntries(rows.map((row) => [row.tier, row.html]));
  expect(html['premium']).toContain('BUY SPY 440C @ 2.50');
  expect(html['premium']).toContain('−18.4 %');
  expect(html['premium']).toContain('0.313');
  expect(html['basic']).toContain('around 440 strike');
  for (const tier of ['basic', 'free']) {
    expect(html[tier]).not.toContain('2.50');
    expect(html[tier]).not.toContain('18.4');
    expect(html[tier]).not.toContain('0.313');
  }
  expect(html['free']).not.toContain('440');
  expect(html['free']).toContain('1 setup triggered');
  await ledger.close();
});

test('a session that closed while nothing ran is reported when the engine is back on the next day', async () => {
  await shiftClock(0);
  const engine = puppetWith(
    atClose({
      sessionDate: '2026-11-23' as SessionDate,
      sessionOpen: true,
      marketAt: instant(Date.UTC(2026, 10, 23, 20, 0)),
    }),
  );
  const options: ReportScheduleOptions = {
    db: database.db,
    engine,
    readSignals: async () => [],
    publishMarketData: false,
    onError: () => {},
  };
  await runReports(options);
  const before = (await stored()).length;
  engine.show(
    atClose({
      sessionDate: '2026-11-24' as SessionDate,
      sessionOpen: true,
      marketAt: instant(Date.UTC(2026, 10, 24, 15, 0)),
    }),
  );
  await runReports(options);
  const rows = await stored();
  expect(rows.length).toBe(before + 1);
  expect(rows.at(-1)).toMatchObject({ session_date: '2026-11-23', tier: 'premium' });
  expect(rows.at(-1)?.html).toContain('No setup met every condition');
});
