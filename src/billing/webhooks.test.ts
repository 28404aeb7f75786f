import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { and, eq, inArray } from 'drizzle-orm';
import { type BillingWorld, DAY_SECONDS, startBillingWorld, WEBHOOK_SECRET } from '../../tests/support/billing.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { addMember } from '../../tests/support/site.ts';
import { openDatabase } from '../db/client.ts';
import { auditLog } from '../db/schema/audit.ts';
import { invoices } from '../db/schema/invoices.ts';
import { mails } from '../db/schema/mails.ts';
import { stripeEvents } from '../db/schema/stripe-events.ts';
import { subscriptionChanges } from '../db/schema/subscription-changes.ts';
import { subscriptions } from '../db/schema/subscriptions.ts';
import type { StripeEvent } from '../sandbox/stripe/events/types.ts';
import { tierOf } from './announce-access.ts';
import { createBilling } from './create-billing.ts';
import { createStripeClient } from './stripe/client.ts';
import { StripeGateway } from './stripe/gateway.ts';

const BASIC = { tier: 'basic', interval: 'month' } as const;
const OLD_SECRET = 'whsec_being_replaced';

let database: TestDatabase;
let world: BillingWorld;
let people = 0;
let userId = '';

beforeAll(async () => {
  database = await createTestDatabase();
  world = await startBillingWorld({ database, webhookSecrets: [WEBHOOK_SECRET, OLD_SECRET] });
});
afterAll(async () => {
  await world.stop();
  await database.drop();
});
beforeEach(async () => {
  await world.settle();
  people += 1;
  userId = await addMember(database.db, { email: `person-${people}@example.com` });
});

