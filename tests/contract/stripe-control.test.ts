import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type Stripe from 'stripe';
import { type Control, NOTHING_CONTROLLED, startControl } from '../../src/sandbox/control.ts';
import { type Merchant, startMerchant } from '../support/stripe-merchant.ts';

const SEED = 9;
const DAY = 86_400;
let merchant: Merchant;
let stripe: Stripe;
let control: Control;

beforeAll(async () => {
  process.stdout.write(`seed of the simulated Stripe: ${SEED}\n`);
  merchant = await startMerchant(SEED);
  stripe = merchant.stripe;
  control = startControl({ ...NOTHING_CONTROLLED, stripe: merchant.outside.control });
});
afterAll(async () => {
  control.stop();
  await merchant.stop();
});

const ask = async (method: string, path: string, body?: unknown, type = 'application/json') => {
  const answer = await fetch(`${control.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': type } }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
};
const post = (path: string, body: unknown) => ask('POST', path, body);
const settled = (): Promise<void> => merchant.outside.control.webhooks.deliveries.settled();
const heard = (type: string): Stripe.Event[] =>
  merchant.received.map(({ body }) => JSON.parse(body) as Stripe.Event).filter((event) => event.type === type);

describe('events of the simulated Stripe', () => {
  test('reach the merchant signed with the secret of its endpoint, as the API tells them', async () => {
    const { id } = await stripe.customers.create({ email: 'bo@example.com', metadata: { name: 'Zoë' } });
    await settled();
    const last = merchant.received.at(-1);
    const [secret = ''] = merchant.outside.webhookSecrets;
    const event = stripe.webhooks.constructEvent(last?.body ?? '', last?.signature ?? '', secret);
    expect(event).toMatchObject({ type: 'customer.created', data: { object: { id, metadata: { name: 'Zoë' } } } });
    const told = await stripe.events.retrieve(event.id);
    expect(told.data).toEqual(event.data);
    expect([event.pending_webhooks, told.pending_webhooks]).toEqual([1, 0]);
    expect(event.api_version).toBe('2023-08-16');
  });

  test('are told of by the API even when the merchant is not', async () => {
    expect((await post('/stripe/webhook-faults', { kind: 'drop', types: ['customer.created'] })).status).toBe(200);
    const { id } = await stripe.customers.create({ email: 'lost@example.com' });
    await settled();
    expect(heard('customer.created').some(({ data }) => (data.object as Stripe.Customer).id === id)).toBe(false);
    const listed = await stripe.events.list({ type: 'customer.created', limit: 1 });
    expect(listed.data[0]).toMatchObject({ data: { object: { id } }, pending_webhooks: 1 });
  });

  test('are signed with the old secret too while a new one is taken into use', async () => {
    const [endpoint] = (await stripe.webhookEndpoints.list()).data;
    const old = merchant.outside.webhookSecrets[0] ?? '';
    const rolled = await post('/stripe/webhook-secrets', { endpoint: endpoint?.id, oldValidSeconds: 3_600 });
    expect(rolled.status).toBe(200);
    const fresh = String(rolled.body['secret']);
    expect(fresh).toStartWith('whsec_');
    expect(fresh).not.toBe(old);
    const check = async (known: string): Promise<boolean> => {
      await stripe.customers.create({ email: 'roll@example.com' });
      await settled();
      const last = merchant.received.at(-1);
      try {
        return stripe.webhooks.constructEvent(last?.body ?? '', last?.signature ?? '', known).id.length > 0;
      } catch {
        return false;
      }
    };
    expect([await check(old), await check(fresh)]).toEqual([true, true]);
    await post('/stripe/clock', { advanceSeconds: 3_601 });
    expect([await check(old), await check(fresh)]).toEqual([false, true]);
    expect((await post('/stripe/webhook-secrets', { endpoint: 'we_none' })).status).toBe(409);
  });
});

describe('the switchboard', () => {
  test('tells its commands, and what each takes', async () => {
    const { body } = await ask('GET', '/stripe');
    expect(Object.keys(body)).toContain('/stripe/clock');
    for (const path of Object.keys(body)) {
      const told = await ask('GET', path);
      expect([told.status, typeof told.body['help']]).toEqual([200, 'string']);
    }
  });

  test('lets time pass: a month later the subscription was renewed, and the merchant heard of it', async () => {
    const { subscriptionId } = await merchant.subscribed();
    const before = (await stripe.subscriptions.retrieve(subscriptionId)).current_period_end;
    merchant.received.length = 0;
    const { status, body } = await post('/stripe/clock', { advanceSeconds: 32 * DAY });
    expect(status).toBe(200);
    expect(Number(body['nowSeconds'])).toBeGreaterThan(before);
    expect((await stripe.subscriptions.retrieve(subscriptionId)).current_period_end).toBeGreaterThan(before);
    const paid = heard('invoice.paid').map(({ data }) => (data.object as Stripe.Invoice).subscription);
    expect(paid).toContain(subscriptionId);
  });

  test('opens a dispute, and lets the bank give its verdict', async () => {
    const { customerId } = await merchant.subscribed();
    const [charge] = (await stripe.charges.list({ customer: customerId })).data;
    const opened = await post('/stripe/disputes', { open: charge?.id });
    expect(opened.status).toBe(200);
    const dispute = String(opened.body['dispute']);
    expect((await stripe.disputes.retrieve(dispute)).status).toBe('needs_response');
    expect((await post('/stripe/disputes', { close: dispute, won: false })).status).toBe(200);
    expect((await stripe.disputes.retrieve(dispute)).status).toBe('lost');
    expect((await post('/stripe/disputes', { open: 'ch_none' })).status).toBe(409);
  });

  test('breaks the API for so many requests', async () => {
    expect((await post('/stripe/api-faults', { kind: 'rate-limit', path: '/v1/customers' })).status).toBe(200);
    const call = () =>
      fetch(`${merchant.url}/v1/customers`, {
        headers: { authorization: `Bearer ${merchant.outside.secretKey}` },
      }).then(({ status }) => status);
    expect([await call(), await call()]).toEqual([429, 200]);
  });

  test('delivers on command what was held back', async () => {
    await settled();
    await post('/stripe/webhook-faults', { kind: 'delay', delayMs: 600_000, types: ['customer.created'] });
    merchant.received.length = 0;
    await stripe.customers.create({ email: 'late@example.com' });
    await settled();
    expect(merchant.received).toHaveLength(0);
    expect((await ask('GET', '/stripe/deliver')).body).toMatchObject({ state: { pending: 1 } });
    expect((await post('/stripe/deliver', {})).body).toEqual({ pending: 0 });
    expect(heard('customer.created')).toHaveLength(1);
  });

  test.each([
    ['POST', '/stripe/clock', { advanceSeconds: -1 }, 400],
    ['POST', '/stripe/clock', { advanceSeconds: 1.5 }, 400],
    ['POST', '/stripe/webhook-faults', { kind: 'explode' }, 400],
    ['POST', '/stripe/webhook-faults', { kind: 'delay' }, 400],
    ['POST', '/stripe/disputes', { close: 'dp_1' }, 400],
    ['POST', '/stripe/api-faults', { kind: 'server-error', path: 'customers' }, 400],
    ['PUT', '/stripe/clock', { advanceSeconds: 1 }, 405],
    ['POST', '/stripe/money', {}, 404],
  ])('refuses %s %s %j with %d', async (method, path, body, status) => {
    const before = (await ask('GET', '/stripe/webhook-faults')).body['state'];
    const refused = await ask(method, path, body);
    expect([refused.status, typeof refused.body['problem']]).toEqual([status, 'string']);
    expect((await ask('GET', '/stripe/webhook-faults')).body['state']).toEqual(before);
  });

  test('takes no order from a page in somebody’s browser', async () => {
    expect((await ask('POST', '/stripe/clock', { advanceSeconds: 1 }, 'text/plain')).status).toBe(415);
    expect((await ask('DELETE', '/stripe/webhook-faults')).status).toBe(204);
  });
});
