import { afterAll, beforeAll, expect, test } from 'bun:test';
import { z } from 'zod';
import { setUpStripe } from '../../src/billing/setup/set-up-stripe.ts';
import {
  charge,
  checkoutSession,
  dispute,
  event,
  invoice,
  price,
  refund,
  subscription,
} from '../../src/billing/stripe/shapes.ts';
import { type BillingWorld, cardEntry, DAY_SECONDS, startBillingWorld } from '../support/billing.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { addMember } from '../support/site.ts';
import {
  answerProblems,
  operationsSeen,
  type ReadShape,
  readProblems,
  STRIPE_SPEC_PRESENT,
  schemasSeen,
} from '../support/stripe-spec.ts';

const BASIC = { tier: 'basic', interval: 'month' } as const;
const PREMIUM = { tier: 'premium', interval: 'month' } as const;
const OPERATOR = { kind: 'operator', userId: '00000000-0000-4000-8000-000000000001', email: 'op@example.com' } as const;

let database: TestDatabase;
let world: BillingWorld;
const problems: string[] = [];
const refused: string[] = [];

/** Holds every answer against the specification; that requests fit it, the simulated Stripe sees to itself. */
const checked = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
  const answer = await fetch(input, init);
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  const method = init?.method ?? 'GET';
  const body: unknown = await answer.clone().json();
  if (!answer.ok && answer.status !== 404)
    refused.push(`${method} ${pathname} ${answer.status} ${JSON.stringify(body)}`);
  if (STRIPE_SPEC_PRESENT && answer.status !== 404)
    problems.push(...answerProblems(method, pathname, answer.status, body));
  return answer;
};

beforeAll(async () => {
  database = await createTestDatabase();
  world = await startBillingWorld({
    database,
    policy: { automaticTax: true, trialDays: 3 },
    fetch: checked as typeof fetch,
  });
});
afterAll(async () => {
  await world.stop();
  await database.drop();
});

/** What we read, by the specification's names. */
const READ = {
  price,
  subscription,
  charge,
  invoice,
  dispute,
  'checkout.session': checkoutSession,
  refund,
  event,
} as const;

test.skipIf(!STRIPE_SPEC_PRESENT)(
  'every field that billing reads is one that the specification knows (needs ../shared)',
  () => {
    for (const [name, shape] of Object.entries(READ)) {
      const read = z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' });
      expect(readProblems(name, read as ReadShape)).toEqual([]);
    }
    // The probe itself sees what is not there.
    expect(readProblems('charge', { properties: { dispute: {} } })).toEqual([
      'charge.dispute is not in the specification',
    ]);
  },
);

test('every request that billing makes is taken, and every answer is as the specification says', async () => {
  const { billing } = world;
  const { stripe } = world.deps.gateway;
  await setUpStripe(stripe, { siteUrl: new URL('https://quanticity.test'), webhook: true });
  await setUpStripe(stripe, { siteUrl: new URL('https://quanticity.test/moved/'), webhook: true });
  const coupon = await stripe.coupons.create({ percent_off: 10, duration: 'repeating', duration_in_months: 3 });
  await stripe.promotionCodes.create({ coupon: coupon.id, code: 'TENTH' });
  const userId = await addMember(database.db, { email: 'contract@example.com' });
  expect((await billing.startCheckout(userId, { ...PREMIUM, couponCode: 'TENTH' })).ok).toBe(true);
  const session = await world.subscribe(userId, BASIC);
  expect(await billing.finishCheckout(userId, session)).toMatchObject({ ok: true, tier: 'basic' });
  expect(await billing.changePlan(userId, PREMIUM)).toMatchObject({ outcome: 'changed' });
  expect(await billing.changePlan(userId, BASIC)).toMatchObject({ outcome: 'changed' });
  await world.advance(3 * DAY_SECONDS + 7_200);
  await world.settle();
  expect(await billing.previewChange(userId, PREMIUM)).toMatchObject({ ok: true, when: 'at-once' });
  expect(await billing.changePlan(userId, PREMIUM)).toMatchObject({ outcome: 'changed' });
  expect(await billing.changePlan(userId, BASIC)).toMatchObject({ outcome: 'scheduled' });
  expect(await billing.resume(userId)).toEqual({ ok: true });
  expect(await billing.cancel(userId)).toEqual({ ok: true });
  expect(await billing.resume(userId)).toEqual({ ok: true });
  expect((await billing.openPortal(userId)).ok).toBe(true);
  const paid = (await billing.billingStateOf(userId)).invoices.find(({ amountPaidCents }) => amountPaidCents > 0);
  expect(await billing.refund(paid?.id ?? '', { amountCents: 100, actor: OPERATOR, cause: 'test' })).toMatchObject({
    ok: true,
  });
  const charged = world.stripe.world.all('charge').find((one) => one.invoice === paid?.id);
  expect(world.stripe.world.openDispute(charged?.id ?? '').ok).toBe(true);
  await world.settle();
  await addMember(database.db, { email: 'another@example.com' });
  await world.billing.reconcile();
  await billing.startCheckout(await addMember(database.db, { email: 'third@example.com' }), BASIC);
  expect(await billing.endEverything(userId, OPERATOR, 'test')).toEqual({ ok: true });
  expect(refused).toEqual([]);
  expect(problems).toEqual([]);
}, 30_000);

test('an upgrade that is not paid, its invoice voided to make way, and a card refused for a second trial', async () => {
  const { billing } = world;
  const userId = await addMember(database.db, { email: 'unpaid@example.com' });
  await world.subscribe(userId, BASIC, 'failsLater');
  await world.settle();
  await world.advance(3 * DAY_SECONDS + 7_200);
  await world.settle();
  expect(await billing.changePlan(userId, PREMIUM)).toEqual({ ok: false, reason: 'payment-due' });
  const open = (await billing.billingStateOf(userId)).invoices.find(({ status }) => status === 'open');
  world.stripe.world.payInvoice(open?.id ?? '', cardEntry('good'), 'http://localhost:3000/');
  await world.settle();
  const again = await addMember(database.db, { email: 'again@example.com' });
  await world.subscribe(again, PREMIUM, 'failsLater');
  await world.settle();
  expect((await billing.billingStateOf(again)).tier).toBe('free');
  expect(await billing.cancel(userId)).toEqual({ ok: true });
  expect(refused).toEqual([]);
  expect(problems).toEqual([]);
}, 30_000);

test.skipIf(!STRIPE_SPEC_PRESENT)('billing’s part of the specification (needs ../shared)', () => {
  console.info(
    `Billing: ${operationsSeen.size} operations asked for, ${schemasSeen.size} schemas read, each as specified`,
  );
  expect(operationsSeen.size).toBeGreaterThan(30);
});
