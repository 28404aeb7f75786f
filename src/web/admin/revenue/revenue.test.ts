import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/database.ts';
import { addMember, signedIn, siteDeps, type Visitor } from '../../../../tests/support/site.ts';
import { addSubscription } from '../../../../tests/support/subscriptions.ts';
import { billingReconciliations } from '../../../db/schema/billing-reconciliations.ts';
import { invoices } from '../../../db/schema/invoices.ts';
import { subscriptionChanges } from '../../../db/schema/subscription-changes.ts';
import { subscriptions } from '../../../db/schema/subscriptions.ts';
import { createApp } from '../../app.ts';

const HOUR_MS = 3_600_000;

let database: TestDatabase;
let operator: Visitor;
let memberId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await addMember(database.db, { email: 'operator@example.com', role: 'operator' });
  memberId = await addMember(database.db, { email: 'member@example.com' });
  operator = await signedIn(createApp(siteDeps(database)), 'operator@example.com');
});
beforeEach(async () => {
  for (const table of [invoices, subscriptionChanges, subscriptions, billingReconciliations])
    await database.db.delete(table);
});
afterAll(() => database.drop());

const page = async (): Promise<string> => {
  const response = await operator.get('/admin/revenue');
  expect(response.status).toBe(200);
  return (await response.text()).replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
};
const passed = (finishedAgoMs: number, facts: Partial<typeof billingReconciliations.$inferInsert> = {}) => {
  const finishedAt = new Date(Date.now() - finishedAgoMs);
  const row = { startedAt: finishedAt, finishedAt, customersChecked: 41, drifted: 0, findings: [] };
  return database.db.insert(billingReconciliations).values({ ...row, ...facts });
};

test('says that there is nothing yet, and what each figure means', async () => {
  const text = await page();
  for (const words of [
    'MRR $0.00',
    'Not compared with Stripe yet',
    'Every payment that was tried went through',
    'adds up',
  ])
    expect(text).toContain(words);
  expect(text).toContain('a yearly price counts a twelfth');
});

test('shows MRR of the rows and raises its voice when their history says otherwise', async () => {
  const { id } = await addSubscription(database.db, { userId: memberId, tier: 'premium', amountCents: 29_700 });
  const change = { subscriptionId: id, userId: memberId, change: 'started', mrrBeforeCents: 0 } as const;
  await database.db.insert(subscriptionChanges).values({ ...change, mrrAfterCents: 29_700 });
  expect(await page()).toMatch(
    /MRR \$297\.00 Premium \$297\.00 \(1\) Basic \$0\.00 \(0\).*Against its own history adds up/,
  );
  await database.db.update(subscriptions).set({ amountCents: 9_700 });
  expect(await page()).toContain('Against its own history -$200.00 off');
});

test('lists failed payments that are owed, with a way to the member', async () => {
  const { id, customerId } = await addSubscription(database.db, {
    userId: memberId,
    tier: 'basic',
    amountCents: 9_700,
    status: 'past_due',
  });
  const now = new Date();
  await database.db.insert(invoices).values({
    id: 'in_failing',
    customerId,
    userId: memberId,
    subscriptionId: id,
    status: 'open',
    subtotalCents: 9_700,
    totalCents: 9_700,
    amountDueCents: 9_700,
    amountPaidCents: 0,
    amountRemainingCents: 9_700,
    attemptCount: 2,
    periodStart: now,
    periodEnd: now,
    createdAt: now,
  });
  expect(await page()).toContain(
    '$97.00 owed; $97.00 of MRR at risk. Invoice Owed Tries Next try in_failing $97.00 2 no more by itself Member',
  );
  expect(await (await operator.get('/admin/revenue')).text()).toContain(`href="/admin/members/${memberId}"`);
});

test('tells of the last comparison with Stripe: drift, findings, one that broke off, and one too long ago', async () => {
  await passed(HOUR_MS);
  expect(await page()).toContain('41 customers, 0 differed and were mended. Nothing to report.');
  await passed(HOUR_MS, {
    drifted: 1,
    findings: [{ kind: 'two-subscriptions', about: 'cus_9', userId: memberId, detail: 'pays twice <b>' }],
  });
  const text = await (await operator.get('/admin/revenue')).text();
  expect(text).toContain('two subscriptions');
  expect(text).toContain('pays twice &lt;b&gt;');
  await passed(HOUR_MS, { problem: 'Stripe did not answer' });
  expect(await page()).toContain('broke off: Stripe did not answer');
  await passed(37 * HOUR_MS);
  expect(await page()).toContain('That is too long ago');
});
