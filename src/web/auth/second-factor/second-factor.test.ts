import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { eq, sql } from 'drizzle-orm';
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/database.ts';
import { mailsTo } from '../../../../tests/support/mails.ts';
import {
  addMember,
  createVisitor,
  freshCode,
  giveSecondFactor,
  PASSWORD,
  signedIn,
  siteDeps,
  type Visitor,
} from '../../../../tests/support/site.ts';
import { auditOfUser } from '../../../db/queries/audit.ts';
import { acceptTerms } from '../../../db/queries/terms.ts';
import { createUser } from '../../../db/queries/users.ts';
import { rateLimits } from '../../../db/schema/rate-limits.ts';
import { secondFactors } from '../../../db/schema/second-factors.ts';
import { sessions } from '../../../db/schema/sessions.ts';
import { createApp } from '../../app.ts';
import { hashPassword } from '../password.ts';
import { TERMS_VERSION } from '../terms.ts';
import { createVault } from '../vault.ts';
import { currentCode, stepOf } from './totp.ts';

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

const STEP_MS = 30_000;
let serial = 0;
const newMember = async (): Promise<{ id: string; email: string }> => {
  serial += 1;
  const email = `member-${serial}@example.com`;
  return { id: await addMember(database.db, { email }), email };
};
const reachesFeed = async (visitor: Visitor): Promise<boolean> => (await visitor.get('/feed')).status === 200;
const givesPassword = async (email: string): Promise<Visitor> => {
  const visitor = createVisitor(app);
  const answer = await visitor.post('/sign-in', { email, password: PASSWORD });
  expect(answer.headers.get('Location')).toBe('/sign-in/code');
  return visitor;
};
const secretIn = (page: string): string =>
  (/<code class="secret">([A-Z2-7 ]+)<\/code>/.exec(page)?.[1] ?? '').replaceAll(' ', '');
const codesIn = (page: string): string[] => [...page.matchAll(/<code>([a-z2-9-]{14})<\/code>/g)].map((m) => m[1] ?? '');

/** Through the pages, as a person does it. */
const setUp = async (visitor: Visitor): Promise<{ secret: string; codes: string[] }> => {
  await visitor.post('/account/second-factor/begin', {});
  const secret = secretIn(await (await visitor.get('/account/second-factor')).text());
  const answer = await visitor.post('/account/second-factor/confirm', { code: currentCode(secret) });
  expect(answer.status).toBe(200);
  return { secret, codes: codesIn(await answer.text()) };
};
/** The record of used codes is put back, so that a test need not wait half a minute. */
const forgetStep = (userId: string) =>
  database.db.update(secondFactors).set({ lastStep: 0 }).where(eq(secondFactors.userId, userId));

test('codes are those of RFC 6238, and a code of another step fits only one step early or late', () => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  expect([59_000, 1_111_111_109_000, 2_000_000_000_000].map((atMs) => currentCode(secret, atMs))).toEqual([
    '287082',
    '081804',
    '279037',
  ]);
  const atMs = 1_111_111_109_000;
  const step = Math.floor(atMs / STEP_MS);
  const offsets = [-2, -1, 0, 1, 2].map((off) => stepOf(secret, currentCode(secret, atMs + off * STEP_MS), atMs));
  expect(offsets).toEqual([null, step - 1, step, step + 1, null]);
});

