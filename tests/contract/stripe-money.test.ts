import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type Stripe from 'stripe';
import { percentOf, percentWithin, share } from '../../src/sandbox/stripe/invoices/money.ts';
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

type Created = Stripe.Subscription & { latest_invoice: Stripe.Invoice };
const subscribe = async (
  customer: Stripe.Customer,
  params: Partial<Stripe.SubscriptionCreateParams> = {},
): Promise<Created> =>
  (await bench.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: catalog.basic.id }],
    expand: ['latest_invoice'],
    ...params,
  })) as Created;
const renew = async ({ id, current_period_end }: Stripe.Subscription): Promise<Created> => {
  bench.world.advance(current_period_end + HOUR - bench.world.nowSeconds());
  return (await bench.stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] })) as Created;
};
const balanceOf = async ({ id }: Stripe.Customer): Promise<number> =>
  ((await bench.stripe.customers.retrieve(id)) as Stripe.Customer).balance;

describe('rounding', () => {
  test.each([
    [share(9_701, 1, 2), 4_851],
    [share(-9_701, 1, 2), -4_851],
    [share(100, 1, 3), 33],
    [share(200, 1, 3), 67],
    [share(0, 5, 7), 0],
    [share(29_700, 2_505_599, 2_505_600), 29_700],
    [percentOf(9_700, 8.875), 861],
    [percentOf(1, 50), 1],
    [percentOf(9_700, 33.3333), 3_233],
    [percentWithin(12_000, 20), 2_000],
    [percentWithin(9_700, 19), 1_549],
  ])('gives %d where %d is right', (got, right) => {
    expect(got).toBe(right);
  });
});

describe('tax', () => {
  // 9,700 × 8.875 % = 860.88
  test('by itself where the customer lives: New York 8.875 % on top', async () => {
    const customer = await makeCustomer(bench);
    await bench.stripe.customers.update(customer.id, { address: { country: 'US', postal_code: '10001' } });
    const { latest_invoice: invoice } = await subscribe(customer, { automatic_tax: { enabled: true } });
    expect(invoice).toMatchObject({
      subtotal: 9_700,
      tax: 861,
      total: 10_561,
      amount_paid: 10_561,
      total_excluding_tax: 9_700,
    });
    expect(invoice.automatic_tax).toEqual({ enabled: true, status: 'complete' });
    expect(invoice.total_tax_amounts[0]).toMatchObject({
      amount: 861,
      inclusive: false,
      taxability_reason: 'standard_rated',
    });
  });

  test('by itself refuses a subscription where it does not know the place', async () => {
    const customer = await makeCustomer(bench);
    const refused = subscribe(customer, { automatic_tax: { enabled: true } });
    await expect(refused).rejects.toMatchObject({ code: 'customer_tax_location_invalid', statusCode: 400 });
    expect((await bench.stripe.subscriptions.list({ customer: customer.id })).data).toEqual([]);
  });

  test('by itself takes the place from the card at checkout', async () => {
    const customer = await bench.stripe.customers.create({});
    const session = await bench.stripe.checkout.sessions.create({
      mode: 'subscription',
      customer: customer.id,
      line_items: [{ price: catalog.basic.id, quantity: 1 }],
      success_url: 'https://shop.example/ok',
      automatic_tax: { enabled: true },
      customer_update: { address: 'auto' },
    });
    expect(session.automatic_tax.status).toBe('requires_location_inputs');
    redirectOf(bench.world.completeCheckout(session.id, { card: cardEntry('4242424242424242'), email: null }));
    const done = await bench.stripe.checkout.sessions.retrieve(session.id);
    expect(done).toMatchObject({ amount_total: 10_561, total_details: { amount_tax: 861 } });
    expect(await bench.stripe.customers.retrieve(customer.id)).toMatchObject({ address: { postal_code: '10001' } });
  });

  test('exempt and reverse-charged customers pay none', async () => {
    for (const tax_exempt of ['exempt', 'reverse'] as const) {
      const customer = await makeCustomer(bench);
      await bench.stripe.customers.update(customer.id, { tax_exempt, address: { country: 'DE' } });
      const { latest_invoice: invoice } = await subscribe(customer, { automatic_tax: { enabled: true } });
      expect(invoice).toMatchObject({ tax: 0, total: 9_700 });
    }
  });

  // 20 % of 9,700 = 1,940 on top; 20 % inside of 9,700 = 1,616.67
  test.each([
    [false, 1_940, 11_640],
    [true, 1_617, 9_700],
  ])('by a rate of one’s own, inclusive %p', async (inclusive, tax, total) => {
    const rate = await bench.stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive });
    const customer = await makeCustomer(bench);
    const { latest_invoice: invoice } = await subscribe(customer, { default_tax_rates: [rate.id] });
    expect(invoice).toMatchObject({ tax, total, subtotal: 9_700 });
  });

  // A quarter off first: 7,275 × 20 % = 1,455
  test('comes after the discount', async () => {
    const rate = await bench.stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
    const coupon = await bench.stripe.coupons.create({ percent_off: 25, duration: 'once' });
    const customer = await makeCustomer(bench);
    const { latest_invoice: invoice } = await subscribe(customer, { default_tax_rates: [rate.id], coupon: coupon.id });
    expect(invoice).toMatchObject({ tax: 1_455, total: 8_730, total_discount_amounts: [{ amount: 2_425 }] });
  });
});

