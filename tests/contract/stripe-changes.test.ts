import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type Stripe from 'stripe';
import { type Catalog, DAY, makeCatalog, makeCustomer, type StripeBench, startStripeBench } from '../support/stripe.ts';
import { STRIPE_SPEC_PRESENT } from '../support/stripe-spec.ts';

const HOUR = 3_600;

/** Each test begins on 31 January 2024, 10:00 UTC: a period of 29 days to 29 February. */
let bench: StripeBench;
let catalog: Catalog;
const problems: string[] = [];
let checks = 0;
const fresh = async (): Promise<void> => {
  bench = await startStripeBench();
  catalog = await makeCatalog(bench);
};
const end = async (): Promise<void> => {
  problems.push(...bench.problems());
  checks += bench.checked();
  await bench.stop();
};

const subscribe = async (
  price: Stripe.Price,
  params: Partial<Stripe.SubscriptionCreateParams> = {},
  card = 'pm_card_visa',
): Promise<Stripe.Subscription> => {
  const customer = await makeCustomer(bench, card);
  return bench.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], ...params });
};
const change = (
  subscription: Stripe.Subscription,
  price: Stripe.Price,
  params: Partial<Stripe.SubscriptionUpdateParams> = {},
): Promise<Stripe.Subscription> =>
  bench.stripe.subscriptions.update(subscription.id, {
    items: [{ id: subscription.items.data[0]?.id ?? '', price: price.id }],
    proration_behavior: 'always_invoice',
    expand: ['latest_invoice.payment_intent'],
    ...params,
  });
const read = (subscription: Stripe.Subscription) =>
  bench.stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice.payment_intent'] });
const latest = (subscription: Stripe.Subscription): Stripe.Invoice => subscription.latest_invoice as Stripe.Invoice;
const amounts = (subscription: Stripe.Subscription): readonly number[] =>
  latest(subscription).lines.data.map(({ amount }) => amount);
const priceOf = (subscription: Stripe.Subscription): string | undefined => subscription.items.data[0]?.price.id;
const failingCard = async (subscription: Stripe.Subscription): Promise<void> => {
  const customer = String(subscription.customer);
  const { id } = await bench.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
  await bench.stripe.subscriptions.update(subscription.id, { default_payment_method: id });
};

describe('an upgrade in the middle of a month', () => {
  beforeAll(fresh);
  afterAll(end);

  // 9,700 × 19/29 = 6,355.17; 29,700 × 19/29 = 19,458.62
  test('after 10 of 29 days credits $63.55 and charges $194.59', async () => {
    const subscription = await subscribe(catalog.basic);
    bench.world.advance(10 * DAY);
    const upgraded = await change(subscription, catalog.premium);
    expect(amounts(upgraded)).toEqual([-6_355, 19_459]);
    expect(latest(upgraded)).toMatchObject({
      billing_reason: 'subscription_update',
      status: 'paid',
      amount_paid: 13_104,
      subscription_proration_date: bench.world.nowSeconds(),
    });
    expect(latest(upgraded).lines.data.map(({ description, proration }) => [description, proration])).toEqual([
      ['Unused time on Basic after 10 Feb 2024', true],
      ['Remaining time on Premium after 10 Feb 2024', true],
    ]);
    expect(upgraded).toMatchObject({ status: 'active', current_period_end: subscription.current_period_end });
    expect(priceOf(upgraded)).toBe(catalog.premium.id);
  });
});