describe('setting up', () => {
  test('shows the key as text and as a drawing without script or style, and is on after the first code', async () => {
    const { email, id } = await newMember();
    const visitor = await signedIn(app, email);
    await visitor.post('/account/second-factor/begin', {});
    const page = await (await visitor.get('/account/second-factor')).text();
    expect(page).toMatch(/<svg class="qr-code"[^>]*role="img"/);
    expect(page).not.toMatch(/\sstyle=|<style/);
    const secret = secretIn(page);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect((await visitor.post('/account/second-factor/confirm', { code: '12345' })).status).toBe(422);
    const answer = await visitor.post('/account/second-factor/confirm', { code: currentCode(secret) });
    const codes = codesIn(await answer.text());
    expect(new Set(codes).size).toBe(10);
    expect((await mailsTo(database.db, email)).map(({ template }) => template)).toEqual(['second-factor-changed']);
    expect((await auditOfUser(database.db, id)).map(({ action }) => action)).toContain('second-factor.added');
    const again = await visitor.get('/account/second-factor');
    expect(await again.text()).toContain('10 recovery codes');
  });

  test('gives the session another token and ends those that began without', async () => {
    const { email } = await newMember();
    const [other, visitor] = [await signedIn(app, email), await signedIn(app, email)];
    const before = visitor.cookie;
    await setUp(visitor);
    expect(visitor.cookie).not.toBe(before);
    expect(await reachesFeed(visitor)).toBe(true);
    expect(await reachesFeed(other)).toBe(false);
    const old = createVisitor(app);
    old.cookie = before;
    expect(await reachesFeed(old)).toBe(false);
  });

  test('keeps neither the key nor a recovery code readable, and the key opens for its owner alone', async () => {
    const { email, id } = await newMember();
    const { secret, codes } = await setUp(await signedIn(app, email));
    const [dump] = await database.sql`
      select (select string_agg(f::text, ' ') from second_factors f) || (select string_agg(r::text, ' ') from recovery_codes r) as everything`;
    const everything = String(dump?.['everything']);
    for (const plain of [secret, ...codes, ...codes.map((code) => code.replaceAll('-', ''))])
      expect(everything).not.toContain(plain);
    const [row] = await database.db.select().from(secondFactors).where(eq(secondFactors.userId, id));
    const { vault } = siteDeps(database);
    expect(vault.open(row?.sealedSecret ?? '', id)).toBe(secret);
    expect(vault.open(row?.sealedSecret ?? '', crypto.randomUUID())).toBeNull();
    expect(createVault('another server’s key').open(row?.sealedSecret ?? '', id)).toBeNull();
  });

  test('asks for a recent sign-in', async () => {
    const { email, id } = await newMember();
    const visitor = await signedIn(app, email);
    await database.db
      .update(sessions)
      .set({ authenticatedAt: sql`now() - interval '11 minutes'` })
      .where(eq(sessions.userId, id));
    expect((await visitor.get('/account/second-factor')).headers.get('Location')).toBe(
      '/confirm?return=%2Faccount%2Fsecond-factor',
    );
    expect((await visitor.post('/account/second-factor/begin', {})).headers.get('Location')).toContain('/confirm');
    const before = visitor.cookie;
    const wrong = await visitor.post('/confirm', { password: 'not hers at all', return: '/account/second-factor' });
    expect(wrong.status).toBe(422);
    const right = await visitor.post('/confirm', { password: PASSWORD, return: '/account/second-factor' });
    expect(right.headers.get('Location')).toBe('/account/second-factor');
    expect(visitor.cookie).not.toBe(before);
    expect((await visitor.get('/account/second-factor')).status).toBe(200);
  });
});

describe('signing in with a second factor', () => {
  test('begins no session before the code', async () => {
    const { email, id } = await newMember();
    const secret = await giveSecondFactor(database.db, id, email);
    const visitor = await givesPassword(email);
    expect(await reachesFeed(visitor)).toBe(false);
    expect(await database.db.select().from(sessions).where(eq(sessions.userId, id))).toHaveLength(0);
    const answer = await visitor.post('/sign-in/code', { code: currentCode(secret) });
    expect(answer.headers.get('Location')).toBe('/feed');
    expect(await reachesFeed(visitor)).toBe(true);
    expect(visitor.cookie).not.toContain('second-factor');
  });

  test('refuses a code that was used before, and any older one', async () => {
    const { email, id } = await newMember();
    const secret = await giveSecondFactor(database.db, id, email);
    const [code, older] = [currentCode(secret), currentCode(secret, Date.now() - STEP_MS)];
    expect((await (await givesPassword(email)).post('/sign-in/code', { code })).status).toBe(303);
    for (const used of [code, older])
      expect((await (await givesPassword(email)).post('/sign-in/code', { code: used })).status).toBe(401);
  });

  test('lets one of two through who give the same code at once', async () => {
    const { email, id } = await newMember();
    const secret = await giveSecondFactor(database.db, id, email);
    const both = [await givesPassword(email), await givesPassword(email)];
    const code = currentCode(secret);
    const answers = await Promise.all(both.map((one) => one.post('/sign-in/code', { code })));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 401]);
  });

  test('takes each recovery code once, says so by mail, and takes nobody else’s', async () => {
    const { email, id } = await newMember();
    const visitor = await signedIn(app, email);
    const { codes } = await setUp(visitor);
    const [code = '', second = ''] = codes;
    expect((await (await givesPassword(email)).post('/sign-in/code', { code: ` ${code.toUpperCase()}` })).status).toBe(
      303,
    );
    expect((await (await givesPassword(email)).post('/sign-in/code', { code })).status).toBe(401);
    expect((await mailsTo(database.db, email))[0]?.data).toMatchObject({ what: 'recovery-code-used' });
    const other = await newMember();
    await giveSecondFactor(database.db, other.id, other.email);
    expect((await (await givesPassword(other.email)).post('/sign-in/code', { code: second })).status).toBe(401);
    await forgetStep(id);
    const renewed = codesIn(await (await visitor.post('/account/second-factor/codes', {})).text());
    expect(renewed).toHaveLength(10);
    expect((await (await givesPassword(email)).post('/sign-in/code', { code: second })).status).toBe(401);
  });

  test('asks for the password again after five wrong codes, and stops listening after ten', async () => {
    const { email, id } = await newMember();
    await giveSecondFactor(database.db, id, email);
    const guess = async (visitor: Visitor, times: number): Promise<number[]> => {
      const seen: number[] = [];
      for (let i = 0; i < times; i++)
        seen.push((await visitor.post('/sign-in/code', { code: 'aaaa-aaaa-aaaa' })).status);
      return seen;
    };
    expect(await guess(await givesPassword(email), 6)).toEqual([401, 401, 401, 401, 401, 303]);
    expect(await guess(await givesPassword(email), 5)).toEqual([401, 401, 401, 401, 429]);
    const right = await (await givesPassword(email)).post('/sign-in/code', { code: await freshCode(email) });
    expect(right.status).toBe(429);
  });

  test('is asked for again after the password’s ten minutes', async () => {
    const { email, id } = await newMember();
    const secret = await giveSecondFactor(database.db, id, email);
    const visitor = await givesPassword(email);
    await database.sql`update account_tokens set expires_at = now() where user_id = ${id}`;
    const late = await visitor.post('/sign-in/code', { code: currentCode(secret) });
    expect(late.headers.get('Location')).toBe('/sign-in');
    expect(await reachesFeed(visitor)).toBe(false);
  });

  test('is over when it is turned off, which ends the other sessions', async () => {
    const { email, id } = await newMember();
    await giveSecondFactor(database.db, id, email);
    const [other, visitor] = [await signedIn(app, email), await signedIn(app, email)];
    expect((await visitor.post('/account/second-factor/remove', {})).status).toBe(303);
    expect(await reachesFeed(other)).toBe(false);
    expect(await reachesFeed(visitor)).toBe(true);
    expect((await mailsTo(database.db, email))[0]?.data).toMatchObject({ what: 'removed' });
    expect((await createVisitor(app).post('/sign-in', { email, password: PASSWORD })).headers.get('Location')).toBe(
      '/feed',
    );
  });
});

