import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { and, eq } from 'drizzle-orm';
import { type BillingWorld, cardEntry, DAY_SECONDS, startBillingWorld } from '../../tests/support/billing.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { addMember } from '../../tests/support/site.ts';
import { mails } from '../db/schema/mails.ts';
import { subscriptions } from '../db/schema/subscriptions.ts';
import { tierOf } from './announce-access.ts';
import { emailHash } from './email-hash.ts';

const PREMIUM = { tier: 'premium', interval: 'month' } as const;
const BASIC = { tier: 'basic', interval: 'month' } as const;

let database: TestDatabase;
let world: BillingWorld;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await world?.stop();
  await database.drop();
  database = await createTestDatabase();
  world = await startBillingWorld({ database, policy: { trialDays: 7 } });
});
afterAll(() => world.stop());

const member = (email: string) => addMember(database.db, { email });
const rowOf = async (userId: string) =>
  (await database.db.select().from(subscriptions).where(eq(subscriptions.userId, userId)))[0];
const mailedTo = async (userId: string): Promise<string[]> =>
  (await database.db.select().from(mails).where(eq(mails.userId, userId))).map(({ template }) => template);

test('a trial costs nothing for a week, is announced to end, and becomes a paid subscription', async () => {
  const userId = await member('new@example.com');
  await world.subscribe(userId, PREMIUM);
  await world.settle();
  expect(await tierOf(database.db, userId)).toBe('premium');
  expect(await rowOf(userId)).toMatchObject({ status: 'trialing', everPaid: false });
  expect(await mailedTo(userId)).toEqual(['subscription-started']);
  await world.advance(4 * DAY_SECONDS + 60);
  await world.settle();
  expect(await mailedTo(userId)).toContain('trial-ending');
  await world.advance(3 * DAY_SECONDS + 7_200);
  await world.settle();
  expect(await rowOf(userId)).toMatchObject({ status: 'active', everPaid: true });
  expect((await world.billing.billingStateOf(userId)).invoices.map(({ amountPaidCents }) => amountPaidCents)).toEqual([
    29_700, 0,
  ]);
  expect(await tierOf(database.db, userId)).toBe('premium');
});

test('a trial whose first payment fails gives nothing from then on: grace is for those who have paid', async () => {
  const userId = await member('new@example.com');
  await world.subscribe(userId, PREMIUM, 'failsLater');
  await world.settle();
  expect(await tierOf(database.db, userId)).toBe('premium');
  await world.advance(7 * DAY_SECONDS + 7_200);
  await world.settle();
  expect(await rowOf(userId)).toMatchObject({ status: 'past_due', accessUntil: null });
  expect(await tierOf(database.db, userId)).toBe('free');
  const open = (await world.billing.billingStateOf(userId)).invoices.find(({ status }) => status === 'open');
  world.stripe.world.payInvoice(open?.id ?? '', cardEntry('good'), 'http://localhost:3000/');
  await world.settle();
  expect(await tierOf(database.db, userId)).toBe('premium');
});

test('a trial that is cancelled lasts to its end and is never charged', async () => {
  const userId = await member('new@example.com');
  await world.subscribe(userId, PREMIUM);
  await world.settle();
  expect(await world.billing.cancel(userId)).toEqual({ ok: true });
  await world.advance(7 * DAY_SECONDS - 5);
  expect(await tierOf(database.db, userId)).toBe('premium');
  await world.advance(10);
  await world.settle();
  expect(await tierOf(database.db, userId)).toBe('free');
  expect(world.stripe.world.all('charge')).toEqual([]);
});

test('there is one for each account: the next subscription costs from its first day', async () => {
  const userId = await member('new@example.com');
  await world.subscribe(userId, BASIC);
  await world.settle();
  await world.billing.endEverything(userId, { kind: 'system', name: 'test' }, 'test');
  expect((await world.billing.billingStateOf(userId)).trialDays).toBe(0);
  await world.subscribe(userId, BASIC);
  await world.settle();
  const all = await database.db.select().from(subscriptions).where(eq(subscriptions.userId, userId));
  expect(all.map(({ status }) => status).sort()).toEqual(['active', 'canceled']);
});

test('there is one for each mailbox, however its address is written', async () => {
  expect(emailHash('Jane.Doe+deals@gmail.com')).toBe(emailHash('janedoe@googlemail.com'));
  expect(emailHash('jane.doe@example.com')).not.toBe(emailHash('janedoe@example.com'));
  await world.subscribe(await member('jane@example.com'), BASIC);
  await world.settle();
  const again = await member('jane+two@example.com');
  expect((await world.billing.billingStateOf(again)).trialDays).toBe(0);
  await world.subscribe(again, BASIC);
  await world.settle();
  expect(await rowOf(again)).toMatchObject({ status: 'active' });
});

test('there is one for each card: another account’s trial on it ends at once, unpaid, with a mail that says why', async () => {
  await world.subscribe(await member('one@example.com'), BASIC);
  await world.settle();
  const second = await member('two@example.com');
  await world.subscribe(second, PREMIUM);
  await world.settle();
  expect(await tierOf(database.db, second)).toBe('free');
  expect(await rowOf(second)).toMatchObject({ status: 'canceled', accessUntil: null });
  expect(world.stripe.world.all('charge')).toEqual([]);
  expect((await mailedTo(second)).filter((template) => template === 'trial-refused')).toHaveLength(1);
  await world.subscribe(second, PREMIUM);
  await world.settle();
  expect(await tierOf(database.db, second)).toBe('premium');
});

test('the card is judged before anything is shown, also when word comes by the success page', async () => {
  await world.subscribe(await member('one@example.com'), BASIC);
  await world.settle();
  const second = await member('two@example.com');
  const session = await world.subscribe(second, PREMIUM);
  expect(await world.billing.finishCheckout(second, session)).toMatchObject({ ok: true, tier: 'free' });
});

test('on trial another plan comes at once and costs nothing; the trial ends when it would have', async () => {
  const userId = await member('new@example.com');
  await world.subscribe(userId, BASIC);
  await world.settle();
  const before = await rowOf(userId);
  expect(await world.billing.previewChange(userId, PREMIUM)).toEqual({
    ok: true,
    when: 'at-once',
    dueCents: 0,
    trialEndMs: before?.trialEnd?.getTime() ?? 0,
  });
  expect(await world.billing.changePlan(userId, PREMIUM)).toEqual({ ok: true, outcome: 'changed' });
  expect(await tierOf(database.db, userId)).toBe('premium');
  expect((await rowOf(userId))?.trialEnd).toEqual(before?.trialEnd ?? null);
  expect(world.stripe.world.all('charge')).toEqual([]);
  await world.advance(7 * DAY_SECONDS + 7_200);
  await world.settle();
  const [received] = await database.db
    .select()
    .from(mails)
    .where(and(eq(mails.userId, userId), eq(mails.template, 'payment-received')));
  expect(received?.data).toMatchObject({ plan: 'Premium', amountCents: 29_700 });
});
