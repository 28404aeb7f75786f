import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/database.ts';
import { addMember, createVisitor, signedIn, siteDeps } from '../../../../tests/support/site.ts';
import type { Billing, BillingState, PlanChange, SubscriptionState } from '../../../billing/door.ts';
import { createUnconnectedBilling } from '../../../billing/unconnected.ts';
import { createApp } from '../../app.ts';
import { wordsOf } from './words.ts';

const NOW = Date.UTC(2026, 10, 26, 15);
const DAY_MS = 86_400_000;

const subscription: SubscriptionState = {
  id: 'sub_1',
  tier: 'basic',
  interval: 'month',
  status: 'active',
  amountCents: 9_700,
  currentPeriodEndMs: NOW + 10 * DAY_MS,
  cancelAtMs: null,
  trialEndMs: null,
  accessUntilMs: NOW + 11 * DAY_MS,
  graceEndsMs: null,
  next: null,
  pending: null,
  card: 'Visa ending in 4242',
};
const nothing: BillingState = {
  tier: 'free',
  subscription: null,
  others: [],
  invoices: [],
  trialDays: 7,
  comp: null,
  nowMs: NOW,
};

let database: TestDatabase;
let state: BillingState = nothing;
let asked: unknown[] = [];
let change: PlanChange = { ok: true, outcome: 'changed' };
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  database = await createTestDatabase();
  const unconnected = createUnconnectedBilling(database.db, { graceDays: 7, trialDays: 7, automaticTax: false });
  // The pages' own part alone: what billing does behind its door has its own tests.
  const billing: Billing = {
    ...unconnected,
    billingStateOf: async () => state,
    startCheckout: async (_userId, wish) => {
      asked.push(wish);
      return wish.couponCode === 'NOPE'
        ? { ok: false, reason: 'unknown-code' }
        : { ok: true, url: 'http://pay.test/c' };
    },
    previewChange: async () => ({ ok: true, when: 'at-once', dueCents: 12_345, trialEndMs: null }),
    changePlan: async (_userId, wish) => {
      asked.push(wish);
      return change;
    },
    cancel: async (_userId, id) => {
      asked.push(['cancel', id]);
      return { ok: true };
    },
  };
  const base = siteDeps(database);
  app = createApp(
    siteDeps(database, {
      billing,
      options: { ...base.options, billing: { ...base.options.billing, origins: ['http://pay.test'] } },
    }),
  );
  await addMember(database.db, { email: 'payer@example.com' });
});
afterAll(() => database.drop());
beforeEach(() => {
  state = nothing;
  asked = [];
  change = { ok: true, outcome: 'changed' };
});

const textOf = async (path: string): Promise<string> =>
  await (await (await signedIn(app, 'payer@example.com')).get(path)).text();

describe('the plans page', () => {
  test('tells strangers every price, and brings them to sign up and back', async () => {
    const visitor = createVisitor(app);
    const page = await (await visitor.get('/plans')).text();
    for (const words of ['$297', '$97', '$0', 'Try Premium for 7 days', 'renews by itself', 'one click'])
      expect(page).toContain(words);
    const yearly = await (await visitor.get('/plans?interval=year')).text();
    for (const words of ['$2,970', '$970', '$247.50 a month, paid once a year']) expect(yearly).toContain(words);
    const chosen = await visitor.get('/plans/choose?tier=premium&interval=year');
    expect([chosen.status, chosen.headers.get('Location')]).toEqual([303, '/sign-up']);
    const choice = chosen.headers.get('Set-Cookie') ?? '';
    expect(choice).toContain('plan=premium.year');
    const member = await signedIn(app, 'payer@example.com');
    const home = await member.get('/feed', { Cookie: `${member.cookie}; plan=premium.year` });
    expect(await home.text()).toContain('/account/billing/subscribe?tier=premium&amp;interval=year');
  });

  test('offers a change to whoever subscribes, and nothing for the plan they have', async () => {
    state = { ...nothing, tier: 'basic', subscription };
    const page = await textOf('/plans');
    expect(page).toContain('/account/billing/change?tier=premium&amp;interval=month');
    expect(page).toContain('Your plan');
    expect(page).not.toContain('/account/billing/change?tier=basic&amp;interval=month');
  });
});

describe('subscribing', () => {
  test('says what it costs, when it renews and how to cancel before anything is asked for', async () => {
    const page = await textOf('/account/billing/subscribe?tier=premium&interval=month');
    expect(page).toContain('Premium is free for 7 days. Then it costs $297 a month and renews by itself every month');
    expect(page).toContain('cancel at any time, with one click');
    expect(page).toMatch(/<input type="checkbox" name="agreed" value="yes" required/);
  });

  test('does not go on without a yes', async () => {
    const member = await signedIn(app, 'payer@example.com');
    const answer = await member.post('/account/billing/checkout', { tier: 'basic', interval: 'month' });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('Tick the box');
    expect(asked).toEqual([]);
  });

  test('leads to Stripe, where the policy of the page lets forms lead', async () => {
    const member = await signedIn(app, 'payer@example.com');
    const form = { tier: 'basic', interval: 'year', agreed: 'yes', code: '' };
    const answer = await member.post('/account/billing/checkout', form);
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, 'http://pay.test/c']);
    expect(asked).toEqual([{ tier: 'basic', interval: 'year', couponCode: '' }]);
    expect(answer.headers.get('Content-Security-Policy')).toContain(
      "form-action 'self' http://pay.test https://discord.example;",
    );
  });

  test('shows a code that does not work beside the field, the rest kept', async () => {
    const member = await signedIn(app, 'payer@example.com');
    const form = { tier: 'basic', interval: 'year', agreed: 'yes', code: 'NOPE' };
    const answer = await member.post('/account/billing/checkout', form);
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain('That code does not work');
    expect(page).toContain('value="NOPE"');
  });

  test('asks billing for no plan that is not sold', async () => {
    const member = await signedIn(app, 'payer@example.com');
    for (const tier of ['free', 'gold', ''])
      expect((await member.post('/account/billing/checkout', { tier, interval: 'month', agreed: 'yes' })).status).toBe(
        303,
      );
    expect(asked).toEqual([]);
  });
});

