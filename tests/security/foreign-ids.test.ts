import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { insertReport } from '../../src/db/queries/reports.ts';
import { rateLimits } from '../../src/db/schema/rate-limits.ts';
import { createApp } from '../../src/web/app.ts';
import { hashToken } from '../../src/web/auth/token.ts';
import type { RouteName } from '../../src/web/routes.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { mailTo } from '../support/mails.ts';
import { addMember, createVisitor, giveSecondFactor, PASSWORD, signedIn, siteDeps } from '../support/site.ts';
import { chatProbes, type Person, type Probe } from './chat-probes.ts';
import { KNOWN_ROUTES } from './routes.ts';

let database: TestDatabase;
let app: ReturnType<typeof createApp>;
let operatorId: string;
/** What billing was asked for, by whom. */
const askedOfBilling: { readonly verb: string; readonly userId: unknown; readonly wish: unknown }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const base = siteDeps(database);
  const billing = new Proxy(base.billing, {
    get(target, verb: keyof typeof base.billing) {
      const real = target[verb] as (...given: unknown[]) => unknown;
      return (...given: unknown[]) => {
        askedOfBilling.push({ verb, userId: given[0], wish: given[1] });
        return real(...given);
      };
    },
  });
  app = createApp({ ...base, billing });
  operatorId = await addMember(database.db, { email: 'operator@example.com', role: 'operator' });
});
beforeEach(async () => {
  await database.db.delete(rateLimits);
});
afterAll(() => database.drop());

let serial = 0;
const newPerson = async (tier: 'premium' | 'free' = 'premium'): Promise<Person> => {
  serial += 1;
  const email = `person-${serial}@example.com`;
  const id = await addMember(database.db, { email, tier });
  return { id, email, visitor: await signedIn(app, email) };
};
const tokenOf = (url: string): string => new URL(url).searchParams.get('token') ?? '';
const keyOf = async ({ visitor }: Person): Promise<string> => {
  const page = await (await visitor.post('/account/api/keys', { name: 'k', signals: 'yes', reports: 'yes' })).text();
  return /qc_[\w-]{43}/.exec(page)?.[0] ?? '';
};
const emailNow = async (id: string): Promise<string> => {
  const [row] = await database.sql`select email from users where id = ${id}`;
  return String(row?.['email']);
};
/** The page is about whoever asks, whatever ids the request brings along. */
const tellsOnlyOfOneself = (path: string) => async (): Promise<void> => {
  const [one, other] = [await newPerson(), await newPerson()];
  const query = `?user=${other.id}&userId=${other.id}&id=${other.id}&email=${encodeURIComponent(other.email)}&member=${other.id}`;
  const answer = await one.visitor.get(`${path}${query}`);
  expect([200, 303]).toContain(answer.status);
  const text = `${await answer.text()} ${answer.headers.get('Location') ?? ''}`;
  expect(text).not.toContain(other.email);
  expect(text).not.toContain(other.id);
};
/** The change is made to whoever asks, whatever ids the form brings along. */
const asksBillingForOneself = (path: string) => async (): Promise<void> => {
  const [one, other] = [await newPerson(), await newPerson()];
  const from = askedOfBilling.length;
  const ids = { user: other.id, userId: other.id, customer: 'cus_foreign', subscription: 'sub_foreign', id: other.id };
  await one.visitor.post(path, { tier: 'basic', interval: 'month', confirm: 'yes', agreed: 'yes', ...ids });
  const asked = askedOfBilling.slice(from);
  expect(asked.length).toBeGreaterThan(0);
  for (const { userId, wish } of asked) {
    expect(userId).toBe(one.id);
    // Billing looks a subscription that is named up among the asker's own alone.
    if (wish !== ids.subscription) expect(JSON.stringify(wish ?? null)).not.toMatch(/foreign|cus_|sub_/);
  }
};
const apiTellsOnlyOfOneself = (path: string) => async (): Promise<void> => {
  const [one, other] = [await newPerson(), await newPerson()];
  const headers = { Authorization: `Bearer ${await keyOf(one)}` };
  const url = `http://localhost:3000${path}?user=${other.id}&key=${await keyOf(other)}`;
  const text = await (await app.request(url, { headers })).text();
  expect(text).not.toContain(other.id);
  expect(text).not.toContain(other.email);
};

/**
 * What happens when a request to the route brings another person's id. Operators' routes are not here: they do not exist
 * for members, which is tested for each of them below.
 */
