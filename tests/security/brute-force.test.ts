import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { rateLimits } from '../../src/db/schema/rate-limits.ts';
import { createApp } from '../../src/web/app.ts';
import { createRateLimits, LIMITS, type LimitName } from '../../src/web/auth/rate-limit.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { mailTo } from '../support/mails.ts';
import {
  addMember,
  createVisitor,
  freshCode,
  giveSecondFactor,
  PASSWORD,
  signedIn,
  siteDeps,
} from '../support/site.ts';

let database: TestDatabase;
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  database = await createTestDatabase();
  app = createApp(siteDeps(database));
});
beforeEach(async () => {
  await database.db.delete(rateLimits);
});
afterAll(() => database.drop());

let serial = 0;
const newMember = async (tier: 'free' | 'premium' = 'free') => {
  serial += 1;
  const email = `victim-${serial}@example.com`;
  return { email, id: await addMember(database.db, { email, tier }) };
};
const form = (email: string) => ({ email, password: 'a phrase of four words', terms: 'accepted' });

/** One attempt that would have gone well: its status when it is let through, and the same attempt again. */
type Probe = () => Promise<{ readonly letThrough: readonly number[]; attempt(): Promise<Response> }>;

const signIn: Probe = async () => {
  const { email } = await newMember();
  return { letThrough: [303], attempt: () => createVisitor(app).post('/sign-in', { email, password: PASSWORD }) };
};
const secondFactor: Probe = async () => {
  const { email, id } = await newMember();
  await giveSecondFactor(database.db, id, email);
  return {
    letThrough: [303],
    attempt: async () => {
      const visitor = createVisitor(app);
      await visitor.post('/sign-in', { email, password: PASSWORD });
      return visitor.post('/sign-in/code', { code: await freshCode(email) });
    },
  };
};
const signUp: Probe = async () => {
  const email = `new-${crypto.randomUUID()}@example.com`;
  return { letThrough: [303], attempt: () => createVisitor(app).post('/sign-up', form(email)) };
};
const resend: Probe = async () => {
  const visitor = createVisitor(app);
  await visitor.post('/sign-up', form(`resent-${crypto.randomUUID()}@example.com`));
  return { letThrough: [303], attempt: () => visitor.post('/verify/resend', {}) };
};
const forgot: Probe = async () => {
  const { email } = await newMember();
  return { letThrough: [200], attempt: () => createVisitor(app).post('/forgot', { email }) };
};
const confirm: Probe = async () => {
  const { email } = await newMember();
  const visitor = await signedIn(app, email);
  return { letThrough: [303], attempt: () => visitor.post('/confirm', { password: PASSWORD }) };
};

const PROBES: Readonly<Record<LimitName, Probe>> = {
  'sign-in.pair': signIn,
  'sign-in.account': signIn,
  'sign-in.address': signIn,
  'sign-up.account': signUp,
  'sign-up.address': signUp,
  'verify.address': async () => {
    const visitor = createVisitor(app);
    const email = `proved-${crypto.randomUUID()}@example.com`;
    await visitor.post('/sign-up', form(email));
    const { code } = await mailTo(database.db, email, 'verify-email');
    // The first attempt uses the code up; the one after it must not even be judged.
    return { letThrough: [303], attempt: () => visitor.post('/verify', { code }) };
  },
  'resend.account': resend,
  'resend.address': resend,
  'reset.account': forgot,
  'reset.address': forgot,
  'second-factor.account': secondFactor,
  'second-factor.day': secondFactor,
  'billing.account': async () => {
    const { email } = await newMember();
    const visitor = await signedIn(app, email);
    return { letThrough: [303], attempt: () => visitor.post('/account/billing/portal', {}) };
  },
  'chats.account': async () => {
    const { email } = await newMember();
    const visitor = await signedIn(app, email);
    return { letThrough: [200], attempt: () => visitor.post('/account/chats/telegram', {}) };
  },
  'confirm.account': confirm,
  'confirm.day': confirm,
  'api.key': async () => {
    const { email } = await newMember('premium');
    const page = await (await signedIn(app, email)).post('/account/api/keys', { name: 'k', signals: 'yes' });
    const key = /qc_[\w-]{43}/.exec(await page.text())?.[0] ?? '';
    const headers = { Authorization: `Bearer ${key}` };
    return { letThrough: [200], attempt: async () => app.request('http://localhost:3000/api/v1/me', { headers }) };
  },
  'api.stranger': async () => {
    const headers = { Authorization: `Bearer qc_${'x'.repeat(43)}` };
    return { letThrough: [401], attempt: async () => app.request('http://localhost:3000/api/v1/me', { headers }) };
  },
};

/** From now on every count under the name is at its end, also one that a success has put back. */
const spend = async (name: LimitName): Promise<void> => {
  await database.sql.unsafe(`
    create or replace function spend() returns trigger language plpgsql as $$
    begin if new.key like '${name}:%' then new.attempts := 100000; end if; return new; end $$;
    create or replace trigger spend before insert or update on rate_limits for each row execute function spend();`);
};
const spendNothing = () => database.sql.unsafe('drop trigger if exists spend on rate_limits');

describe('whoever tries too often is stopped, though the secret is right', () => {
  afterEach(async () => void (await spendNothing()));

  test.each(Object.keys(LIMITS) as LimitName[])('%s', async (name) => {
    const { letThrough, attempt } = await PROBES[name]();
    expect(letThrough).toContain((await attempt()).status);
    await spend(name);
    const stopped = await attempt();
    // Pages that keep what was typed answer 422.
    expect([429, 422]).toContain(stopped.status);
    expect(await stopped.text()).toMatch(/Too many attempts|enough mail|too-many-requests/);
  });
});

describe('counting', () => {
  test('is one for all machines, and loses nobody who comes at the same time', async () => {
    const nodes = [createRateLimits(database.db), createRateLimits(database.db)];
    const max = LIMITS['sign-in.pair'].attemptsMax;
    const subjects = {
      'sign-in.pair': 'one and the same',
      'sign-in.address': 'a place',
      'sign-in.account': 'an account',
    };
    const verdicts = await Promise.all(
      Array.from({ length: 3 * max }, (_, i) => (i % 2 ? nodes[0] : nodes[1])?.attempt(subjects)),
    );
    expect(verdicts.filter((verdict) => verdict?.ok)).toHaveLength(max);
  });

  test('starts again when the window is over, by the database’s clock', async () => {
    const limits = createRateLimits(database.db);
    const subjects = { 'confirm.account': 'somebody' };
    for (let i = 0; i < LIMITS['confirm.account'].attemptsMax; i++) await limits.attempt(subjects);
    const over = await limits.attempt(subjects);
    expect([over.ok, over.remaining]).toEqual([false, 0]);
    expect(over.restSeconds).toBeGreaterThan(890);
    await database.sql`update rate_limits set ends_at = now()`;
    expect(await limits.attempt(subjects)).toMatchObject({ ok: true, remaining: 9 });
  });

  test('keeps no address and no account readable', async () => {
    const limits = createRateLimits(database.db);
    await limits.attempt({ 'sign-in.account': 'ada@example.com', 'sign-in.address': '203.0.113.9' });
    const [dump] = await database.sql`select string_agg(r::text, ' ') as everything from rate_limits r`;
    expect(dump?.['everything']).not.toMatch(/ada|203\.0/);
  });
});
