import { afterAll, beforeAll, expect, test } from 'bun:test';
import type Stripe from 'stripe';
import { OPERATIONS } from '../../src/sandbox/stripe/http/router.ts';
import {
  type Catalog,
  cardEntry,
  makeCatalog,
  makeCustomer,
  type StripeBench,
  startStripeBench,
} from '../support/stripe.ts';
import { answerProblems, operationsSeen, SPEC_SIZE, STRIPE_SPEC_PRESENT, schemasSeen } from '../support/stripe-spec.ts';

let bench: StripeBench;
let stripe: Stripe;
let catalog: Catalog;
beforeAll(async () => {
  bench = await startStripeBench();
  stripe = bench.stripe;
  catalog = await makeCatalog(bench);
});
afterAll(() => bench.stop());

const subscribed = async (
  params: Partial<Stripe.SubscriptionCreateParams> = {},
): Promise<{ customer: Stripe.Customer; subscription: Stripe.Subscription }> => {
  const customer = await makeCustomer(bench);
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: catalog.basic.id }],
    ...params,
  });
  return { customer, subscription };
};

test('customers: created, read, changed, found, listed, credited, taxed and deleted', async () => {
  const customer = await stripe.customers.create({
    email: 'grace@example.com',
    metadata: { user_id: 'u9', gone: '1' },
  });
  await stripe.customers.update(customer.id, { name: 'Grace', metadata: { gone: '' }, address: { country: 'DE' } });
  expect(await stripe.customers.retrieve(customer.id, { expand: ['subscriptions', 'tax', 'tax_ids'] })).toMatchObject({
    name: 'Grace',
    metadata: { user_id: 'u9' },
    subscriptions: { data: [] },
    tax: { automatic_tax: 'supported' },
  });
  expect((await stripe.customers.list({ email: 'grace@example.com' })).data).toHaveLength(1);
  expect((await stripe.customers.search({ query: "metadata['user_id']:'u9'" })).data).toHaveLength(1);
  await stripe.customers.createBalanceTransaction(customer.id, { amount: -500, currency: 'usd' });
  expect((await stripe.customers.listBalanceTransactions(customer.id)).data[0]).toMatchObject({ ending_balance: -500 });
  const [entry] = (await stripe.customers.listBalanceTransactions(customer.id)).data;
  expect((await stripe.customers.retrieveBalanceTransaction(customer.id, entry?.id ?? '')).amount).toBe(-500);
  const taxId = await stripe.customers.createTaxId(customer.id, { type: 'eu_vat', value: 'DE123456789' });
  expect((await stripe.customers.listTaxIds(customer.id)).data[0]?.id).toBe(taxId.id);
  expect((await stripe.customers.retrieveTaxId(customer.id, taxId.id)).country).toBe('DE');
  expect(await stripe.customers.deleteTaxId(customer.id, taxId.id)).toMatchObject({ deleted: true });
  await stripe.coupons.create({ id: 'TEN', percent_off: 10, duration: 'forever' });
  await stripe.customers.update(customer.id, { coupon: 'TEN' });
  expect(await stripe.customers.deleteDiscount(customer.id)).toMatchObject({ deleted: true });
  expect(await stripe.customers.del(customer.id)).toEqual(expect.objectContaining({ id: customer.id, deleted: true }));
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ deleted: true });
});

test('products and prices: lookup keys move only when told to', async () => {
  const product = await stripe.products.create({
    name: 'Extra',
    default_price_data: { currency: 'usd', unit_amount: 100 },
  });
  expect((await stripe.products.retrieve(product.id, { expand: ['default_price'] })).default_price).toMatchObject({
    unit_amount: 100,
  });
  await stripe.products.update(product.id, { description: 'More' });
  expect((await stripe.products.list({ ids: [product.id] })).data[0]?.description).toBe('More');
  expect((await stripe.products.search({ query: "name:'Extra'" })).data).toHaveLength(1);
  const fresh = { product: product.id, currency: 'usd', unit_amount: 200, lookup_key: 'basic_month' };
  const taken = stripe.prices.create(fresh);
  await expect(taken).rejects.toMatchObject({ type: 'StripeInvalidRequestError', param: 'lookup_key' });
  const moved = await stripe.prices.create({ ...fresh, transfer_lookup_key: true });
  const { data } = await stripe.prices.list({ lookup_keys: ['basic_month'], expand: ['data.product'] });
  expect(data.map(({ id }) => id)).toEqual([moved.id]);
  expect(data[0]?.product).toMatchObject({ name: 'Extra' });
  expect((await stripe.prices.retrieve(catalog.basic.id)).lookup_key).toBeNull();
  await stripe.prices.update(catalog.basic.id, { lookup_key: 'basic_month', transfer_lookup_key: true });
  expect((await stripe.prices.search({ query: "lookup_key:'basic_month'" })).data[0]?.id).toBe(catalog.basic.id);
  await expect(stripe.products.del(product.id)).rejects.toThrow('cannot be deleted');
  const bare = await stripe.products.create({ name: 'Bare' });
  expect(await stripe.products.del(bare.id)).toMatchObject({ deleted: true });
});

