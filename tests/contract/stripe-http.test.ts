import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import {
  cardEntry,
  DAY,
  makeCatalog,
  makeCustomer,
  START_SECONDS,
  type StripeBench,
  startStripeBench,
} from '../support/stripe.ts';

interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown> & { readonly error?: Record<string, unknown> };
}

let bench: StripeBench;
const call = async (
  method: string,
  path: string,
  form: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<RawAnswer> => {
  const answer = await fetch(`${bench.sandbox.url}${path}`, {
    method,
    headers: { authorization: 'Bearer sk_test_bench', ...headers },
    ...(method === 'POST' ? { body: new URLSearchParams(form) } : {}),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as RawAnswer['body'] };
};

describe('the HTTP door of the sandboxed Stripe', () => {
  beforeAll(async () => {
    bench = await startStripeBench();
  });
  afterAll(() => bench.stop());

  test.each([
    ['no key', ''],
    ['a live key', 'Bearer sk_live_bench1234'],
    ['something else', 'Bearer hello'],
  ])('refuses %s with 401', async (_, authorization) => {
    const { status, body } = await call('GET', '/v1/customers', {}, { authorization });
    expect(status).toBe(401);
    expect(body.error).toMatchObject({ type: 'invalid_request_error' });
  });

  test('takes the key as the name of Basic authentication too', async () => {
    const authorization = `Basic ${btoa('sk_test_bench:')}`;
    expect((await call('GET', '/v1/customers', {}, { authorization })).status).toBe(200);
  });

  test('names each request and the version', async () => {
    const { headers } = await call('GET', '/v1/customers');
    expect(headers.get('request-id')).toMatch(/^req_\w{14}$/);
    expect(headers.get('stripe-version')).toBe('2023-08-16');
  });

  test.each([
    [
      'GET',
      '/v1/nothing',
      {},
      404,
      { message: expect.stringContaining('Unrecognized request URL (GET: /v1/nothing)') },
    ],
    [
      'GET',
      '/v1/customers/cus_none',
      {},
      404,
      { code: 'resource_missing', message: "No such customer: 'cus_none'", param: 'customer' },
    ],
    ['POST', '/v1/subscriptions', { customer: 'cus_none' }, 400, { code: 'resource_missing', param: 'customer' }],
    ['POST', '/v1/prices', { currency: 'usd' }, 400, { code: 'parameter_missing', param: 'product' }],
    ['POST', '/v1/customers', { email: 'nobody' }, 400, { code: 'email_invalid', param: 'email' }],
    ['POST', '/v1/customers', { balance: 'much' }, 400, { code: 'parameter_invalid_integer', param: 'balance' }],
    ['GET', '/v1/customers?limit=101', {}, 400, { param: 'limit' }],
    ['GET', '/v1/customers?expand[]=data.nonsense', {}, 200, undefined],
  ])('%s %s %o is answered %d', async (method, path, form, status, error) => {
    const answer = await call(method, path, form as Record<string, string>);
    expect(answer.status).toBe(status);
    if (error) expect(answer.body.error).toMatchObject({ type: 'invalid_request_error', ...error });
    expect('doc_url' in (answer.body.error ?? {})).toBe(false);
  });

  test('says what it does not simulate, however deep, rather than pass over it', async () => {
    const before = (await bench.stripe.customers.list()).data.length;
    const plain = await call('POST', '/v1/customers', { email: 'a@example.com', source: 'tok_visa' });
    expect(plain.status).toBe(400);
    expect(plain.body.error).toMatchObject({ code: 'sandbox_not_simulated', param: 'source' });
    const deep = await call('POST', '/v1/customers', {
      'invoice_settings[custom_fields][0][name]': 'VAT',
      'invoice_settings[custom_fields][0][value]': '1',
    });
    expect(deep.body.error).toMatchObject({ param: 'invoice_settings[custom_fields]' });
    const filter = await call('GET', '/v1/subscriptions?automatic_tax[enabled]=true');
    expect(filter.body.error).toMatchObject({ code: 'sandbox_not_simulated', param: 'automatic_tax' });
    expect((await bench.stripe.customers.list()).data).toHaveLength(before);
  });

  test('refuses to expand what is no object, and too deep a path', async () => {
    const customer = await makeCustomer(bench);
    const plain = await call('GET', `/v1/customers/${customer.id}?expand[]=email`);
    expect(plain.body.error).toMatchObject({ message: 'This property cannot be expanded (email).', param: 'expand' });
    const { basic } = await makeCatalog(bench);
    const { id } = await bench.stripe.subscriptions.create({ customer: customer.id, items: [{ price: basic.id }] });
    const path = 'latest_invoice.payment_intent.latest_charge.balance_transaction';
    expect((await call('GET', `/v1/subscriptions/${id}?expand[]=${path}`)).status).toBe(200);
    const deep = await call('GET', `/v1/subscriptions/${id}?expand[]=${path}.source`);
    expect(deep.body.error).toMatchObject({ message: 'You cannot expand more than 4 levels of a property.' });
  });

  test('pages a list both ways, newest first', async () => {
    const product = await bench.stripe.products.create({ name: 'Paged' });
    const made: string[] = [];
    for (let cents = 1; cents <= 5; cents += 1)
      made.unshift(
        (await bench.stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: cents * 100 })).id,
      );
    const list = async (params: Stripe.PriceListParams): Promise<[readonly string[], boolean]> => {
      const { data, has_more } = await bench.stripe.prices.list({ product: product.id, ...params });
      return [data.map(({ id }) => id), has_more];
    };
    expect(await list({ limit: 2 })).toEqual([made.slice(0, 2), true]);
    expect(await list({ limit: 2, starting_after: made[1] ?? '' })).toEqual([made.slice(2, 4), true]);
    expect(await list({ limit: 2, starting_after: made[3] ?? '' })).toEqual([made.slice(4), false]);
    expect(await list({ limit: 2, ending_before: made[4] ?? '' })).toEqual([made.slice(2, 4), true]);
    expect(await list({ limit: 2, ending_before: made[1] ?? '' })).toEqual([made.slice(0, 1), false]);
    const all = await bench.stripe.prices.list({ product: product.id, limit: 2 }).autoPagingToArray({ limit: 100 });
    expect(all.map(({ id }) => id)).toEqual(made);
  });

  test('filters by when it was made', async () => {
    bench.world.advance(10 * DAY);
    const late = await bench.stripe.customers.create({ email: 'late@example.com' });
    const { data } = await bench.stripe.customers.list({ created: { gte: bench.world.nowSeconds() } });
    expect(data.map(({ id }) => id)).toEqual([late.id]);
  });

  test('searches by equality, part, metadata, negation, AND and OR', async () => {
    for (const [email, tier] of [
      ['anna@one.example', 'basic'],
      ['bert@one.example', 'premium'],
      ['carl@two.example', 'premium'],
    ] as const)
      await bench.stripe.customers.create({ email, metadata: { tier } });
    const find = async (query: string): Promise<readonly string[]> =>
      (await bench.stripe.customers.search({ query })).data.map(({ email }) => String(email).slice(0, 4));
    expect(await find("email:'anna@one.example'")).toEqual(['anna']);
    expect(await find("email~'one.example'")).toEqual(['bert', 'anna']);
    expect(await find("metadata['tier']:'premium' AND email~'one.example'")).toEqual(['bert']);
    expect(await find("email~'anna' OR email~'carl'")).toEqual(['carl', 'anna']);
    expect(await find("-metadata['tier']:'premium' AND email~'example'")).not.toContain('bert');
    await expect(find('nonsense:1')).rejects.toMatchObject({ type: 'StripeInvalidRequestError', param: 'query' });
  });

  test('forgets events after 30 days', async () => {
    await bench.stripe.customers.create({ email: 'old@example.com' });
    const [event] = (await bench.stripe.events.list({ type: 'customer.*', limit: 1 })).data;
    bench.world.advance(30 * DAY);
    expect((await bench.stripe.events.retrieve(event?.id ?? '')).type).toBe('customer.created');
    bench.world.advance(1);
    await expect(bench.stripe.events.retrieve(event?.id ?? '')).rejects.toMatchObject({ code: 'resource_missing' });
  });

  test('merges metadata: a new pair is added, an empty one taken away, an empty hash clears', async () => {
    const { id } = await bench.stripe.customers.create({ metadata: { a: '1', b: '2' } });
    expect((await bench.stripe.customers.update(id, { metadata: { b: '', c: '3' } })).metadata).toEqual({
      a: '1',
      c: '3',
    });
    expect((await bench.stripe.customers.update(id, { metadata: '' })).metadata).toEqual({});
  });
});

