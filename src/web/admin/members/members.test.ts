import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { eq, sql } from 'drizzle-orm';
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/database.ts';
import { mailTo, pathOf } from '../../../../tests/support/mails.ts';
import {
  addMember,
  createRecordingBus,
  createVisitor,
  type RecordingBus,
  signedIn,
  siteDeps,
  type Visitor,
} from '../../../../tests/support/site.ts';
import { addSubscription } from '../../../../tests/support/subscriptions.ts';
import type { Billing, BillingFailure } from '../../../billing/door.ts';
import { auditOfUser } from '../../../db/queries/audit.ts';
import { createSession } from '../../../db/queries/sessions.ts';
import { userByEmail } from '../../../db/queries/users.ts';
import { comps } from '../../../db/schema/comps.ts';
import { mails } from '../../../db/schema/mails.ts';
import { sessions } from '../../../db/schema/sessions.ts';
import { users } from '../../../db/schema/users.ts';
import { createApp } from '../../app.ts';
import { endOfDay } from './comp.ts';
import { differences } from './history.tsx';

const DAY_MS = 86_400_000;

let database: TestDatabase;
let bus: RecordingBus;
let operator: Visitor;
let operatorId: string;
let made = 0;
const asked: unknown[][] = [];
let stripeSays: { readonly ok: true } | BillingFailure = { ok: true };

beforeAll(async () => {
  database = await createTestDatabase();
  bus = createRecordingBus();
  const base = siteDeps(database, { bus });
  const billing: Billing = {
    ...base.billing,
    endEverything: async (...facts) => {
      asked.push(['end', ...facts]);
      return stripeSays;
    },
    resync: async (...facts) => {
      asked.push(['resync', ...facts]);
      return stripeSays;
    },
  };
  const app = createApp({ ...base, billing });
  operatorId = await addMember(database.db, { email: 'operator@example.com', role: 'operator' });
  operator = await signedIn(app, 'operator@example.com');
});
afterAll(() => database.drop());

const newMember = async (tier?: 'premium' | 'basic'): Promise<{ readonly id: string; readonly email: string }> => {
  made += 1;
  const email = `member${made}@members.example`;
  const id = await addMember(database.db, { email, ...(tier ? { tier } : {}) });
  return { id, email };
};
const page = async (id: string, query = ''): Promise<string> =>
  await (await operator.get(`/admin/members/${id}${query}`)).text();
const found = async (query: Record<string, string>): Promise<string[]> => {
  const text = await (await operator.get(`/admin/members?${new URLSearchParams(query)}`)).text();
  return [...text.matchAll(/<a href="\/admin\/members\/[0-9a-f-]{36}">([^<]+)<\/a>/g)].map(([, email]) => email ?? '');
};
const act = (id: string, verb: string, form: Record<string, string>): Promise<Response> =>
  operator.post(`/admin/members/${id}/${verb}`, form);
const lastEntry = async (id: string) => {
  const [row] = await auditOfUser(database.db, id, 1);
  if (!row) throw new Error(`user ${id}: nothing is on record`);
  const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
  return { ...row, actor: json(row.actor), before: json(row.before), after: json(row.after) };
};
const OPERATOR = () => ({ kind: 'operator', userId: operatorId, email: 'operator@example.com' });
const inDays = (days: number): string =>
  Temporal.Now.zonedDateTimeISO('America/New_York').toPlainDate().add({ days }).toString();