test('coupons, promotion codes and tax rates', async () => {
  const coupon = await stripe.coupons.create({
    amount_off: 500,
    currency: 'usd',
    duration: 'repeating',
    duration_in_months: 3,
  });
  await stripe.coupons.update(coupon.id, { name: 'Five off' });
  expect(await stripe.coupons.retrieve(coupon.id, { expand: ['applies_to'] })).toMatchObject({
    name: 'Five off',
    valid: true,
  });
  expect((await stripe.coupons.list()).data.map(({ id }) => id)).toContain(coupon.id);
  const code = await stripe.promotionCodes.create({ coupon: coupon.id, code: 'FIVE', max_redemptions: 1 });
  expect((await stripe.promotionCodes.list({ code: 'FIVE' })).data[0]?.id).toBe(code.id);
  expect((await stripe.promotionCodes.retrieve(code.id)).active).toBe(true);
  expect((await stripe.promotionCodes.update(code.id, { active: false })).active).toBe(false);
  expect(await stripe.coupons.del(coupon.id)).toMatchObject({ deleted: true });
  const rate = await stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: true });
  await stripe.taxRates.update(rate.id, { active: false });
  expect((await stripe.taxRates.retrieve(rate.id)).active).toBe(false);
  expect((await stripe.taxRates.list({ inclusive: true })).data.map(({ id }) => id)).toContain(rate.id);
});

test('cards: attached, listed, changed, detached; intents made, confirmed and canceled', async () => {
  const customer = await makeCustomer(bench);
  const method = await stripe.paymentMethods.create({
    type: 'card',
    card: { number: '5555555555554444', exp_month: 8, exp_year: 2030, cvc: '123' },
  });
  await stripe.paymentMethods.attach(method.id, { customer: customer.id });
  await stripe.paymentMethods.update(method.id, { billing_details: { name: 'Ada' } });
  expect((await stripe.paymentMethods.retrieve(method.id)).card?.last4).toBe('4444');
  expect((await stripe.paymentMethods.list({ customer: customer.id, type: 'card' })).data).toHaveLength(2);
  expect((await stripe.customers.listPaymentMethods(customer.id)).data).toHaveLength(2);
  expect((await stripe.customers.retrievePaymentMethod(customer.id, method.id)).card?.last4).toBe('4444');
  expect((await stripe.paymentMethods.detach(method.id)).customer).toBeNull();
  await expect(stripe.paymentMethods.attach('pm_card_chargeDeclined', { customer: customer.id })).rejects.toMatchObject(
    {
      type: 'StripeCardError',
      code: 'card_declined',
      decline_code: 'generic_decline',
    },
  );
  const intent = await stripe.paymentIntents.create({ amount: 900, currency: 'usd', customer: customer.id });
  await stripe.paymentIntents.update(intent.id, { metadata: { a: 'b' } });
  const paid = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
  expect(paid).toMatchObject({ status: 'succeeded', metadata: { a: 'b' } });
  expect((await stripe.paymentIntents.list({ customer: customer.id })).data[0]?.id).toBe(intent.id);
  expect((await stripe.paymentIntents.search({ query: `customer:'${customer.id}'` })).data).toHaveLength(1);
  const dropped = await stripe.paymentIntents.create({ amount: 900, currency: 'usd' });
  expect(await stripe.paymentIntents.cancel(dropped.id)).toMatchObject({ status: 'canceled' });
  expect((await stripe.paymentIntents.retrieve(dropped.id)).status).toBe('canceled');
  const setup = await stripe.setupIntents.create({ customer: customer.id });
  expect((await stripe.setupIntents.update(setup.id, { metadata: { a: 'b' } })).metadata).toEqual({ a: 'b' });
  expect(await stripe.setupIntents.confirm(setup.id, { payment_method: 'pm_card_visa' })).toMatchObject({
    status: 'succeeded',
  });
  expect((await stripe.setupIntents.retrieve(setup.id)).status).toBe('succeeded');
  const other = await stripe.setupIntents.create({ customer: customer.id });
  expect(await stripe.setupIntents.cancel(other.id)).toMatchObject({ status: 'canceled' });
  expect((await stripe.setupIntents.list({ customer: customer.id })).data).toHaveLength(2);
});

