import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type Stripe from 'stripe';
import { type Catalog, DAY, makeCatalog, makeCustomer, type StripeBench, startStripeBench } from '../support/stripe.ts';
import { STRIPE_SPEC_PRESENT } from '../support/stripe-spec.ts';

const at = (year: number, month: number, day: number, hour = 10): number =>
  Date.UTC(year, month - 1, day, hour) / 1_000;
const HOUR = 3_600;

let bench: StripeBench;
let catalog: Catalog;
beforeAll(async () => {
  bench = await startStripeBench();
  catalog = await makeCatalog(bench);
});
afterAll(() => bench.stop());

const subscribe = async (
  params: Partial<Stripe.SubscriptionCreateParams> = {},
  card = 'pm_card_visa',
): Promise<Stripe.Subscription> => {
  const customer = await makeCustomer(bench, card);
  return bench.stripe.subscriptions.create({ customer: customer.id, items: [{ price: catalog.basic.id }], ...params });
};
const read = (subscription: Stripe.Subscription) =>
  bench.stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice.payment_intent'] });
const latest = (subscription: Stripe.Subscription): Stripe.Invoice => subscription.latest_invoice as Stripe.Invoice;
const failLater = async (): Promise<Stripe.Subscription> => {
  const customer = await makeCustomer(bench);
  const bad = await bench.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
  const good = await bench.stripe.subscriptions.create({ customer: customer.id, items: [{ price: catalog.basic.id }] });
  return bench.stripe.subscriptions.update(good.id, { default_payment_method: bad.id });
};