describe('prorations', () => {
  beforeAll(fresh);
  afterAll(end);

  // 2,505,600 s in the period, 2,493,255 left: 9,700 → 9,652.21; 29,700 → 29,553.67
  test('count seconds', async () => {
    const subscription = await subscribe(catalog.basic);
    const upgraded = await change(subscription, catalog.premium, {
      proration_date: subscription.current_period_start + 12_345,
    });
    expect(amounts(upgraded)).toEqual([-9_652, 29_554]);
  });

  // Half of 9,701 is 4,850.5, half of 29,701 is 14,850.5.
  test('round half a cent away from zero', async () => {
    const price = (unit_amount: number) =>
      bench.stripe.prices.create({
        product: String(catalog.basic.product),
        currency: 'usd',
        unit_amount,
        recurring: { interval: 'month' },
      });
    const [low, high] = [await price(9_701), await price(29_701)];
    const subscription = await subscribe(low);
    const middle = subscription.current_period_start + (29 * DAY) / 2;
    expect(amounts(await change(subscription, high, { proration_date: middle }))).toEqual([-4_851, 14_851]);
  });

  // A quarter off: 7,275 × 19/29 = 4,766.38; 22,275 × 19/29 = 14,593.97
  test('are of what was and will be paid, the discount off, and take no further discount', async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 25, duration: 'forever' });
    const subscription = await subscribe(catalog.basic, { coupon: coupon.id });
    const upgraded = await change(subscription, catalog.premium, {
      proration_date: subscription.current_period_start + 10 * DAY,
    });
    expect(amounts(upgraded)).toEqual([-4_766, 14_594]);
    expect(latest(upgraded)).toMatchObject({ total: 9_828, total_discount_amounts: [{ amount: 0 }] });
  });

  test('wait for the renewal when nobody asks for an invoice', async () => {
    const subscription = await subscribe(catalog.basic);
    const upgraded = await change(subscription, catalog.premium, {
      proration_behavior: 'create_prorations',
      proration_date: subscription.current_period_start + 10 * DAY,
    });
    expect(latest(upgraded).billing_reason).toBe('subscription_create');
    const preview = await bench.stripe.invoices.retrieveUpcoming({ subscription: subscription.id });
    expect(preview.lines.data.map(({ amount }) => amount)).toEqual([-6_355, 19_459, 29_700]);
    bench.world.advance(subscription.current_period_end + HOUR - bench.world.nowSeconds());
    const renewed = await read(subscription);
    expect(amounts(renewed)).toEqual([-6_355, 19_459, 29_700]);
    expect(latest(renewed)).toMatchObject({ status: 'paid', amount_paid: 42_804 });
  });
});

describe('other changes of price', () => {
  beforeAll(fresh);
  afterAll(end);

  test('a preview tells what the upgrade will charge, and changes nothing', async () => {
    const subscription = await subscribe(catalog.basic);
    const proration_date = subscription.current_period_start + 10 * DAY;
    bench.newEvents();
    const preview = await bench.stripe.invoices.retrieveUpcoming({
      customer: String(subscription.customer),
      subscription: subscription.id,
      subscription_items: [{ id: subscription.items.data[0]?.id ?? '', price: catalog.premium.id }],
      subscription_proration_behavior: 'always_invoice',
      subscription_proration_date: proration_date,
    });
    expect(preview.amount_due).toBe(13_104);
    expect(bench.newEvents()).toEqual([]);
    expect(priceOf(await read(subscription))).toBe(catalog.basic.id);
    expect((await bench.stripe.invoiceItems.list({ customer: String(subscription.customer) })).data).toEqual([]);
    expect(latest(await change(subscription, catalog.premium, { proration_date })).amount_paid).toBe(
      preview.amount_due,
    );
  });

  // 297,000 − 6,355
  test('from month to year begins a new period now', async () => {
    const own = await startStripeBench();
    const prices = await makeCatalog(own);
    const customer = await makeCustomer(own);
    const subscription = await own.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: prices.basic.id }],
    });
    own.world.advance(10 * DAY);
    const yearly = await own.stripe.subscriptions.update(subscription.id, {
      items: [{ id: subscription.items.data[0]?.id ?? '', price: prices.premiumYear.id }],
      expand: ['latest_invoice'],
    });
    expect(amounts(yearly)).toEqual([-6_355, 297_000]);
    expect(latest(yearly)).toMatchObject({ status: 'paid', amount_paid: 290_645 });
    expect(yearly).toMatchObject({
      billing_cycle_anchor: own.world.nowSeconds(),
      current_period_start: own.world.nowSeconds(),
      current_period_end: Date.UTC(2025, 1, 10, 10) / 1_000,
    });
    expect(own.problems()).toEqual([]);
    await own.stop();
  });

  test('a downgrade at once leaves credit, which the next renewal uses up', async () => {
    const subscription = await subscribe(catalog.premium);
    const customer = String(subscription.customer);
    const lower = await change(subscription, catalog.basic, {
      proration_date: subscription.current_period_start + 10 * DAY,
    });
    expect(amounts(lower)).toEqual([-19_459, 6_355]);
    expect(latest(lower)).toMatchObject({ total: -13_104, amount_due: 0, status: 'paid', payment_intent: null });
    expect(await bench.stripe.customers.retrieve(customer)).toMatchObject({ balance: -13_104 });
    bench.world.advance(subscription.current_period_end + HOUR - bench.world.nowSeconds());
    expect(latest(await read(subscription))).toMatchObject({
      total: 9_700,
      amount_due: 0,
      starting_balance: -13_104,
      ending_balance: -3_404,
      status: 'paid',
    });
    expect(await bench.stripe.customers.retrieve(customer)).toMatchObject({ balance: -3_404 });
  });

  test('to a price that is no longer sold is refused', async () => {
    const subscription = await subscribe(catalog.basic);
    const old = await bench.stripe.prices.create({
      product: String(catalog.basic.product),
      currency: 'usd',
      unit_amount: 5_000,
      recurring: { interval: 'month' },
    });
    await bench.stripe.prices.update(old.id, { active: false });
    await expect(change(subscription, old)).rejects.toThrow('inactive');
    expect(priceOf(await read(subscription))).toBe(catalog.basic.id);
  });

  test('in a trial nothing is charged', async () => {
    const subscription = await subscribe(catalog.basic, { trial_period_days: 14 });
    const changed = await change(subscription, catalog.premium);
    expect(changed).toMatchObject({ status: 'trialing', trial_end: subscription.trial_end });
    expect(latest(changed).id).toBe(String(subscription.latest_invoice));
    bench.world.advance(14 * DAY + HOUR);
    expect(latest(await read(subscription))).toMatchObject({ status: 'paid', amount_paid: 29_700 });
  });

  test('a trial ended early is charged at once', async () => {
    const subscription = await subscribe(catalog.basic, { trial_period_days: 14 });
    const ended = await bench.stripe.subscriptions.update(subscription.id, {
      trial_end: 'now',
      expand: ['latest_invoice'],
    });
    expect(ended).toMatchObject({ status: 'active', current_period_start: bench.world.nowSeconds() });
    expect(latest(ended)).toMatchObject({ status: 'paid', amount_paid: 9_700 });
  });

  test('cancelled with proration and an invoice now, the rest is credited', async () => {
    const subscription = await subscribe(catalog.basic);
    bench.world.advance(DAY);
    const gone = await bench.stripe.subscriptions.cancel(subscription.id, { prorate: true, invoice_now: true });
    expect(gone.status).toBe('canceled');
    const { balance } = (await bench.stripe.customers.retrieve(String(subscription.customer))) as Stripe.Customer;
    const period = subscription.current_period_end - subscription.current_period_start;
    expect(balance).toBe(-Math.round((9_700 * (period - DAY)) / period));
  });
});

