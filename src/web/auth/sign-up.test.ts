import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { eq, sql } from 'drizzle-orm';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts';
import { mailsTo, mailTo, pathOf } from '../../../tests/support/mails.ts';
import { addMember, createVisitor, signedIn, siteDeps, type Visitor } from '../../../tests/support/site.ts';
import { auditOfUser } from '../../db/queries/audit.ts';
import { termsAcceptedBy } from '../../db/queries/terms.ts';
import { userByEmail } from '../../db/queries/users.ts';
import { accountTokens } from '../../db/schema/account-tokens.ts';
import { rateLimits } from '../../db/schema/rate-limits.ts';
import { users } from '../../db/schema/users.ts';
import { createApp } from '../app.ts';
import { TERMS_VERSION } from './terms.ts';

let database: TestDatabase;
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  database = await createTestDatabase();
  app = createApp(siteDeps(database));
  await addMember(database.db, { email: 'ada@example.com' });
});
beforeEach(async () => {
  await database.db.delete(rateLimits);
});
afterAll(() => database.drop());

const PHRASE = 'a long enough phrase';
const form = (email: string, password = PHRASE): Record<string, string> => ({ email, password, terms: 'accepted' });

let serial = 0;
const newAddress = (): string => {
  serial += 1;
  return `new-${serial}@example.com`;
};

/** Somebody who has filled in the form, and what was mailed to them. */
const signedUp = async (email: string, password = PHRASE) => {
  const visitor = createVisitor(app);
  const response = await visitor.post('/sign-up', form(email, password));
  expect([response.status, response.headers.get('Location')]).toEqual([303, '/verify']);
  const { url, code } = await mailTo(database.db, email, 'verify-email');
  return { visitor, code, link: pathOf(url), token: new URL(url).searchParams.get('token') ?? '' };
};
const reachesFeed = async (visitor: Visitor): Promise<boolean> => (await visitor.get('/feed')).status === 200;
const isVerified = async (email: string): Promise<boolean> =>
  (await userByEmail(database.db, email))?.emailVerifiedAt !== null;
const wrongFor = (code: string): string => (code === '000000' ? '000001' : '000000');

describe('signing up', () => {
  test('opens an account that is signed in once the mailed link is confirmed', async () => {
    const email = newAddress();
    const { visitor, link, token } = await signedUp(`  ${email.toUpperCase()} `.trim().toLowerCase());
    expect(await reachesFeed(visitor)).toBe(false);
    const page = await (await visitor.get(link)).text();
    expect(page).toContain('Confirm this address');
    expect(page).not.toContain('name="password"');
    const response = await visitor.post('/verify', { token });
    expect([response.status, response.headers.get('Location')]).toEqual([303, '/feed']);
    expect(await reachesFeed(visitor)).toBe(true);
    expect(visitor.cookie).not.toContain('sign-up');
    const row = await userByEmail(database.db, email);
    expect([row?.tier, row?.role]).toEqual(['free', 'member']);
    expect(row?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2/);
    await signedIn(app, email, PHRASE);
  });

  test('is done as well by the six digits of the mail', async () => {
    const { visitor, code } = await signedUp(newAddress());
    expect(code).toMatch(/^\d{6}$/);
    const response = await visitor.post('/verify', { code: `${code.slice(0, 3)} ${code.slice(3)}` });
    expect(response.headers.get('Location')).toBe('/feed');
    expect(await reachesFeed(visitor)).toBe(true);
  });

  test('keeps which terms were accepted, when and from where, and is written into the audit log', async () => {
    const email = newAddress();
    const { visitor, token } = await signedUp(email);
    await visitor.post('/verify', { token });
    const user = await userByEmail(database.db, email);
    const [accepted] = await termsAcceptedBy(database.db, user?.id ?? '');
    expect([accepted?.version, accepted?.address]).toEqual([TERMS_VERSION, 'unknown']);
    expect(Date.now() - (accepted?.acceptedAt.getTime() ?? 0)).toBeLessThan(60_000);
    const actions = (await auditOfUser(database.db, user?.id ?? '')).map(({ action }) => action);
    expect(actions).toEqual(['email.verified', 'account.created']);
  });

  test('stores neither link, code nor ticket', async () => {
    const { visitor, token, code } = await signedUp(newAddress());
    const [dump] = await database.sql`select string_agg(t::text, ' ') as everything from account_tokens t`;
    expect(dump?.['everything']).not.toContain(token);
    expect(dump?.['everything']).not.toContain(visitor.cookie.split('=')[1] ?? 'no ticket');
    expect(dump?.['everything']).not.toContain(`"${code}"`);
  });

  test.each([
    ['a password that is too short', { ...form('x@example.com'), password: 'short1!' }, 'at least 8'],
    ['a password that is too long', { ...form('x@example.com'), password: 'x'.repeat(257) }, 'at most 256'],
    ['a password that everybody tries', { ...form('x@example.com'), password: 'Password123' }, 'among the first'],
    ['an address with a NUL in it', form('x\0@example.com'), 'Enter an e-mail address'],
    ['an address that is none', form('not an address'), 'Enter an e-mail address'],
    ['terms not accepted', { email: 'x@example.com', password: PHRASE }, 'Tick the box'],
  ])('refuses %s', async (_what, fields, words) => {
    const response = await createVisitor(app).post('/sign-up', fields);
    expect(response.status).toBe(422);
    expect(await response.text()).toContain(words);
    expect(await database.db.select().from(users).where(eq(users.email, 'x@example.com'))).toHaveLength(0);
  });

  test('counts a long password to its last character', async () => {
    const long = `${'p'.repeat(250)} end`;
    const email = newAddress();
    const { visitor, token } = await signedUp(email, long);
    await visitor.post('/verify', { token });
    expect((await createVisitor(app).post('/sign-in', { email, password: long.slice(0, -1) })).status).toBe(401);
    await signedIn(app, email, long);
  });

  test('shows a hostile address as text', async () => {
    const hostile = `"><img src=x onerror=alert(1)>@example.com`;
    for (const path of ['/sign-up', '/sign-in']) {
      const text = await (await createVisitor(app).post(path, form(hostile))).text();
      expect(text).toContain('&lt;img');
      expect(text).not.toContain('<img src=x');
    }
  });

  test('to a taken address looks like any other, leaves the account alone and tells its owner', async () => {
    const [taken, fresh] = [createVisitor(app), createVisitor(app)];
    const shape = async (visitor: Visitor, email: string): Promise<unknown[]> => {
      const answer = await visitor.post('/sign-up', form(email, 'an attackers phrase'));
      const cookie = (answer.headers.get('Set-Cookie') ?? '').replace(/=[\w-]{43};/, '=TICKET;');
      const page = async (response: Response) =>
        (await response.text()).replaceAll(email, 'EMAIL').replaceAll(/nonce="[^"]*"/g, '');
      const steps = [await visitor.get('/verify'), await visitor.post('/verify', { code: '123456' })];
      const resent = await visitor.post('/verify/resend', {});
      const words = await Promise.all(steps.map(page));
      return [answer.status, answer.headers.get('Location'), cookie, words, resent.headers.get('Location')];
    };
    const address = newAddress();
    expect(await shape(taken, 'ada@example.com')).toEqual(await shape(fresh, address));
    expect((await mailsTo(database.db, 'ada@example.com')).map(({ template }) => template)).toEqual([
      'address-taken',
      'address-taken',
    ]);
    const attempt = await createVisitor(app).post('/sign-in', {
      email: 'ada@example.com',
      password: 'an attackers phrase',
    });
    expect(attempt.status).toBe(401);
    await signedIn(app, 'ada@example.com');
  });
});

