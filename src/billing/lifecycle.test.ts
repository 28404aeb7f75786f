import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { and, eq, like, sql } from 'drizzle-orm';
import {
  type BillingWorld,
  cardEntry,
  DAY_SECONDS,
  HOUR_SECONDS,
  startBillingWorld,
  type TestCard,
} from '../../tests/support/billing.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { addMember } from '../../tests/support/site.ts';
import { auditLog } from '../db/schema/audit.ts';
import { mails } from '../db/schema/mails.ts';
import { subscriptions } from '../db/schema/subscriptions.ts';
import { users } from '../db/schema/users.ts';
import { tierOf } from './announce-access.ts';

const BASIC = { tier: 'basic', interval: 'month' } as const;
const PREMIUM = { tier: 'premium', interval: 'month' } as const;

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
const rows = () => database.db.select().from(subscriptions).where(eq(subscriptions.userId, userId));
const row = async () => {
  const [first] = await rows();
  if (!first) throw new Error('no subscription');
  return first;
};
const mailed = async (): Promise<string[]> =>
  (await database.db.select().from(mails).where(eq(mails.userId, userId)).orderBy(mails.queuedAt, sql`ctid`)).map(
    ({ template }) => template,
  );
const synced = () =>
  database.db
    .select()
    .from(auditLog)
    .where(and(eq(auditLog.userId, userId), eq(auditLog.action, 'subscription.synced')));
const secondsTo = (date: Date): number => Math.round(date.getTime() / 1_000) - world.nowSeconds();

describe('buying', () => {
  test('5. back at the success page before any webhook: access at once, and the webhooks later change nothing', async () => {
    const session = await world.subscribe(userId, BASIC);
    expect(await tier()).toBe('free');
    expect(await world.billing.finishCheckout(userId, session)).toEqual({ ok: true, tier: 'basic' });
    const [before, audited] = [await row(), (await synced()).length];
    expect(world.pending.length).toBeGreaterThan(3);
    await world.settle();
    expect({ ...(await row()), syncedAt: null }).toEqual({ ...before, syncedAt: null });
    expect((await synced()).length).toBe(audited);
    expect(await mailed()).toEqual(['subscription-started', 'payment-received']);
  });

  test('5. a success page with somebody else’s session, or a made-up one, changes nothing for anybody', async () => {
    const payer = await addMember(database.db, { email: `payer-${people}@example.com` });
    const session = await world.subscribe(payer, PREMIUM);
    await world.billing.startCheckout(userId, BASIC);
    for (const forged of [session, 'cs_test_made_up', '', 'cs_test_../../v1/charges', "cs_'; drop table users"])
      expect(await world.billing.finishCheckout(userId, forged)).toEqual({ ok: false, reason: 'not-found' });
    expect([await tier(), await tierOf(database.db, payer)]).toEqual(['free', 'free']);
    expect(await world.billing.finishCheckout(payer, session)).toMatchObject({ ok: true, tier: 'premium' });
    expect(await rows()).toEqual([]);
  });

  test('a declined card buys nothing, and the same checkout may be tried again', async () => {
    await expect(world.subscribe(userId, BASIC, 'declined')).rejects.toThrow('declined');
    await world.settle();
    expect(await tier()).toBe('free');
    await world.subscribe(userId, BASIC);
    await world.settle();
    expect(await tier()).toBe('basic');
    expect(await rows()).toHaveLength(1);
  });

  test('asked twice for the same, also at once, there is one customer and one checkout; for something else the first closes', async () => {
    const asked = await Promise.all([1, 2, 3, 4].map(() => world.billing.startCheckout(userId, BASIC)));
    expect(new Set(asked.map((one) => (one.ok ? one.url : one.reason))).size).toBe(1);
    expect(asked[0]?.ok).toBe(true);
    const customer = await world.customerOf(userId);
    const ofPerson = () =>
      world.stripe.world.all('checkout.session').filter((session) => session.customer === customer);
    expect(ofPerson()).toHaveLength(1);
    expect(world.stripe.world.all('customer').filter(({ metadata }) => metadata['user_id'] === userId)).toHaveLength(1);
    expect((await world.billing.startCheckout(userId, PREMIUM)).ok).toBe(true);
    expect(ofPerson().map(({ status }) => status)).toEqual(['expired', 'open']);
  });

  test('8. a second subscription is refused, whatever our rows have heard of the first', async () => {
    await world.subscribe(userId, BASIC);
    expect(await rows()).toEqual([]);
    expect(await world.billing.startCheckout(userId, PREMIUM)).toEqual({ ok: false, reason: 'already-subscribed' });
    expect(await tier()).toBe('basic');
  });

  test('8. two subscriptions all the same: the higher counts, operators and the member are told, ending one keeps the other', async () => {
    await world.subscribe(userId, BASIC);
    await world.settle();
    const customer = await world.customerOf(userId);
    const { stripe } = world.deps.gateway;
    const price = await world.deps.gateway.priceId('quanticity_premium_month');
    const method = world.stripe.world.cardsOf(customer)[0]?.id ?? '';
    const second = await stripe.subscriptions.create({ customer, items: [{ price }], default_payment_method: method });
    await world.settle();
    expect(await tier()).toBe('premium');
    const state = await world.billing.billingStateOf(userId);
    expect([state.subscription?.id, state.others.map(({ tier: other }) => other)]).toEqual([second.id, ['basic']]);
    const doubled = await database.db
      .select()
      .from(auditLog)
      .where(and(eq(auditLog.userId, userId), eq(auditLog.action, 'subscription.doubled')));
    expect(doubled.length).toBe(1);
    expect((await mailed()).filter((template) => template === 'paying-twice')).toHaveLength(1);
    const report = await world.billing.reconcile();
    expect(report.findings).toContainEqual(expect.objectContaining({ kind: 'two-subscriptions', userId }));
    await stripe.subscriptions.cancel(second.id);
    await world.settle();
    expect(await tier()).toBe('basic');
    expect(await world.billing.startCheckout(userId, PREMIUM)).toEqual({ ok: false, reason: 'already-subscribed' });
  });
});

