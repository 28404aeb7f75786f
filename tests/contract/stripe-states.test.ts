import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type Stripe from 'stripe';
import type { Dunning } from '../../src/sandbox/stripe/seam.ts';
import {
  type Catalog,
  cardEntry,
  DAY,
  makeCatalog,
  makeCustomer,
  redirectOf,
  type StripeBench,
  startStripeBench,
} from '../support/stripe.ts';
import { STRIPE_SPEC_PRESENT } from '../support/stripe-spec.ts';

const HOUR = 3_600;
let bench: StripeBench;
let catalog: Catalog;
beforeAll(async () => {
  bench = await startStripeBench();
  catalog = await makeCatalog(bench);
});
afterAll(() => bench.stop());

const subscribe = async (
  card = 'pm_card_visa',
  params: Partial<Stripe.SubscriptionCreateParams> = {},
): Promise<Stripe.Subscription> => {
  const customer = await makeCustomer(bench, card);
  return bench.stripe.subscriptions.create({ customer: customer.id, items: [{ price: catalog.basic.id }], ...params });
};
const read = (subscription: Stripe.Subscription) =>
  bench.stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice.payment_intent'] });
const latest = (subscription: Stripe.Subscription): Stripe.Invoice => subscription.latest_invoice as Stripe.Invoice;
const chargeOf = async (subscription: Stripe.Subscription): Promise<Stripe.Charge> => {
  const [charge] = (await bench.stripe.charges.list({ customer: String(subscription.customer) })).data;
  if (!charge) throw new Error('no charge');
  return charge;
};