describe('the search', () => {
  test('finds by a part of the address, in any case, and takes what is typed for no pattern', async () => {
    await addMember(database.db, { email: 'under_score@search.example' });
    await addMember(database.db, { email: 'underxscore@search.example' });
    expect(await found({ text: 'UNDER_SCORE' })).toEqual(['under_score@search.example']);
    expect((await found({ text: '@search.example' })).sort()).toEqual([
      'under_score@search.example',
      'underxscore@search.example',
    ]);
    expect(await found({ text: '%@search.example' })).toEqual([]);
  });

  test('finds by account, customer and subscription id, whole ones alone', async () => {
    const { id, email } = await newMember();
    const subscription = await addSubscription(database.db, { userId: id, tier: 'basic' });
    for (const text of [id, subscription.customerId, subscription.id]) expect(await found({ text })).toEqual([email]);
    expect(await found({ text: subscription.id.slice(0, -1) })).toEqual([]);
  });

  test('finds by tier, by status of a subscription and by state', async () => {
    const given = await newMember('premium');
    const bought = await newMember();
    const twice = await newMember();
    const banned = await newMember();
    await addSubscription(database.db, { userId: bought.id, tier: 'basic', status: 'past_due' });
    for (const tier of ['basic', 'premium'] as const) await addSubscription(database.db, { userId: twice.id, tier });
    await addSubscription(database.db, { userId: banned.id, tier: 'basic' });
    await database.db.update(users).set({ bannedAt: new Date() }).where(eq(users.id, banned.id));
    expect(await found({ tier: 'premium' })).toContain(given.email);
    expect(await found({ tier: 'premium' })).not.toContain(bought.email);
    expect(await found({ status: 'past_due' })).toEqual([bought.email]);
    expect(await found({ state: 'comped' })).toContain(given.email);
    expect(await found({ state: 'two-subscriptions' })).toEqual([twice.email]);
    expect(await found({ state: 'banned' })).toContain(banned.email);
    expect(await found({ state: 'banned-and-paying' })).toEqual([banned.email]);
    expect(await found({ state: 'operator' })).toEqual(['operator@example.com']);
    expect(await found({ state: 'no-such-state', text: bought.email })).toEqual([bought.email]);
    expect(await (await operator.get('/admin/members?state=two-subscriptions')).text()).toContain('pays twice');
  });

  test('does not call it paying twice when one of two is set to end', async () => {
    const { id } = await newMember();
    await addSubscription(database.db, { userId: id, tier: 'basic', cancelAtPeriodEnd: true });
    await addSubscription(database.db, { userId: id, tier: 'premium' });
    expect(await page(id)).not.toContain('Pays twice');
    await addSubscription(database.db, { userId: id, tier: 'basic' });
    expect(await page(id)).toContain('Pays twice');
  });

  test('shows everybody once over its pages, newest first', async () => {
    const before = (await database.db.select({ id: users.id }).from(users)).length;
    const values = Array.from({ length: 120 }, (_, at) => ({ email: `page${at}@pages.example`, passwordHash: 'x' }));
    // Made in one statement, hence at one instant: pages must not depend on the time alone.
    await database.db.insert(users).values(values);
    const seen: string[] = [];
    let href = '/admin/members?text=';
    for (let turn = 0; turn < 10 && href; turn += 1) {
      const text = await (await operator.get(href)).text();
      seen.push(
        ...[...text.matchAll(/<a href="\/admin\/members\/[0-9a-f-]{36}">([^<]+)</g)].map(([, email]) => `${email}`),
      );
      href = /<a href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    }
    expect(seen).toHaveLength(before + 120);
    expect(new Set(seen).size).toBe(seen.length);
    await database.db.delete(users).where(sql`email like '%@pages.example'`);
  });
});

describe('a member’s page', () => {
  test('says which tier they have and each thing that gives it', async () => {
    const { id } = await newMember('premium');
    const bought = await addSubscription(database.db, { userId: id, tier: 'basic' });
    const text = await page(id);
    expect(text).toContain('The highest of what gives access now');
    expect(text).toContain('premium, given, until it is revoked');
    expect(text).toMatch(new RegExp(`basic, bought, until [\\d-]+ [\\d:]+ UTC <code>${bought.id}`));
    expect(await page((await newMember()).id)).toContain('Free: nothing bought or given');
  });

  test('is not there for an id that is nobody’s, or none', async () => {
    expect((await operator.get(`/admin/members/${crypto.randomUUID()}`)).status).toBe(404);
    expect((await operator.get(`/admin/members/'; select 1`)).status).toBe(404);
    expect(
      (await act(crypto.randomUUID(), 'comp', { tier: 'basic', lastDay: inDays(3), reason: 'nobody there' })).status,
    ).toBe(404);
  });

  test('shows hostile text as text', async () => {
    const { id } = await newMember();
    await act(id, 'sessions/end', { reason: '<img src=x onerror=alert(1)>' });
    const text = await page(id, '?done=<script>');
    expect(text).toContain('&lt;img src=x');
    expect(text).not.toContain('<img src=x');
    expect(text).not.toContain('<script>');
  });
});