describe('the billing page', () => {
  test('tells whoever has nothing where the plans are', async () => {
    const page = await textOf('/account/billing');
    expect(page).toContain('You have no subscription.');
    expect(page).not.toContain('Cancel subscription');
  });

  test('cancels with one click, by name', async () => {
    state = { ...nothing, tier: 'basic', subscription };
    expect(await textOf('/account/billing')).toContain('Cancel subscription');
    const member = await signedIn(app, 'payer@example.com');
    const answer = await member.post('/account/billing/cancel', { subscription: 'sub_1' });
    expect(answer.headers.get('Location')).toBe('/account/billing?did=cancelled');
    expect(asked).toEqual([['cancel', 'sub_1']]);
    expect(await textOf('/account/billing?did=cancelled')).toContain('Nothing will be charged any more');
  });

  test('says nothing that its address makes up', async () => {
    const page = await textOf('/account/billing?did=<b>hello</b>&no=constructor');
    expect(page).not.toContain('hello');
    expect(page).not.toContain('role="alert"');
  });

  test('shows a change with its cost first, and brings to Stripe whoever has to confirm it', async () => {
    state = { ...nothing, tier: 'basic', subscription };
    const page = await textOf('/account/billing/change?tier=premium&interval=month');
    expect(page).toContain('About $123.45 is charged to your card now');
    const member = await signedIn(app, 'payer@example.com');
    const form = { tier: 'premium', interval: 'month', agreed: 'yes' };
    expect((await member.post('/account/billing/change', { ...form, agreed: '' })).headers.get('Location')).toContain(
      '/change?',
    );
    expect(asked).toEqual([]);
    change = { ok: true, outcome: 'payment-needed', payUrl: 'http://pay.test/i' };
    expect((await member.post('/account/billing/change', form)).headers.get('Location')).toBe('http://pay.test/i');
    change = { ok: true, outcome: 'scheduled', atMs: NOW };
    expect((await member.post('/account/billing/change', form)).headers.get('Location')).toBe(
      '/account/billing?did=scheduled',
    );
  });

  test('asks Stripe no more than sixty times in a quarter of an hour for one member', async () => {
    const eager = await signedIn(app, 'payer@example.com');
    let answered = 0;
    for (let tries = 0; tries < 70; tries += 1) {
      const { status } = await eager.post('/account/billing/cancel', {});
      if (status === 303) answered += 1;
      else expect(status).toBe(429);
    }
    expect(answered).toBeLessThanOrEqual(60);
    expect(asked).toHaveLength(answered);
    await database.sql`truncate rate_limits`;
  });

  test('warns whoever pays twice, with a way to end each', async () => {
    state = { ...nothing, subscription, others: [{ ...subscription, id: 'sub_2' }] };
    const page = await textOf('/account/billing');
    expect(page).toContain('You have more than one subscription');
    expect(page).toContain('value="sub_2"');
  });
});

const WORDS: readonly (readonly [string, Partial<SubscriptionState>, string, boolean])[] = [
  ['active', {}, '$97 a month. It renews on December 6, 2026.', false],
  [
    'a trial',
    { status: 'trialing', trialEndMs: NOW + 2 * DAY_MS },
    'The trial ends on November 28, 2026. Then $97 a month',
    false,
  ],
  ['a scheduled end', { cancelAtMs: NOW + DAY_MS }, 'You keep Basic until November 27, 2026', false],
  [
    'a scheduled change',
    { tier: 'premium', next: { tier: 'basic', interval: 'month', atMs: NOW + DAY_MS } },
    'You keep Premium until November 27, 2026. Then Basic, paid by the month, follows.',
    false,
  ],
  ['grace', { status: 'past_due', graceEndsMs: NOW + DAY_MS }, 'You keep Basic until November 27, 2026', true],
  ['grace that is over', { status: 'past_due', graceEndsMs: NOW - 1 }, 'you see what Free members see', true],
  ['unpaid', { status: 'unpaid' }, 'we have stopped trying', true],
  ['incomplete', { status: 'incomplete' }, 'Your bank has not confirmed it', true],
  ['never completed', { status: 'incomplete_expired' }, 'nothing was charged', false],
  ['over', { status: 'canceled' }, 'has ended', false],
  ['paused', { status: 'paused' }, 'nothing is charged', false],
];

test.each([...WORDS])('has words for %s', (_name, facts, words, urgent) => {
  const said = wordsOf({ ...subscription, ...facts }, NOW);
  expect(said.text).toContain(words);
  expect(said.urgent).toBe(urgent);
});