describe('what becomes of a new subscription', () => {
  test.each([
    ['pm_card_visa', 'active', 'paid', 'succeeded'],
    ['pm_card_chargeCustomerFail', 'incomplete', 'open', 'requires_payment_method'],
    ['pm_card_authenticationRequired', 'incomplete', 'open', 'requires_action'],
    ['pm_card_authenticationRequiredOnSetup', 'incomplete', 'open', 'requires_action'],
  ])('with %s: %s, its invoice %s, its intent %s', async (card, status, invoice, intent) => {
    const made = await read(await subscribe(card));
    expect(made.status).toBe(status as Stripe.Subscription.Status);
    expect(latest(made).status).toBe(invoice as Stripe.Invoice.Status);
    expect((latest(made).payment_intent as Stripe.PaymentIntent).status).toBe(intent as Stripe.PaymentIntent.Status);
  });

  test('without a card it is refused, and nothing is left', async () => {
    const customer = await bench.stripe.customers.create({});
    const refused = bench.stripe.subscriptions.create({ customer: customer.id, items: [{ price: catalog.basic.id }] });
    await expect(refused).rejects.toMatchObject({ code: 'resource_missing', statusCode: 400 });
    expect((await bench.stripe.subscriptions.list({ customer: customer.id, status: 'all' })).data).toEqual([]);
    expect((await bench.stripe.invoices.list({ customer: customer.id })).data).toEqual([]);
  });

  test('with error_if_incomplete a declined card leaves nothing', async () => {
    const refused = subscribe('pm_card_chargeCustomerFail', { payment_behavior: 'error_if_incomplete' });
    await expect(refused).rejects.toMatchObject({ type: 'StripeCardError', code: 'card_declined' });
  });

  test('a second card pays what the first one could not', async () => {
    const made = await read(await subscribe('pm_card_chargeCustomerFail'));
    const { id } = await bench.stripe.paymentMethods.attach('pm_card_visa', { customer: String(made.customer) });
    await bench.stripe.invoices.pay(latest(made).id, { payment_method: id });
    expect((await read(made)).status).toBe('active');
  });

  test('in a trial without a card it asks for one by a setup intent', async () => {
    const customer = await bench.stripe.customers.create({});
    const made = await bench.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: catalog.basic.id }],
      trial_period_days: 7,
      expand: ['pending_setup_intent'],
    });
    expect(made.status).toBe('trialing');
    expect(made.pending_setup_intent).toMatchObject({ status: 'requires_payment_method', customer: customer.id });
    bench.world.advance(7 * DAY + HOUR);
    expect(await read(made)).toMatchObject({ status: 'past_due' });
  });

  test('in a trial that says so, it is canceled where no card came', async () => {
    const customer = await bench.stripe.customers.create({});
    const made = await bench.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: catalog.basic.id }],
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method: 'cancel' } },
    });
    bench.world.advance(7 * DAY);
    expect(await read(made)).toMatchObject({ status: 'canceled', ended_at: made.trial_end });
  });

  test('canceled before its first payment, it is incomplete_expired and its invoice void', async () => {
    const made = await subscribe('pm_card_visa', { payment_behavior: 'default_incomplete' });
    expect((await bench.stripe.subscriptions.cancel(made.id)).status).toBe('incomplete_expired');
    expect(latest(await read(made)).status).toBe('void');
  });

  test('its events say what it was before, key by key', async () => {
    const made = await subscribe('pm_card_visa', { metadata: { plan: 'a', kept: 'yes' } });
    await bench.stripe.subscriptions.update(made.id, { cancel_at_period_end: true, metadata: { plan: 'b' } });
    const [event] = (await bench.stripe.events.list({ type: 'customer.subscription.updated' })).data;
    expect(event?.data.object).toMatchObject({
      cancel_at: made.current_period_end,
      metadata: { plan: 'b', kept: 'yes' },
    });
    expect(event?.data.previous_attributes as unknown).toEqual({
      cancel_at: null,
      cancel_at_period_end: false,
      canceled_at: null,
      cancellation_details: { reason: null },
      metadata: { plan: 'a' },
    });
    expect(event?.request).toEqual({ id: expect.stringMatching(/^req_/), idempotency_key: null });
    bench.newEvents();
    await bench.stripe.subscriptions.update(made.id, { metadata: { plan: 'b' } });
    expect(bench.newEvents()).toEqual([]);
  });

  test('once canceled it takes no more changes but its metadata', async () => {
    const made = await subscribe();
    await bench.stripe.subscriptions.cancel(made.id, { cancellation_details: { feedback: 'too_expensive' } });
    expect((await read(made)).cancellation_details).toMatchObject({
      feedback: 'too_expensive',
      reason: 'cancellation_requested',
    });
    await expect(bench.stripe.subscriptions.cancel(made.id)).rejects.toMatchObject({ code: 'resource_missing' });
    const late = bench.stripe.subscriptions.update(made.id, { cancel_at_period_end: true });
    await expect(late).rejects.toThrow('canceled subscription can only update');
    expect((await bench.stripe.subscriptions.update(made.id, { metadata: { a: 'b' } })).metadata).toEqual({ a: 'b' });
  });

  test('a deleted customer has none: each is canceled first', async () => {
    const made = await subscribe();
    bench.newEvents();
    await bench.stripe.customers.del(String(made.customer));
    expect((await bench.stripe.subscriptions.retrieve(made.id)).status).toBe('canceled');
    const events = bench.newEvents();
    expect(events.indexOf('customer.subscription.deleted')).toBeLessThan(events.indexOf('customer.deleted'));
  });
});