describe('a payment that fails', () => {
  const paysLaterWith = async (card: TestCard): Promise<void> => {
    await world.subscribe(userId, BASIC);
    await world.settle();
    const customer = await world.customerOf(userId);
    const portal = await world.billing.openPortal(userId);
    if (!portal.ok) throw new Error(portal.reason);
    const [session] = world.stripe.world.all('billing_portal.session').filter((one) => one.customer === customer);
    const added = world.stripe.world.portalAddCard(session?.id ?? '', cardEntry(card), 'http://localhost:3000/');
    if (!added.ok) throw new Error(added.error.message);
    if (added.kind === 'challenge') world.stripe.world.confirmIntent(added.intentId, true);
    await world.settle();
  };
  const failing = (): Promise<void> => paysLaterWith('failsLater');

  test('6. a renewal that the bank wants confirmed keeps the plan meanwhile, and says what to do by mail and on every page', async () => {
    await paysLaterWith('challenged');
    await world.advance(secondsTo((await row()).currentPeriodEnd) + 2 * HOUR_SECONDS);
    await world.settle();
    expect([(await row()).status, await tier()]).toEqual(['past_due', 'basic']);
    expect(await world.billing.standingOf(userId)).toMatchObject({
      kind: 'action-required',
      payUrl: expect.any(String),
    });
    expect(await mailed()).toContain('payment-action-required');
    const [intent] = world.stripe.world.all('payment_intent').filter(({ status }) => status === 'requires_action');
    world.stripe.world.confirmIntent(intent?.id ?? '', true);
    await world.settle();
    expect([(await row()).status, await tier()]).toEqual(['active', 'basic']);
    expect(await world.billing.standingOf(userId)).toBeNull();
  });

  test('6. past_due keeps the plan for the grace as configured, then Free; paid, it is back at once', async () => {
    await failing();
    const dueAt = (await row()).currentPeriodEnd;
    await world.advance(secondsTo(dueAt) + 2 * HOUR_SECONDS);
    await world.settle();
    const missed = await row();
    expect(missed.status).toBe('past_due');
    expect(missed.accessUntil?.getTime()).toBe(dueAt.getTime() + 7 * DAY_SECONDS * 1_000);
    expect(await tier()).toBe('basic');
    expect(await world.billing.standingOf(userId)).toMatchObject({ kind: 'past-due', tier: 'basic' });
    expect(await mailed()).toContain('payment-failed');
    // The last second of the grace, and the first after it; Stripe has not given up yet.
    await world.advance(secondsTo(dueAt) + 7 * DAY_SECONDS - 3);
    expect(await tier()).toBe('basic');
    await world.advance(4);
    expect(await tier()).toBe('free');
    const open = (await world.billing.billingStateOf(userId)).invoices.find(({ status }) => status === 'open');
    const paid = world.stripe.world.payInvoice(open?.id ?? '', cardEntry('good'), 'http://localhost:3000/');
    expect(paid.ok).toBe(true);
    await world.settle();
    expect([(await row()).status, await tier()]).toEqual(['active', 'basic']);
    expect(await world.billing.standingOf(userId)).toBeNull();
  });

  test('6. what was cancelled for want of payment is over, with the reason in the mail', async () => {
    await failing();
    await world.advance(40 * DAY_SECONDS);
    await world.settle();
    expect([(await row()).status, await tier()]).toEqual(['canceled', 'free']);
    const [ended] = await database.db
      .select()
      .from(mails)
      .where(and(eq(mails.userId, userId), eq(mails.template, 'subscription-ended')));
    expect(ended?.data).toMatchObject({ plan: 'Basic', why: 'unpaid' });
  });

  test('6. incomplete gives nothing, its expiry neither; and it can be given up', async () => {
    await world.billing.startCheckout(userId, BASIC);
    const customer = await world.customerOf(userId);
    const price = await world.deps.gateway.priceId('quanticity_premium_month');
    const { stripe } = world.deps.gateway;
    const made = await stripe.subscriptions.create({
      customer,
      items: [{ price }],
      payment_behavior: 'default_incomplete',
    });
    await world.settle();
    expect([made.status, (await row()).status, await tier()]).toEqual(['incomplete', 'incomplete', 'free']);
    expect(await world.billing.standingOf(userId)).toMatchObject({ kind: 'incomplete' });
    expect(await world.billing.cancel(userId)).toEqual({ ok: true });
    await stripe.subscriptions.create({ customer, items: [{ price }], payment_behavior: 'default_incomplete' });
    await world.advance(24 * HOUR_SECONDS);
    await world.settle();
    expect((await rows()).every(({ accessUntil }) => accessUntil === null)).toBe(true);
    expect((await rows()).some(({ status }) => status === 'incomplete_expired')).toBe(true);
    expect(await tier()).toBe('free');
  });
});