describe('an operator', () => {
  test('without a second factor reaches the page that sets it up, and nothing else', async () => {
    const email = 'bare-operator@example.com';
    const passwordHash = await hashPassword(PASSWORD);
    const id = await createUser(database.db, { email, passwordHash, role: 'operator', emailVerifiedAt: new Date() });
    await acceptTerms(database.db, id ?? '', TERMS_VERSION, null);
    const visitor = await signedIn(app, email);
    for (const path of ['/admin', '/admin.json', '/admin/members', '/feed', '/reports', '/sandbox/inbox'])
      expect((await visitor.get(path)).headers.get('Location')).toBe('/account/second-factor');
    expect((await visitor.get('/live')).status).toBe(401);
    const form = { reason: 'a test of the switch', confirm: 'yes' };
    expect((await visitor.post('/admin/kill', form)).headers.get('Location')).toBe('/account/second-factor');
    expect(await (await visitor.get('/account/second-factor')).text()).toContain(
      'Operators sign in with a second factor',
    );
    await setUp(visitor);
    expect((await visitor.get('/admin')).status).toBe(200);
  });

  test('whose sign-in is old pulls the kill switch with password and code on the same form', async () => {
    const email = 'desk@example.com';
    const id = await addMember(database.db, { email, role: 'operator' });
    const visitor = await signedIn(app, email);
    await database.db
      .update(sessions)
      .set({ authenticatedAt: sql`now() - interval '11 minutes'` })
      .where(eq(sessions.userId, id));
    const form = { reason: 'a test of the switch', confirm: 'yes' };
    const given = async () => (await database.sql`select command->>'kind' as kind from commands`).map((r) => r['kind']);
    for (const path of ['/admin/kill', '/admin/rearm']) {
      const asked = await visitor.post(path, form);
      expect(asked.status).toBe(422);
      expect(await asked.text()).toContain('Give your password and code as well');
    }
    expect((await visitor.post('/admin/mode', { ...form, mode: 'manual' })).status).toBe(422);
    const code = await freshCode(email);
    expect((await visitor.post('/admin/kill', { ...form, password: PASSWORD, code: '000000' })).status).toBe(422);
    expect((await visitor.post('/admin/kill', { ...form, password: 'not the one', code })).status).toBe(422);
    expect(await given()).toEqual([]);
    const page = await (await visitor.post('/admin/kill', { ...form, password: PASSWORD, code: '000000' })).text();
    expect(page).toContain('value="a test of the switch"');
    const before = visitor.cookie;
    const killed = await visitor.post('/admin/kill', { ...form, password: PASSWORD, code });
    expect(killed.headers.get('Location')).toBe('/admin');
    expect(await given()).toEqual(['kill']);
    expect(visitor.cookie).not.toBe(before);
    expect((await visitor.post('/admin/rearm', form)).headers.get('Location')).toBe('/admin');
  });
});