const PROBES: Readonly<Partial<Record<RouteName, Probe>>> = {
  'GET /': 'takes no ids: the same for everybody, but for the name in the corner',
  'GET /plans': tellsOnlyOfOneself('/plans'),
  'GET /plans/choose': tellsOnlyOfOneself('/plans/choose'),
  'GET /sign-up': 'takes no ids: an empty form',
  'POST /sign-up': async () => {
    const other = await newPerson();
    const [before] = await database.sql`select password_hash from users where id = ${other.id}`;
    const form = { email: other.email, password: 'a phrase of four words', terms: 'accepted', id: other.id };
    await createVisitor(app).post('/sign-up', form);
    const [after] = await database.sql`select password_hash from users where id = ${other.id}`;
    expect(after).toEqual(before);
  },
  'GET /sign-in': 'takes no ids: an empty form',
  'POST /sign-in': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await one.visitor.post('/sign-in', { email: one.email, password: PASSWORD, userId: other.id });
    expect(await (await one.visitor.get('/account')).text()).toContain(one.email);
  },
  'GET /sign-in/code': 'takes no ids: known by its ticket alone',
  'POST /sign-in/code': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await giveSecondFactor(database.db, other.id, other.email);
    const [ticket] = await database.sql`insert into account_tokens (kind, user_id, token_hash, expires_at)
      values ('second-factor', ${other.id}, ${hashToken('x'.repeat(43))}, now() + interval '1 minute') returning id`;
    const answer = await one.visitor.post('/sign-in/code', {
      code: '123456',
      userId: other.id,
      ticket: ticket?.['id'],
    });
    expect(answer.headers.get('Location')).toBe('/sign-in');
  },
  'POST /sandbox/sign-in': async () => {
    const other = await newPerson();
    expect((await createVisitor(app).post('/sandbox/sign-in', { email: other.email })).status).toBe(404);
  },
  'POST /sign-out': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await one.visitor.post('/sign-out', {
      user: other.id,
      session: hashToken(other.visitor.cookie.split('=')[1] ?? ''),
    });
    expect((await other.visitor.get('/feed')).status).toBe(200);
  },
  'GET /verify': async () => {
    const email = `pending-${crypto.randomUUID()}@example.com`;
    await createVisitor(app).post('/sign-up', { email, password: 'a phrase of four words', terms: 'accepted' });
    const { url } = await mailTo(database.db, email, 'verify-email');
    expect(await (await createVisitor(app).get(`/verify?token=${tokenOf(url)}`)).text()).not.toContain(email);
  },
  'POST /verify': async () => {
    const email = `pending-${crypto.randomUUID()}@example.com`;
    await createVisitor(app).post('/sign-up', { email, password: 'a phrase of four words', terms: 'accepted' });
    const { url, code } = await mailTo(database.db, email, 'verify-email');
    const one = createVisitor(app);
    await one.post('/sign-up', { email: `x-${email}`, password: 'a phrase of four words', terms: 'accepted' });
    expect((await one.post('/verify', { token: tokenOf(url) })).status).toBe(401);
    const own = await mailTo(database.db, `x-${email}`, 'verify-email');
    if (own.code !== code) expect((await one.post('/verify', { code, email })).status).toBe(422);
  },
  'POST /verify/resend': async () => {
    const email = `pending-${crypto.randomUUID()}@example.com`;
    await createVisitor(app).post('/sign-up', { email, password: 'a phrase of four words', terms: 'accepted' });
    const count = async () => (await database.sql`select id from mails where recipient = ${email}`).length;
    const before = await count();
    const one = createVisitor(app);
    await one.post('/sign-up', { email: `y-${email}`, password: 'a phrase of four words', terms: 'accepted' });
    await one.post('/verify/resend', { email });
    expect(await count()).toBe(before);
  },
  'GET /forgot': 'takes no ids: an empty form',
  'POST /forgot': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await one.visitor.post('/forgot', { email: other.email, sendTo: one.email, recipient: one.email });
    expect(
      await database.sql`select id from mails where recipient = ${one.email} and template = 'reset-password'`,
    ).toHaveLength(0);
  },
  'GET /reset': async () => {
    const other = await newPerson();
    await createVisitor(app).post('/forgot', { email: other.email });
    const { url } = await mailTo(database.db, other.email, 'reset-password');
    expect(await (await createVisitor(app).get(`/reset?token=${tokenOf(url)}`)).text()).not.toContain(other.email);
    expect((await createVisitor(app).get(`/reset?token=${hashToken(tokenOf(url))}`)).status).toBe(422);
  },
  'POST /reset': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await createVisitor(app).post('/forgot', { email: one.email });
    const { url } = await mailTo(database.db, one.email, 'reset-password');
    const form = { token: tokenOf(url), password: 'a phrase of four words', userId: other.id, email: other.email };
    expect((await createVisitor(app).post('/reset', form)).status).toBe(303);
    expect((await createVisitor(app).post('/sign-in', { email: other.email, password: PASSWORD })).status).toBe(303);
    // A token of another kind is none.
    const verify = await database.sql`insert into account_tokens (kind, user_id, token_hash, expires_at)
      values ('new-email', ${other.id}, ${hashToken('w'.repeat(43))}, now() + interval '1 minute') returning id`;
    expect(verify).toHaveLength(1);
    const misused = await createVisitor(app).post('/reset', {
      token: 'w'.repeat(43),
      password: 'a phrase of four words',
    });
    expect(misused.status).toBe(422);
  },
  'GET /email/undo': 'takes no ids: the token alone, which is tested with the posting of it',
  'POST /email/undo': async () => {
    const other = await newPerson();
    for (const kind of ['reset-password', 'new-email', 'verify-email', 'second-factor'] as const) {
      const token = newTestToken();
      await database.sql`insert into account_tokens (kind, user_id, token_hash, data, expires_at) values
        (${kind}, ${other.id}, ${hashToken(token)}, '{"email":"taken-over@example.com"}', now() + interval '1 minute')`;
      expect((await createVisitor(app).post('/email/undo', { token })).status).toBe(422);
    }
    expect(await emailNow(other.id)).toBe(other.email);
  },
  'GET /terms': 'takes no ids: the same for everybody',
  'GET /disclosures': 'takes no ids: the same for everybody',
  'GET /terms/accept': 'takes no ids: the terms of now',
  'POST /terms/accept': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await database.sql`delete from terms_acceptances where user_id = ${other.id}`;
    await one.visitor.post('/terms/accept', { terms: 'accepted', version: '2026-11-26', userId: other.id });
    expect(await database.sql`select id from terms_acceptances where user_id = ${other.id}`).toHaveLength(0);
  },
  'GET /confirm': tellsOnlyOfOneself('/confirm'),
  'POST /confirm': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await database.sql`update sessions set authenticated_at = now() - interval '1 hour'`;
    await one.visitor.post('/confirm', { password: PASSWORD, userId: other.id });
    const [row] =
      await database.sql`select authenticated_at < now() - interval '30 minutes' as old from sessions where user_id = ${other.id}`;
    expect(row?.['old']).toBe(true);
  },
  'POST /impersonation/end': async () => {
    const one = await newPerson();
    await one.visitor.post('/impersonation/end', { operator: operatorId });
    expect(await (await one.visitor.get('/account')).text()).toContain(one.email);
  },
  'GET /status': 'takes no ids: the same for everybody',
  'GET /healthz': 'takes no ids: the same for everybody',
  'GET /assets/*': 'takes no ids: files that are the same for everybody',
  'GET /favicon.ico': 'takes no ids: one file',
  'POST /webhooks/stripe': async () => {
    const other = await newPerson();
    const event = JSON.stringify({
      type: 'customer.subscription.updated',
      data: { object: { metadata: { user: other.id } } },
    });
    const answer = await app.request('http://localhost:3000/webhooks/stripe', { method: 'POST', body: event });
    expect(answer.status).not.toBe(200);
  },
  'GET /feed': tellsOnlyOfOneself('/feed'),
  'GET /live': async () => {
    const [one, other] = [await newPerson('free'), await newPerson('premium')];
    const hub = siteDeps(database).live as unknown as { opened: { userId: string; tier: string }[] };
    const own = createApp(siteDeps(database, { live: hub as never }));
    const visitor = createVisitor(own);
    visitor.cookie = one.visitor.cookie;
    await visitor.get(`/live?user=${other.id}&tier=premium`);
    expect(hub.opened.at(-1)).toMatchObject({ userId: one.id, tier: 'free' });
  },
  'GET /reports': tellsOnlyOfOneself('/reports'),
  'GET /reports/:kind/:date': async () => {
    const one = await newPerson('free');
    const report = { kind: 'market-close', sessionDate: '2026-11-18', title: 'For Premium', html: '<p>x</p>' } as const;
    await insertReport(database.db, { ...report, tier: 'premium', releaseAt: new Date(Date.now() - 1_000) });
    expect((await one.visitor.get('/reports/market-close/2026-11-18?tier=premium')).status).toBe(404);
  },
  'GET /account': tellsOnlyOfOneself('/account'),
  'GET /account/email': tellsOnlyOfOneself('/account/email'),
  'POST /account/email': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await one.visitor.post('/account/email', { email: `moved-${one.email}`, userId: other.id });
    const [row] =
      await database.sql`select user_id from account_tokens where kind = 'new-email' and data->>'email' = ${`moved-${one.email}`}`;
    expect(row?.['user_id']).toBe(one.id);
  },
  'GET /account/email/confirm': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await other.visitor.post('/account/email', { email: `moved-${other.email}` });
    const { url } = await mailTo(database.db, `moved-${other.email}`, 'confirm-new-email');
    const answer = await one.visitor.get(`/account/email/confirm?token=${tokenOf(url)}`);
    expect(answer.status).toBe(422);
    expect(await answer.text()).not.toContain(other.email);
  },
  'POST /account/email/confirm': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await other.visitor.post('/account/email', { email: `moved-${other.email}` });
    const { url } = await mailTo(database.db, `moved-${other.email}`, 'confirm-new-email');
    expect((await one.visitor.post('/account/email/confirm', { token: tokenOf(url) })).status).toBe(422);
    expect([await emailNow(one.id), await emailNow(other.id)]).toEqual([one.email, other.email]);
  },
  'GET /account/password': tellsOnlyOfOneself('/account/password'),
  'POST /account/password': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await one.visitor.post('/account/password', {
      password: 'a phrase of four words',
      userId: other.id,
      email: other.email,
    });
    expect((await createVisitor(app).post('/sign-in', { email: other.email, password: PASSWORD })).status).toBe(303);
  },
  'GET /account/security': tellsOnlyOfOneself('/account/security'),
  'GET /account/sessions': tellsOnlyOfOneself('/account/sessions'),
  'POST /account/sessions/end': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    const session = hashToken(other.visitor.cookie.split('=')[1] ?? '');
    expect((await one.visitor.post('/account/sessions/end', { session })).status).toBe(404);
    expect((await other.visitor.get('/feed')).status).toBe(200);
  },
  'POST /account/sessions/end-others': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await one.visitor.post('/account/sessions/end-others', { userId: other.id });
    expect((await other.visitor.get('/feed')).status).toBe(200);
  },
  'POST /account/sessions/end-all': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await one.visitor.post('/account/sessions/end-all', { userId: other.id });
    expect((await other.visitor.get('/feed')).status).toBe(200);
  },
  'GET /account/second-factor': tellsOnlyOfOneself('/account/second-factor'),
  'POST /account/second-factor/begin': secondFactorProbe('/account/second-factor/begin'),
  'POST /account/second-factor/confirm': secondFactorProbe('/account/second-factor/confirm'),
  'POST /account/second-factor/codes': secondFactorProbe('/account/second-factor/codes'),
  'POST /account/second-factor/remove': secondFactorProbe('/account/second-factor/remove'),
  'GET /account/api': tellsOnlyOfOneself('/account/api'),
  'POST /account/api/keys': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await one.visitor.post('/account/api/keys', { name: 'k', signals: 'yes', userId: other.id });
    expect(await database.sql`select id from api_keys where user_id = ${other.id}`).toHaveLength(0);
  },
  'POST /account/api/keys/revoke': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await keyOf(other);
    const [key] = await database.sql`select id from api_keys where user_id = ${other.id}`;
    expect((await one.visitor.post('/account/api/keys/revoke', { key: String(key?.['id']) })).status).toBe(404);
    const [after] = await database.sql`select revoked_at from api_keys where user_id = ${other.id}`;
    expect(after?.['revoked_at']).toBeNull();
  },
  ...chatProbes({ newPerson, databaseOf: () => database, tellsOnlyOfOneself }),
  'GET /account/data': tellsOnlyOfOneself('/account/data'),
  'POST /account/data/export': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    const text = await (await one.visitor.post('/account/data/export', { userId: other.id, id: other.id })).text();
    expect(text).toContain(one.email);
    expect(text).not.toContain(other.email);
  },
  'GET /account/data/delete': tellsOnlyOfOneself('/account/data/delete'),
  'POST /account/data/delete': async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await one.visitor.post('/account/data/delete', { confirm: 'yes', userId: other.id, id: other.id });
    expect([await emailNow(one.id), await emailNow(other.id)]).toEqual([
      `deleted-${one.id}@deleted.invalid`,
      other.email,
    ]);
  },
  'GET /account/billing': tellsOnlyOfOneself('/account/billing'),
  'GET /account/billing/subscribe': tellsOnlyOfOneself('/account/billing/subscribe'),
  'POST /account/billing/checkout': asksBillingForOneself('/account/billing/checkout'),
  'GET /account/billing/done': async () => {
    const [one, other] = [await newPerson('free'), await newPerson('free')];
    const from = askedOfBilling.length;
    await one.visitor.get(`/account/billing/done?session_id=cs_of_somebody_else&user=${other.id}`);
    const asked = askedOfBilling.slice(from);
    expect(asked.map(({ verb }) => verb)).toContain('finishCheckout');
    for (const { userId } of asked) expect(userId).toBe(one.id);
  },
  'GET /account/billing/change': tellsOnlyOfOneself('/account/billing/change'),
  'POST /account/billing/change': asksBillingForOneself('/account/billing/change'),
  'POST /account/billing/cancel': asksBillingForOneself('/account/billing/cancel'),
  'POST /account/billing/resume': asksBillingForOneself('/account/billing/resume'),
  'POST /account/billing/portal': asksBillingForOneself('/account/billing/portal'),
  'GET /api/v1/me': apiTellsOnlyOfOneself('/api/v1/me'),
  'GET /api/v1/signals': apiTellsOnlyOfOneself('/api/v1/signals'),
  'GET /api/v1/signals/:id': apiTellsOnlyOfOneself('/api/v1/signals/11111111-2222-4333-8444-555555555555'),
  'GET /api/v1/reports': apiTellsOnlyOfOneself('/api/v1/reports'),
  'GET /api/v1/reports/:kind/:date': apiTellsOnlyOfOneself('/api/v1/reports/market-close/2026-11-18'),
};