test('checkout and portal', async () => {
  const customer = await makeCustomer(bench);
  const params: Stripe.Checkout.SessionCreateParams = {
    mode: 'subscription',
    customer: customer.id,
    line_items: [{ price: catalog.basic.id, quantity: 1 }],
    success_url: 'https://shop.example/ok',
  };
  const session = await stripe.checkout.sessions.create(params);
  bench.world.completeCheckout(session.id, { card: cardEntry('4242424242424242'), email: null });
  expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('complete');
  expect((await stripe.checkout.sessions.list({ customer: customer.id })).data).toHaveLength(1);
  expect((await stripe.checkout.sessions.listLineItems(session.id)).data[0]?.amount_total).toBe(9_700);
  const left = await stripe.checkout.sessions.create(params);
  expect((await stripe.checkout.sessions.expire(left.id)).status).toBe('expired');
  const configuration = await stripe.billingPortal.configurations.create({
    business_profile: { headline: 'QuantiCity' },
    features: { invoice_history: { enabled: true }, subscription_cancel: { enabled: true, mode: 'at_period_end' } },
  });
  await stripe.billingPortal.configurations.update(configuration.id, {
    default_return_url: 'https://shop.example/account',
  });
  expect((await stripe.billingPortal.configurations.retrieve(configuration.id)).is_default).toBe(true);
  expect((await stripe.billingPortal.configurations.list({ active: true })).data).toHaveLength(1);
  const portal = await stripe.billingPortal.sessions.create({ customer: customer.id });
  expect(portal).toMatchObject({ return_url: 'https://shop.example/account', customer: customer.id });
  expect(portal.url).toBe(`${bench.sandbox.url}/p/session/${portal.id}`);
});

test('subscriptions: listed by state, found, previewed, scheduled, paused, resumed, canceled', async () => {
  const { customer, subscription } = await subscribed({ coupon: 'TEN' });
  expect((await stripe.subscriptions.list({ customer: customer.id, status: 'active' })).data[0]?.id).toBe(
    subscription.id,
  );
  expect((await stripe.subscriptions.search({ query: "status:'active'" })).data.length).toBeGreaterThan(0);
  expect((await stripe.subscriptionItems.list({ subscription: subscription.id })).data).toHaveLength(1);
  expect(await stripe.subscriptions.deleteDiscount(subscription.id)).toMatchObject({ deleted: true });
  const [item] = subscription.items.data;
  expect((await stripe.subscriptionItems.retrieve(item?.id ?? '')).price.id).toBe(catalog.basic.id);
  expect((await stripe.subscriptionItems.update(item?.id ?? '', { metadata: { a: 'b' } })).metadata).toEqual({
    a: 'b',
  });
  const second = await stripe.subscriptionItems.create({
    subscription: subscription.id,
    price: catalog.premium.id,
    proration_behavior: 'none',
  });
  expect(await stripe.subscriptionItems.del(second.id, { proration_behavior: 'none' })).toMatchObject({
    deleted: true,
  });
  const preview = await stripe.invoices.retrieveUpcoming({ customer: customer.id });
  expect(preview).toMatchObject({ amount_due: 9_700, subscription: subscription.id });
  expect('id' in preview).toBe(false);
  expect((await stripe.invoices.listUpcomingLines({ customer: customer.id })).data).toHaveLength(1);
  const schedule = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
  await stripe.subscriptionSchedules.update(schedule.id, { metadata: { why: 'test' } });
  expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).metadata).toEqual({ why: 'test' });
  expect((await stripe.subscriptionSchedules.list({ customer: customer.id })).data).toHaveLength(1);
  expect((await stripe.subscriptionSchedules.release(schedule.id)).status).toBe('released');
  const again = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
  expect((await stripe.subscriptionSchedules.cancel(again.id)).status).toBe('canceled');
  expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled');
  const trial = await subscribed({ trial_period_days: 1 });
  await stripe.customers.update(trial.customer.id, { invoice_settings: { default_payment_method: '' } });
  await stripe.subscriptions.update(trial.subscription.id, {
    trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
  });
  bench.world.advance(86_400);
  expect((await stripe.subscriptions.retrieve(trial.subscription.id)).status).toBe('paused');
  const card = bench.world.cardsOf(trial.customer.id)[0]?.id ?? '';
  await stripe.subscriptions.update(trial.subscription.id, { default_payment_method: card });
  expect((await stripe.subscriptions.resume(trial.subscription.id)).status).toBe('active');
  expect((await stripe.subscriptions.cancel(trial.subscription.id)).status).toBe('canceled');
});