describe('cards on file', () => {
  test('are of one customer only', async () => {
    const [mine, other] = [await makeCustomer(bench), await makeCustomer(bench)];
    const [card] = bench.world.cardsOf(other.id);
    const id = card?.id ?? '';
    await expect(bench.stripe.paymentMethods.attach(id, { customer: mine.id })).rejects.toThrow(
      'already been attached',
    );
    const asDefault = bench.stripe.customers.update(mine.id, { invoice_settings: { default_payment_method: id } });
    await expect(asDefault).rejects.toMatchObject({ code: 'resource_missing' });
    const items = [{ price: catalog.basic.id }];
    const paying = bench.stripe.subscriptions.create({ customer: mine.id, items, default_payment_method: id });
    await expect(paying).rejects.toMatchObject({ param: 'default_payment_method' });
  });

  test('taken off are nobody’s default any more', async () => {
    const made = await subscribe();
    const [card] = bench.world.cardsOf(String(made.customer));
    await bench.stripe.subscriptions.update(made.id, { default_payment_method: card?.id ?? '' });
    await bench.stripe.paymentMethods.detach(card?.id ?? '');
    expect((await read(made)).default_payment_method).toBeNull();
    const { invoice_settings } = (await bench.stripe.customers.retrieve(String(made.customer))) as Stripe.Customer;
    expect(invoice_settings.default_payment_method).toBeNull();
  });

  test.each([
    ['number', { number: '4111111111111112' }, 'incorrect_number'],
    ['month', { exp_month: 13 }, 'invalid_expiry_month'],
    ['year', { exp_year: 2023 }, 'invalid_expiry_year'],
    ['year and month gone by', { exp_year: 2024, exp_month: 1 }, 'invalid_expiry_month'],
    ['code', { cvc: '12' }, 'invalid_cvc'],
    ['likeness to a real one', { number: '4111111111111111' }, 'card_declined'],
  ])('are refused for their %s', async (_, part, code) => {
    bench.world.advance(DAY);
    const card = { number: '4242424242424242', exp_month: 12, exp_year: 2040, cvc: '123', ...part };
    const refused = bench.stripe.paymentMethods.create({ type: 'card', card });
    await expect(refused).rejects.toMatchObject({ type: 'StripeCardError', code, statusCode: 402 });
  });

  test('of one number have one fingerprint', async () => {
    const make = async (number: string): Promise<string | null | undefined> => {
      const card = { number, exp_month: 12, exp_year: 2040, cvc: '123' };
      return (await bench.stripe.paymentMethods.create({ type: 'card', card })).card?.fingerprint;
    };
    const print = await make('4242424242424242');
    expect(await make('4242424242424242')).toBe(print ?? '');
    expect(await make('5555555555554444')).not.toBe(print ?? '');
  });
});

describe('when every retry has failed', () => {
  const run = async (dunning: Dunning): Promise<Stripe.Subscription> => {
    const own = await startStripeBench({ dunning });
    const { basic } = await makeCatalog(own);
    const customer = await makeCustomer(own);
    const { id } = await own.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
    const made = await own.stripe.subscriptions.create({ customer: customer.id, items: [{ price: basic.id }] });
    await own.stripe.subscriptions.update(made.id, { default_payment_method: id });
    own.world.advance(made.current_period_end + HOUR + 7 * DAY - own.world.nowSeconds());
    const over = await own.stripe.subscriptions.retrieve(made.id, { expand: ['latest_invoice'] });
    if (over.status === 'unpaid') {
      // What an unpaid subscription owes is paid, and it goes on.
      own.world.advance(over.current_period_end + HOUR - own.world.nowSeconds());
      const held = await own.stripe.subscriptions.retrieve(made.id, { expand: ['latest_invoice'] });
      expect(held.latest_invoice).toMatchObject({ status: 'draft', auto_advance: false });
      const good = await own.stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
      for (const invoice of (await own.stripe.invoices.list({ customer: customer.id })).data)
        if (invoice.status !== 'paid') await own.stripe.invoices.pay(invoice.id, { payment_method: good.id });
      expect((await own.stripe.subscriptions.retrieve(made.id)).status).toBe('active');
    }
    expect(own.problems()).toEqual([]);
    await own.stop();
    return over;
  };

  test.each([
    ['cancel', 'canceled'],
    ['unpaid', 'unpaid'],
    ['past_due', 'past_due'],
  ] as const)('and the settings say %s, the subscription is %s', async (thenSubscription, status) => {
    const over = await run({ retryDays: [3, 5, 7], thenSubscription });
    expect(over.status).toBe(status);
    expect(over.latest_invoice).toMatchObject({ status: 'open', attempt_count: 4, next_payment_attempt: null });
  });
});

