import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { and, eq } from 'drizzle-orm';
import {
  type BillingWorld,
  cardEntry,
  DAY_SECONDS,
  startBillingWorld,
  type TestCard,
} from '../../tests/support/billing.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { addMember } from '../../tests/support/site.ts';
import { invoices } from '../db/schema/invoices.ts';
import { mails } from '../db/schema/mails.ts';
import { subscriptionChanges } from '../db/schema/subscription-changes.ts';
import { subscriptions } from '../db/schema/subscriptions.ts';
import { tierOf } from './announce-access.ts';

const BASIC = { tier: 'basic', interval: 'month' } as const;
const PREMIUM = { tier: 'premium', interval: 'month' } as const;
const PREMIUM_YEAR = { tier: 'premium', interval: 'year' } as const;

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
const row = async () => {
  const [first] = await database.db.select().from(subscriptions).where(eq(subscriptions.userId, userId));
  if (!first) throw new Error('no subscription');
  return first;
};
const billed = () =>
  database.db.select().from(invoices).where(eq(invoices.userId, userId)).orderBy(invoices.createdAt, invoices.id);
const history = async () =>
  (
    await database.db
      .select()
      .from(subscriptionChanges)
      .where(eq(subscriptionChanges.userId, userId))
      .orderBy(subscriptionChanges.id)
  ).map(({ change, mrrBeforeCents, mrrAfterCents }) => [change, mrrBeforeCents, mrrAfterCents]);
const mailed = async (): Promise<string[]> =>
  (await database.db.select().from(mails).where(eq(mails.userId, userId))).map(({ template }) => template);
const secondsTo = (date: Date): number => Math.round(date.getTime() / 1_000) - world.nowSeconds();

const subscribe = async (plan: typeof BASIC | typeof PREMIUM | typeof PREMIUM_YEAR): Promise<void> => {
  await world.subscribe(userId, plan);
  await world.settle();
};
const useCard = async (card: TestCard): Promise<void> => {
  const customer = await world.customerOf(userId);
  const opened = await world.billing.openPortal(userId);
  if (!opened.ok) throw new Error(opened.reason);
  const session = world.stripe.world.all('billing_portal.session').find((one) => one.customer === customer);
  const added = world.stripe.world.portalAddCard(session?.id ?? '', cardEntry(card), 'http://localhost:3000/');
  if (added.ok && added.kind === 'challenge') world.stripe.world.confirmIntent(added.intentId, true);
  if (!added.ok) throw new Error(added.error.message);
  await world.settle();
};

