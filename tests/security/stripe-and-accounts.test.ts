import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { eq } from 'drizzle-orm';
import { tierOf } from '../../src/billing/announce-access.ts';
import { userById } from '../../src/db/queries/users.ts';
import { subscriptions } from '../../src/db/schema/subscriptions.ts';
import { createApp } from '../../src/web/app.ts';
import { type BillingWorld, startBillingWorld } from '../support/billing.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { mailsTo, mailTo } from '../support/mails.ts';
import { addMember, createVisitor, PASSWORD, signedIn, siteDeps, type Visitor } from '../support/site.ts';

/** Accounts with the simulated Stripe behind them: what happens here must have happened there. */
let database: TestDatabase;
let world: BillingWorld;
let app: ReturnType<typeof createApp>;
let people = 0;
let reachable = true;

const PREMIUM = { tier: 'premium', interval: 'month' } as const;

beforeAll(async () => {
  database = await createTestDatabase();
  const wire = ((input: Parameters<typeof fetch>[0], init?: RequestInit) =>
    reachable ? fetch(input, init) : Promise.reject(new TypeError('unreachable'))) as typeof fetch;
  world = await startBillingWorld({ database, fetch: wire });
  app = createApp(siteDeps(database, { billing: world.billing }));
});
beforeEach(() => world.settle());
afterAll(async () => {
  await world.stop();
  await database.drop();
});

interface Payer {
  readonly id: string;
  readonly email: string;
  readonly visitor: Visitor;
  readonly customer: string;
}
const newPayer = async (): Promise<Payer> => {
  people += 1;
  const email = `payer-${people}@example.com`;
  const id = await addMember(database.db, { email });
  await world.subscribe(id, PREMIUM);
  await world.settle();
  expect(await tierOf(database.db, id)).toBe('premium');
  return { id, email, visitor: await signedIn(app, email), customer: await world.customerOf(id) };
};
const atStripe = ({ customer }: Payer) =>
  world.stripe.world.all('subscription').filter((one) => one.customer === customer);
const eventually = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 100 && !holds(); tries++) await Bun.sleep(20);
  expect(holds()).toBe(true);
};

describe('deleting an account that pays', () => {
  test('ends the subscription at Stripe, and whatever Stripe tells afterwards brings nothing back', async () => {
    const payer = await newPayer();
    expect(atStripe(payer).map(({ status }) => status)).toEqual(['active']);
    const answer = await payer.visitor.post('/account/data/delete', { confirm: 'yes' });
    expect(answer.headers.get('Location')).toBe('/sign-in?after=deleted');
    expect(atStripe(payer).map(({ status }) => status)).toEqual(['canceled']);
    expect(world.pending.length).toBeGreaterThan(0);
    await world.settle();
    await world.advance(40 * 86_400);
    await world.settle();
    expect(atStripe(payer).map(({ status }) => status)).toEqual(['canceled']);
    expect(await tierOf(database.db, payer.id)).toBe('free');
    expect((await userById(database.db, payer.id))?.email).toBe(`deleted-${payer.id}@deleted.invalid`);
    expect((await createVisitor(app).post('/sign-in', { email: payer.email, password: PASSWORD })).status).toBe(401);
    const told = (await mailsTo(database.db, payer.email)).map(({ template }) => template);
    expect(told).toContain('account-deleted');
    expect(await mailsTo(database.db, `deleted-${payer.id}@deleted.invalid`)).toEqual([]);
  });

  test('deletes nothing while Stripe cannot be reached, and all of it once it can', async () => {
    const payer = await newPayer();
    reachable = false;
    const refused = await payer.visitor.post('/account/data/delete', { confirm: 'yes' });
    expect(refused.status).toBe(503);
    expect((await userById(database.db, payer.id))?.email).toBe(payer.email);
    expect(await tierOf(database.db, payer.id)).toBe('premium');
    reachable = true;
    expect((await payer.visitor.post('/account/data/delete', { confirm: 'yes' })).status).toBe(303);
    expect(atStripe(payer).map(({ status }) => status)).toEqual(['canceled']);
  });
});

test('another person’s subscription can be neither cancelled nor resumed, by whatever id', async () => {
  const [one, other] = [await newPayer(), await newPayer()];
  const [foreign] = atStripe(other);
  for (const path of ['/account/billing/cancel', '/account/billing/resume', '/account/billing/change'])
    await one.visitor.post(path, {
      subscription: String(foreign?.id),
      confirm: 'yes',
      agreed: 'yes',
      tier: 'basic',
      interval: 'month',
    });
  await world.settle();
  const [after] = atStripe(other);
  expect([after?.status, after?.cancel_at_period_end, after?.cancel_at]).toEqual(['active', false, null]);
  const [row] = await database.db.select().from(subscriptions).where(eq(subscriptions.userId, other.id));
  expect(row?.cancelAtPeriodEnd).toBe(false);
});

test('a changed address reaches Stripe, so that receipts follow it', async () => {
  const payer = await newPayer();
  const next = `moved-${payer.email}`;
  await payer.visitor.post('/account/email', { email: next });
  const { url } = await mailTo(database.db, next, 'confirm-new-email');
  await payer.visitor.post('/account/email/confirm', { token: new URL(url).searchParams.get('token') ?? '' });
  await eventually(() => world.stripe.world.all('customer').find(({ id }) => id === payer.customer)?.email === next);
});

test('a key opens what is paid for, from the moment Stripe says so until the moment it does not', async () => {
  const payer = await newPayer();
  const page = await payer.visitor.post('/account/api/keys', { name: 'k', signals: 'yes' });
  const key = /qc_[\w-]{43}/.exec(await page.text())?.[0] ?? '';
  const status = async () =>
    (await app.request('http://localhost:3000/api/v1/signals', { headers: { Authorization: `Bearer ${key}` } })).status;
  expect(await status()).toBe(200);
  await payer.visitor.post('/account/billing/cancel', { confirm: 'yes' });
  await world.settle();
  expect(await status()).toBe(200);
  await world.advance(32 * 86_400);
  await world.settle();
  expect(await status()).toBe(403);
});
