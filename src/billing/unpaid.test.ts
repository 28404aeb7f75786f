import { afterEach, expect, test } from 'bun:test';
import { eq } from 'drizzle-orm';
import { type BillingWorld, cardEntry, DAY_SECONDS, startBillingWorld } from '../../tests/support/billing.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { addMember } from '../../tests/support/site.ts';
import { subscriptions } from '../db/schema/subscriptions.ts';
import type { Dunning } from '../sandbox/stripe/seam.ts';
import { tierOf } from './announce-access.ts';

let database: TestDatabase;
let world: BillingWorld;
let userId = '';

/** Somebody who has paid Basic once, and whose card pays no more, at an account that ends retries in this way. */
const missing = async (thenSubscription: Dunning['thenSubscription']): Promise<void> => {
  database = await createTestDatabase();
  world = await startBillingWorld({ database, stripe: { dunning: { retryDays: [3, 5, 7], thenSubscription } } });
  userId = await addMember(database.db, { email: 'missing@example.com' });
  await world.subscribe(userId, { tier: 'basic', interval: 'month' });
  await world.settle();
  await world.billing.openPortal(userId);
  const [portal] = world.stripe.world.all('billing_portal.session');
  world.stripe.world.portalAddCard(portal?.id ?? '', cardEntry('failsLater'), 'http://localhost:3000/');
  await world.advance(31 * DAY_SECONDS + 7_200);
  await world.settle();
};
afterEach(async () => {
  await world.stop();
  await database.drop();
});

const row = async () => {
  const [first] = await database.db.select().from(subscriptions).where(eq(subscriptions.userId, userId));
  if (!first) throw new Error('no subscription');
  return first;
};
const pay = async (): Promise<void> => {
  const open = (await world.billing.billingStateOf(userId)).invoices.filter(({ status }) => status === 'open');
  for (const { id } of open) world.stripe.world.payInvoice(id, cardEntry('good'), 'http://localhost:3000/');
  await world.settle();
};

test('grace is counted from the first payment that was missed: a second period that is not paid brings no more of it', async () => {
  await missing('past_due');
  const since = (await row()).pastDueSince;
  expect(await tierOf(database.db, userId)).toBe('basic');
  const secondPeriod = (await row()).currentPeriodStart;
  expect(since).toEqual(secondPeriod);
  await world.advance(3 * DAY_SECONDS);
  for (let pass = 0; pass < 14; pass += 1) {
    await world.advance(5 * DAY_SECONDS);
    await world.settle();
    expect(await row()).toMatchObject({ status: 'past_due', pastDueSince: since });
    expect(await tierOf(database.db, userId)).toBe('free');
  }
  expect((await row()).currentPeriodStart.getTime()).toBeGreaterThan(secondPeriod.getTime());
}, 20_000);

test('unpaid gives nothing, says so on every page, and is had again once it is paid', async () => {
  await missing('unpaid');
  await world.advance(8 * DAY_SECONDS);
  await world.settle();
  expect([(await row()).status, await tierOf(database.db, userId)]).toEqual(['unpaid', 'free']);
  expect(await world.billing.standingOf(userId)).toMatchObject({ kind: 'unpaid', accessUntilMs: null });
  expect(await world.billing.startCheckout(userId, { tier: 'basic', interval: 'month' })).toEqual({
    ok: false,
    reason: 'already-subscribed',
  });
  await pay();
  expect([(await row()).status, await tierOf(database.db, userId)]).toEqual(['active', 'basic']);
  expect(await world.billing.standingOf(userId)).toBeNull();
});

test('unpaid and given up: it ends at once, and nothing of it can be charged any more', async () => {
  await missing('unpaid');
  await world.advance(8 * DAY_SECONDS);
  await world.settle();
  expect(await world.billing.cancel(userId)).toEqual({ ok: true });
  expect((await row()).status).toBe('canceled');
  const { invoices } = await world.billing.billingStateOf(userId);
  expect(invoices.filter(({ status }) => status === 'open' || status === 'draft')).toEqual([]);
  await world.subscribe(userId, { tier: 'premium', interval: 'month' });
  await world.settle();
  expect(await tierOf(database.db, userId)).toBe('premium');
});