describe('an upgrade', () => {
  test('charges the difference for the rest of the period to the cent, and counts once that is paid', async () => {
    await subscribe(BASIC);
    await world.advance(10 * DAY_SECONDS);
    await world.settle();
    const { currentPeriodStart: start, currentPeriodEnd: end } = await row();
    const preview = await world.billing.previewChange(userId, PREMIUM);
    expect(await world.billing.changePlan(userId, PREMIUM)).toEqual({ ok: true, outcome: 'changed' });
    expect(await tier()).toBe('premium');
    const last = (await billed()).at(-1);
    const left = end.getTime() - (last?.createdAt.getTime() ?? 0);
    const share = left / (end.getTime() - start.getTime());
    const expected = Math.round(29_700 * share) - Math.round(9_700 * share);
    expect([last?.status, last?.amountPaidCents]).toEqual(['paid', expected]);
    expect(preview).toMatchObject({ ok: true, when: 'at-once' });
    expect(Math.abs((preview.ok && preview.when === 'at-once' ? preview.dueCents : 0) - expected)).toBeLessThanOrEqual(
      3,
    );
    expect((await row()).currentPeriodEnd).toEqual(end);
    await world.settle();
    expect(await history()).toEqual([
      ['started', 0, 9_700],
      ['upgraded', 9_700, 29_700],
    ]);
    expect(await mailed()).toContain('plan-changed');
    await world.advance(secondsTo(end) + 2 * 3_600);
    await world.settle();
    expect((await billed()).at(-1)).toMatchObject({ status: 'paid', amountPaidCents: 29_700 });
    expect(await tier()).toBe('premium');
  });

  test('that the card does not pay changes nothing; paid later it counts, dropped it is gone', async () => {
    await subscribe(BASIC);
    await useCard('failsLater');
    const asked = await world.billing.changePlan(userId, PREMIUM);
    expect(asked).toMatchObject({ ok: true, outcome: 'payment-needed', payUrl: expect.stringContaining('http') });
    await world.settle();
    expect(await tier()).toBe('basic');
    expect(await row()).toMatchObject({ status: 'active', tier: 'basic', pendingTier: 'premium' });
    // Asked again it is still the same one invoice.
    expect(await world.billing.changePlan(userId, PREMIUM)).toMatchObject({ outcome: 'payment-needed' });
    const open = (await billed()).filter(({ status }) => status === 'open');
    expect(open).toHaveLength(1);
    expect(world.stripe.world.payInvoice(open[0]?.id ?? '', cardEntry('good'), 'http://localhost:3000/').ok).toBe(true);
    await world.settle();
    expect(await tier()).toBe('premium');
    expect(await row()).toMatchObject({ tier: 'premium', pendingTier: null });
  });

  test('that is never paid is dropped after 23 hours, and its invoice cannot be paid any more', async () => {
    await subscribe(BASIC);
    await useCard('failsLater');
    await world.billing.changePlan(userId, PREMIUM);
    await world.advance(24 * 3_600);
    await world.settle();
    expect(await row()).toMatchObject({ status: 'active', tier: 'basic', pendingTier: null });
    expect((await billed()).filter(({ status }) => status === 'open')).toEqual([]);
    expect(await tier()).toBe('basic');
  });

  test('that the bank wants confirmed waits for that, says so on every page and by mail', async () => {
    await subscribe(BASIC);
    await useCard('challenged');
    const asked = await world.billing.changePlan(userId, PREMIUM);
    expect(asked).toMatchObject({ ok: true, outcome: 'payment-needed' });
    await world.settle();
    expect(await tier()).toBe('basic');
    expect(await world.billing.standingOf(userId)).toMatchObject({ kind: 'action-required', tier: 'basic' });
    expect(await mailed()).toContain('payment-action-required');
    const intents = world.stripe.world.all('payment_intent').filter(({ status }) => status === 'requires_action');
    const [intent] = intents.slice(-1);
    world.stripe.world.confirmIntent(intent?.id ?? '', true);
    await world.settle();
    expect(await tier()).toBe('premium');
    expect(await world.billing.standingOf(userId)).toBeNull();
  });

  test('asked for twice at once is charged once', async () => {
    await subscribe(BASIC);
    await world.advance(DAY_SECONDS);
    await Promise.all([world.billing.changePlan(userId, PREMIUM), world.billing.changePlan(userId, PREMIUM)]);
    await world.settle();
    expect((await billed()).filter(({ billingReason }) => billingReason === 'subscription_update')).toHaveLength(1);
    expect(await tier()).toBe('premium');
  });

  test.each(['timeout-after-commit', 'reset-after-commit', 'error-after-commit'] as const)(
    'whose answer is lost (%s) is charged once, and counts',
    async (kind) => {
      await subscribe(BASIC);
      await world.advance(DAY_SECONDS);
      const { id } = await row();
      world.stripe.inject({ kind, times: 1, method: 'POST', path: `/v1/subscriptions/${id}` });
      const first = await world.billing.changePlan(userId, PREMIUM);
      const again = first.ok ? first : await world.billing.changePlan(userId, PREMIUM);
      expect(again.ok || again.reason === 'same-plan').toBe(true);
      await world.settle();
      expect(await tier()).toBe('premium');
      expect((await billed()).filter(({ billingReason }) => billingReason === 'subscription_update')).toHaveLength(1);
    },
    20_000,
  );
});

