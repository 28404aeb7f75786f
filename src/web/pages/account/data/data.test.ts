import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { eq, sql } from 'drizzle-orm';
import { createTestDatabase, type TestDatabase } from '../../../../../tests/support/database.ts';
import { mailsTo } from '../../../../../tests/support/mails.ts';
import {
  addMember,
  createRecordingHub,
  createVisitor,
  freshCode,
  giveSecondFactor,
  PASSWORD,
  signedIn,
  siteDeps,
  type Visitor,
} from '../../../../../tests/support/site.ts';
import type { Billing } from '../../../../billing/door.ts';
import { auditOfUser } from '../../../../db/queries/audit.ts';
import { claimMail, queueMail, settleMail } from '../../../../db/queries/mails.ts';
import { PERSONAL_TABLES } from '../../../../db/queries/personal-data.ts';
import { userById } from '../../../../db/queries/users.ts';
import { rateLimits } from '../../../../db/schema/rate-limits.ts';
import { sessions } from '../../../../db/schema/sessions.ts';
import { createApp } from '../../../app.ts';

let database: TestDatabase;
let app: ReturnType<typeof createApp>;
const live = createRecordingHub();
const published: unknown[] = [];
/** What was asked of Stripe, with the state of the account at that moment. */
const asked: { userId: string; stillThere: boolean }[] = [];
let stripeEnds = true;

beforeAll(async () => {
  database = await createTestDatabase();
  const base = siteDeps(database, { live });
  const billing: Billing = {
    ...base.billing,
    endEverything: async (userId) => {
      const user = await userById(database.db, userId);
      asked.push({ userId, stillThere: user?.deletedAt === null });
      return stripeEnds ? { ok: true } : { ok: false, reason: 'not-ended' };
    },
  };
  const bus = { ...base.bus, publish: (_topic: string, message: unknown) => void published.push(message) };
  app = createApp({ ...base, billing, bus });
});
beforeEach(async () => {
  await database.db.delete(rateLimits);
  stripeEnds = true;
});
afterAll(() => database.drop());

let serial = 0;
const newMember = async (): Promise<{ id: string; email: string; visitor: Visitor }> => {
  serial += 1;
  const email = `leaver-${serial}@example.com`;
  const id = await addMember(database.db, { email, tier: 'premium' });
  await giveSecondFactor(database.db, id, email);
  const visitor = await signedIn(app, email);
  await visitor.post('/account/api/keys', { name: 'mine', signals: 'yes' });
  return { id, email, visitor };
};
const confirmed = { confirm: 'yes' };

test('every table that points at people is in the list of personal data, or says why it is not', async () => {
  const rows = await database.sql`
    select table_name, column_name from information_schema.columns
    where table_schema = 'public' and data_type = 'uuid' and (column_name like '%user_id' or column_name in ('operator_id', 'member_id'))
    union select tc.table_name, kcu.column_name from information_schema.table_constraints tc
      join information_schema.key_column_usage kcu using (constraint_name, constraint_schema)
      join information_schema.constraint_column_usage ccu using (constraint_name, constraint_schema)
    where tc.constraint_type = 'FOREIGN KEY' and ccu.table_name = 'users'`;
  const listed = new Set(PERSONAL_TABLES.map(({ table, column }) => `${table}.${column}`));
  /** Findings about Stripe's side, for operators: they hold ids and no person. And views of what is listed. */
  const others = new Set(['billing_reconciliations.user_id', 'chat_membership_plan.user_id', 'entitled_users.user_id']);
  const found = rows.map((row) => `${row['table_name']}.${row['column_name']}`);
  expect(found.length).toBeGreaterThan(12);
  expect(found.filter((name) => !listed.has(name) && !others.has(name))).toEqual([]);
});

describe('a copy of one’s data', () => {
  test('holds what is kept, and nothing that opens anything', async () => {
    const { id, email, visitor } = await newMember();
    const answer = await visitor.post('/account/data/export', {});
    expect(answer.headers.get('Content-Disposition')).toBe('attachment; filename="quanticity-data.json"');
    expect(answer.headers.get('Cache-Control')).toBe('private, no-store');
    const text = await answer.text();
    const copy = JSON.parse(text) as Record<string, Record<string, unknown>[]>;
    expect(Object.keys(copy).sort()).toEqual(['exportedAt', ...PERSONAL_TABLES.map(({ name }) => name)].sort());
    expect(copy['account']).toMatchObject([{ id, email, role: 'member' }]);
    expect(copy['sessions']).toHaveLength(1);
    expect(copy['apiKeys']).toMatchObject([{ name: 'mine' }]);
    expect(copy['accessGiven']).toMatchObject([{ tier: 'premium' }]);
    expect(copy['termsAccepted']).toHaveLength(1);
    expect(copy['changesOnRecord']?.map((row) => row['action'])).toContain('api-key.created');
    const secrets = await database.sql`
      select password_hash as s from users where id = ${id} union select token_hash from sessions where user_id = ${id}
      union select sealed_secret from second_factors where user_id = ${id} union select key_hash from api_keys where user_id = ${id}`;
    expect(secrets.length).toBe(4);
    for (const { s } of secrets) expect(text).not.toContain(String(s));
  });

  test('holds nothing of anybody else', async () => {
    const [one, two] = [await newMember(), await newMember()];
    const text = await (await one.visitor.post('/account/data/export', {})).text();
    expect(text).not.toContain(two.id);
    expect(text).not.toContain(two.email);
  });

  test('asks who it is when the sign-in is old', async () => {
    const { id, visitor } = await newMember();
    await database.db
      .update(sessions)
      .set({ authenticatedAt: sql`now() - interval '11 minutes'` })
      .where(eq(sessions.userId, id));
    for (const path of ['/account/data/export', '/account/data/delete'])
      expect((await visitor.post(path, confirmed)).headers.get('Location')).toMatch(/^\/confirm/);
    expect((await userById(database.db, id))?.deletedAt).toBeNull();
  });
});

