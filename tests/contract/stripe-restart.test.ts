import { afterEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { type StripeOutside, startStripeOutside } from '../../src/sandbox/stripe/start-outside.ts';

const stateFolder = mkdtempSync(join(tmpdir(), 'quanticity-stripe-'));
let status = 200;
const received: { readonly body: string; readonly signature: string }[] = [];
const site = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    received.push({ body: await request.text(), signature: request.headers.get('stripe-signature') ?? '' });
    return new Response(null, { status });
  },
});
let running: StripeOutside | null = null;
const start = async (): Promise<{ outside: StripeOutside; stripe: Stripe }> => {
  await running?.stop();
  running = await startStripeOutside({ seed: 3, stateFolder, webhookUrl: `${site.url.origin}/webhooks/stripe` });
  const { hostname, port } = new URL(running.url);
  const stripe = new Stripe(running.secretKey, {
    ...{ apiVersion: '2023-08-16', host: hostname, port: Number(port), protocol: 'http' },
  });
  return { outside: running, stripe };
};
afterEach(async () => {
  await running?.stop();
  await site.stop(true);
  rmSync(stateFolder, { recursive: true });
});

test('a restart keeps the endpoint, its secrets while they are rolled, and the events that are still owed', async () => {
  const first = await start();
  const [secret = ''] = first.outside.webhookSecrets;
  expect(secret).toStartWith('whsec_');
  const [endpoint] = (await first.stripe.webhookEndpoints.list()).data;
  const rolled = first.outside.control.webhooks.rollSecret(endpoint?.id ?? '', 3_600);
  status = 503;
  const { id } = await first.stripe.customers.create({ email: 'owed@example.com' });
  await first.outside.control.webhooks.deliveries.settled();
  expect(received.length).toBeGreaterThan(0);

  [status, received.length] = [200, 0];
  const second = await start();
  expect(second.outside.webhookSecrets).toEqual([rolled, secret]);
  expect((await second.stripe.webhookEndpoints.list()).data).toHaveLength(1);
  await second.outside.control.webhooks.deliveries.settled();
  const owed = received.map(({ body, signature }) => [
    second.stripe.webhooks.constructEvent(body, signature, secret),
    second.stripe.webhooks.constructEvent(body, signature, rolled),
  ]);
  expect(owed.map(([event]) => (event?.data.object as Stripe.Customer | undefined)?.id)).toEqual([id]);
  expect((await second.stripe.events.list()).data.map(({ pending_webhooks }) => pending_webhooks)).toEqual([0]);

  received.length = 0;
  const third = await start();
  await third.outside.control.webhooks.deliveries.settled();
  expect(received).toEqual([]);
});