test('invoices by hand: items, final, paid, void, uncollectible, sent, deleted', async () => {
  const customer = await makeCustomer(bench);
  const item = await stripe.invoiceItems.create({
    customer: customer.id,
    amount: 1_500,
    currency: 'usd',
    description: 'Report',
  });
  expect((await stripe.invoiceItems.retrieve(item.id)).amount).toBe(1_500);
  expect((await stripe.invoiceItems.update(item.id, { metadata: { a: 'b' } })).metadata).toEqual({ a: 'b' });
  expect((await stripe.invoiceItems.list({ customer: customer.id, pending: true })).data).toHaveLength(1);
  const spare = await stripe.invoiceItems.create({ customer: customer.id, amount: 100, currency: 'usd' });
  expect(await stripe.invoiceItems.del(spare.id)).toMatchObject({ deleted: true });
  const include = { customer: customer.id, pending_invoice_items_behavior: 'include' as const };
  const invoice = await stripe.invoices.create(include);
  await stripe.invoices.update(invoice.id, { description: 'By hand' });
  expect(await stripe.invoices.finalizeInvoice(invoice.id)).toMatchObject({ status: 'open', amount_due: 1_500 });
  expect((await stripe.invoices.listLineItems(invoice.id)).data[0]).toMatchObject({
    amount: 1_500,
    description: 'Report',
  });
  expect(await stripe.invoices.pay(invoice.id)).toMatchObject({ status: 'paid' });
  expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({ number: `${customer.invoice_prefix}-0001` });
  expect((await stripe.invoices.search({ query: `customer:'${customer.id}'` })).data).toHaveLength(1);
  const more = async (params: Partial<Stripe.InvoiceCreateParams> = {}): Promise<string> => {
    await stripe.invoiceItems.create({ customer: customer.id, amount: 700, currency: 'usd' });
    return (await stripe.invoices.create({ ...include, ...params })).id;
  };
  const hurried = await more({ auto_advance: true });
  expect((await stripe.invoices.finalizeInvoice(hurried)).status).toBe('open');
  expect((await stripe.invoices.retrieve(hurried)).status).toBe('paid');
  const wrong = await more();
  await stripe.invoices.finalizeInvoice(wrong);
  expect(await stripe.invoices.voidInvoice(wrong)).toMatchObject({ status: 'void' });
  const lost = await more();
  await stripe.invoices.finalizeInvoice(lost);
  expect(await stripe.invoices.markUncollectible(lost)).toMatchObject({ status: 'uncollectible' });
  expect(await stripe.invoices.pay(lost)).toMatchObject({ status: 'paid' });
  expect(
    await stripe.invoices.sendInvoice(await more({ collection_method: 'send_invoice', days_until_due: 7 })),
  ).toMatchObject({ status: 'open' });
  expect(await stripe.invoices.del(await more())).toMatchObject({ deleted: true });
  expect((await stripe.invoices.list({ customer: customer.id, status: 'void' })).data).toHaveLength(1);
});

