import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import Stripe from 'stripe';
import { WebhookDeliveries } from '../../src/sandbox/stripe/webhooks/deliver.ts';
import type { Endpoint } from '../../src/sandbox/stripe/webhooks/types.ts';

const SEED = 11;
const SECRET = 'whsec_first';
const stripe = new Stripe('sk_test_unused', { apiVersion: '2023-08-16' });

interface Received {
  readonly body: string;
  readonly signature: string | null;
  readonly id: string;
  readonly atMs: number;
}

/** An endpoint as a subscriber of Stripe would write it: what arrived, and what it answers next. */
const received: Received[] = [];
let answers: number[] = [];
let holdMs = 0;
let atOnce = 0;
let mostAtOnce = 0;
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    const body = await request.text();
    const { id } = JSON.parse(body) as { id: string };
    received.push({ body, signature: request.headers.get('stripe-signature'), id, atMs: Date.now() });
    if (holdMs > 0) await Bun.sleep(holdMs);
    atOnce -= 1;
    return new Response(null, { status: answers.shift() ?? 200, headers: { location: '/elsewhere' } });
  },
});

let endpoints: Endpoint[] = [];
let nowMs = 0;
let accepted: string[] = [];
let deliveries: WebhookDeliveries;
const start = (firstRetryMs = 60_000): WebhookDeliveries => {
  deliveries?.stop();
  return new WebhookDeliveries({
    seed: SEED,
    firstRetryMs,
    timeoutMs: 500,
    world: {
      endpoints: () => endpoints,
      nowMs: () => nowMs,
      delivered: (eventId, endpointId) => void accepted.push(`${eventId} ${endpointId}`),
    },
  });
};
const endpoint = (more: Partial<Endpoint> = {}): Endpoint => ({
  id: 'we_1',
  url: `${server.url.origin}/webhooks/stripe`,
  enabledEvents: ['*'],
  enabled: true,
  secrets: [SECRET],
  ...more,
});
const offer = (id: string, type = 'invoice.paid'): void =>
  deliveries.offer({ id, type, body: JSON.stringify({ id, object: 'event', type, data: { name: 'Zoë' } }, null, 2) });
const ids = (): string[] => received.map(({ id }) => id);
const verify = (one: Received | undefined, secret = SECRET): Stripe.Event =>
  stripe.webhooks.constructEvent(one?.body ?? '', one?.signature ?? '', secret);

beforeAll(() => {
  process.stdout.write(`seed of the webhooks' disorder: ${SEED}\n`);
});
beforeEach(async () => {
  // A test of the timeout leaves a request that is still being thought about.
  while (atOnce > 0) await Bun.sleep(5);
  received.length = 0;
  [answers, accepted, endpoints] = [[], [], [endpoint()]];
  [holdMs, mostAtOnce, nowMs] = [0, 0, Date.now()];
  deliveries = start();
});
afterAll(() => {
  deliveries.stop();
  return server.stop(true);
});

describe('a delivery', () => {
  test('carries a signature that the official SDK accepts, over exactly the bytes sent', async () => {
    offer('evt_1');
    await deliveries.settled();
    const [one] = received;
    expect(verify(one).id).toBe('evt_1');
    expect(one?.body).toContain('Zoë');
    expect(() => verify({ ...(one as Received), body: `${one?.body} ` })).toThrow(/signature/i);
    expect(() => verify(one, 'whsec_other')).toThrow(/signature/i);
    expect(accepted).toEqual(['evt_1 we_1']);
  });

  test('goes to every enabled endpoint that asked for its type, and to no other', async () => {
    endpoints = [
      endpoint({ id: 'we_all' }),
      endpoint({ id: 'we_named', enabledEvents: ['invoice.paid', 'invoice.voided'] }),
      endpoint({ id: 'we_other', enabledEvents: ['charge.refunded'] }),
      endpoint({ id: 'we_off', enabled: false }),
    ];
    offer('evt_1');
    await deliveries.settled();
    expect(accepted.sort()).toEqual(['evt_1 we_all', 'evt_1 we_named']);
    expect(received).toHaveLength(2);
  });

  test('keeps the order in which events were made, one at a time', async () => {
    holdMs = 5;
    for (let at = 0; at < 6; at++) offer(`evt_${at}`);
    await deliveries.settled();
    expect(ids()).toEqual(['evt_0', 'evt_1', 'evt_2', 'evt_3', 'evt_4', 'evt_5']);
    expect(mostAtOnce).toBe(1);
  });

  test('is signed with both secrets while one is rolled', async () => {
    endpoints = [endpoint({ secrets: ['whsec_new', 'whsec_old'] })];
    offer('evt_1');
    await deliveries.settled();
    expect(received[0]?.signature?.match(/v1=/g)).toHaveLength(2);
    expect(verify(received[0], 'whsec_new').id).toBe('evt_1');
    expect(verify(received[0], 'whsec_old').id).toBe('evt_1');
  });
});

