import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type Stripe from 'stripe';
import { cardFields, openPage, postForm, submitPage, tokenIn, wordsOf } from '../support/hosted-pages.ts';
import { type Merchant, startMerchant } from '../support/stripe-merchant.ts';

const SEED = 8;
const HOUR = 3_600;
const DAY = 24 * HOUR;
let merchant: Merchant;
let stripe: Stripe;
let configuration: string;

beforeAll(async () => {
  process.stdout.write(`seed of the simulated Stripe: ${SEED}\n`);
  merchant = await startMerchant(SEED);
  stripe = merchant.stripe;
  const { basic, premium } = merchant;
  const made = await stripe.billingPortal.configurations.create({
    business_profile: { headline: 'Billing of QuantiCity' },
    features: {
      customer_update: { enabled: true, allowed_updates: ['name', 'address', 'tax_id'] },
      payment_method_update: { enabled: true },
      invoice_history: { enabled: true },
      subscription_cancel: {
        enabled: true,
        mode: 'at_period_end',
        cancellation_reason: { enabled: true, options: ['too_expensive', 'unused', 'other'] },
      },
      subscription_update: {
        enabled: true,
        default_allowed_updates: ['price'],
        proration_behavior: 'always_invoice',
        products: [
          { product: String(basic.product), prices: [basic.id] },
          { product: String(premium.product), prices: [premium.id] },
        ],
      },
    },
  });
  configuration = made.id;
});
afterAll(() => merchant.stop());

const portalOf = async (customer: string, configured = configuration): Promise<string> =>
  (
    await stripe.billingPortal.sessions.create({
      ...{ customer, configuration: configured, return_url: 'https://quanticity.example/account' },
    })
  ).url;
const advance = (seconds: number): void => merchant.outside.control.sandbox.world.advance(seconds);