function newTestToken(): string {
  return hashToken(crypto.randomUUID()).slice(0, 43);
}

/** Another's second factor is as it was. */
function secondFactorProbe(path: string) {
  return async (): Promise<void> => {
    const [one, other] = [await newPerson(), await newPerson()];
    await giveSecondFactor(database.db, other.id, other.email);
    const read = () => database.sql`select sealed_secret, confirmed_at from second_factors where user_id = ${other.id}`;
    const before = await read();
    await one.visitor.post(path, { userId: other.id, id: other.id, email: other.email, code: '123456' });
    expect(await read()).toEqual(before);
  };
}

test('every route that members can reach is here, and none that is gone', () => {
  const reachable = KNOWN_ROUTES.filter(({ access }) => access !== 'operator').map(({ name }) => name as string);
  const missing = reachable.filter((name) => !Object.hasOwn(PROBES, name));
  expect(missing, 'say in PROBES what happens when these bring another person’s id').toEqual([]);
  expect(Object.keys(PROBES).filter((name) => !reachable.includes(name))).toEqual([]);
});

describe('another person’s id', () => {
  test.each(Object.entries(PROBES))('%s', async (_name, probe) => {
    if (typeof probe === 'string') expect(probe).toMatch(/^takes no ids: \w{2,}/);
    else await probe();
  });
});

describe('what operators do does not exist for members, whoever’s id they bring', () => {
  let member: Person;
  let other: Person;
  beforeAll(async () => {
    [member, other] = [await newPerson(), await newPerson()];
  });
  const operators = KNOWN_ROUTES.filter(({ access }) => access === 'operator');
  test.each(operators.map(({ name, method, path }) => [name, method, path] as const))(
    '%s',
    async (_name, method, path) => {
      for (const id of [member.id, other.id, operatorId]) {
        const target = path.replace('11111111-2222-4333-8444-555555555555', id);
        const form = { reason: 'a reason of some length', confirm: 'yes', tier: 'premium', user: id };
        const answer = method === 'GET' ? await member.visitor.get(target) : await member.visitor.post(target, form);
        expect(answer.status).toBe(404);
        expect(await answer.text()).not.toContain(other.email);
      }
    },
  );
  test('and nothing came of it', async () => {
    const [row] = await database.sql`select count(*)::int as n from commands`;
    expect(row?.['n']).toBe(0);
    const [banned] = await database.sql`select count(*)::int as n from users where banned_at is not null`;
    expect(banned?.['n']).toBe(0);
  });
});