describe('an invoice that failed', () => {
  const behind = async (): Promise<Stripe.Subscription> => {
    const made = await subscribe();
    const customer = String(made.customer);
    const { id } = await bench.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await bench.stripe.subscriptions.update(made.id, { default_payment_method: id });
    bench.world.advance(made.current_period_end + HOUR - bench.world.nowSeconds());
    return read(made);
  };

  test('is paid on its own page by another card, which then is on file', async () => {
    const made = await behind();
    const paid = bench.world.payInvoice(latest(made).id, cardEntry('4242424242424242'), 'https://shop.example/back');
    expect(redirectOf(paid)).toBe('https://shop.example/back');
    expect((await read(made)).status).toBe('active');
    expect(bench.world.cardsOf(String(made.customer))[0]?.card.last4).toBe('4242');
    expect(bench.world.payInvoice(latest(made).id, cardEntry('4242424242424242'), '')).toMatchObject({ ok: false });
  });

  test('is paid by a card on file, not by another customer’s', async () => {
    const [made, other] = [await behind(), await subscribe()];
    const [foreign] = bench.world.cardsOf(String(other.customer));
    expect(bench.world.payInvoice(latest(made).id, foreign?.id ?? '', '')).toMatchObject({ ok: false });
    expect(latest(await read(made)).status).toBe('open');
    const own = bench.world.cardsOf(String(made.customer)).find(({ card }) => card.last4 === '4242');
    expect(bench.world.payInvoice(latest(made).id, own?.id ?? '', 'https://shop.example/b')).toMatchObject({
      ok: true,
    });
    expect((await read(made)).status).toBe('active');
  });

  test('is paid by the card it names, before the subscription’s', async () => {
    const made = await behind();
    const { id } = await bench.stripe.paymentMethods.attach('pm_card_mastercard', { customer: String(made.customer) });
    await bench.stripe.invoices.update(latest(made).id, { default_payment_method: id });
    await bench.stripe.invoices.pay(latest(made).id);
    expect((await chargeOf(made)).payment_method).toBe(id);
  });

  test('stays open after another refusal, counted but not sooner tried again', async () => {
    const made = await behind();
    const refused = bench.world.payInvoice(latest(made).id, cardEntry('4000000000009995'), 'https://shop.example/back');
    expect(refused).toMatchObject({ ok: false, error: { decline_code: 'insufficient_funds' } });
    const { attempt_count, next_payment_attempt } = latest(await read(made));
    expect([attempt_count, next_payment_attempt]).toEqual([2, latest(made).next_payment_attempt]);
    expect(bench.world.cardsOf(String(made.customer)).map(({ card }) => card.last4)).not.toContain('9995');
  });

  test('is proved by 3-D Secure, or not', async () => {
    const made = await behind();
    const ask = () =>
      bench.world.payInvoice(latest(made).id, cardEntry('4000002760003184'), 'https://shop.example/back');
    const first = ask();
    if (!first.ok || first.kind !== 'challenge') throw new Error('no challenge');
    expect(bench.world.confirmIntent(first.intentId, false)).toMatchObject({ ok: false });
    expect((await read(made)).status).toBe('past_due');
    const second = ask();
    if (!second.ok || second.kind !== 'challenge') throw new Error('no challenge');
    expect(redirectOf(bench.world.confirmIntent(second.intentId, true))).toBe('https://shop.example/back');
    expect((await read(made)).status).toBe('active');
  });

  test('and was followed by another is not made good by paying the older one', async () => {
    const own = await startStripeBench({ dunning: { retryDays: [3], thenSubscription: 'past_due' } });
    const { basic } = await makeCatalog(own);
    const customer = await makeCustomer(own);
    const bad = await own.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
    const made = await own.stripe.subscriptions.create({ customer: customer.id, items: [{ price: basic.id }] });
    await own.stripe.subscriptions.update(made.id, { default_payment_method: bad.id });
    own.world.advance(70 * DAY);
    const owed = await own.stripe.invoices.list({ customer: customer.id, status: 'open' });
    expect(owed.data).toHaveLength(2);
    const good = await own.stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    const states: string[] = [];
    for (const invoice of owed.data.toReversed()) {
      await own.stripe.invoices.pay(invoice.id, { payment_method: good.id });
      states.push((await own.stripe.subscriptions.retrieve(made.id)).status);
    }
    expect(states).toEqual(['past_due', 'active']);
    await own.stop();
  });

  test('made void leaves the subscription as the invoice before it did', async () => {
    const made = await behind();
    await bench.stripe.invoices.voidInvoice(latest(made).id);
    expect((await read(made)).status).toBe('active');
  });

  test('is not forgotten over an update that waits for its own payment', async () => {
    const made = await behind();
    const owed = latest(made).id;
    const held = await bench.stripe.subscriptions.update(made.id, {
      items: [{ id: made.items.data[0]?.id ?? '', price: catalog.premium.id }],
      proration_behavior: 'always_invoice',
      payment_behavior: 'pending_if_incomplete',
    });
    expect(held).toMatchObject({ status: 'past_due', pending_update: { trial_end: null } });
    redirectOf(bench.world.payInvoice(owed, cardEntry('4242424242424242'), 'https://shop.example/back'));
    expect((await read(made)).status).toBe('active');
  });
});

