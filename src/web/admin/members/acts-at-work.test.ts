import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { type BillingWorld, startBillingWorld } from '../../../../tests/support/billing.ts';
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/database.ts';
import { commitNext } from '../../../../tests/support/live-site.ts';
import { emptySignals } from '../../../../tests/support/signals.ts';
import { addMember, signedIn, siteDeps, type Visitor } from '../../../../tests/support/site.ts';
import { openSse, type SseClient } from '../../../../tests/support/sse.ts';
import { createBilling } from '../../../billing/create-billing.ts';
import { auditOfUser } from '../../../db/queries/audit.ts';
import { createMemoryBus } from '../../../engine/shell/bus/memory-bus.ts';
import { createApp } from '../../app.ts';
import { createLiveHub } from '../../live/hub.ts';
import { renderSignal } from '../../pages/feed/signal-card.tsx';

const PREMIUM = { tier: 'premium', interval: 'month' } as const;
const FOLLOW_MS = 2_000;

let database: TestDatabase;
let world: BillingWorld;
let url: string;
let operator: Visitor;
let member: Visitor;
let memberId: string;
let people = 0;
let stop: () => Promise<void>;
let app: ReturnType<typeof createApp>;

/** The site as it runs: real streams, and a Stripe to be charged at. */
beforeAll(async () => {
  database = await createTestDatabase();
  world = await startBillingWorld({ database });
  const bus = createMemoryBus({ name: `acts-test-${crypto.randomUUID()}` });
  const live = createLiveHub({ db: database.db, bus, renderSignal, pollMs: 50 });
  app = createApp(siteDeps(database, { live, bus, billing: createBilling({ ...world.deps, bus }) }));
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: app.fetch });
  url = server.url.origin;
  stop = async () => {
    await live.stop();
    await server.stop(true);
    await bus.close();
  };
  await addMember(database.db, { email: 'operator@example.com', role: 'operator', tier: 'premium' });
  operator = await signedIn(app, 'operator@example.com');
});
beforeEach(async () => {
  people += 1;
  memberId = await addMember(database.db, { email: `member-${people}@example.com` });
  member = await signedIn(app, `member-${people}@example.com`);
});
afterAll(async () => {
  await stop();
  await world.stop();
  await database.drop();
});

const stream = (visitor: Visitor): Promise<SseClient> => openSse(`${url}/live`, { cookie: visitor.cookie });
const act = async (verb: string, form: Record<string, string> = {}): Promise<void> => {
  const response = await operator.post(`/admin/members/${memberId}/${verb}`, { reason: 'a test', ...form });
  expect([verb, response.status, response.status === 422 ? await response.text() : '']).toEqual([verb, 303, '']);
};
const endsWithin = async (client: SseClient, reason: string): Promise<void> => {
  const at = performance.now();
  await client.until(
    `access: ${reason}`,
    ({ messages }) => messages.some(({ event }) => event === 'access'),
    FOLLOW_MS,
  );
  expect(client.messages.find(({ event }) => event === 'access')?.data).toContain(reason);
  expect(performance.now() - at).toBeLessThan(FOLLOW_MS);
};
const tomorrow = (): string => Temporal.Now.plainDateISO('America/New_York').add({ days: 1 }).toString();
const atStripe = async (): Promise<string[]> => {
  const customer = await world.customerOf(memberId);
  const { world: stripe } = world.stripe;
  return stripe.all('subscription').flatMap((one) => (one.customer === customer ? [one.status] : []));
};

describe('what an operator does reaches open streams within two seconds', () => {
  test('giving access, and taking it back', async () => {
    const free = await stream(member);
    await act('comp', { tier: 'premium', lastDay: tomorrow() });
    await endsWithin(free, 'tier-changed');
    expect(await (await member.get('/feed')).text()).toContain('chip-premium');
    const premium = await stream(member);
    const page = await (await operator.get(`/admin/members/${memberId}`)).text();
    await act('comp/revoke', { comp: /name="comp" value="([^"]+)"/.exec(page)?.[1] ?? '' });
    await endsWithin(premium, 'tier-changed');
    expect(await (await member.get('/feed')).text()).not.toContain('chip-premium');
  });

  test('signing out everywhere', async () => {
    const open = await stream(member);
    await act('sessions/end');
    await endsWithin(open, 'signed-out');
    expect((await member.get('/feed')).headers.get('Location')).toBe('/sign-in');
  });

  test('a ban: nothing more is heard, nobody signs in, and Stripe charges nothing again', async () => {
    await world.subscribe(memberId, PREMIUM);
    await world.settle();
    const open = await stream(member);
    await act('ban', { confirm: 'yes' });
    await endsWithin(open, 'signed-out');
    expect(await atStripe()).toEqual(['canceled']);
    await expect(signedIn(app, `member-${people}@example.com`)).rejects.toThrow('sign-in');
    expect(await (await operator.get('/admin/members?state=banned-and-paying')).text()).toContain('Nobody like that');
    const actions = (await auditOfUser(database.db, memberId)).map(({ action }) => action);
    expect(actions).toContain('account.banned');
    expect(actions.some((action) => action.startsWith('subscription.'))).toBe(true);
  });
});

test('a look through a member’s eyes streams what the member is told, and ends with it', async () => {
  await emptySignals(database.db);
  await operator.post(`/admin/members/${memberId}/impersonate`, { reason: 'they hear nothing' });
  const seen = await stream(operator);
  await commitNext(database);
  await Bun.sleep(400);
  expect(seen.messages.filter(({ event }) => event === '')).toEqual([]);
  await operator.post('/impersonation/end', {});
  await endsWithin(seen, 'signed-out');
  const own = await stream(operator);
  await commitNext(database);
  await own.until('a signal as Premium hears it', ({ messages }) => messages.some(({ data }) => data.includes('440C')));
  own.close();
});

test('a refund of a whole payment goes back at Stripe and takes what it paid for; the page tells both', async () => {
  await world.subscribe(memberId, PREMIUM);
  await world.settle();
  const open = await stream(member);
  const invoice = (await world.billing.billingStateOf(memberId)).invoices[0]?.id ?? '';
  const tooMuch = { invoice, amount: '297.01', reason: 'more than was paid' };
  expect((await operator.post(`/admin/members/${memberId}/refund`, tooMuch)).status).toBe(422);
  await act('refund', { invoice, amount: '97.50' });
  await act('refund', { invoice, amount: '' });
  await endsWithin(open, 'tier-changed');
  const charges = world.stripe.world.all('charge').filter(({ amount_refunded: back }) => back > 0);
  expect(charges.map(({ amount, amount_refunded: back }) => [amount, back])).toContainEqual([29_700, 29_700]);
  const page = await (await operator.get(`/admin/members/${memberId}`)).text();
  expect(page).toContain('Free: nothing bought or given gives more now.');
  expect(page.match(/\$297\.00/g)?.length).toBeGreaterThanOrEqual(3);
});

test('what no webhook told is read from Stripe on request, and everything bought is ended on request', async () => {
  await world.subscribe(memberId, PREMIUM);
  world.pending.length = 0;
  expect(await (await member.get('/feed')).text()).not.toContain('chip-premium');
  await act('resync');
  expect(await (await member.get('/feed')).text()).toContain('chip-premium');
  await act('subscriptions/end', { confirm: 'yes' });
  expect(await atStripe()).toEqual(['canceled']);
  expect(await (await member.get('/feed')).text()).not.toContain('chip-premium');
});
