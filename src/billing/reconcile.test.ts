import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { desc, eq } from 'drizzle-orm';
import { type BillingWorld, DAY_SECONDS, HOUR_SECONDS, startBillingWorld } from '../../tests/support/billing.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { addMember } from '../../tests/support/site.ts';
import { auditLog } from '../db/schema/audit.ts';
import { billingReconciliations } from '../db/schema/billing-reconciliations.ts';
import { billingCustomers, subscriptions } from '../db/schema/subscriptions.ts';
import { users } from '../db/schema/users.ts';
import { tierOf } from './announce-access.ts';
import { syncDue } from './due.ts';
import { startBillingJobs } from './jobs.ts';
import { setUpStripe } from './setup/set-up-stripe.ts';

const BASIC = { tier: 'basic', interval: 'month' } as const;

let database: TestDatabase;
let world: BillingWorld;
let people = 0;
let userId = '';

beforeAll(async () => {
  database = await createTestDatabase();
  world = await startBillingWorld({ database });
});
afterAll(async () => {
  await world.stop();
  await database.drop();
});
beforeEach(async () => {
  await world.settle();
  people += 1;
  userId = await addMember(database.db, { email: `person-${people}@example.com` });
});

const tier = () => tierOf(database.db, userId);
const lose = (): void => {
  world.pending.length = 0;
};

describe('the nightly reconciliation', () => {
  test('that breaks off is kept with the reason, and the next one goes through', async () => {
    const newest = async () =>
      (await database.db.select().from(billingReconciliations).orderBy(desc(billingReconciliations.id)).limit(1))[0];
    world.stripe.inject({ kind: 'server-error', times: 3, method: 'GET', path: '/v1/events' });
    await expect(world.billing.reconcile()).rejects.toThrow();
    const brokenOff = await newest();
    expect(brokenOff).toMatchObject({ customersChecked: 0, findings: [], problem: expect.stringMatching(/\S/) });
    await world.billing.reconcile();
    expect(await newest()).toMatchObject({ problem: null });
    expect((await newest())?.id).toBeGreaterThan(brokenOff?.id ?? Number.POSITIVE_INFINITY);
  });

  test('mends what lost webhooks left behind, and says what it found', async () => {
    await world.subscribe(userId, BASIC);
    lose();
    expect(await tier()).toBe('free');
    await world.advance(3 * HOUR_SECONDS);
    const report = await world.billing.reconcile();
    expect(await tier()).toBe('basic');
    const customer = await world.customerOf(userId);
    expect(report.findings).toContainEqual(expect.objectContaining({ kind: 'drift', about: customer, userId }));
    expect(report.findings.filter(({ kind }) => kind === 'missing-event').length).toBeGreaterThan(2);
    const [kept] = await database.db
      .select()
      .from(billingReconciliations)
      .orderBy(desc(billingReconciliations.id))
      .limit(1);
    expect(kept).toMatchObject({ customersChecked: report.customersChecked, drifted: report.drifted });
    const [told] = await database.db.select().from(auditLog).where(eq(auditLog.action, 'billing.reconciled'));
    expect(told?.after).toContain(customer);
    const again = await world.billing.reconcile();
    expect(again.findings.filter(({ kind }) => kind === 'drift')).toEqual([]);
  });

  test('tells of somebody who pays and is nobody’s', async () => {
    const { stripe } = world.deps.gateway;
    const customer = await stripe.customers.create({ email: 'lost@example.com' });
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    const price = await world.deps.gateway.priceId('quanticity_basic_month');
    const made = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price }],
      default_payment_method: card.id,
    });
    const report = await world.billing.reconcile();
    expect(report.findings).toContainEqual(expect.objectContaining({ kind: 'unbound-customer', about: customer.id }));
    await stripe.subscriptions.cancel(made.id);
  });

  test('tells of a subscription that sells nothing of ours, which gives nothing', async () => {
    await world.billing.startCheckout(userId, BASIC);
    const customer = await world.customerOf(userId);
    const { stripe } = world.deps.gateway;
    const product = await stripe.products.create({ name: 'A mug a month' });
    const price = await stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: 900,
      recurring: { interval: 'month' },
    });
    await stripe.paymentMethods.attach('pm_card_visa', { customer });
    const [card] = world.stripe.world.cardsOf(customer);
    const made = await stripe.subscriptions.create({
      customer,
      items: [{ price: price.id }],
      default_payment_method: card?.id ?? '',
    });
    const report = await world.billing.reconcile();
    expect(report.findings).toContainEqual(
      expect.objectContaining({ kind: 'unknown-subscription', about: made.id, userId }),
    );
    expect(await tier()).toBe('free');
  });

  test('gives Stripe the address that an account has now', async () => {
    await world.subscribe(userId, BASIC);
    await world.settle();
    const email = `moved-${people}@example.com`;
    await database.db.update(users).set({ email }).where(eq(users.id, userId));
    await world.billing.reconcile();
    const customer = await world.customerOf(userId);
    expect(world.stripe.world.get('customer', customer)?.email).toBe(email);
    await world.settle();
    expect((await world.billing.reconcile()).findings.filter(({ kind }) => kind === 'drift')).toEqual([]);
  });

  test('goes on where one customer cannot be read, and says so', async () => {
    await world.subscribe(userId, BASIC);
    await world.settle();
    const customer = await world.customerOf(userId);
    world.stripe.inject({ kind: 'server-error', times: 3, path: `/v1/customers/${customer}` });
    const report = await world.billing.reconcile();
    expect(report.findings).toContainEqual(expect.objectContaining({ kind: 'sync-failed', about: customer, userId }));
    expect(report.customersChecked).toBeGreaterThan(1);
    expect(await tier()).toBe('basic');
  }, 20_000);
});