/** Counts how often a customer is read whole. */
class CountingGateway extends StripeGateway {
  looks = 0;
  override picture(customerId: string): ReturnType<StripeGateway['picture']> {
    this.looks += 1;
    return super.picture(customerId);
  }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const eventRow = async (id: string) =>
  (await database.db.select().from(stripeEvents).where(eq(stripeEvents.id, id)))[0];
const audits = () =>
  database.db
    .select()
    .from(auditLog)
    .where(and(eq(auditLog.userId, userId), eq(auditLog.action, 'subscription.synced')));
/** The event that tells of the subscription, taken out of what is pending. */
const take = (type: string): StripeEvent => {
  const at = world.pending.findIndex((event) => event.type === type);
  const [event] = at < 0 ? [] : world.pending.splice(at, 1);
  if (!event) throw new Error(`no ${type} is pending`);
  return event;
};

describe('1. one event, however often and wherever it is delivered', () => {
  test('has one effect: twice in parallel on two nodes, and again later', async () => {
    await world.subscribe(userId, BASIC);
    const event = take('customer.subscription.created');
    world.pending.length = 0;
    const elsewhere = openDatabase({ url: database.url, connectionsMax: 4 });
    const gateway = new CountingGateway(world.deps.gateway.stripe);
    const node = createBilling({ ...world.deps, gateway });
    const otherNode = createBilling({ ...world.deps, gateway, db: elsewhere.db });
    const nodes = [node, otherNode, node, otherNode];
    expect(await Promise.all(nodes.map((one) => world.deliver(event, one)))).toEqual([200, 200, 200, 200]);
    expect(await world.deliver(event)).toBe(200);
    expect(gateway.looks).toBe(1);
    expect(await audits()).toHaveLength(1);
    expect(
      await database.db.select().from(subscriptionChanges).where(eq(subscriptionChanges.userId, userId)),
    ).toHaveLength(1);
    expect((await eventRow(event.id))?.processedAt).not.toBeNull();
    const templates = await database.db.select().from(mails).where(eq(mails.userId, userId));
    expect(templates.map(({ template }) => template).sort()).toEqual(['payment-received', 'subscription-started']);
    await elsewhere.close();
  });

  test('reads Stripe once: what is done with is not worked on again', async () => {
    await world.subscribe(userId, BASIC);
    const event = take('customer.subscription.created');
    expect(await world.deliver(event)).toBe(200);
    world.stripe.inject({ kind: 'server-error', times: 1, path: '/v1/subscriptions' });
    expect(await world.deliver(event)).toBe(200);
    // The fault is still there for whoever asks next.
    expect(await world.billing.resync(userId, { kind: 'system', name: 'test' })).toEqual({ ok: true });
  });
});

describe('2. disorder', () => {
  test('deleted, and only then a late “updated” that says active: stays Free', async () => {
    await world.subscribe(userId, BASIC);
    await world.settle();
    const [held] = await database.db.select().from(subscriptions).where(eq(subscriptions.userId, userId));
    await world.deps.gateway.stripe.subscriptions.update(held?.id ?? '', { metadata: { note: 'x' } });
    const late = take('customer.subscription.updated');
    expect(world.bodyOf(late)).toContain('"status":"active"');
    await world.deps.gateway.stripe.subscriptions.cancel(held?.id ?? '');
    expect(await world.deliver(take('customer.subscription.deleted'))).toBe(200);
    expect(await tierOf(database.db, userId)).toBe('free');
    expect(await world.deliver(late)).toBe(200);
    expect(await tierOf(database.db, userId)).toBe('free');
    await world.settle();
  });

  const permutations = <T>(items: readonly T[]): T[][] =>
    items.length <= 1
      ? [[...items]]
      : items.flatMap((item, at) =>
          permutations(items.filter((_, other) => other !== at)).map((rest) => [item, ...rest]),
        );

  const forget = async (): Promise<void> => {
    for (const table of [subscriptions, invoices, subscriptionChanges, mails])
      await database.db.delete(table).where(eq(table.userId, userId));
    await database.db.delete(stripeEvents);
  };

  test('every order of a lifecycle’s five events, some of them twice, ends in the same rows', async () => {
    await world.subscribe(userId, BASIC);
    await world.settle();
    const [held] = await database.db.select().from(subscriptions).where(eq(subscriptions.userId, userId));
    const lived: StripeEvent[] = [];
    const live = async (act: () => Promise<unknown>): Promise<void> => {
      world.pending.length = 0;
      await act();
      const event = world.pending.find(
        ({ type }) => type.startsWith('customer.subscription') || type === 'invoice.paid',
      );
      if (event) lived.push(event);
    };
    const { stripe } = world.deps.gateway;
    const id = held?.id ?? '';
    await live(() => stripe.subscriptions.update(id, { metadata: { step: '1' } }));
    await live(() => stripe.subscriptions.update(id, { cancel_at_period_end: true }));
    await live(() => stripe.subscriptions.update(id, { cancel_at_period_end: false }));
    await live(() => world.advance(32 * DAY_SECONDS));
    await live(() => stripe.subscriptions.cancel(id));
    world.pending.length = 0;
    expect(lived).toHaveLength(5);
    const seen = new Set<string>();
    const orders = permutations(lived);
    expect(orders).toHaveLength(120);
    for (const [at, order] of orders.entries()) {
      await forget();
      const twice = order[at % order.length];
      for (const event of twice ? [...order, twice] : order) expect(await world.deliver(event)).toBe(200);
      const rows = await database.db.select().from(subscriptions).where(eq(subscriptions.userId, userId));
      const billed = await database.db.select().from(invoices).where(eq(invoices.userId, userId)).orderBy(invoices.id);
      const untimed = [...rows, ...billed].map(({ syncedAt: _, ...row }) => row);
      seen.add(JSON.stringify(untimed));
    }
    expect(seen.size).toBe(1);
    expect([...seen][0]).toContain('"status":"canceled"');
  }, 60_000);
});

describe('3. what Stripe did not sign, just now and just so', () => {
  const refused = async (body: string, header: string | null): Promise<void> => {
    const before = (await database.db.select().from(stripeEvents)).length;
    expect(await world.billing.receiveWebhook(bytes(body), header)).toBe(400);
    expect(await database.db.select().from(stripeEvents)).toHaveLength(before);
    expect(await tierOf(database.db, userId)).toBe('free');
  };

  test('is refused and changes nothing: no, another’s, a stale or a garbled signature, and JSON written anew', async () => {
    await world.subscribe(userId, BASIC);
    const body = world.bodyOf(take('customer.subscription.created'));
    const now = Math.floor(Date.now() / 1_000);
    await refused(body, null);
    await refused(body, '');
    await refused(body, 'v1=abc');
    await refused(body, world.sign(body, 'whsec_of_somebody_else'));
    await refused(body, world.sign(body, WEBHOOK_SECRET, now - 301));
    await refused(body, world.sign(body).replace('v1=', 'v0='));
    await refused(JSON.stringify(JSON.parse(body), null, 1), world.sign(body));
    await refused(`${body} `, world.sign(body));
    await refused('not json', world.sign('not json'));
    await refused('{}', world.sign('{}'));
    expect(await world.billing.receiveWebhook(bytes(body), world.sign(body, WEBHOOK_SECRET, now - 290))).toBe(200);
  });

  test('both secrets are good while one replaces the other, in a header of two signatures too', async () => {
    await world.subscribe(userId, BASIC);
    const [one, two] = [take('customer.subscription.created'), take('invoice.paid')].map(world.bodyOf);
    expect(await world.billing.receiveWebhook(bytes(one ?? ''), world.sign(one ?? '', OLD_SECRET))).toBe(200);
    const both = `${world.sign(two ?? '', 'whsec_unknown')},${world.sign(two ?? '', OLD_SECRET).split(',')[1]}`;
    expect(await world.billing.receiveWebhook(bytes(two ?? ''), both)).toBe(200);
    expect(await tierOf(database.db, userId)).toBe('basic');
  });
});

describe('4. trouble of our own', () => {
  test('an answer that never left: the same delivery again is harmless', async () => {
    await world.subscribe(userId, BASIC);
    const event = take('customer.subscription.created');
    expect(await world.deliver(event)).toBe(200);
    const audited = (await audits()).length;
    await database.db.update(stripeEvents).set({ processedAt: null }).where(eq(stripeEvents.id, event.id));
    expect(await world.deliver(event)).toBe(200);
    expect((await audits()).length).toBe(audited);
    expect(await eventRow(event.id)).toMatchObject({ attempts: 2 });
  });

  test('no database: 500, never 200', async () => {
    await world.subscribe(userId, BASIC);
    const event = take('customer.subscription.created');
    const gone = openDatabase({ url: 'postgres://nobody:nothing@127.0.0.1:1/none', connectionsMax: 1 });
    const without = createBilling({ ...world.deps, db: gone.db });
    expect(await world.deliver(event, without)).toBe(500);
    await gone.close();
    expect(await eventRow(event.id)).toBeUndefined();
    expect(await world.deliver(event)).toBe(200);
    expect(await tierOf(database.db, userId)).toBe('basic');
  });

  test('no Stripe to read from: 500, the reason kept, and done when it comes again', async () => {
    await world.subscribe(userId, BASIC);
    const event = take('customer.subscription.created');
    const dead = createStripeClient({
      secretKey: 'sk_test_x',
      baseUrl: 'http://127.0.0.1:1',
      timeoutMs: 500,
      retries: 0,
    });
    const without = createBilling({ ...world.deps, gateway: new StripeGateway(dead) });
    expect(await world.deliver(event, without)).toBe(500);
    expect(await eventRow(event.id)).toMatchObject({ processedAt: null, attempts: 1 });
    expect((await eventRow(event.id))?.lastError).toContain('connection');
    expect(await tierOf(database.db, userId)).toBe('free');
    expect(await world.deliver(event)).toBe(200);
    expect(await eventRow(event.id)).toMatchObject({ attempts: 2, lastError: null });
    expect(await tierOf(database.db, userId)).toBe('basic');
  });
});

describe('events about nobody', () => {
  test('of types we do not know, without a customer, or of a customer who is not ours: noted, and 200', async () => {
    const stranger = await world.deps.gateway.stripe.customers.create({ email: 'stranger@example.com' });
    const made: StripeEvent[] = [];
    const unlisten = world.stripe.world.onEvent((event) => void made.push(event));
    await world.deps.gateway.stripe.products.create({ name: 'Something else' });
    await world.deps.gateway.stripe.customers.update(stranger.id, { name: 'Stranger' });
    unlisten();
    expect(made.map(({ type }) => type)).toEqual(['product.created', 'customer.updated']);
    for (const event of made) expect(await world.deliver(event)).toBe(200);
    const ids = made.map(({ id }) => id);
    const noted = await database.db
      .select()
      .from(stripeEvents)
      .where(inArray(stripeEvents.id, ids))
      .orderBy(stripeEvents.type);
    expect(noted.map(({ customerId, processedAt }) => [customerId, processedAt !== null])).toEqual([
      [stranger.id, true],
      [null, true],
    ]);
  });
});