describe('less', () => {
  test('comes with the next period: Premium until then, Basic and its price from then on', async () => {
    await subscribe(PREMIUM);
    const { currentPeriodEnd: end } = await row();
    expect(await world.billing.changePlan(userId, BASIC)).toEqual({
      ok: true,
      outcome: 'scheduled',
      atMs: end.getTime(),
    });
    await world.settle();
    expect(await row()).toMatchObject({ tier: 'premium', nextTier: 'basic', nextInterval: 'month', nextAt: end });
    await world.advance(secondsTo(end) - 3);
    expect(await tier()).toBe('premium');
    await world.advance(2 * 3_600);
    await world.settle();
    expect(await tier()).toBe('basic');
    expect(await row()).toMatchObject({ tier: 'basic', nextTier: null });
    expect((await billed()).map(({ amountPaidCents }) => amountPaidCents)).toEqual([29_700, 9_700]);
    expect(await history()).toEqual([
      ['started', 0, 29_700],
      ['downgraded', 29_700, 9_700],
    ]);
    // And it goes on as Basic.
    await world.advance(secondsTo((await row()).currentPeriodEnd) + 2 * 3_600);
    await world.settle();
    expect((await billed()).at(-1)).toMatchObject({ status: 'paid', amountPaidCents: 9_700 });
    expect(await tier()).toBe('basic');
  });

  test('is taken back until then, also by wanting more, and makes way for a cancellation', async () => {
    await subscribe(PREMIUM);
    await world.billing.changePlan(userId, BASIC);
    expect(await world.billing.resume(userId)).toEqual({ ok: true });
    expect(await row()).toMatchObject({ tier: 'premium', nextTier: null, scheduleId: null });
    expect(await mailed()).toContain('plan-change-withdrawn');
    await world.billing.changePlan(userId, BASIC);
    expect(await world.billing.changePlan(userId, PREMIUM_YEAR)).toMatchObject({ ok: true, outcome: 'scheduled' });
    expect(await row()).toMatchObject({ nextTier: 'premium', nextInterval: 'year' });
    expect(await world.billing.cancel(userId)).toEqual({ ok: true });
    expect(await row()).toMatchObject({ nextTier: null, cancelAtPeriodEnd: true });
    expect(await world.billing.changePlan(userId, BASIC)).toEqual({ ok: false, reason: 'cancel-scheduled' });
  });

  test('monthly to yearly comes with the next period too, at the yearly price', async () => {
    await subscribe(PREMIUM);
    const { currentPeriodEnd: end } = await row();
    expect(await world.billing.changePlan(userId, PREMIUM_YEAR)).toMatchObject({ outcome: 'scheduled' });
    await world.advance(secondsTo(end) + 2 * 3_600);
    await world.settle();
    expect((await billed()).map(({ amountPaidCents }) => amountPaidCents)).toEqual([29_700, 297_000]);
    expect(await row()).toMatchObject({ tier: 'premium', billingInterval: 'year' });
    expect((await history()).at(-1)).toEqual(['interval-changed', 29_700, 24_750]);
  });
});

describe('money that goes back', () => {
  const actor = { kind: 'operator', userId: '00000000-0000-4000-8000-000000000001', email: 'op@example.com' } as const;

  test('in part leaves the plan; in full ends what it paid for; never more than was paid', async () => {
    await subscribe(BASIC);
    const [paid] = await billed();
    const id = paid?.id ?? '';
    const some = await world.billing.refund(id, { amountCents: 1_000, actor, cause: 'kindness' });
    expect(some).toMatchObject({ ok: true, amountCents: 1_000 });
    await world.settle();
    expect([await tier(), (await billed())[0]?.refundedCents]).toEqual(['basic', 1_000]);
    for (const amountCents of [8_701, 0, -5, 1.5])
      expect(await world.billing.refund(id, { amountCents, actor, cause: 'x' })).toEqual({
        ok: false,
        reason: 'amount',
      });
    expect(await world.billing.refund(paid?.chargeId ?? '', { actor, cause: 'the rest' })).toMatchObject({
      amountCents: 8_700,
    });
    expect([await tier(), (await row()).status]).toEqual(['free', 'active']);
    expect(await world.billing.refund(id, { actor, cause: 'again' })).toEqual({ ok: false, reason: 'amount' });
    expect(await world.billing.refund('in_of_nobody', { actor, cause: 'x' })).toEqual({
      ok: false,
      reason: 'not-found',
    });
    expect((await mailed()).filter((template) => template === 'refunded')).toHaveLength(2);
    // The next period is paid anew, and counts.
    await world.advance(secondsTo((await row()).currentPeriodEnd) + 2 * 3_600);
    await world.settle();
    expect(await tier()).toBe('basic');
  });

  test.each(['timeout-after-commit', 'reset-after-commit', 'error-after-commit'] as const)(
    'by a refund whose answer is lost (%s) goes back once, however often it is asked for until that is known',
    async (kind) => {
      await subscribe(BASIC);
      const [paid] = await billed();
      // Enough for every try of the first asking; what the client repeats by itself Stripe knows by its key.
      world.stripe.inject({ kind, times: 3, method: 'POST', path: '/v1/refunds' });
      const wish = { amountCents: 500, actor, cause: 'once' };
      const first = await world.billing.refund(paid?.id ?? '', wish);
      if (!first.ok)
        expect(await world.billing.refund(paid?.id ?? '', wish)).toMatchObject({ ok: true, amountCents: 500 });
      await world.settle();
      expect((await billed())[0]?.refundedCents).toBe(500);
      expect(world.stripe.world.all('refund').filter(({ charge }) => charge === paid?.chargeId)).toHaveLength(1);
      // Known to be done, the same again is another.
      expect(await world.billing.refund(paid?.id ?? '', wish)).toMatchObject({ ok: true, amountCents: 500 });
      await world.settle();
      expect((await billed())[0]?.refundedCents).toBe(1_000);
    },
    30_000,
  );

  test('by a refund that Stripe failed to make is made at the next asking', async () => {
    await subscribe(BASIC);
    const [paid] = await billed();
    world.stripe.inject({ kind: 'server-error', times: 6, method: 'POST', path: '/v1/refunds' });
    const wish = { amountCents: 500, actor, cause: 'once' };
    expect(await world.billing.refund(paid?.id ?? '', wish)).toEqual({ ok: false, reason: 'unavailable' });
    expect(await world.billing.refund(paid?.id ?? '', wish)).toMatchObject({ ok: true });
    await world.settle();
    expect((await billed())[0]?.refundedCents).toBe(500);
  }, 30_000);

  test('by a dispute ends access until it is won; lost, until the next period is paid', async () => {
    await subscribe(PREMIUM);
    const [paid] = await billed();
    const opened = world.stripe.world.openDispute(paid?.chargeId ?? '');
    if (!opened.ok) throw new Error(opened.error.message);
    await world.settle();
    expect([await tier(), (await billed())[0]?.disputeStatus]).toEqual(['free', 'needs_response']);
    expect(await mailed()).toContain('payment-disputed');
    expect(world.stripe.world.closeDispute(opened.value, true).ok).toBe(true);
    await world.settle();
    expect([await tier(), (await billed())[0]?.disputeStatus]).toEqual(['premium', 'won']);
  });
});