describe('coupons', () => {
  test('for once take off one invoice', async () => {
    const coupon = await bench.stripe.coupons.create({ amount_off: 2_000, currency: 'usd', duration: 'once' });
    const first = await subscribe(await makeCustomer(bench), { coupon: coupon.id });
    expect(first.latest_invoice.amount_paid).toBe(7_700);
    expect((await bench.stripe.subscriptions.retrieve(first.id)).discount).toBeNull();
    expect((await renew(first)).latest_invoice.amount_paid).toBe(9_700);
  });

  test('for once wait for the first charge after a trial', async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 50, duration: 'once' });
    const first = await subscribe(await makeCustomer(bench), { coupon: coupon.id, trial_period_days: 5 });
    expect((await renew(first)).latest_invoice.amount_paid).toBe(4_850);
  });

  test('that repeat end after their months', async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 10, duration: 'repeating', duration_in_months: 2 });
    let subscription = await subscribe(await makeCustomer(bench), { coupon: coupon.id });
    const paid = [subscription.latest_invoice.amount_paid];
    for (let month = 0; month < 3; month += 1) {
      subscription = await renew(subscription);
      paid.push(subscription.latest_invoice.amount_paid);
    }
    expect(paid).toEqual([8_730, 8_730, 9_700, 9_700]);
    expect(subscription.discount).toBeNull();
  });

  test('that take everything off need no payment', async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 100, duration: 'forever' });
    const free = await subscribe(await makeCustomer(bench), { coupon: coupon.id });
    expect(free).toMatchObject({
      status: 'active',
      latest_invoice: { status: 'paid', total: 0, payment_intent: null },
    });
  });

  test('used up or past their date are refused', async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 10, duration: 'once', max_redemptions: 1 });
    await subscribe(await makeCustomer(bench), { coupon: coupon.id });
    expect((await bench.stripe.coupons.retrieve(coupon.id)).valid).toBe(false);
    const again = subscribe(await makeCustomer(bench), { coupon: coupon.id });
    await expect(again).rejects.toMatchObject({ code: 'coupon_expired' });
    const dated = await bench.stripe.coupons.create({
      percent_off: 10,
      duration: 'once',
      redeem_by: bench.world.nowSeconds() + DAY,
    });
    bench.world.advance(DAY);
    await expect(subscribe(await makeCustomer(bench), { coupon: dated.id })).rejects.toMatchObject({
      code: 'coupon_expired',
    });
  });

  test('by a code for first-time customers are refused to others', async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 10, duration: 'once' });
    const code = await bench.stripe.promotionCodes.create({
      coupon: coupon.id,
      restrictions: { first_time_transaction: true },
    });
    const customer = await makeCustomer(bench);
    await subscribe(customer, { promotion_code: code.id });
    const again = subscribe(customer, { promotion_code: code.id });
    await expect(again).rejects.toMatchObject({ code: 'promotion_code_invalid' });
  });

  test('by a code for one customer are refused to others, and a code is given once', async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 10, duration: 'once' });
    const [mine, other] = [await makeCustomer(bench), await makeCustomer(bench)];
    const made = await bench.stripe.promotionCodes.create({ coupon: coupon.id, code: 'MINE', customer: mine.id });
    await expect(subscribe(other, { promotion_code: made.id })).rejects.toMatchObject({
      code: 'promotion_code_invalid',
    });
    expect((await subscribe(mine, { promotion_code: made.id })).latest_invoice.amount_paid).toBe(8_730);
    await bench.stripe.promotionCodes.create({ coupon: coupon.id, code: 'OURS' });
    const twin = bench.stripe.promotionCodes.create({ coupon: coupon.id, code: 'ours' });
    await expect(twin).rejects.toMatchObject({ code: 'resource_already_exists', param: 'code' });
  });

  test('for one product leave the others alone', async () => {
    const coupon = await bench.stripe.coupons.create({
      percent_off: 50,
      duration: 'once',
      applies_to: { products: [String(catalog.premium.product)] },
    });
    expect((await subscribe(await makeCustomer(bench), { coupon: coupon.id })).latest_invoice.amount_paid).toBe(9_700);
  });
});