describe('every act', () => {
  const acts = [
    'verification',
    'comp',
    'comp/revoke',
    'mail',
    'sessions/end',
    'ban',
    'unban',
    'resync',
    'subscriptions/end',
    'refund',
    'impersonate',
  ];

  test.each(acts)('%s needs a reason, and changes nothing without', async (verb) => {
    const { id, email } = await newMember('basic');
    const before = (await auditOfUser(database.db, id)).length;
    const heard = bus.published.length;
    const form = { confirm: 'yes', tier: 'premium', lastDay: inDays(9), amount: '1', invoice: 'in_1' };
    for (const reason of ['', ' x ', 'a\0b', 'y'.repeat(501)]) {
      const response = await act(id, verb, { ...form, reason });
      expect(response.status).toBe(422);
      expect(await response.text()).toContain('Say why');
    }
    expect(await auditOfUser(database.db, id)).toHaveLength(before);
    expect(bus.published).toHaveLength(heard);
    expect((await userByEmail(database.db, email))?.tier).toBe('basic');
    expect((await operator.get('/admin/members')).status).toBe(200);
  });

  test.each(acts)('%s is refused to whom another site’s page sends', async (verb) => {
    const { id } = await newMember();
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    const response = await operator.post(
      `/admin/members/${id}/${verb}`,
      { reason: 'from elsewhere', confirm: 'yes' },
      headers,
    );
    expect(response.status).toBe(403);
  });
});

describe('giving access', () => {
  test('lasts to the end of the day in New York, is on record, mailed and announced', async () => {
    const { id, email } = await newMember();
    const response = await act(id, 'comp', { tier: 'premium', lastDay: inDays(2), reason: 'sorry for the outage' });
    expect(response.headers.get('Location')).toBe(`/admin/members/${id}?done=comp-granted`);
    expect((await userByEmail(database.db, email))?.tier).toBe('premium');
    const [comp] = await database.db.select().from(comps).where(eq(comps.userId, id));
    expect(comp?.endsAt?.toISOString()).toBe(endOfDay(inDays(2), Date.now())?.toISOString());
    const entry = await lastEntry(id);
    expect([entry.actor, entry.action, entry.cause]).toEqual([OPERATOR(), 'comp.granted', 'sorry for the outage']);
    expect(entry.after).toMatchObject({ tier: 'premium', endsAt: comp?.endsAt?.toISOString() });
    expect(bus.published.at(-1)).toEqual({ topic: 'access.changed', message: { userId: id, tier: 'premium' } });
    const [mail] = await database.db.select().from(mails).where(eq(mails.userId, id));
    expect([mail?.template, mail?.recipient]).toEqual(['comp-granted', email]);
    expect(await page(id, '?done=comp-granted')).toContain('The comp is granted');
  });

  test('knows the end of days when clocks change, and no day that there is not', () => {
    const now = Date.parse('2026-03-01T12:00:00Z');
    expect(endOfDay('2026-03-07', now)?.toISOString()).toBe('2026-03-08T05:00:00.000Z');
    expect(endOfDay('2026-03-08', now)?.toISOString()).toBe('2026-03-09T04:00:00.000Z');
    expect(endOfDay('2026-03-01', now)?.toISOString()).toBe('2026-03-02T05:00:00.000Z');
    for (const text of ['2026-02-28', '2026-02-30', '2029-01-01', '2026-13-01', 'tomorrow', ''])
      expect(endOfDay(text, now)).toBeNull();
  });

  test('refuses a tier or day that makes no sense', async () => {
    const { id } = await newMember();
    for (const form of [
      { tier: 'free', lastDay: inDays(2) },
      { tier: 'premium', lastDay: inDays(-1) },
      { tier: 'premium', lastDay: '' },
    ])
      expect((await act(id, 'comp', { ...form, reason: 'a try' })).status).toBe(422);
    expect(await database.db.select().from(comps).where(eq(comps.userId, id))).toHaveLength(0);
  });

  test('can be taken back at once: one of two leaves the other, and nobody else’s is touched', async () => {
    const { id, email } = await newMember('basic');
    const stranger = await newMember('premium');
    await act(id, 'comp', { tier: 'premium', lastDay: inDays(5), reason: 'for a week' });
    const [given] = await database.db.select().from(comps).where(sql`user_id = ${id} and tier = 'premium'`);
    const [foreign] = await database.db.select().from(comps).where(eq(comps.userId, stranger.id));
    expect((await act(id, 'comp/revoke', { comp: `${foreign?.id}`, reason: 'a foreign one' })).status).toBe(422);
    expect((await userByEmail(database.db, stranger.email))?.tier).toBe('premium');
    expect((await act(id, 'comp/revoke', { comp: `${given?.id}`, reason: 'given by mistake' })).status).toBe(303);
    expect((await userByEmail(database.db, email))?.tier).toBe('basic');
    expect(bus.published.at(-1)?.message).toEqual({ userId: id, tier: 'basic' });
    const entry = await lastEntry(id);
    expect(entry.before).toMatchObject({ id: given?.id, tier: 'premium', revokedAt: null });
    expect((await act(id, 'comp/revoke', { comp: `${given?.id}`, reason: 'once more' })).status).toBe(422);
    await database.db
      .update(comps)
      .set({ endsAt: sql`policy_now()`, revokedAt: null })
      .where(eq(comps.id, `${given?.id}`));
    expect((await act(id, 'comp/revoke', { comp: `${given?.id}`, reason: 'lapsed already' })).status).toBe(422);
  });
});