describe('the mailed link', () => {
  test('survives programs that open it, and works once', async () => {
    const email = newAddress();
    const { visitor, link, token } = await signedUp(email);
    for (let scan = 0; scan < 3; scan++) expect((await createVisitor(app).get(link)).status).toBe(200);
    expect(await isVerified(email)).toBe(false);
    await visitor.post('/verify', { token });
    expect(await isVerified(email)).toBe(true);
    const again = createVisitor(app);
    expect((await again.post('/verify', { token, password: PHRASE })).status).toBe(422);
    expect(await reachesFeed(again)).toBe(false);
  });

  test('is not used up by a program that presses its button, and asks another browser for the password', async () => {
    const email = newAddress();
    const { link, token } = await signedUp(email);
    const elsewhere = createVisitor(app);
    expect(await (await elsewhere.get(link)).text()).toContain('name="password"');
    expect((await elsewhere.post('/verify', { token })).status).toBe(401);
    expect((await elsewhere.post('/verify', { token, password: 'not the one chosen' })).status).toBe(401);
    expect(await isVerified(email)).toBe(false);
    expect((await elsewhere.post('/verify', { token, password: PHRASE })).headers.get('Location')).toBe('/feed');
    expect(await reachesFeed(elsewhere)).toBe(true);
  });

  test('opened in a browser where somebody else is signed in proves the address all the same', async () => {
    const email = newAddress();
    const { link, token } = await signedUp(email);
    const shared = await signedIn(app, 'ada@example.com');
    expect(await (await shared.get(link)).text()).toContain('name="password"');
    expect((await shared.post('/verify', { token })).status).toBe(401);
    await shared.post('/verify', { token, password: PHRASE });
    expect(await (await shared.get('/account')).text()).toContain(email);
  });

  test('lets one of two through who press it at once', async () => {
    const { visitor, token } = await signedUp(newAddress());
    const both = [createVisitor(app), createVisitor(app)];
    for (const one of both) one.cookie = visitor.cookie;
    const answers = await Promise.all(both.map((one) => one.post('/verify', { token })));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422]);
  });

  test('is over after a day', async () => {
    const { visitor, token, code } = await signedUp(newAddress());
    const [row] = await database.db.select().from(accountTokens).orderBy(sql`created_at desc`).limit(1);
    const lifeHours = ((row?.expiresAt.getTime() ?? 0) - Date.now()) / 3_600_000;
    expect(lifeHours).toBeCloseTo(24, 1);
    await database.db.update(accountTokens).set({ expiresAt: sql`now()` });
    expect((await visitor.post('/verify', { token })).status).toBe(422);
    expect((await visitor.post('/verify', { code })).headers.get('Location')).toBe('/sign-in');
  });

  test('lets nobody plant a password at an address that its owner signs up with later', async () => {
    const email = newAddress();
    const planted = await signedUp(email, 'the planted phrase');
    const owner = await signedUp(email, 'the phrase of the owner');
    expect((await owner.visitor.post('/verify', { token: planted.token })).status).toBe(401);
    expect((await owner.visitor.post('/verify', { token: owner.token })).status).toBe(303);
    expect((await createVisitor(app).post('/sign-in', { email, password: 'the planted phrase' })).status).toBe(401);
    await signedIn(app, email, 'the phrase of the owner');
    expect((await planted.visitor.post('/verify', { token: planted.token })).status).toBe(422);
    const user = await userByEmail(database.db, email);
    expect(await termsAcceptedBy(database.db, user?.id ?? '')).toHaveLength(2);
  });
});