describe('the customer’s balance', () => {
  test('as credit pays first, to the last cent', async () => {
    const customer = await makeCustomer(bench);
    await bench.stripe.customers.update(customer.id, { balance: -10_000 });
    const first = await subscribe(customer);
    expect(first.latest_invoice).toMatchObject({
      total: 9_700,
      amount_due: 0,
      starting_balance: -10_000,
      ending_balance: -300,
    });
    expect(await balanceOf(customer)).toBe(-300);
    expect((await renew(first)).latest_invoice).toMatchObject({
      amount_due: 9_400,
      amount_paid: 9_400,
      ending_balance: 0,
    });
    expect(await balanceOf(customer)).toBe(0);
  });

  test('takes what is too small to charge, and owes it at the next', async () => {
    const customer = await makeCustomer(bench);
    await bench.stripe.customers.update(customer.id, { balance: -9_660 });
    const first = await subscribe(customer);
    expect(first.latest_invoice).toMatchObject({ status: 'paid', amount_due: 0, ending_balance: 40 });
    expect(await balanceOf(customer)).toBe(40);
    expect((await renew(first)).latest_invoice).toMatchObject({
      amount_paid: 9_740,
      starting_balance: 40,
      ending_balance: 0,
    });
  });

  test('gets back what a void invoice had used', async () => {
    const customer = await makeCustomer(bench);
    await bench.stripe.customers.update(customer.id, { balance: -1_000 });
    const { latest_invoice: invoice } = await subscribe(customer, { payment_behavior: 'default_incomplete' });
    expect(invoice).toMatchObject({ amount_due: 8_700 });
    expect(await balanceOf(customer)).toBe(0);
    await bench.stripe.invoices.voidInvoice(invoice.id);
    expect(await balanceOf(customer)).toBe(-1_000);
    const { data } = await bench.stripe.customers.listBalanceTransactions(customer.id);
    expect(data.map(({ type, amount }) => [type, amount])).toEqual([
      ['unapplied_from_invoice', -1_000],
      ['applied_to_invoice', 1_000],
      ['adjustment', -1_000],
    ]);
  });
});

test.skipIf(!STRIPE_SPEC_PRESENT)(
  'nothing that was answered or told breaks the specification (needs ../shared)',
  () => {
    expect(bench.checked()).toBeGreaterThan(50);
    expect(bench.problems()).toEqual([]);
  },
);