describe('by itself', () => {
  const runs = async (): Promise<number> => (await database.db.select().from(billingReconciliations)).length;

  test('the reconciliation runs once, however many machines there are, and not again on the same day', async () => {
    await database.db.delete(billingReconciliations);
    const machines = [1, 2, 3].map(() => startBillingJobs(world.deps));
    await Promise.all(machines.map((machine) => machine.stop()));
    expect(await runs()).toBe(1);
    await startBillingJobs(world.deps).stop();
    expect(await runs()).toBe(1);
    const longAgo = new Date(Date.now() - 25 * HOUR_SECONDS * 1_000);
    await database.db.update(billingReconciliations).set({ startedAt: longAgo });
    await startBillingJobs(world.deps).stop();
    expect(await runs()).toBe(2);
  });
});

describe('what falls due', () => {
  test('is read again by itself when its webhook is lost: a renewal keeps access, an end takes it', async () => {
    await world.subscribe(userId, BASIC);
    await world.settle();
    await world.advance(32 * DAY_SECONDS);
    lose();
    expect(await syncDue(world.deps)).toBeGreaterThanOrEqual(1);
    expect(await tier()).toBe('basic');
    expect(await syncDue(world.deps)).toBe(0);
    await world.billing.cancel(userId);
    await world.advance(32 * DAY_SECONDS);
    lose();
    expect(await syncDue(world.deps)).toBeGreaterThanOrEqual(1);
    const [row] = await database.db.select().from(subscriptions).where(eq(subscriptions.userId, userId));
    expect([row?.status, await tier()]).toEqual(['canceled', 'free']);
  });
});

test('a customer is bound to its account for ever', async () => {
  await world.billing.startCheckout(userId, BASIC);
  const other = await addMember(database.db, { email: `other-${people}@example.com` });
  const rebind = database.db.update(billingCustomers).set({ userId: other }).where(eq(billingCustomers.userId, userId));
  await expect(rebind.execute()).rejects.toThrow();
  expect(await world.customerOf(userId)).toStartWith('cus_');
});

describe('stripe-setup', () => {
  const siteUrl = new URL('https://quanticity.test');

  test('makes what is missing, and run twice changes nothing', async () => {
    const { stripe } = world.deps.gateway;
    const first = await setUpStripe(stripe, { siteUrl, webhook: true });
    expect(first.webhookSecret).toStartWith('whsec_');
    const made = world.stripe.world.all('event').length;
    expect(await setUpStripe(stripe, { siteUrl, webhook: true })).toEqual({ done: [], webhookSecret: null });
    expect(world.stripe.world.all('event')).toHaveLength(made);
  });

  test('puts right what was changed by hand: a price’s amount by a new price, subscribers keep theirs', async () => {
    await world.subscribe(userId, BASIC);
    await world.settle();
    const { stripe } = world.deps.gateway;
    const product = 'quanticity_basic';
    await stripe.products.update(product, { name: 'Renamed' });
    const cheap = await stripe.prices.create({
      product,
      currency: 'usd',
      unit_amount: 1,
      recurring: { interval: 'month' },
      lookup_key: 'quanticity_basic_month',
      transfer_lookup_key: true,
      metadata: { tier: 'basic' },
    });
    const { done } = await setUpStripe(stripe, { siteUrl, webhook: false });
    expect(done).toEqual([
      'put the product quanticity_basic right',
      'replaced the price quanticity_basic_month: 9700 cents',
    ]);
    const { data } = await stripe.prices.list({ lookup_keys: ['quanticity_basic_month'] });
    expect(data.map(({ id, unit_amount }) => [id === cheap.id, unit_amount])).toEqual([[false, 9_700]]);
    await world.billing.resync(userId, { kind: 'system', name: 'test' });
    expect(await tier()).toBe('basic');
  });
});