describe('the mailed code', () => {
  test('is dead after five wrong guesses, and another mail brings another', async () => {
    const email = newAddress();
    const { visitor, code } = await signedUp(email);
    for (let guess = 0; guess < 5; guess++)
      expect((await visitor.post('/verify', { code: wrongFor(code) })).status).toBe(422);
    expect((await visitor.post('/verify', { code })).status).toBe(422);
    expect((await visitor.post('/verify/resend', {})).headers.get('Location')).toBe('/verify?sent');
    const second = await mailTo(database.db, email, 'verify-email');
    expect((await visitor.post('/verify', { code: second.code })).headers.get('Location')).toBe('/feed');
  });

  test('fits nobody else’s sign-up', async () => {
    const [one, two] = [await signedUp(newAddress()), await signedUp(newAddress())];
    if (one.code !== two.code) expect((await two.visitor.post('/verify', { code: one.code })).status).toBe(422);
    expect((await createVisitor(app).post('/verify', { code: one.code })).headers.get('Location')).toBe('/sign-in');
  });

  test('is mailed at most four times an hour more', async () => {
    const { visitor } = await signedUp(newAddress());
    for (let mail = 0; mail < 4; mail++) expect((await visitor.post('/verify/resend', {})).status).toBe(303);
    const refused = await visitor.post('/verify/resend', {});
    expect(refused.status).toBe(429);
    expect(await refused.text()).toContain('enough mail for now');
  });
});

describe('an account with an unproved address', () => {
  test('signs in to the page that asks for the proof, and to nothing else', async () => {
    const email = newAddress();
    await signedUp(email);
    const visitor = createVisitor(app);
    const response = await visitor.post('/sign-in', { email, password: PHRASE });
    expect(response.headers.get('Location')).toBe('/verify');
    for (const path of ['/feed', '/reports']) expect((await visitor.get(path)).headers.get('Location')).toBe('/verify');
    expect((await visitor.get('/live')).status).toBe(401);
    expect(await (await visitor.get('/verify')).text()).toContain(email);
    await visitor.post('/verify/resend', {});
    const { code } = await mailTo(database.db, email, 'verify-email');
    const before = visitor.cookie;
    expect((await visitor.post('/verify', { code })).headers.get('Location')).toBe('/feed');
    expect(visitor.cookie).not.toBe(before);
    expect(await reachesFeed(visitor)).toBe(true);
    const old = createVisitor(app);
    old.cookie = before;
    expect(await reachesFeed(old)).toBe(false);
  });
});

describe('a new version of the terms', () => {
  test('is asked for at the next visit and kept beside the old one', async () => {
    const id = await addMember(database.db, { email: 'early@example.com' });
    await database.sql`update terms_acceptances set version = '2020-01-01' where user_id = ${id}`;
    const visitor = await signedIn(app, 'early@example.com');
    expect((await visitor.get('/feed')).headers.get('Location')).toBe('/terms/accept');
    expect((await visitor.get('/live')).status).toBe(401);
    expect((await visitor.post('/terms/accept', { version: TERMS_VERSION })).status).toBe(422);
    expect((await visitor.post('/terms/accept', { version: '2020-01-01', terms: 'accepted' })).status).toBe(422);
    expect(await reachesFeed(visitor)).toBe(false);
    expect((await visitor.post('/terms/accept', { version: TERMS_VERSION, terms: 'accepted' })).status).toBe(303);
    expect(await reachesFeed(visitor)).toBe(true);
    const versions = (await termsAcceptedBy(database.db, id)).map(({ version }) => version);
    expect(versions).toEqual([TERMS_VERSION, '2020-01-01']);
  });

  test('is what the terms and the disclosures say they are', async () => {
    for (const path of ['/terms', '/disclosures'])
      expect(await (await createVisitor(app).get(path)).text()).toContain(`Version ${TERMS_VERSION}`);
  });
});