describe('money that goes back', () => {
  test('a refund in parts, and no more than was paid', async () => {
    const made = await subscribe();
    const charge = await chargeOf(made);
    await bench.stripe.refunds.create({ charge: charge.id, amount: 9_000 });
    const tooMuch = bench.stripe.refunds.create({ charge: charge.id, amount: 701 });
    await expect(tooMuch).rejects.toThrow('Refund amount ($7.01) is greater than unrefunded amount on charge ($7.00)');
    bench.newEvents();
    await bench.stripe.refunds.create({ payment_intent: String(charge.payment_intent) });
    expect(bench.newEvents()).toEqual(['refund.created', 'charge.refunded']);
    expect(await bench.stripe.charges.retrieve(charge.id)).toMatchObject({ refunded: true, amount_refunded: 9_700 });
    expect(await read(made)).toMatchObject({ status: 'active' });
    expect(latest(await read(made)).status).toBe('paid');
  });

  test.each([
    [true, 'won', ['charge.dispute.closed', 'charge.dispute.funds_reinstated']],
    [false, 'lost', ['charge.dispute.closed']],
  ])('a dispute decided in our favour: %p', async (won, status, events) => {
    bench.newEvents();
    const made = await subscribe('pm_card_createDispute');
    expect(bench.newEvents()).toContain('charge.dispute.funds_withdrawn');
    const charge = await chargeOf(made);
    expect(charge).toMatchObject({ disputed: true, paid: true });
    const [dispute] = (await bench.stripe.disputes.list({ charge: charge.id })).data;
    await expect(bench.stripe.refunds.create({ charge: charge.id })).rejects.toMatchObject({ code: 'charge_disputed' });
    expect(bench.world.closeDispute(dispute?.id ?? '', won)).toMatchObject({ ok: true });
    expect(bench.newEvents()).toEqual(events);
    const decided = await bench.stripe.disputes.retrieve(dispute?.id ?? '');
    expect(decided).toMatchObject({ status, charge: charge.id });
    // The bank's fee of $15 does not come back.
    const net = decided.balance_transactions.reduce((all, transaction) => all + transaction.net, 0);
    expect(net).toBe(won ? -1_500 : -9_700 - 1_500);
    expect(bench.world.closeDispute(dispute?.id ?? '', won)).toMatchObject({ ok: false });
  });

  test('evidence that does not convince loses it', async () => {
    const made = await subscribe();
    const opened = bench.world.openDispute((await chargeOf(made)).id);
    if (!opened.ok) throw new Error('not opened');
    const evidence = { uncategorized_text: 'losing_evidence' };
    expect((await bench.stripe.disputes.update(opened.value, { evidence, submit: false })).status).toBe(
      'needs_response',
    );
    expect((await bench.stripe.disputes.update(opened.value, { submit: true })).status).toBe('lost');
  });
});

