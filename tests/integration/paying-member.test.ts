import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { cardFields, openPage, submitPage, wordsOf } from '../support/hosted-pages.ts';
import { demo, startServer, type TestServer, until } from '../support/server.ts';

const DAY = 86_400;
const PATIENCE_MS = 20_000;
let database: TestDatabase;
let server: TestServer;
let cookie: string;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startServer({ databaseUrl: database.url });
  cookie = await server.signIn(demo('free'));
}, 60_000);
afterAll(async () => {
  await server.stop();
  await database.drop();
});

const site = async (method: 'GET' | 'POST', path: string, fields: Readonly<Record<string, string>> = {}) => {
  const answer = await fetch(`${server.url}${path}`, {
    method,
    redirect: 'manual',
    headers: { cookie, origin: `http://localhost:${server.port}` },
    ...(method === 'POST' ? { body: new URLSearchParams(fields) } : {}),
  });
  return { status: answer.status, location: answer.headers.get('location'), words: wordsOf(await answer.text()) };
};
const billing = async (): Promise<string> => (await site('GET', '/account/billing')).words;

const control = async (path: string, body?: unknown): Promise<Record<string, unknown>> => {
  const answer = await fetch(`${server.runtime().sandbox?.stripeControlUrl}${path}`, {
    ...(body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  expect([path, answer.status]).toEqual([path, 200]);
  return (await answer.json()) as Record<string, unknown>;
};
interface Attempt {
  readonly type: string;
  readonly outcome: string;
  readonly status: number | null;
}
const attempts = async (): Promise<readonly Attempt[]> =>
  ((await control('/stripe/deliver'))['state'] as { attempts: readonly Attempt[] }).attempts;

test('a member pays at the simulated Stripe, is served by its word alone, cancels there, and is Free when it ended', async () => {
  const bought = await site('POST', '/account/billing/checkout', { tier: 'basic', interval: 'month', agreed: 'yes' });
  expect(bought.status).toBe(303);
  const checkout = bought.location ?? '';
  expect(checkout).toStartWith(server.runtime().sandbox?.stripeUrl ?? 'nowhere');

  const declined = await submitPage(checkout, { ...cardFields('4000000000000002'), action: 'pay' });
  expect([declined.status, wordsOf(declined.text).includes('Your card was declined.')]).toEqual([402, true]);
  expect(await billing()).not.toContain('Basic, on trial');

  // The member closes the tab before the site's own page of thanks: the webhook alone must do.
  await control('/stripe/webhook-faults', { kind: 'duplicate', times: null, parallel: true });
  const paid = await submitPage(checkout, { ...cardFields('4242424242424242'), action: 'pay' });
  expect(paid.location).toStartWith(`http://localhost:${server.port}/`);
  await until('the plan on the billing page', PATIENCE_MS, async () => (await billing()).includes('Basic, on trial'));
  const completed = await until('both deliveries of the checkout', PATIENCE_MS, async () => {
    const heard = (await attempts()).filter(({ type }) => type === 'checkout.session.completed');
    return heard.length > 1 ? heard : null;
  });
  expect(completed.map(({ outcome, status }) => [outcome, status])).toEqual([
    ['accepted', 200],
    ['accepted', 200],
  ]);

  const opened = await site('POST', '/account/billing/portal');
  const portal = opened.location ?? '';
  const { text } = await openPage(portal);
  expect(wordsOf(text)).toContain('Trial');
  const cancelPath = /href="(\/p\/session\/[^"]+\/cancel\/[^"]+)"/.exec(text)?.[1] ?? '';
  expect((await submitPage(new URL(cancelPath, portal).href, {})).status).toBe(303);
  await until('the end on the billing page', PATIENCE_MS, async () => (await billing()).includes('It is cancelled'));

  await control('/stripe/clock', { advanceSeconds: 8 * DAY });
  await until('Free on the billing page', PATIENCE_MS, async () => (await billing()).includes('has ended'));
  expect((await site('GET', '/feed')).words).toContain('Free');
  const refused = (await attempts()).filter(({ outcome }) => outcome === 'refused');
  expect(refused).toEqual([]);
}, 60_000);

test('the site takes events under a new signing secret while the old one signs beside it', async () => {
  const listed = await fetch(`${server.runtime().sandbox?.stripeUrl}/v1/webhook_endpoints`, {
    headers: { authorization: 'Bearer sk_test_sandbox' },
  });
  const { data } = (await listed.json()) as { data: readonly { id: string; url: string }[] };
  expect(data.map(({ url }) => url)).toEqual([`http://localhost:${server.port}/webhooks/stripe`]);
  await control('/stripe/webhook-secrets', { endpoint: data[0]?.id, oldValidSeconds: 60 });
  const post = async (path: string, fields: Record<string, string>): Promise<{ readonly id: string }> => {
    const answer = await fetch(`${server.runtime().sandbox?.stripeUrl}/v1/${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_sandbox' },
      body: new URLSearchParams(fields),
    });
    return (await answer.json()) as { id: string };
  };
  const { id } = await post('customers', { email: 'roll@example.com' });
  const statuses = async (): Promise<readonly (number | null)[]> =>
    (await attempts()).filter(({ type }) => type === 'customer.updated').map(({ status }) => status);
  const before = (await statuses()).length;
  await post(`customers/${id}`, { name: 'Old and new' });
  await until('a delivery', PATIENCE_MS, async () => (await statuses()).length > before);
  expect((await statuses()).at(-1)).toBe(200);
  await control('/stripe/clock', { advanceSeconds: 61 });
  await post(`customers/${id}`, { name: 'New alone' });
  // The site knows the old secret alone: it must refuse what that one does not sign.
  await until('a refusal', PATIENCE_MS, async () => (await statuses()).includes(400));
}, 60_000);