describe('7. cancelling', () => {
  const toTheLastSecond = async (end: Date): Promise<void> => {
    await world.settle();
    await world.advance(secondsTo(end) - 3);
    expect(await tier()).toBe('basic');
    await world.advance(4);
    // Whether or not its webhook has come.
    expect(await tier()).toBe('free');
    await world.settle();
    expect([(await row()).status, await tier()]).toEqual(['canceled', 'free']);
    const paid = (await world.billing.billingStateOf(userId)).invoices.filter(
      ({ amountPaidCents }) => amountPaidCents > 0,
    );
    expect(paid).toHaveLength(1);
  };

  test('at the period’s end: access to the last second, no renewal, a mail at each step, and resumable until then', async () => {
    await world.subscribe(userId, BASIC);
    await world.settle();
    expect(await world.billing.cancel(userId)).toEqual({ ok: true });
    const end = (await row()).currentPeriodEnd;
    expect((await row()).accessUntil).toEqual(end);
    expect(await world.billing.resume(userId)).toEqual({ ok: true });
    expect((await row()).cancelAtPeriodEnd).toBe(false);
    expect(await world.billing.resume(userId)).toEqual({ ok: false, reason: 'nothing-to-resume' });
    await world.advance(60);
    expect(await world.billing.cancel(userId)).toEqual({ ok: true });
    await toTheLastSecond(end);
    expect(await mailed()).toEqual([
      'subscription-started',
      'payment-received',
      'cancel-scheduled',
      'subscription-resumed',
      'cancel-scheduled',
      'subscription-ended',
    ]);
  });

  test('at a date that an operator set at Stripe: the same, and resumable too', async () => {
    await world.subscribe(userId, BASIC);
    await world.settle();
    const { id } = await row();
    const at = world.nowSeconds() + 10 * DAY_SECONDS;
    await world.deps.gateway.stripe.subscriptions.update(id, { cancel_at: at });
    await world.settle();
    expect((await row()).accessUntil?.getTime()).toBe(at * 1_000);
    expect(await world.billing.resume(userId)).toEqual({ ok: true });
    expect((await row()).cancelAt).toBeNull();
    await world.deps.gateway.stripe.subscriptions.update(id, { cancel_at: at });
    await toTheLastSecond(new Date(at * 1_000));
  });

  test('and coming back later begins a new subscription', async () => {
    await world.subscribe(userId, BASIC);
    await world.settle();
    await world.billing.cancel(userId);
    await world.advance(secondsTo((await row()).currentPeriodEnd) + 1);
    await world.settle();
    expect(await tier()).toBe('free');
    await world.subscribe(userId, BASIC);
    await world.settle();
    expect([await tier(), (await rows()).length]).toEqual(['basic', 2]);
  });

  test('9. given, bought and cancelled: what was given has its own end, and does not come back', async () => {
    const { grantComp } = await import('../db/queries/comps.ts');
    const endsAt = new Date((world.nowSeconds() + 5 * DAY_SECONDS) * 1_000);
    const actor = { kind: 'system', name: 'test' } as const;
    await grantComp(
      database.db,
      { userId, tier: 'premium', endsAt, reason: 'a present', startsAt: new Date(0) },
      actor,
    );
    await world.subscribe(userId, BASIC);
    await world.settle();
    expect(await tier()).toBe('premium');
    await world.advance(5 * DAY_SECONDS);
    expect(await tier()).toBe('basic');
    await world.billing.cancel(userId);
    await world.advance(secondsTo((await row()).currentPeriodEnd) + 1);
    await world.settle();
    expect(await tier()).toBe('free');
    expect(await world.billing.billingStateOf(userId)).toMatchObject({ comp: null, tier: 'free' });
  });
});