describe('the billing portal', () => {
  test('shows the plan, the card, the invoices and the way back', async () => {
    const { customerId } = await merchant.subscribed();
    const { text, headers } = await openPage(await portalOf(customerId));
    const words = wordsOf(text);
    for (const part of ['Billing of QuantiCity', 'Basic', '$97.00 per month', 'renews on', 'Visa •••• 4242', 'Paid'])
      expect(words).toContain(part);
    expect(text).toContain('href="https://quanticity.example/account"');
    expect(text.match(/<h1/g)).toHaveLength(1);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('cancels at the end of the period with a reason, and takes it back', async () => {
    const { customerId, subscriptionId } = await merchant.subscribed();
    const portal = await portalOf(customerId);
    const done = await submitPage(`${portal}/cancel/${subscriptionId}`, { feedback: 'unused', comment: 'Bye' });
    expect(done.status).toBe(303);
    expect(await stripe.subscriptions.retrieve(subscriptionId)).toMatchObject({
      status: 'active',
      cancel_at_period_end: true,
      cancellation_details: { feedback: 'unused', comment: 'Bye' },
    });
    expect(wordsOf((await openPage(portal)).text)).toContain('Your plan ends on');
    expect((await submitPage(portal, { action: 'resume', subscription: subscriptionId })).status).toBe(303);
    expect((await stripe.subscriptions.retrieve(subscriptionId)).cancel_at_period_end).toBe(false);
  });

  test('changes the plan and charges the difference at once', async () => {
    const { customerId, subscriptionId } = await merchant.subscribed();
    const portal = await portalOf(customerId);
    const update = `${portal}/update/${subscriptionId}`;
    expect(wordsOf((await openPage(update)).text)).toContain(
      'The difference for the rest of this period is charged now.',
    );
    expect((await submitPage(update, { price: merchant.basic.id })).status).toBe(402);
    const { id: unoffered } = await stripe.prices.create({
      ...{ product: String(merchant.basic.product), unit_amount: 1, currency: 'usd', recurring: { interval: 'month' } },
    });
    expect((await submitPage(update, { price: unoffered })).status).toBe(402);
    expect((await submitPage(update, { price: merchant.premium.id })).status).toBe(303);
    const changed = await stripe.subscriptions.retrieve(subscriptionId, { expand: ['latest_invoice'] });
    expect(changed.items.data[0]?.price.id).toBe(merchant.premium.id);
    const invoice = changed.latest_invoice as Stripe.Invoice;
    expect(invoice.status).toBe('paid');
    expect(invoice.amount_paid).toBeGreaterThan(19_900);
    expect(invoice.amount_paid).toBeLessThanOrEqual(20_000);
  });

  test('puts a new card on file, refuses a bad one, and takes the old one off', async () => {
    const { customerId } = await merchant.subscribed();
    const portal = await portalOf(customerId);
    const refused = await submitPage(`${portal}/card`, cardFields('4000000000000002'));
    expect([refused.status, wordsOf(refused.text).includes('Your card was declined.')]).toEqual([402, true]);
    expect((await submitPage(`${portal}/card`, cardFields('5105105105105100'))).status).toBe(303);
    const cards = await stripe.paymentMethods.list({ customer: customerId, type: 'card' });
    expect(cards.data.map(({ card }) => card?.last4)).toEqual(['5100', '4242']);
    const { invoice_settings } = (await stripe.customers.retrieve(customerId)) as Stripe.Customer;
    expect(invoice_settings.default_payment_method).toBe(cards.data[0]?.id ?? 'none');
    const old = cards.data[1]?.id ?? '';
    expect((await submitPage(portal, { action: 'default-card', card: old })).status).toBe(303);
    const next = (await stripe.customers.retrieve(customerId)) as Stripe.Customer;
    expect(next.invoice_settings.default_payment_method).toBe(old);
    expect((await submitPage(portal, { action: 'remove-card', card: cards.data[0]?.id ?? '' })).status).toBe(303);
    expect((await stripe.paymentMethods.list({ customer: customerId, type: 'card' })).data).toHaveLength(1);
  });

  test('lets the bank ask before a card goes on file', async () => {
    const { customerId } = await merchant.subscribed();
    const portal = await portalOf(customerId);
    const failed = await submitPage(`${portal}/card`, cardFields('4000002500003155'));
    const back = await merchant.answerBank(failed.location, 'fail');
    expect(wordsOf((await openPage(back)).text)).toContain('We are unable to authenticate your payment method.');
    const proved = await submitPage(`${portal}/card`, cardFields('4000002500003155'));
    expect(await merchant.answerBank(proved.location, 'complete')).toBe(portal);
    const cards = await stripe.paymentMethods.list({ customer: customerId, type: 'card' });
    expect(cards.data.map(({ card }) => card?.last4)).toEqual(['3155', '4242']);
  });

  test('changes who is billed, and keeps tax numbers', async () => {
    const { customerId } = await merchant.subscribed();
    const details = `${await portalOf(customerId)}/details`;
    const fields = { name: 'Ann Lee GmbH', line1: 'Hauptstr. 1', city: 'Berlin', country: 'DE', postalCode: '10115' };
    const wrong = await submitPage(details, { ...fields, name: '', country: 'XX' });
    expect([wrong.status, wordsOf(wrong.text).includes('Enter a name.')]).toEqual([402, true]);
    const saved = await submitPage(details, { ...fields, taxType: 'eu_vat', taxNumber: 'DE123456789' });
    expect(saved.status).toBe(303);
    expect(await stripe.customers.retrieve(customerId)).toMatchObject({
      name: 'Ann Lee GmbH',
      address: { line1: 'Hauptstr. 1', city: 'Berlin', country: 'DE', postal_code: '10115', state: null },
    });
    const [taxId] = (await stripe.customers.listTaxIds(customerId)).data;
    expect(taxId).toMatchObject({ type: 'eu_vat', value: 'DE123456789' });
    expect(wordsOf((await openPage(details)).text)).toContain('DE123456789');
    const other = await merchant.subscribed();
    const theirs = await submitPage(`${await portalOf(other.customerId)}/details`, {
      ...{ action: 'remove-tax-id', taxId: taxId?.id ?? '' },
    });
    expect(theirs.status).toBe(402);
    expect((await submitPage(details, { action: 'remove-tax-id', taxId: taxId?.id ?? '' })).status).toBe(303);
    expect((await stripe.customers.listTaxIds(customerId)).data).toEqual([]);
  });

  test('marks the card that a checkout put on the subscription, which cannot be taken off', async () => {
    const { customerId } = await merchant.subscribed();
    const portal = await portalOf(customerId);
    const [card] = (await stripe.paymentMethods.list({ customer: customerId, type: 'card' })).data;
    expect(wordsOf((await openPage(portal)).text)).toMatch(/Visa •••• 4242 Expires [\d/]+ Default/);
    const token = tokenIn((await openPage(`${portal}/card`)).text);
    expect((await postForm(portal, { token, action: 'remove-card', card: card?.id ?? '' })).status).toBe(402);
    expect((await stripe.paymentMethods.list({ customer: customerId, type: 'card' })).data).toHaveLength(1);
  });

  test('is good for an hour', async () => {
    const { customerId } = await merchant.subscribed();
    const portal = await portalOf(customerId);
    const token = tokenIn((await openPage(`${portal}/card`)).text);
    advance(HOUR + 1);
    expect((await openPage(portal)).status).toBe(404);
    expect((await postForm(`${portal}/card`, { token, ...cardFields('4242424242424242') })).status).toBe(404);
  });

  test('offers only what its configuration allows', async () => {
    const { customerId, subscriptionId } = await merchant.subscribed();
    const { id } = await stripe.billingPortal.configurations.create({
      business_profile: { headline: 'Invoices' },
      features: { invoice_history: { enabled: true } },
    });
    const portal = await portalOf(customerId, id);
    const { text } = await openPage(portal);
    expect(text).not.toMatch(/Update plan|Cancel plan|Add payment method|Update information/);
    for (const path of [`/cancel/${subscriptionId}`, `/update/${subscriptionId}`, '/card', '/details'])
      expect((await openPage(`${portal}${path}`)).status).toBe(404);
  });

  test('shows and changes nothing of anybody else', async () => {
    const [mine, other] = [await merchant.subscribed(), await merchant.subscribed()];
    const portal = await portalOf(mine.customerId);
    const token = tokenIn((await openPage(`${portal}/cancel/${mine.subscriptionId}`)).text);
    expect((await openPage(`${portal}/cancel/${other.subscriptionId}`)).status).toBe(404);
    expect((await postForm(`${portal}/cancel/${other.subscriptionId}`, { token })).status).toBe(404);
    const update = await postForm(`${portal}/update/${other.subscriptionId}`, { token, price: merchant.premium.id });
    expect(update.status).toBe(404);
    const theirs = (await stripe.paymentMethods.list({ customer: other.customerId, type: 'card' })).data[0]?.id ?? '';
    expect((await postForm(portal, { token, action: 'remove-card', card: theirs })).status).toBe(402);
    expect((await postForm(portal, { action: 'resume', subscription: mine.subscriptionId })).status).toBe(403);
    const subscription = await stripe.subscriptions.retrieve(other.subscriptionId);
    expect([subscription.status, subscription.cancel_at_period_end]).toEqual(['active', false]);
    expect((await stripe.paymentMethods.list({ customer: other.customerId, type: 'card' })).data).toHaveLength(1);
  });
});

describe('the invoice page', () => {
  /** A renewal that the card on file did not pay. */
  const unpaid = async (): Promise<{ invoice: Stripe.Invoice; url: string; customerId: string }> => {
    const { customerId, subscriptionId } = await merchant.subscribed();
    const portal = await portalOf(customerId);
    await submitPage(`${portal}/card`, cardFields('4000000000000341'));
    advance(32 * DAY);
    const { latest_invoice, status } = await stripe.subscriptions.retrieve(subscriptionId, {
      expand: ['latest_invoice'],
    });
    expect(status).toBe('past_due');
    const invoice = latest_invoice as Stripe.Invoice;
    return { invoice, url: invoice.hosted_invoice_url ?? '', customerId };
  };

  test('is paid with another card, which makes the subscription good again', async () => {
    const { invoice, url } = await unpaid();
    const { text } = await openPage(url);
    expect(wordsOf(text)).toContain('Pay $97.00');
    const onFile = /name="method" value="(pm_[^"]+)"/.exec(text)?.[1] ?? '';
    const refused = await submitPage(url, { method: onFile });
    expect([refused.status, wordsOf(refused.text).includes('Your card was declined.')]).toEqual([402, true]);
    const paid = await submitPage(url, { ...cardFields('4242424242424242'), method: 'new' });
    expect([paid.status, paid.location]).toEqual([303, url]);
    expect((await stripe.invoices.retrieve(invoice.id)).status).toBe('paid');
    expect((await stripe.subscriptions.retrieve(String(invoice.subscription))).status).toBe('active');
    expect(wordsOf((await openPage(url)).text)).toContain('Invoice paid');
  });

  test('lets the bank ask, and comes back either way', async () => {
    const { invoice, url } = await unpaid();
    const failed = await submitPage(url, { ...cardFields('4000002760003184'), method: 'new' });
    const back = await merchant.answerBank(failed.location, 'fail');
    expect(wordsOf((await openPage(back)).text)).toContain('We are unable to authenticate your payment method.');
    expect((await stripe.invoices.retrieve(invoice.id)).status).toBe('open');
    const proved = await submitPage(url, { ...cardFields('4000002760003184'), method: 'new' });
    expect(await merchant.answerBank(proved.location, 'complete')).toBe(url);
    expect((await stripe.invoices.retrieve(invoice.id)).status).toBe('paid');
  });

  test('can be downloaded, and so can the receipt be seen', async () => {
    const { customerId } = await merchant.subscribed();
    const [invoice] = (await stripe.invoices.list({ customer: customerId, expand: ['data.charge'] })).data;
    const answer = await fetch(invoice?.invoice_pdf ?? '');
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    const file = await answer.text();
    expect(file).toStartWith('%PDF-1.4');
    expect(file).toContain(`(${invoice?.number})`);
    expect(file).toContain('($97.00)');
    const charge = invoice?.charge as Stripe.Charge | undefined;
    const receipt = await openPage(charge?.receipt_url ?? '');
    expect(wordsOf(receipt.text)).toContain('Visa •••• 4242');
    expect((await openPage(`${merchant.url}/i/in_none`)).status).toBe(404);
  });
});
