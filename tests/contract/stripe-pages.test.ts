import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type Stripe from 'stripe';
import { cardByNumber } from '../../src/sandbox/stripe/payments/cards.ts';
import { cardFields, openPage, postForm, submitPage, tokenIn, wordsOf } from '../support/hosted-pages.ts';
import { type Merchant, startMerchant } from '../support/stripe-merchant.ts';

const SEED = 7;
let merchant: Merchant;
let stripe: Stripe;

beforeAll(async () => {
  process.stdout.write(`seed of the simulated Stripe: ${SEED}\n`);
  merchant = await startMerchant(SEED);
  stripe = merchant.stripe;
  await stripe.coupons.create({ id: 'spring', percent_off: 20, duration: 'once', name: 'Spring' });
  await stripe.promotionCodes.create({ coupon: 'spring', code: 'SPRING20' });
});
afterAll(() => merchant.stop());

const SITE = 'https://quanticity.example';
const checkout: Merchant['checkout'] = (options, customerId) => merchant.checkout(options, customerId);
const statusOf = async (sessionId: string): Promise<[string | null, string]> => {
  const { status, payment_status } = await stripe.checkout.sessions.retrieve(sessionId);
  return [status, payment_status];
};
const answerBank = (location: string | null, action: 'complete' | 'fail'): Promise<string> =>
  merchant.answerBank(location, action);