describe('a ban', () => {
  test('ends access, sessions and streams, cancels at Stripe, and can be lifted', async () => {
    const { id, email } = await newMember('premium');
    await createSession(database.db, {
      tokenHash: `hash-${id}`,
      userId: id,
      expiresAt: new Date(Date.now() + DAY_MS),
      endsAt: new Date(Date.now() + DAY_MS),
    });
    expect((await act(id, 'ban', { reason: 'shares an account', confirm: '' })).status).toBe(422);
    expect((await userByEmail(database.db, email))?.bannedAt).toBeNull();
    const response = await act(id, 'ban', { reason: 'shares an account', confirm: 'yes' });
    expect(response.headers.get('Location')).toBe(`/admin/members/${id}?done=banned`);
    expect((await userByEmail(database.db, email))?.tier).toBe('free');
    expect(await database.db.select().from(sessions).where(eq(sessions.userId, id))).toHaveLength(0);
    expect(bus.published.at(-1)?.message).toEqual({ userId: id, ended: true });
    expect(asked.at(-1)).toEqual(['end', id, OPERATOR(), 'shares an account']);
    const entry = await lastEntry(id);
    expect([entry.action, entry.before, entry.after]).toMatchObject([
      'account.banned',
      { tier: 'premium', bannedAt: null, sessions: 1 },
      { tier: 'free', sessions: 0 },
    ]);
    expect((await act(id, 'ban', { reason: 'once more', confirm: 'yes' })).status).toBe(422);
    expect((await act(id, 'unban', { reason: 'it was not them' })).status).toBe(303);
    expect((await userByEmail(database.db, email))?.tier).toBe('premium');
    expect(bus.published.at(-1)?.message).toEqual({ userId: id, tier: 'premium' });
  });

  test('holds though Stripe does not answer, and says that Stripe may charge again', async () => {
    const { id, email } = await newMember('premium');
    stripeSays = { ok: false, reason: 'unavailable' };
    const response = await act(id, 'ban', { reason: 'shares an account', confirm: 'yes' });
    stripeSays = { ok: true };
    expect(response.status).toBe(422);
    expect(await response.text()).toContain('The account is banned, but Stripe may charge it again');
    expect((await userByEmail(database.db, email))?.tier).toBe('free');
  });

  test('is nothing that operators do to themselves', async () => {
    expect((await act(operatorId, 'ban', { reason: 'a slip', confirm: 'yes' })).status).toBe(422);
    expect((await operator.get('/admin')).status).toBe(200);
  });
});