describe('the portal', () => {
  const enter = async (made: Stripe.Subscription, enabled = true): Promise<string> => {
    const products = [{ product: String(catalog.premium.product), prices: [catalog.premium.id] }];
    const configuration = await bench.stripe.billingPortal.configurations.create({
      business_profile: { headline: 'QuantiCity' },
      features: {
        payment_method_update: { enabled },
        subscription_cancel: { enabled, mode: 'at_period_end' },
        subscription_update: {
          enabled,
          default_allowed_updates: ['price'],
          products,
          proration_behavior: 'always_invoice',
        },
      },
    });
    const session = await bench.stripe.billingPortal.sessions.create({
      customer: String(made.customer),
      configuration: configuration.id,
      return_url: 'https://shop.example/account',
    });
    return session.id;
  };

  test('puts a new card in place of the old one, after its proof where the bank asks', async () => {
    const made = await subscribe();
    const portal = await enter(made);
    redirectOf(bench.world.portalAddCard(portal, cardEntry('5555555555554444'), 'https://shop.example/account'));
    const [card] = bench.world.cardsOf(String(made.customer));
    expect(card?.card.last4).toBe('4444');
    expect((await read(made)).default_payment_method).toBe(card?.id ?? '');
    const asked = bench.world.portalAddCard(portal, cardEntry('4000002500003155'), 'https://shop.example/account');
    if (!asked.ok || asked.kind !== 'challenge') throw new Error('no challenge');
    expect(bench.world.cardsOf(String(made.customer))).toHaveLength(2);
    expect(redirectOf(bench.world.confirmIntent(asked.intentId, true))).toBe('https://shop.example/account');
    expect(bench.world.cardsOf(String(made.customer))).toHaveLength(3);
    expect(bench.world.portalAddCard(portal, cardEntry('4000000000000002'), '')).toMatchObject({ ok: false });
  });

  test('removes a card that pays for nothing, and no other', async () => {
    const made = await subscribe();
    const portal = await enter(made);
    const [first] = bench.world.cardsOf(String(made.customer));
    redirectOf(bench.world.portalAddCard(portal, cardEntry('5555555555554444'), ''));
    const [second] = bench.world.cardsOf(String(made.customer));
    expect(bench.world.portalRemoveCard(portal, second?.id ?? '')).toMatchObject({ ok: false });
    expect(bench.world.portalDefaultCard(portal, first?.id ?? '')).toMatchObject({ ok: true });
    expect(bench.world.portalRemoveCard(portal, second?.id ?? '')).toMatchObject({ ok: true });
    expect(bench.world.cardsOf(String(made.customer)).map(({ id }) => id)).toEqual([first?.id ?? '']);
  });

  test('cancels, takes it back, and switches the price when the card pays', async () => {
    const made = await subscribe();
    const portal = await enter(made);
    expect(bench.world.portalCancel(portal, made.id, 'too_expensive', null)).toMatchObject({
      ok: true,
      value: { cancel_at_period_end: true, cancellation_details: { feedback: 'too_expensive' } },
    });
    expect(bench.world.portalResume(portal, made.id)).toMatchObject({ ok: true, value: { cancel_at: null } });
    const wish = { subscriptionId: made.id, priceId: catalog.premium.id };
    expect(redirectOf(bench.world.portalSwitch(portal, wish, 'https://shop.example/account'))).toBe(
      'https://shop.example/account',
    );
    expect((await read(made)).items.data[0]?.price.id).toBe(catalog.premium.id);
    expect(bench.world.portalSwitch(portal, { ...wish, priceId: catalog.basic.id }, '')).toMatchObject({ ok: false });
  });

  test('does only what it is set up for, only for its own customer, only for an hour', async () => {
    const [made, other] = [await subscribe(), await subscribe()];
    const [portal, bare] = [await enter(made), await enter(made, false)];
    expect(bench.world.portalCancel(bare, made.id, null, null)).toMatchObject({ ok: false });
    expect(bench.world.portalCancel(portal, other.id, null, null)).toMatchObject({ ok: false });
    const [foreign] = bench.world.cardsOf(String(other.customer));
    expect(bench.world.portalDefaultCard(portal, foreign?.id ?? '')).toMatchObject({ ok: false });
    bench.world.advance(HOUR);
    expect(bench.world.portalCancel(portal, made.id, null, null)).toMatchObject({ ok: false });
  });

  test('is not opened by a configuration that was put out of use', async () => {
    const params = { business_profile: { headline: 'QuantiCity' }, features: { invoice_history: { enabled: true } } };
    await bench.stripe.billingPortal.configurations.create(params);
    const { id: configuration } = await bench.stripe.billingPortal.configurations.create(params);
    await bench.stripe.billingPortal.configurations.update(configuration, { active: false });
    const customer = (await makeCustomer(bench)).id;
    const opened = bench.stripe.billingPortal.sessions.create({ customer, configuration });
    await expect(opened).rejects.toMatchObject({ param: 'configuration' });
    expect((await bench.stripe.billingPortal.sessions.create({ customer })).customer).toBe(customer);
  });
});

test.skipIf(!STRIPE_SPEC_PRESENT)(
  'nothing that was answered or told breaks the specification (needs ../shared)',
  () => {
    expect(bench.checked()).toBeGreaterThan(50);
    expect(bench.problems()).toEqual([]);
  },
);