describe('deleting the account', () => {
  test('ends everything at Stripe first, and deletes nothing when that cannot be', async () => {
    const { id, email, visitor } = await newMember();
    stripeEnds = false;
    const refused = await visitor.post('/account/data/delete', confirmed);
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain('nothing was deleted');
    expect(asked.at(-1)).toEqual({ userId: id, stillThere: true });
    expect((await userById(database.db, id))?.email).toBe(email);
    expect((await visitor.get('/feed')).status).toBe(200);
  });

  test('asks for a tick, and is not for operators', async () => {
    const { id, visitor } = await newMember();
    const before = asked.length;
    expect((await visitor.post('/account/data/delete', {})).status).toBe(422);
    const operator = await addMember(database.db, { email: 'the-desk@example.com', role: 'operator' });
    const desk = await signedIn(app, 'the-desk@example.com');
    expect((await desk.post('/account/data/delete', confirmed)).status).toBe(422);
    for (const person of [id, operator]) expect((await userById(database.db, person))?.deletedAt).toBeNull();
    expect(asked).toHaveLength(before);
  });

  test('erases the person, ends access, sessions, streams and keys, and keeps the record', async () => {
    const { id, email, visitor } = await newMember();
    const other = createVisitor(app);
    await other.post('/sign-in', { email, password: PASSWORD });
    await other.post('/sign-in/code', { code: await freshCode(email) });
    const recorded = (await auditOfUser(database.db, id)).length;
    await queueMail(database.db, {
      userId: id,
      template: 'refunded',
      data: { plan: 'Basic', amountCents: 1 },
      dedupeKey: `old:${id}`,
    });
    const answer = await visitor.post('/account/data/delete', confirmed);
    expect(answer.headers.get('Location')).toBe('/sign-in?after=deleted');
    expect(visitor.cookie).not.toContain('quanticity=');
    for (const one of [visitor, other]) expect((await one.get('/feed')).headers.get('Location')).toBe('/sign-in');
    expect(published).toContainEqual({ userId: id, ended: true });
    for (const { table, column, onDeletion } of PERSONAL_TABLES) {
      if (onDeletion !== 'erased' || table === 'mails') continue;
      const rows = await database.sql.unsafe(`select 1 from ${table} where ${column} = '${id}'`);
      expect(rows.length, table).toBe(0);
    }
    const [tier] = await database.sql`select entitled_tier(${id}) as tier`;
    expect(tier?.['tier']).toBe('free');
    const user = await userById(database.db, id);
    expect([user?.email, user?.emailVerifiedAt]).toEqual([`deleted-${id}@deleted.invalid`, null]);
    expect((await createVisitor(app).post('/sign-in', { email, password: PASSWORD })).status).toBe(401);
    const entries = await auditOfUser(database.db, id);
    expect(entries.length).toBeGreaterThan(recorded);
    expect(entries.map(({ action }) => action)).toContain('account.deleted');
    expect(JSON.stringify(entries)).not.toContain(email);
  });

  test('tells so by mail and then forgets the address, in mails too', async () => {
    const { id, email, visitor } = await newMember();
    await database.sql`delete from mails`;
    await visitor.post('/account/data/delete', confirmed);
    expect((await mailsTo(database.db, email)).map(({ template }) => template)).toEqual(['account-deleted']);
    const row = await claimMail(database.db, 60_000);
    await settleMail(database.db, row?.id ?? '', { state: 'sent', vendorId: null });
    expect(await mailsTo(database.db, email)).toEqual([]);
    await queueMail(database.db, {
      userId: id,
      template: 'refunded',
      data: { plan: 'Basic', amountCents: 1 },
      dedupeKey: `late:${id}`,
    });
    const [count] = await database.sql`select count(*)::int as n from mails where user_id = ${id} and state = 'queued'`;
    expect(count?.['n']).toBe(0);
  });

  test('frees the address for a new account that inherits nothing', async () => {
    const { id, email, visitor } = await newMember();
    await visitor.post('/account/data/delete', confirmed);
    const again = await addMember(database.db, { email });
    expect(again).not.toBe(id);
    const fresh = await signedIn(app, email);
    expect(await (await fresh.get('/feed')).text()).toContain('5 minutes after Premium');
  });
});
