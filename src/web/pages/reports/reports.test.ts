import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/database.ts';
import { shiftPolicyClock } from '../../../../tests/support/signals.ts';
import { addMember, signedIn, siteDeps } from '../../../../tests/support/site.ts';
import { TIERS } from '../../../billing/plans.ts';
import { insertReport } from '../../../db/queries/reports.ts';
import { createApp } from '../../app.ts';

let database: TestDatabase;
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  database = await createTestDatabase();
  app = createApp(siteDeps(database));
  for (const tier of TIERS) {
    await addMember(database.db, { email: `${tier}@example.com`, tier });
    const report = { kind: 'market-close', sessionDate: '2026-11-19', tier, title: `Close for ${tier}` } as const;
    const releaseAt = new Date(Date.now() + (tier === 'premium' ? -1_000 : 60_000));
    expect(await insertReport(database.db, { ...report, html: `<p>words of ${tier}</p>`, releaseAt })).toBe(true);
  }
});
afterAll(() => database.drop());

test('a member reads the rendering of their own tier once its time has come, in list and page alike', async () => {
  const premium = await signedIn(app, 'premium@example.com');
  const free = await signedIn(app, 'free@example.com');
  const path = '/reports/market-close/2026-11-19';
  expect(await (await premium.get('/reports')).text()).toContain('Close for premium');
  expect(await (await premium.get(path)).text()).toContain('<p>words of premium</p>');
  expect(await (await free.get('/reports')).text()).toContain('No report yet.');
  expect((await free.get(path)).status).toBe(404);
  await shiftPolicyClock(database.db, 61_000);
  const page = await (await free.get(path)).text();
  expect(page).toContain('<p>words of free</p>');
  expect(page).not.toContain('premium</p>');
});

test('a report is written once', async () => {
  const report = {
    kind: 'market-close',
    sessionDate: '2026-11-19',
    tier: 'free',
    title: 'x',
    html: 'x',
    releaseAt: new Date(),
  } as const;
  expect(await insertReport(database.db, report)).toBe(false);
});

test.each([
  '/reports/market-open/2026-11-19',
  '/reports/market-close/2026-02-30',
  '/reports/market-close/today',
  '/reports/market-close/0000-01-01',
  '/reports/market-close/2026-11-18',
])('%s is not there', async (path) => {
  const premium = await signedIn(app, 'premium@example.com');
  expect((await premium.get(path)).status).toBe(404);
});
