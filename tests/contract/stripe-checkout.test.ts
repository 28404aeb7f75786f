import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type Stripe from 'stripe';
import {
  type Catalog,
  cardEntry,
  DAY,
  makeCatalog,
  redirectOf,
  START_SECONDS,
  type StripeBench,
  startStripeBench,
} from '../support/stripe.ts';
import { STRIPE_SPEC_PRESENT } from '../support/stripe-spec.ts';

let bench: StripeBench;
let catalog: Catalog;
beforeAll(async () => {
  bench = await startStripeBench();
  catalog = await makeCatalog(bench);
});
afterAll(() => bench.stop());

const open = async (params: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<Stripe.Checkout.Session> => {
  const customer = await bench.stripe.customers.create({ email: 'ada@example.com', metadata: { user_id: 'u1' } });
  return bench.stripe.checkout.sessions.create({
    mode: 'subscription',
    customer: customer.id,
    client_reference_id: 'u1',
    line_items: [{ price: catalog.basic.id, quantity: 1 }],
    success_url: 'https://shop.example/welcome?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'https://shop.example/plans',
    subscription_data: { metadata: { user_id: 'u1' } },
    ...params,
  });
};
const pay = (session: Stripe.Checkout.Session, number: string) =>
  bench.world.completeCheckout(session.id, { card: cardEntry(number), email: null });

describe('a checkout session of the sandboxed Stripe', () => {
  test('tells what is to be paid and where', async () => {
    const session = await open();
    expect(session).toMatchObject({ status: 'open', payment_status: 'unpaid', amount_total: 9_700, currency: 'usd' });
    expect(session.url).toStartWith(`${bench.sandbox.url}/c/pay/cs_test_`);
    expect(session.expires_at - session.created).toBe(DAY);
  });

  test('paid with 4242 is an active subscription, its paid invoice and events for each step', async () => {
    const session = await open();
    bench.newEvents();
    expect(redirectOf(pay(session, '4242 4242 4242 4242'))).toBe(`https://shop.example/welcome?session=${session.id}`);
    const done = await bench.stripe.checkout.sessions.retrieve(session.id, {
      expand: ['subscription.latest_invoice.payment_intent', 'line_items', 'customer'],
    });
    expect(done).toMatchObject({ status: 'complete', payment_status: 'paid', url: null, client_reference_id: 'u1' });
    expect(done.line_items?.data[0]).toMatchObject({
      amount_total: 9_700,
      quantity: 1,
      price: { id: catalog.basic.id },
    });
    const subscription = done.subscription as Stripe.Subscription;
    expect(subscription).toMatchObject({
      status: 'active',
      metadata: { user_id: 'u1' },
      current_period_start: START_SECONDS,
      current_period_end: Date.UTC(2024, 1, 29, 10) / 1_000,
      items: { data: [{ price: { id: catalog.basic.id }, quantity: 1 }] },
    });
    expect(subscription.default_payment_method).toStartWith('pm_');
    const invoice = subscription.latest_invoice as Stripe.Invoice;
    expect(invoice).toMatchObject({ status: 'paid', amount_paid: 9_700, billing_reason: 'subscription_create' });
    expect(invoice.payment_intent as Stripe.PaymentIntent).toMatchObject({
      status: 'succeeded',
      amount_received: 9_700,
    });
    const events = bench.newEvents();
    for (const type of [
      'customer.subscription.created',
      'invoice.created',
      'invoice.finalized',
      'payment_intent.succeeded',
      'charge.succeeded',
      'invoice.paid',
      'customer.subscription.updated',
      'checkout.session.completed',
    ])
      expect(events).toContain(type);
    expect(events.at(-1)).toBe('checkout.session.completed');
  });

  test('paid, it leaves the card on the customer’s file', async () => {
    const session = await open();
    redirectOf(pay(session, '4242424242424242'));
    const { data } = await bench.stripe.paymentMethods.list({ customer: String(session.customer), type: 'card' });
    expect(data.map(({ card }) => card?.last4)).toEqual(['4242']);
  });

  test('is refused for a customer or a price that is not there', async () => {
    await expect(open({ customer: 'cus_none' })).rejects.toMatchObject({ code: 'resource_missing', param: 'customer' });
    const lines = [{ price: 'price_none', quantity: 1 }];
    await expect(open({ line_items: lines })).rejects.toMatchObject({ code: 'resource_missing' });
  });

  test('cannot be paid twice', async () => {
    const session = await open();
    redirectOf(pay(session, '4242424242424242'));
    expect(pay(session, '4242424242424242')).toMatchObject({ ok: false, error: { type: 'invalid_request_error' } });
    const { data } = await bench.stripe.subscriptions.list({ customer: String(session.customer) });
    expect(data).toHaveLength(1);
  });

  test.each([
    ['4000000000000002', 'card_declined', 'Your card was declined.'],
    ['4000000000009995', 'card_declined', 'Your card has insufficient funds.'],
    ['4000000000000069', 'expired_card', 'Your card has expired.'],
    ['4000000000000127', 'incorrect_cvc', "Your card's security code is incorrect."],
    ['4242424242424241', 'incorrect_number', 'Your card number is incorrect.'],
  ])('refuses card %s and stays open, with no subscription', async (number, code, message) => {
    const session = await open();
    expect(pay(session, number)).toMatchObject({ ok: false, error: { type: 'card_error', code, message } });
    expect(await bench.stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: 'open' });
    const { data } = await bench.stripe.subscriptions.list({ customer: String(session.customer), status: 'all' });
    expect(data).toEqual([]);
    expect(pay(session, '4242424242424242')).toMatchObject({ ok: true });
  });

  test('asks the bank first for a card with 3-D Secure, and completes when the cardholder proves himself', async () => {
    const session = await open();
    const step = pay(session, '4000 0025 0000 3155');
    if (!step.ok || step.kind !== 'challenge') throw new Error('no challenge');
    expect(step.url).toBe(`${bench.sandbox.url}/3ds/${step.intentId}`);
    expect(await bench.stripe.paymentIntents.retrieve(step.intentId)).toMatchObject({
      status: 'requires_action',
      next_action: { type: 'redirect_to_url', redirect_to_url: { url: step.url } },
    });
    expect(await bench.stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: 'open' });
    expect(redirectOf(bench.world.confirmIntent(step.intentId, true))).toContain(session.id);
    const done = await bench.stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription'] });
    expect(done.subscription).toMatchObject({ status: 'active' });
  });

  test.each([
    ['4000002500003155', false],
    ['4000008400001629', true],
  ])('leaves nothing behind when 3-D Secure of %s ends badly (proved: %p)', async (number, proved) => {
    const session = await open();
    const step = pay(session, number);
    if (!step.ok || step.kind !== 'challenge') throw new Error('no challenge');
    expect(bench.world.confirmIntent(step.intentId, proved)).toMatchObject({ ok: false });
    expect(await bench.stripe.paymentIntents.retrieve(step.intentId)).toMatchObject({
      status: 'requires_payment_method',
    });
    const { data } = await bench.stripe.subscriptions.list({ customer: String(session.customer), status: 'all' });
    expect(data).toEqual([]);
    expect(pay(session, '4242424242424242')).toMatchObject({ ok: true });
  });

  test('with a trial takes the card and no money', async () => {
    const session = await open({ subscription_data: { trial_period_days: 14, metadata: { user_id: 'u1' } } });
    expect(session.amount_total).toBe(0);
    redirectOf(pay(session, '4242424242424242'));
    const done = await bench.stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription.latest_invoice'] });
    expect(done.payment_status).toBe('no_payment_required');
    expect(done.subscription).toMatchObject({ status: 'trialing', trial_end: START_SECONDS + 14 * DAY });
    expect((done.subscription as Stripe.Subscription).latest_invoice).toMatchObject({ status: 'paid', total: 0 });
  });

  test('takes a promotion code off what is due', async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 25, duration: 'forever', name: 'A quarter off' });
    await bench.stripe.promotionCodes.create({ coupon: coupon.id, code: 'QUARTER' });
    const session = await open({ allow_promotion_codes: true });
    expect(bench.world.applyPromotionCode(session.id, 'nonsense')).toMatchObject({ ok: false });
    expect(bench.world.applyPromotionCode(session.id, 'quarter')).toMatchObject({ ok: true });
    expect(bench.world.quoteCheckout(session.id)).toMatchObject({
      ok: true,
      value: {
        subtotalCents: 9_700,
        discountCents: 2_425,
        dueCents: 7_275,
        renewalCents: 7_275,
        promotionCode: 'QUARTER',
      },
    });
    redirectOf(pay(session, '4242424242424242'));
    const done = await bench.stripe.checkout.sessions.retrieve(session.id, { expand: ['invoice'] });
    expect(done.invoice).toMatchObject({ subtotal: 9_700, total: 7_275, amount_paid: 7_275 });
    expect(await bench.stripe.coupons.retrieve(coupon.id)).toMatchObject({ times_redeemed: 1 });
  });

  test('refuses a code for larger orders, and goes on without it', async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 25, duration: 'once' });
    await bench.stripe.promotionCodes.create({
      coupon: coupon.id,
      code: 'LARGE',
      restrictions: { minimum_amount: 10_000, minimum_amount_currency: 'usd' },
    });
    const [small, large] = [
      await open({ allow_promotion_codes: true }),
      await open({ allow_promotion_codes: true, line_items: [{ price: catalog.premium.id, quantity: 1 }] }),
    ];
    expect(bench.world.applyPromotionCode(small.id, 'LARGE')).toMatchObject({
      ok: false,
      error: { code: 'promotion_code_invalid' },
    });
    expect(bench.world.quoteCheckout(small.id)).toMatchObject({
      ok: true,
      value: { dueCents: 9_700, promotionCode: null },
    });
    expect(bench.world.applyPromotionCode(large.id, 'LARGE')).toMatchObject({ ok: true });
    expect(bench.world.quoteCheckout(large.id)).toMatchObject({ ok: true, value: { dueCents: 22_275 } });
  });

  test('with an answer given late finds the session gone', async () => {
    const session = await open();
    const step = pay(session, '4000002760003184');
    if (!step.ok || step.kind !== 'challenge') throw new Error('no challenge');
    await bench.stripe.checkout.sessions.expire(session.id);
    expect(bench.world.confirmIntent(step.intentId, true)).toMatchObject({ ok: false });
    expect(await bench.stripe.paymentIntents.retrieve(step.intentId)).toMatchObject({ status: 'canceled' });
  });

  test('asked for anew, the first question of the bank no longer counts', async () => {
    const session = await open();
    const [first, second] = [pay(session, '4000002760003184'), pay(session, '4000002760003184')];
    if (!first.ok || first.kind !== 'challenge' || !second.ok || second.kind !== 'challenge')
      throw new Error('no challenge');
    expect(bench.world.confirmIntent(first.intentId, true)).toMatchObject({ ok: false });
    expect(bench.world.confirmIntent(second.intentId, true)).toMatchObject({ ok: true });
  });

  test('expires after a day, or when told', async () => {
    const [told, left] = [await open(), await open()];
    expect(await bench.stripe.checkout.sessions.expire(told.id)).toMatchObject({ status: 'expired', url: null });
    expect(pay(told, '4242424242424242')).toMatchObject({ ok: false });
    bench.world.advance(DAY);
    expect(await bench.stripe.checkout.sessions.retrieve(left.id)).toMatchObject({ status: 'expired' });
    expect(pay(left, '4242424242424242')).toMatchObject({ ok: false });
  });

  test.skipIf(!STRIPE_SPEC_PRESENT)(
    'nothing that was answered or told breaks the specification (needs ../shared)',
    () => {
      expect(bench.checked()).toBeGreaterThan(50);
      expect(bench.problems()).toEqual([]);
    },
  );
});