describe('the checkout page', () => {
  test('shows who pays what to whom, the way back, and that no money moves', async () => {
    const { url } = await checkout({ allow_promotion_codes: true });
    const { status, text, headers } = await openPage(url);
    const words = wordsOf(text);
    expect(status).toBe(200);
    expect(words).toContain('Simulated Stripe: no money moves.');
    for (const part of ['ann@example.com', 'Subscribe to Basic', '$97.00 per month', 'Promotion code'])
      expect(words).toContain(part);
    expect(text).toContain(`href="${SITE}/plans"`);
    expect(text.match(/<h1/g)).toHaveLength(1);
    expect(text).not.toMatch(/<script|style=|onclick/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    for (const [, id] of text.matchAll(/<(?:input|select)[^>]* id="([^"]+)"/g)) expect(text).toContain(`for="${id}"`);
  });

  test('offers the test cards that the simulated Stripe knows', async () => {
    const { url } = await checkout();
    const offered = [...(await openPage(url)).text.matchAll(/card=(\d+)"/g)].map(([, number = '']) => number);
    expect(offered.length).toBeGreaterThan(10);
    expect(offered.filter((number) => !cardByNumber(number))).toEqual([]);
  });

  test('takes no markup from anybody', async () => {
    const { id } = await stripe.products.create({ name: '<b>Bold</b> & "quoted"' });
    const price = await stripe.prices.create({
      ...{ product: id, unit_amount: 100, currency: 'usd', recurring: { interval: 'year' } },
    });
    const { url } = await checkout(
      { line_items: [{ price: price.id, quantity: 1 }], customer_email: '"<i>"@x.example' },
      null,
    );
    const shown = await openPage(url);
    expect(shown.text).not.toMatch(/<b>|<i>/);
    expect(shown.text).toContain('&lt;b&gt;Bold');
    const typed = await submitPage(url, { number: '"><img src=x>', name: '"><script>', action: 'pay' });
    expect(typed.text).not.toMatch(/<img|<script/);
  });

  test('pays with a good card, once', async () => {
    const { id, url } = await checkout();
    const filled = await openPage(`${url}?card=4242424242424242`);
    expect(filled.text).toContain('value="4242 4242 4242 4242"');
    const fields = { token: tokenIn(filled.text), ...cardFields('4242 4242 4242 4242'), action: 'pay' };
    const paid = await postForm(url, fields);
    expect([paid.status, paid.location]).toEqual([303, `${SITE}/thanks?session=${id}`]);
    expect(await statusOf(id)).toEqual(['complete', 'paid']);
    const again = await postForm(url, fields);
    expect(wordsOf(again.text)).toContain('You’re all done here');
    const { customer: who } = await stripe.checkout.sessions.retrieve(id);
    expect((await stripe.invoices.list({ customer: String(who) })).data).toMatchObject([
      { status: 'paid', amount_paid: 9_700 },
    ]);
  });

  test.each([
    ['4000000000000002', 'Your card was declined.'],
    ['4000000000009995', 'Your card has insufficient funds.'],
    ['4000000000000069', 'Your card has expired.'],
    ['4000000000000127', 'security code is incorrect.'],
    ['4000000000000119', 'An error occurred while processing your card.'],
  ])('says why %s is refused, keeps the checkout open, and takes another card', async (number, reason) => {
    const { id, url } = await checkout();
    const refused = await submitPage(url, { ...cardFields(number), action: 'pay' });
    expect(refused.status).toBe(402);
    expect(refused.text).toContain('role="alert"');
    expect(wordsOf(refused.text)).toContain(reason);
    expect(await statusOf(id)).toEqual(['open', 'unpaid']);
    expect((await submitPage(url, { ...cardFields('5105105105105100'), action: 'pay' })).status).toBe(303);
    expect(await statusOf(id)).toEqual(['complete', 'paid']);
  });

  test.each([
    ['number', '4242', 'Your card number is incomplete.'],
    ['number', '4242424242424241', 'Your card number is invalid.'],
    ['expiry', '13 / 30', 'Your card’s expiration date is incomplete.'],
    ['expiry', '12 / 20', 'Your card’s expiration year is in the past.'],
    ['cvc', '12', 'Your card’s security code is incomplete.'],
    ['name', '', 'Enter the name on your card.'],
    ['postalCode', '123', 'Your ZIP is incomplete.'],
    ['country', 'XX', 'Choose a country.'],
  ])('marks a %s of “%s” and charges nothing', async (field, value, reason) => {
    const { id, url } = await checkout();
    const refused = await submitPage(url, { ...cardFields('4242424242424242'), [field]: value, action: 'pay' });
    expect(refused.status).toBe(402);
    expect(wordsOf(refused.text)).toContain(reason);
    expect(await statusOf(id)).toEqual(['open', 'unpaid']);
  });

  test('asks for an address to write to where it knows none', async () => {
    const { id, url } = await checkout({}, null);
    const refused = await submitPage(url, { ...cardFields('4242424242424242'), email: 'nobody', action: 'pay' });
    expect(wordsOf(refused.text)).toContain('Your email is incomplete.');
    await submitPage(url, { ...cardFields('4242424242424242'), email: 'bo@example.com', action: 'pay' });
    expect((await stripe.checkout.sessions.retrieve(id)).customer_details?.email).toBe('bo@example.com');
  });

  test('takes a promotion code, and gives it back', async () => {
    const { url } = await checkout({ allow_promotion_codes: true });
    const wrong = await submitPage(url, { action: 'code', code: 'WINTER' });
    expect(wrong.status).toBe(402);
    expect(wrong.text).toContain('id="problem-code"');
    expect((await submitPage(url, { action: 'code', code: 'SPRING20' })).status).toBe(303);
    expect(wordsOf((await openPage(url)).text)).toMatch(/Spring −\$19\.40.*Total due today \$77\.60/);
    await submitPage(url, { action: 'remove-code' });
    expect(wordsOf((await openPage(url)).text)).toContain('Total due today $97.00');
  });

  test('starts a trial for nothing', async () => {
    const { id, url } = await checkout({ subscription_data: { trial_period_days: 7 } });
    const words = wordsOf((await openPage(url)).text);
    for (const part of ['Try Basic', '7 days free', 'Total due today $0.00', 'Start trial'])
      expect(words).toContain(part);
    expect((await submitPage(url, { ...cardFields('4242424242424242'), action: 'pay' })).status).toBe(303);
    const { subscription } = await stripe.checkout.sessions.retrieve(id, { expand: ['subscription'] });
    expect((subscription as Stripe.Subscription).status).toBe('trialing');
  });

  test('sends the customer to his bank: proved, he has paid', async () => {
    const { id, url } = await checkout();
    const step = await submitPage(url, { ...cardFields('4000002760003184'), action: 'pay' });
    expect(await statusOf(id)).toEqual(['open', 'unpaid']);
    expect(await answerBank(step.location, 'complete')).toBe(`${SITE}/thanks?session=${id}`);
    expect(await statusOf(id)).toEqual(['complete', 'paid']);
  });

  test('sends the customer to his bank: not proved, he is back and may pay otherwise', async () => {
    const { id, url } = await checkout();
    const step = await submitPage(url, { ...cardFields('4000002760003184'), action: 'pay' });
    const back = await answerBank(step.location, 'fail');
    expect(back).toStartWith(url);
    expect(wordsOf((await openPage(back)).text)).toContain('We are unable to authenticate your payment method.');
    expect(await statusOf(id)).toEqual(['open', 'unpaid']);
    expect((await submitPage(url, { ...cardFields('4242424242424242'), action: 'pay' })).status).toBe(303);
    expect(await statusOf(id)).toEqual(['complete', 'paid']);
  });

  test('tells that a bank which was satisfied may decline still', async () => {
    const { id, url } = await checkout();
    const step = await submitPage(url, { ...cardFields('4000008400001629'), action: 'pay' });
    const back = await answerBank(step.location, 'complete');
    expect(wordsOf((await openPage(back)).text)).toContain('Your card was declined.');
    expect(await statusOf(id)).toEqual(['open', 'unpaid']);
  });

  test('is closed once it expired', async () => {
    const { id, url } = await checkout();
    await stripe.checkout.sessions.expire(id);
    const { status, text } = await openPage(url);
    expect([status, wordsOf(text).includes('This checkout has expired')]).toEqual([410, true]);
    expect((await openPage(`${merchant.url}/c/pay/cs_test_none`)).status).toBe(404);
  });

  test('takes no form from another page or site', async () => {
    const [mine, other] = [await checkout(), await checkout()];
    const fields = { ...cardFields('4242424242424242'), action: 'pay' };
    const token = tokenIn((await openPage(mine.url)).text);
    expect((await postForm(mine.url, fields)).status).toBe(403);
    expect((await postForm(other.url, { ...fields, token })).status).toBe(403);
    expect((await postForm(mine.url, { ...fields, token }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(await statusOf(mine.id)).toEqual(['open', 'unpaid']);
    expect(await statusOf(other.id)).toEqual(['open', 'unpaid']);
    expect((await postForm(mine.url, { ...fields, token }, { 'sec-fetch-site': 'same-origin' })).status).toBe(303);
  });
});