describe('time in the sandboxed Stripe', () => {
  test('keeps the day of the month: Jan 31, Feb 29, Mar 31, Apr 30', async () => {
    const own = await startStripeBench();
    const prices = await makeCatalog(own);
    const customer = await makeCustomer(own);
    const { id } = await own.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: prices.basic.id }],
    });
    const ends: number[] = [];
    for (let month = 0; month < 4; month += 1) {
      const { current_period_end } = await own.stripe.subscriptions.retrieve(id);
      ends.push(current_period_end);
      own.world.advance(current_period_end - own.world.nowSeconds());
    }
    expect(ends).toEqual([at(2024, 2, 29), at(2024, 3, 31), at(2024, 4, 30), at(2024, 5, 31)]);
    await own.stop();
  });

  test('a year from Feb 29 is Feb 28, and Feb 29 again in the leap year', async () => {
    const own = await startStripeBench({ now: () => at(2024, 2, 29) * 1_000 });
    const prices = await makeCatalog(own);
    const customer = await makeCustomer(own);
    const { id } = await own.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: prices.premiumYear.id }],
    });
    const ends: number[] = [];
    for (let year = 0; year < 4; year += 1) {
      const { current_period_end } = await own.stripe.subscriptions.retrieve(id);
      ends.push(current_period_end);
      own.world.advance(current_period_end - own.world.nowSeconds());
    }
    expect(ends).toEqual([at(2025, 2, 28), at(2026, 2, 28), at(2027, 2, 28), at(2028, 2, 29)]);
    await own.stop();
  });

  test('a renewal is a draft for an hour, then final and paid', async () => {
    const subscription = await subscribe();
    const end = subscription.current_period_end;
    bench.newEvents();
    bench.world.advance(end - bench.world.nowSeconds());
    const renewed = await read(subscription);
    expect(renewed).toMatchObject({ status: 'active', current_period_start: end });
    expect(latest(renewed)).toMatchObject({ status: 'draft', billing_reason: 'subscription_cycle', amount_due: 9_700 });
    expect(latest(renewed)).toMatchObject({ period_start: subscription.current_period_start, period_end: end });
    bench.world.advance(HOUR - 1);
    expect(latest(await read(subscription)).status).toBe('draft');
    bench.world.advance(1);
    const paid = latest(await read(subscription));
    expect(paid).toMatchObject({ status: 'paid', amount_paid: 9_700, attempt_count: 1 });
    expect(paid.status_transitions.paid_at).toBe(end + HOUR);
    const events = bench.newEvents();
    expect(events).toContain('invoice.upcoming');
    expect(events.indexOf('invoice.created')).toBeLessThan(events.indexOf('invoice.paid'));
  });

  test('an upcoming renewal is told seven days before', async () => {
    const { current_period_end: end } = await subscribe();
    bench.world.advance(end - 7 * DAY - 1 - bench.world.nowSeconds());
    bench.newEvents();
    bench.world.advance(1);
    expect(bench.newEvents().filter((type) => type === 'invoice.upcoming')).toHaveLength(1);
  });

  test.each([
    [14, 11],
    [2, 0],
  ])('a trial of %d days is told to end after %d days, then charged', async (days, toldAfter) => {
    bench.newEvents();
    const subscription = await subscribe({ trial_period_days: days });
    expect(subscription).toMatchObject({ status: 'trialing', trial_end: bench.world.nowSeconds() + days * DAY });
    if (toldAfter > 0) {
      bench.world.advance(toldAfter * DAY - 1);
      expect(bench.newEvents()).not.toContain('customer.subscription.trial_will_end');
      bench.world.advance(1);
    }
    expect(bench.newEvents()).toContain('customer.subscription.trial_will_end');
    bench.world.advance((days - toldAfter) * DAY);
    expect(await read(subscription)).toMatchObject({ status: 'active', billing_cycle_anchor: subscription.trial_end });
    bench.world.advance(HOUR);
    expect(latest(await read(subscription))).toMatchObject({ status: 'paid', amount_paid: 9_700 });
  });

  test('a failed renewal is tried again on days 3, 5 and 7, then the subscription ends', async () => {
    const subscription = await failLater();
    const first = subscription.current_period_end + HOUR;
    bench.world.advance(first - bench.world.nowSeconds());
    for (const [attempt, day] of [
      [1, 3],
      [2, 5],
      [3, 7],
    ] as const) {
      const behind = await read(subscription);
      expect(behind.status).toBe('past_due');
      expect(latest(behind)).toMatchObject({
        status: 'open',
        attempt_count: attempt,
        next_payment_attempt: first + day * DAY,
      });
      bench.newEvents();
      bench.world.advance(first + day * DAY - bench.world.nowSeconds());
      expect(bench.newEvents()).toContain('invoice.payment_failed');
    }
    const over = await read(subscription);
    expect(over).toMatchObject({ status: 'canceled', cancellation_details: { reason: 'payment_failed' } });
    expect(latest(over)).toMatchObject({
      status: 'open',
      auto_advance: false,
      next_payment_attempt: null,
      attempt_count: 4,
    });
    expect(over.ended_at).toBe(first + 7 * DAY);
  });

  test('a customer who owes and pays is active again', async () => {
    const subscription = await failLater();
    const customer = String(subscription.customer);
    bench.world.advance(subscription.current_period_end + HOUR - bench.world.nowSeconds());
    expect(await bench.stripe.customers.retrieve(customer)).toMatchObject({ delinquent: true });
    const method = await bench.stripe.paymentMethods.attach('pm_card_visa', { customer });
    const invoice = latest(await read(subscription));
    const paid = await bench.stripe.invoices.pay(invoice.id, { payment_method: method.id });
    expect(paid).toMatchObject({ status: 'paid', paid: true });
    expect(await read(subscription)).toMatchObject({ status: 'active' });
    expect(await bench.stripe.customers.retrieve(customer)).toMatchObject({ delinquent: false });
  });

  test('a card that asks for proof every time leaves a renewal waiting for it', async () => {
    const subscription = await subscribe({ payment_behavior: 'default_incomplete' }, 'pm_card_authenticationRequired');
    const intent = latest(await read(subscription)).payment_intent as Stripe.PaymentIntent;
    expect(subscription.status).toBe('incomplete');
    await bench.stripe.paymentIntents.confirm(intent.id, {
      payment_method: bench.world.cardsOf(String(subscription.customer))[0]?.id ?? '',
    });
    bench.world.confirmIntent(intent.id, true);
    expect(await read(subscription)).toMatchObject({ status: 'active' });
    bench.newEvents();
    bench.world.advance(subscription.current_period_end + HOUR - bench.world.nowSeconds());
    const behind = await read(subscription);
    expect(behind.status).toBe('past_due');
    expect(bench.newEvents()).toContain('invoice.payment_action_required');
    const waiting = latest(behind).payment_intent as Stripe.PaymentIntent;
    expect(waiting.status).toBe('requires_action');
    bench.world.confirmIntent(waiting.id, true);
    expect(await read(subscription)).toMatchObject({ status: 'active' });
  });

  test('a first payment that never comes expires after 23 hours', async () => {
    const subscription = await subscribe({}, 'pm_card_visa').then(() =>
      subscribe({ payment_behavior: 'default_incomplete' }),
    );
    bench.world.advance(23 * HOUR - 1);
    expect((await read(subscription)).status).toBe('incomplete');
    bench.world.advance(1);
    const expired = await read(subscription);
    expect(expired.status).toBe('incomplete_expired');
    expect(latest(expired).status).toBe('void');
  });

  test('cancelled at the period’s end it runs to the last second and is not renewed', async () => {
    const subscription = await subscribe();
    const end = subscription.current_period_end;
    const told = await bench.stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    expect(told).toMatchObject({ status: 'active', cancel_at: end, cancel_at_period_end: true });
    bench.world.advance(end - 1 - bench.world.nowSeconds());
    expect((await read(subscription)).status).toBe('active');
    bench.newEvents();
    bench.world.advance(1);
    expect(await read(subscription)).toMatchObject({ status: 'canceled', ended_at: end });
    expect(bench.newEvents()).toEqual(['customer.subscription.deleted']);
  });

  test('a cancellation taken back is renewed', async () => {
    const { id, current_period_end: end } = await subscribe({ cancel_at_period_end: true });
    const back = await bench.stripe.subscriptions.update(id, { cancel_at_period_end: false });
    expect(back).toMatchObject({ cancel_at: null, canceled_at: null, cancel_at_period_end: false });
    bench.world.advance(end + 1 - bench.world.nowSeconds());
    expect(await bench.stripe.subscriptions.retrieve(id)).toMatchObject({
      status: 'active',
      current_period_start: end,
    });
  });

  test('a plain date ends it that second', async () => {
    const subscription = await subscribe();
    const date = subscription.current_period_start + 10 * DAY;
    await bench.stripe.subscriptions.update(subscription.id, { cancel_at: date, proration_behavior: 'none' });
    bench.world.advance(date - 1 - bench.world.nowSeconds());
    expect((await read(subscription)).status).toBe('active');
    bench.world.advance(1);
    expect(await read(subscription)).toMatchObject({ status: 'canceled', ended_at: date });
    const { data } = await bench.stripe.invoiceItems.list({ customer: String(subscription.customer) });
    expect(data).toEqual([]);
  });

  test.skipIf(!STRIPE_SPEC_PRESENT)(
    'nothing that was answered or told breaks the specification (needs ../shared)',
    () => {
      expect(bench.checked()).toBeGreaterThan(50);
      expect(bench.problems()).toEqual([]);
    },
  );
});