describe('idempotency keys', () => {
  beforeAll(async () => {
    bench = await startStripeBench();
  });
  afterAll(() => bench.stop());

  test('replay the same answer and make nothing twice', async () => {
    const key = { 'idempotency-key': 'one' };
    const first = await call('POST', '/v1/customers', { email: 'a@example.com' }, key);
    const again = await call('POST', '/v1/customers', { email: 'a@example.com' }, key);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    expect((await bench.stripe.customers.list({ email: 'a@example.com' })).data).toHaveLength(1);
  });

  test('refuse other parameters', async () => {
    const key = { 'idempotency-key': 'two' };
    await call('POST', '/v1/customers', { email: 'b@example.com' }, key);
    const other = await call('POST', '/v1/customers', { email: 'c@example.com' }, key);
    expect(other.status).toBe(400);
    expect(other.body.error).toMatchObject({ type: 'idempotency_error' });
  });

  test('replay a refusal too', async () => {
    const key = { 'idempotency-key': 'three' };
    const first = await call('POST', '/v1/subscriptions', { customer: 'cus_none' }, key);
    const again = await call('POST', '/v1/subscriptions', { customer: 'cus_none' }, key);
    expect([first.status, again.status]).toEqual([400, 400]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  test('in use are answered 409', async () => {
    bench.sandbox.inject({ kind: 'slow', times: 1, delayMs: 300 });
    const key = { 'idempotency-key': 'four' };
    const slow = call('POST', '/v1/customers', { email: 'd@example.com' }, key);
    await Bun.sleep(50);
    const meanwhile = await call('POST', '/v1/customers', { email: 'd@example.com' }, key);
    expect(meanwhile.status).toBe(409);
    expect(meanwhile.body.error).toMatchObject({ type: 'idempotency_error', code: 'idempotency_key_in_use' });
    expect((await slow).status).toBe(200);
  });

  test('are forgotten after a day', async () => {
    const key = { 'idempotency-key': 'five' };
    const first = await call('POST', '/v1/customers', { email: 'e@example.com' }, key);
    bench.world.advance(DAY + 1);
    const later = await call('POST', '/v1/customers', { email: 'e@example.com' }, key);
    expect(later.body['id']).not.toBe(first.body['id']);
  });
});

describe('faults of the API', () => {
  beforeEach(async () => {
    bench = await startStripeBench();
  });
  afterEach(() => bench.stop());

  const client = (options: Partial<Stripe.StripeConfig> = {}): Stripe => {
    const { hostname, port } = new URL(bench.sandbox.url);
    return new Stripe('sk_test_bench', {
      apiVersion: '2023-08-16',
      host: hostname,
      port: Number(port),
      protocol: 'http',
      maxNetworkRetries: 0,
      httpClient: Stripe.createFetchHttpClient(),
      ...options,
    });
  };
  const count = async (): Promise<number> => (await bench.stripe.customers.list()).data.length;

  test.each([
    ['server-error', 'StripeAPIError', 0],
    ['error-after-commit', 'StripeAPIError', 1],
    ['rate-limit', 'StripeRateLimitError', 0],
    ['connection-reset', 'StripeConnectionError', 0],
    ['reset-after-commit', 'StripeConnectionError', 1],
  ] as const)('%s is met by the SDK as %s and leaves %d customers', async (kind, type, left) => {
    // The SDK asks once more by itself when a connection was cut, whatever it is told of retries.
    bench.sandbox.inject({ kind, times: kind.includes('reset') ? 2 : 1, method: 'POST', path: '/v1/customers' });
    const asked = client().customers.create({ email: 'a@example.com' }, { idempotencyKey: kind });
    await expect(asked).rejects.toMatchObject({ type });
    expect(await count()).toBe(left);
    await client().customers.create({ email: 'a@example.com' });
    expect(await count()).toBe(left + 1);
  });

  test('timeout-after-commit: asked again under the same key, the customer is made once', async () => {
    bench.sandbox.inject({ kind: 'timeout-after-commit', times: 1, path: '/v1/customers' });
    const patient = client({ timeout: 200 });
    const ask = () => patient.customers.create({ email: 'a@example.com' }, { idempotencyKey: 'once' });
    await expect(ask()).rejects.toMatchObject({ type: 'StripeConnectionError' });
    expect((await ask()).email).toBe('a@example.com');
    expect(await count()).toBe(1);
  });

  test('the SDK’s own retries ride over two of them', async () => {
    bench.sandbox.inject({ kind: 'error-after-commit', times: 1, path: '/v1/customers' });
    bench.sandbox.inject({ kind: 'connection-reset', times: 1, path: '/v1/customers' });
    await client({ maxNetworkRetries: 3 }).customers.create({ email: 'a@example.com' });
    expect(await count()).toBe(1);
  });
});

describe('state on disk', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stripe-sandbox-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('a restart goes on where it stopped, clock and addresses included', async () => {
    const first = await startStripeBench({ stateFolder: folder });
    const catalog = await makeCatalog(first);
    const customer = await makeCustomer(first);
    const session = await first.stripe.checkout.sessions.create({
      mode: 'subscription',
      customer: customer.id,
      line_items: [{ price: catalog.basic.id, quantity: 1 }],
      success_url: 'https://shop.example/ok',
    });
    const subscription = await first.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: catalog.basic.id }],
    });
    first.world.advance(3 * DAY);
    await first.stop();
    const second = await startStripeBench({ stateFolder: folder });
    expect(second.world.nowSeconds()).toBe(START_SECONDS + 3 * DAY);
    expect(await second.stripe.subscriptions.retrieve(subscription.id)).toEqual(
      expect.objectContaining({ status: 'active', current_period_end: subscription.current_period_end }),
    );
    // Expired meanwhile; its page would have been at the new address.
    expect((await second.stripe.checkout.sessions.retrieve(session.id)).status).toBe('expired');
    const portal = await second.stripe.invoices.retrieve(String(subscription.latest_invoice));
    expect(portal.hosted_invoice_url).toStartWith(`${second.sandbox.url}/i/`);
    second.world.advance(subscription.current_period_end + 3_600 - second.world.nowSeconds());
    const { data } = await second.stripe.invoices.list({ customer: customer.id });
    expect(data.map(({ status }) => status)).toEqual(['paid', 'paid']);
    const fresh = await second.stripe.customers.create({});
    expect(fresh.id).not.toBe(customer.id);
    await second.stop();
    // What one start has read, the next finds in one line.
    const lines = (): number => readFileSync(join(folder, 'stripe.jsonl'), 'utf8').split('\n').length - 1;
    expect(lines()).toBeGreaterThan(2);
    await (await startStripeBench({ stateFolder: folder })).stop();
    expect(lines()).toBe(1);
  });

  test('a line cut by a crash counts as not written', async () => {
    const first = await startStripeBench({ stateFolder: folder });
    const kept = await first.stripe.customers.create({ email: 'kept@example.com' });
    const cut = await first.stripe.customers.create({ email: 'cut@example.com' });
    await first.stop();
    const file = join(folder, 'stripe.jsonl');
    truncateSync(file, readFileSync(file).length - 20);
    const second = await startStripeBench({ stateFolder: folder });
    expect((await second.stripe.customers.retrieve(kept.id)).id).toBe(kept.id);
    await expect(second.stripe.customers.retrieve(cut.id)).rejects.toMatchObject({ code: 'resource_missing' });
    await second.stop();
  });

  test('the same seed and the same calls give the same ids, another seed others', async () => {
    const run = async (seed: number): Promise<readonly string[]> => {
      const own = await startStripeBench({ seed });
      const { basic } = await makeCatalog(own);
      const session = await own.stripe.checkout.sessions.create({
        mode: 'subscription',
        line_items: [{ price: basic.id, quantity: 1 }],
        success_url: 'https://shop.example/ok',
      });
      own.world.completeCheckout(session.id, { card: cardEntry('4242424242424242'), email: 'a@example.com' });
      const { customer, subscription, invoice } = await own.stripe.checkout.sessions.retrieve(session.id);
      await own.stop();
      return [basic.id, session.id, String(customer), String(subscription), String(invoice)];
    };
    const [one, same, other] = [await run(1), await run(1), await run(2)];
    expect(same).toEqual(one);
    for (const [at, id] of one.entries()) expect(other[at]).not.toBe(id);
    expect(one[2]).toMatch(/^cus_\w{14}$/);
    expect(one[3]).toMatch(/^sub_1\w{23}$/);
  });
});