describe('coupons', () => {
  test('take off what they say, and count in the monthly revenue; a code that is none is refused before anything is made', async () => {
    const { stripe } = world.deps.gateway;
    const coupon = await stripe.coupons.create({ percent_off: 20, duration: 'forever' });
    await stripe.promotionCodes.create({ coupon: coupon.id, code: 'TWENTY' });
    expect(await world.billing.startCheckout(userId, { ...BASIC, couponCode: 'NOPE' })).toEqual({
      ok: false,
      reason: 'unknown-code',
    });
    expect((await world.billing.startCheckout(userId, { ...BASIC, couponCode: ' TWENTY ' })).ok).toBe(true);
    const session = await world.openSession(userId);
    expect(world.stripe.world.completeCheckout(session, { card: cardEntry('good'), email: null }).ok).toBe(true);
    await world.settle();
    expect((await billed())[0]).toMatchObject({ amountPaidCents: 7_760, discountCents: 1_940 });
    expect(await history()).toEqual([['started', 0, 7_760]]);
    expect(await row()).toMatchObject({ amountCents: 9_700, discountCents: 1_940, discountEndsAt: null });
    const [started] = await database.db
      .select()
      .from(mails)
      .where(and(eq(mails.userId, userId), eq(mails.template, 'subscription-started')));
    expect(started?.data).toMatchObject({ amountCents: 7_760 });
  });

  test('that last go on through a change with the next period', async () => {
    const { stripe } = world.deps.gateway;
    const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    await stripe.promotionCodes.create({ coupon: coupon.id, code: 'HALF' });
    expect((await world.billing.startCheckout(userId, { ...PREMIUM, couponCode: 'HALF' })).ok).toBe(true);
    const session = await world.openSession(userId);
    expect(world.stripe.world.completeCheckout(session, { card: cardEntry('good'), email: null }).ok).toBe(true);
    await world.settle();
    expect(await world.billing.changePlan(userId, BASIC)).toMatchObject({ outcome: 'scheduled' });
    const [schedule] = world.stripe.world
      .all('subscription_schedule')
      .filter(({ id }) => id.length > 0)
      .slice(-1);
    expect(schedule?.phases.map((phase) => phase.coupon)).toEqual([coupon.id, coupon.id]);
    await world.advance(secondsTo((await row()).currentPeriodEnd) + 2 * 3_600);
    await world.settle();
    expect((await billed()).map(({ amountPaidCents }) => amountPaidCents)).toEqual([14_850, 4_850]);
  });
});