describe('a delivery that is not answered 2xx', () => {
  test.each([500, 400, 302])('%d: is tried again after a short while with the same bytes', async (status) => {
    deliveries = start(30);
    answers = [status];
    offer('evt_1');
    await deliveries.settled();
    expect(accepted).toEqual([]);
    for (let wait = 0; wait < 100 && received.length < 2; wait++) await Bun.sleep(10);
    await deliveries.settled();
    expect(accepted).toEqual(['evt_1 we_1']);
    expect(received[1]?.body).toBe(received[0]?.body ?? '');
    expect(verify(received[1]).id).toBe('evt_1');
    expect(deliveries.log().map(({ attempt, status: answer, outcome }) => [attempt, answer, outcome])).toEqual([
      [1, status, 'refused'],
      [2, 200, 'accepted'],
    ]);
  });

  test('is tried again when the sandbox’s clock has come far enough, with growing steps, for three days', async () => {
    answers = Array.from({ length: 30 }, () => 503);
    offer('evt_1');
    await deliveries.settled();
    nowMs += 4 * 60_000;
    deliveries.wake();
    await deliveries.settled();
    expect(received).toHaveLength(1);
    nowMs += 60_000;
    deliveries.wake();
    await deliveries.settled();
    expect(received).toHaveLength(2);
    for (let hour = 0; hour < 100; hour++) {
      nowMs += 3_600_000;
      deliveries.wake();
      await deliveries.settled();
    }
    expect(received.length).toBeGreaterThan(6);
    expect(received.length).toBeLessThan(15);
    expect(deliveries.log().at(-1)?.outcome).toBe('given-up');
    expect(deliveries.pending()).toBe(0);
  });

  test('and is not answered at all: is given up after the timeout and tried again on command', async () => {
    holdMs = 700;
    offer('evt_1');
    await deliveries.settled();
    expect(deliveries.log().at(-1)).toMatchObject({ status: null, outcome: 'no-answer' });
    holdMs = 0;
    await deliveries.deliverNow();
    expect(accepted).toEqual(['evt_1 we_1']);
  });

  test('does not hold later events up', async () => {
    answers = [500];
    offer('evt_1');
    offer('evt_2');
    await deliveries.settled();
    expect(accepted).toEqual(['evt_2 we_1']);
  });
});

describe('on command', () => {
  test('an event is sent twice, one after the other or at once', async () => {
    deliveries.faults.inject({ kind: 'duplicate' });
    offer('evt_1');
    await deliveries.settled();
    expect(ids()).toEqual(['evt_1', 'evt_1']);
    expect(mostAtOnce).toBe(1);
    holdMs = 50;
    deliveries.faults.inject({ kind: 'duplicate', copies: 3, parallel: true });
    offer('evt_2');
    await deliveries.settled();
    expect(ids().slice(2)).toEqual(['evt_2', 'evt_2', 'evt_2']);
    expect(mostAtOnce).toBe(3);
    offer('evt_3');
    await deliveries.settled();
    expect(received).toHaveLength(6);
  });

  test('an event comes late, others before it', async () => {
    deliveries.faults.inject({ kind: 'delay', delayMs: 60_000, types: ['customer.subscription.deleted'] });
    offer('evt_1', 'customer.subscription.deleted');
    offer('evt_2');
    await deliveries.settled();
    expect(ids()).toEqual(['evt_2']);
    await deliveries.deliverNow();
    expect(ids()).toEqual(['evt_2', 'evt_1']);
  });

  test('events come out of order, each once, the same order for the same seed', async () => {
    const shuffle = async (): Promise<string[]> => {
      received.length = 0;
      deliveries.faults.inject({ kind: 'shuffle', times: 5 });
      for (let at = 0; at < 4; at++) offer(`evt_${at}`);
      await deliveries.settled();
      expect(received).toHaveLength(0);
      offer('evt_4');
      await deliveries.settled();
      return ids();
    };
    const first = await shuffle();
    expect([...first].sort()).toEqual(['evt_0', 'evt_1', 'evt_2', 'evt_3', 'evt_4']);
    expect(first).not.toEqual([...first].sort());
    deliveries = start();
    expect(await shuffle()).toEqual(first);
  });

  test('an event is lost', async () => {
    deliveries.faults.inject({ kind: 'drop' });
    offer('evt_1');
    await deliveries.deliverNow();
    expect(received).toEqual([]);
    expect(deliveries.log()).toMatchObject([{ eventId: 'evt_1', outcome: 'dropped', fault: 'drop' }]);
  });

  test.each([
    ['stale', /tolerance/i],
    ['bad-signature', /signature/i],
    ['no-signature', /header|signature/i],
    ['re-serialise', /signature/i],
  ] as const)('an event is %s once, which the official SDK refuses; the next try is good', async (kind, reason) => {
    deliveries.faults.inject({ kind });
    answers = [400];
    offer('evt_1');
    await deliveries.settled();
    expect(received).toHaveLength(1);
    expect(() => verify(received[0])).toThrow(reason);
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ id: 'evt_1' });
    await deliveries.deliverNow();
    expect(verify(received[1]).id).toBe('evt_1');
  });

  test('chance decides, the same for the same seed', async () => {
    const run = async (): Promise<string[]> => {
      received.length = 0;
      deliveries.faults.inject({ kind: 'chaos', times: null, drop: 0.2, duplicate: 0.2, delay: 0.3, delayMs: 60_000 });
      for (let at = 0; at < 40; at++) offer(`evt_${at}`);
      await deliveries.settled();
      await deliveries.deliverNow();
      return ids();
    };
    const first = await run();
    expect(new Set(first).size).toBeLessThan(40);
    expect(first.length).toBeGreaterThan(new Set(first).size);
    expect(new Set(first).size).toBeGreaterThan(20);
    deliveries = start();
    expect(await run()).toEqual(first);
    deliveries.faults.clear();
    expect(deliveries.faults.list()).toEqual([]);
  });
});