describe('an upgrade whose payment fails', () => {
  beforeAll(fresh);
  afterAll(end);

  test('pending_if_incomplete keeps the old price until it is paid, then makes the change', async () => {
    const subscription = await subscribe(catalog.basic);
    await failingCard(subscription);
    const held = await change(subscription, catalog.premium, { payment_behavior: 'pending_if_incomplete' });
    expect(held).toMatchObject({
      status: 'active',
      pending_update: { expires_at: bench.world.nowSeconds() + 23 * HOUR },
    });
    expect(priceOf(held)).toBe(catalog.basic.id);
    expect(held.pending_update?.subscription_items?.[0]?.price.id).toBe(catalog.premium.id);
    expect(latest(held)).toMatchObject({ status: 'open', next_payment_attempt: null });
    const { id } = await bench.stripe.paymentMethods.attach('pm_card_visa', { customer: String(held.customer) });
    bench.newEvents();
    await bench.stripe.invoices.pay(latest(held).id, { payment_method: id });
    const applied = await read(subscription);
    expect(applied.pending_update).toBeNull();
    expect(priceOf(applied)).toBe(catalog.premium.id);
    expect(bench.newEvents()).toContain('customer.subscription.pending_update_applied');
  });

  test('pending_if_incomplete drops it after 23 hours, the invoice void', async () => {
    const subscription = await subscribe(catalog.basic);
    await failingCard(subscription);
    const held = await change(subscription, catalog.premium, { payment_behavior: 'pending_if_incomplete' });
    bench.newEvents();
    bench.world.advance(23 * HOUR);
    const dropped = await read(subscription);
    expect(dropped).toMatchObject({ status: 'active', pending_update: null });
    expect(priceOf(dropped)).toBe(catalog.basic.id);
    expect(await bench.stripe.invoices.retrieve(latest(held).id)).toMatchObject({ status: 'void' });
    expect(bench.newEvents()).toContain('customer.subscription.pending_update_expired');
  });

  test('pending_if_incomplete gives way to another change, its invoice void', async () => {
    const subscription = await subscribe(catalog.basic);
    await failingCard(subscription);
    const behavior = { payment_behavior: 'pending_if_incomplete' as const };
    const first = await change(subscription, catalog.premium, behavior);
    bench.newEvents();
    const second = await change(subscription, catalog.premiumYear, behavior);
    expect(second.pending_update?.subscription_items?.[0]?.price.id).toBe(catalog.premiumYear.id);
    expect(await bench.stripe.invoices.retrieve(latest(first).id)).toMatchObject({ status: 'void' });
    expect(bench.newEvents()).toContain('customer.subscription.pending_update_expired');
  });

  // An hour is left: 14 cents of the old price, 43 of the new. 29 cents are too small to charge.
  test('that is too small to charge is made at once, and owed', async () => {
    const subscription = await subscribe(catalog.basic);
    await failingCard(subscription);
    bench.world.advance(subscription.current_period_end - HOUR - bench.world.nowSeconds());
    const changed = await change(subscription, catalog.premium, { payment_behavior: 'pending_if_incomplete' });
    expect(amounts(changed)).toEqual([-14, 43]);
    expect(priceOf(changed)).toBe(catalog.premium.id);
    expect(await bench.stripe.customers.retrieve(String(changed.customer))).toMatchObject({ balance: 29 });
  });

  test('pending_if_incomplete is dropped by a renewal that comes before the payment', async () => {
    const subscription = await subscribe(catalog.basic);
    await failingCard(subscription);
    bench.world.advance(subscription.current_period_end - 20 * HOUR - bench.world.nowSeconds());
    const held = await change(subscription, catalog.premium, { payment_behavior: 'pending_if_incomplete' });
    bench.world.advance(20 * HOUR);
    const renewed = await read(subscription);
    expect(renewed).toMatchObject({ pending_update: null, current_period_start: subscription.current_period_end });
    expect(amounts(renewed)).toEqual([9_700]);
    expect(await bench.stripe.invoices.retrieve(latest(held).id)).toMatchObject({ status: 'void' });
  });

  test('pending_if_incomplete from month to year keeps the old period until it is paid', async () => {
    const subscription = await subscribe(catalog.basic);
    await failingCard(subscription);
    const held = await change(subscription, catalog.premiumYear, { payment_behavior: 'pending_if_incomplete' });
    expect(held).toMatchObject({ current_period_end: subscription.current_period_end });
    const { id } = await bench.stripe.paymentMethods.attach('pm_card_visa', { customer: String(held.customer) });
    await bench.stripe.invoices.pay(latest(held).id, { payment_method: id });
    const applied = await read(subscription);
    expect(priceOf(applied)).toBe(catalog.premiumYear.id);
    expect(applied.current_period_end - applied.current_period_start).toBeGreaterThan(360 * DAY);
  });

  test('pending_if_incomplete takes no other parameters', async () => {
    const subscription = await subscribe(catalog.basic);
    const refused = change(subscription, catalog.premium, {
      payment_behavior: 'pending_if_incomplete',
      metadata: { a: 'b' },
    });
    await expect(refused).rejects.toMatchObject({ type: 'StripeInvalidRequestError', param: 'metadata' });
  });

  test('error_if_incomplete changes nothing', async () => {
    const subscription = await subscribe(catalog.basic);
    await failingCard(subscription);
    bench.newEvents();
    const refused = change(subscription, catalog.premium, { payment_behavior: 'error_if_incomplete' });
    await expect(refused).rejects.toMatchObject({ type: 'StripeCardError', code: 'card_declined', statusCode: 402 });
    expect(priceOf(await read(subscription))).toBe(catalog.basic.id);
    expect(latest(await read(subscription)).id).toBe(String(subscription.latest_invoice));
    // Nor does what was undone come out with the next commit.
    await bench.stripe.customers.create({});
    expect(bench.newEvents()).toEqual(['customer.created']);
  });

  test('allow_incomplete makes the change and is past due', async () => {
    const subscription = await subscribe(catalog.basic);
    await failingCard(subscription);
    const behind = await change(subscription, catalog.premium);
    expect(behind.status).toBe('past_due');
    expect(priceOf(behind)).toBe(catalog.premium.id);
    expect(latest(behind)).toMatchObject({ status: 'open', attempt_count: 1 });
  });

  test('a card that asks for proof holds the change back until the proof', async () => {
    const subscription = await subscribe(catalog.basic);
    const customer = String(subscription.customer);
    const { id } = await bench.stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer });
    await bench.stripe.subscriptions.update(subscription.id, { default_payment_method: id });
    const held = await change(subscription, catalog.premium, { payment_behavior: 'pending_if_incomplete' });
    const intent = latest(held).payment_intent as Stripe.PaymentIntent;
    expect(intent).toMatchObject({ status: 'requires_action', next_action: { type: 'redirect_to_url' } });
    expect(bench.world.confirmIntent(intent.id, true)).toMatchObject({ ok: true });
    expect(priceOf(await read(subscription))).toBe(catalog.premium.id);
  });
});

test.skipIf(!STRIPE_SPEC_PRESENT)(
  'nothing that was answered or told breaks the specification (needs ../shared)',
  () => {
    expect(checks).toBeGreaterThan(50);
    expect(problems).toEqual([]);
  },
);