test('charges, refunds, disputes, balance, events and endpoints', async () => {
  const { customer } = await subscribed();
  const [charge] = (await stripe.charges.list({ customer: customer.id })).data;
  const id = charge?.id ?? '';
  expect((await stripe.charges.search({ query: `customer:'${customer.id}'` })).data).toHaveLength(1);
  await stripe.charges.update(id, { description: 'Basic' });
  const refund = await stripe.refunds.create({ charge: id, amount: 700, reason: 'requested_by_customer' });
  await stripe.refunds.update(refund.id, { metadata: { by: 'ops' } });
  expect((await stripe.refunds.retrieve(refund.id, { expand: ['charge'] })).charge).toMatchObject({
    amount_refunded: 700,
  });
  expect((await stripe.refunds.list({ charge: id })).data).toHaveLength(1);
  const raw = await stripe.charges.retrieve(id, { expand: ['refunds', 'balance_transaction'] });
  expect(raw).toMatchObject({
    refunded: false,
    refunds: { data: [{ amount: 700 }] },
    balance_transaction: { net: 9_389 },
  });
  await stripe.refunds.create({ charge: id });
  await expect(stripe.refunds.create({ charge: id })).rejects.toMatchObject({ code: 'charge_already_refunded' });
  const transactions = (await stripe.balanceTransactions.list({ type: 'refund' })).data;
  expect((await stripe.balanceTransactions.retrieve(transactions[0]?.id ?? '')).amount).toBe(-9_000);

  const disputer = await makeCustomer(bench, 'pm_card_createDispute');
  await stripe.subscriptions.create({ customer: disputer.id, items: [{ price: catalog.basic.id }] });
  const [dispute] = (await stripe.disputes.list()).data;
  expect(dispute).toMatchObject({ amount: 9_700, status: 'needs_response', reason: 'fraudulent' });
  expect((await stripe.disputes.retrieve(dispute?.id ?? '')).charge).toBe(dispute?.charge ?? '');
  const evidence = { uncategorized_text: 'winning_evidence' };
  expect((await stripe.disputes.update(dispute?.id ?? '', { evidence, submit: true })).status).toBe('won');
  await makeCustomer(bench, 'pm_card_createDispute').then(({ id: customerId }) =>
    stripe.subscriptions.create({ customer: customerId, items: [{ price: catalog.basic.id }] }),
  );
  const [second] = (await stripe.disputes.list()).data;
  expect((await stripe.disputes.close(second?.id ?? '')).status).toBe('lost');

  const [event] = (await stripe.events.list({ types: ['charge.dispute.closed'] })).data;
  expect(await stripe.events.retrieve(event?.id ?? '')).toMatchObject({
    type: 'charge.dispute.closed',
    pending_webhooks: 0,
  });
  const endpoint = await stripe.webhookEndpoints.create({ url: 'https://shop.example/hooks', enabled_events: ['*'] });
  expect(endpoint.secret).toStartWith('whsec_');
  expect((await stripe.webhookEndpoints.retrieve(endpoint.id)).secret).toBeUndefined();
  await stripe.webhookEndpoints.update(endpoint.id, { disabled: true });
  expect((await stripe.webhookEndpoints.list()).data[0]).toMatchObject({ status: 'disabled' });
  expect(await stripe.webhookEndpoints.del(endpoint.id)).toMatchObject({ deleted: true });
});

test('the refunds of one charge by its own path', async () => {
  const { customer } = await subscribed();
  const [charge] = (await stripe.charges.list({ customer: customer.id })).data;
  const refund = await stripe.refunds.create({ charge: charge?.id ?? '', amount: 100 });
  const get = async (path: string): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${bench.sandbox.url}${path}`, { headers: { authorization: 'Bearer sk_test_bench' } });
    const body = (await answer.json()) as Record<string, unknown>;
    if (STRIPE_SPEC_PRESENT) expect(answerProblems('GET', path, answer.status, body)).toEqual([]);
    return body;
  };
  expect(await get(`/v1/charges/${charge?.id}/refunds`)).toMatchObject({ data: [{ id: refund.id }] });
  expect(await get(`/v1/charges/${charge?.id}/refunds/${refund.id}`)).toMatchObject({ amount: 100 });
});

test.skipIf(!STRIPE_SPEC_PRESENT)('every operation served was held against the specification (needs ../shared)', () => {
  const size = SPEC_SIZE();
  console.info(
    `Stripe sandbox: ${operationsSeen.size} of ${size.operations} operations and ${schemasSeen.size} of ${size.schemas} schemas of the specification covered`,
  );
  expect(OPERATIONS.filter((operation) => !operationsSeen.has(operation))).toEqual([]);
  expect(bench.problems()).toEqual([]);
});