describe('9. ending everything, before an account is deleted or banned', () => {
  const actor = { kind: 'system', name: 'test' } as const;

  test('ends subscriptions, checkouts and unpaid invoices at Stripe, seen there', async () => {
    await world.subscribe(userId, PREMIUM);
    await world.settle();
    await world.billing.changePlan(userId, BASIC);
    expect(await world.billing.endEverything(userId, actor, 'account deleted')).toEqual({ ok: true });
    const customer = await world.customerOf(userId);
    const held = world.stripe.world.all('subscription').filter((one) => one.customer === customer);
    expect(held.map(({ status }) => status)).toEqual(['canceled']);
    expect(await tier()).toBe('free');
    const asked = await database.db
      .select()
      .from(auditLog)
      .where(and(eq(auditLog.userId, userId), like(auditLog.action, 'billing.end%')));
    expect(asked.map(({ cause }) => cause)).toEqual(['account deleted']);
    await world.advance(70 * DAY_SECONDS);
    await world.settle();
    const paid = (await world.billing.billingStateOf(userId)).invoices.filter(
      ({ amountPaidCents }) => amountPaidCents > 0,
    );
    expect(paid).toHaveLength(1);
  });

  test('closes a checkout that is open, so that nothing can begin afterwards', async () => {
    await world.billing.startCheckout(userId, BASIC);
    const session = await world.openSession(userId);
    expect(await world.billing.endEverything(userId, actor, 'banned')).toEqual({ ok: true });
    expect(world.stripe.world.completeCheckout(session, { card: cardEntry('good'), email: null }).ok).toBe(false);
  });

  test('says so when Stripe cannot be asked, and works when it can again', async () => {
    await world.subscribe(userId, BASIC);
    await world.settle();
    world.stripe.inject({ kind: 'server-error', times: 3, method: 'DELETE', path: '/v1/subscriptions' });
    expect(await world.billing.endEverything(userId, actor, 'account deleted')).toEqual({
      ok: false,
      reason: 'unavailable',
    });
    expect(await tier()).toBe('basic');
    expect(await world.billing.endEverything(userId, actor, 'account deleted')).toEqual({ ok: true });
    expect(await tier()).toBe('free');
  });

  test('in the hour before a renewal is charged, charges nothing', async () => {
    await world.subscribe(userId, BASIC);
    await world.settle();
    await world.advance(secondsTo((await row()).currentPeriodEnd) + 600);
    await world.settle();
    const drafts = async () =>
      (await world.billing.billingStateOf(userId)).invoices.filter(({ status }) => status === 'draft');
    expect(await drafts()).toHaveLength(1);
    expect(await world.billing.endEverything(userId, actor, 'account deleted')).toEqual({ ok: true });
    expect(await drafts()).toEqual([]);
    await world.advance(3 * DAY_SECONDS);
    await world.settle();
    const { invoices } = await world.billing.billingStateOf(userId);
    expect(invoices.map(({ status, amountPaidCents }) => [status, amountPaidCents])).toEqual([
      ['void', 0],
      ['paid', 9_700],
    ]);
  });

  test('what a closed account pays for all the same, through a checkout that was under way, is ended by itself', async () => {
    await world.billing.startCheckout(userId, PREMIUM);
    const session = await world.openSession(userId);
    await database.db.update(users).set({ bannedAt: new Date() }).where(eq(users.id, userId));
    expect(world.stripe.world.completeCheckout(session, { card: cardEntry('good'), email: null }).ok).toBe(true);
    await world.settle();
    expect((await rows()).map(({ status }) => status)).toEqual(['canceled']);
    expect(await tier()).toBe('free');
    expect(await world.billing.startCheckout(userId, BASIC)).toEqual({ ok: false, reason: 'account-closed' });
  });

  test('is done at once for whoever never bought anything', async () => {
    expect(await world.billing.endEverything(userId, actor, 'account deleted')).toEqual({ ok: true });
  });
});