test('a mail that failed is sent again when its words are still there, and one that opens an account is not kept', async () => {
  const { id } = await newMember();
  const [kept] = await database.db
    .insert(mails)
    .values({
      userId: id,
      recipient: 'a@b.example',
      template: 'refunded',
      data: { amountCents: 1 },
      dedupeKey: `k-${id}`,
      state: 'failed',
      attempts: 5,
      lastError: 'mailbox full',
    })
    .returning();
  const [secret] = await database.db
    .insert(mails)
    .values({
      userId: id,
      recipient: 'a@b.example',
      template: 'reset-password',
      data: {},
      dedupeKey: `s-${id}`,
      state: 'failed',
      attempts: 5,
    })
    .returning();
  expect((await act(id, 'mail', { mail: `${secret?.id}`, reason: 'asked by phone' })).status).toBe(422);
  expect((await act((await newMember()).id, 'mail', { mail: `${kept?.id}`, reason: 'not theirs' })).status).toBe(422);
  expect((await act(id, 'mail', { mail: `${kept?.id}`, reason: 'asked by phone' })).status).toBe(303);
  const [row] = await database.db
    .select()
    .from(mails)
    .where(eq(mails.id, `${kept?.id}`));
  expect([row?.state, row?.attempts, row?.lastError]).toEqual(['queued', 0, null]);
  expect((await lastEntry(id)).action).toBe('mail.requeued');
});

test('the proof of an address is mailed again, on record, until the address is proved', async () => {
  const { id, email } = await newMember();
  expect((await act(id, 'verification', { reason: 'never came' })).status).toBe(422);
  await database.db.update(users).set({ emailVerifiedAt: null }).where(eq(users.id, id));
  expect((await act(id, 'verification', { reason: 'never came' })).status).toBe(303);
  const { url } = await mailTo(database.db, email, 'verify-email');
  expect((await createVisitor(createApp(siteDeps(database))).get(pathOf(url))).status).toBe(200);
  const entry = await lastEntry(id);
  expect([entry.action, entry.after, entry.cause]).toEqual(['verification.resent', { to: email }, 'never came']);
});

test('a refund asks billing for an invoice of that very member alone', async () => {
  const { id } = await newMember();
  const response = await act(id, 'refund', { invoice: 'in_of_another', amount: '', reason: 'asked for it' });
  expect(response.status).toBe(422);
  expect(await response.text()).toContain('no such invoice');
  expect(
    await (await act(id, 'refund', { invoice: 'in_1', amount: '1.234', reason: 'asked for it' })).text(),
  ).toContain('Write the amount');
});

test('what changed is told by its fields, before and after', () => {
  expect(differences('{"tier":"free","n":1}', '{"tier":"basic","n":1}')).toEqual(['tier: free → basic']);
  expect(differences(null, '{"tier":"basic"}')).toEqual(['tier: basic']);
  expect(differences('{"tier":"basic"}', null)).toEqual(['tier: was basic']);
  expect(differences(null, null)).toEqual([]);
  expect(differences('not json', '1')).toEqual(['not json → 1']);
});

test('members and strangers find none of it', async () => {
  const { id, email } = await newMember();
  const app = createApp(siteDeps(database));
  const member = await signedIn(app, email);
  for (const path of ['/admin/members', `/admin/members/${id}`]) expect((await member.get(path)).status).toBe(404);
  expect(
    (await member.post(`/admin/members/${id}/comp`, { tier: 'premium', lastDay: inDays(2), reason: 'for me' })).status,
  ).toBe(404);
  expect((await createVisitor(app).get('/admin/members')).headers.get('Location')).toBe('/sign-in');
});
