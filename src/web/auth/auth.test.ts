import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { eq, sql } from 'drizzle-orm';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts';
import {
  addMember,
  createRecordingHub,
  createVisitor,
  PASSWORD,
  signedIn,
  siteDeps,
} from '../../../tests/support/site.ts';
import { giveTier, USER_COLUMNS } from '../../db/queries/users.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { users } from '../../db/schema/users.ts';
import { createApp } from '../app.ts';
import { DEMO_USERS, ensureDemoUsers, removeDemoUsers } from './demo-users.ts';
import { SIGN_IN_PROBLEM, TOO_MANY_ATTEMPTS } from './sign-in.ts';
import { hashToken } from './token.ts';

let database: TestDatabase;
let app: ReturnType<typeof createApp>;
const live = createRecordingHub();

beforeAll(async () => {
  database = await createTestDatabase();
  app = createApp(siteDeps(database, { live }));
  await addMember(database.db, { email: 'ada@example.com' });
  await addMember(database.db, { email: 'ben@example.com', tier: 'premium' });
});
afterAll(() => database.drop());

const tokenOf = (cookie: string): string => cookie.split('=')[1] ?? '';
const storedSession = async (token: string) =>
  (
    await database.db
      .select()
      .from(sessions)
      .where(eq(sessions.tokenHash, hashToken(token)))
  )[0];
/** A page without what must differ: its nonce and the address that was typed. */
const wordsOf = async (response: Response, email: string): Promise<string> =>
  (await response.text()).replaceAll(/nonce="[^"]*"/g, '').replaceAll(email, 'EMAIL');

describe('signing in', () => {
  test('hands out a token of 256 bits and stores nothing but its SHA-256', async () => {
    const ada = await signedIn(app, 'ada@example.com');
    const token = tokenOf(ada.cookie);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(await storedSession(token)).toBeDefined();
    const [dump] =
      await database.sql`select string_agg(s::text || u::text, ' ') as everything from sessions s, users u`;
    expect(dump?.['everything']).toContain(hashToken(token));
    expect(dump?.['everything']).not.toContain(token);
    expect(dump?.['everything']).not.toContain(PASSWORD);
  });

  test('takes no token that somebody else chose', async () => {
    const victim = createVisitor(app);
    victim.cookie = `quanticity=${'A'.repeat(43)}`;
    await victim.post('/sign-in', { email: 'ada@example.com', password: PASSWORD });
    expect(tokenOf(victim.cookie)).not.toBe('A'.repeat(43));
    const attacker = createVisitor(app);
    attacker.cookie = `quanticity=${'A'.repeat(43)}`;
    expect((await attacker.get('/feed')).status).toBe(303);
  });

  test('ends the session it replaces, streams included', async () => {
    const visitor = await signedIn(app, 'ada@example.com');
    const first = visitor.cookie;
    await visitor.post('/sign-in', { email: 'ben@example.com', password: PASSWORD });
    expect(visitor.cookie).not.toBe(first);
    const old = createVisitor(app);
    old.cookie = first;
    expect((await old.get('/feed')).status).toBe(303);
    expect((await visitor.get('/feed')).status).toBe(200);
    expect(live.closedSessions).toContain(hashToken(tokenOf(first)));
  });

  test('answers a wrong password and an unknown address in the same words', async () => {
    const wrong = await createVisitor(app).post('/sign-in', { email: 'ada@example.com', password: 'not hers at all' });
    const unknown = await createVisitor(app).post('/sign-in', {
      email: 'eve@example.com',
      password: 'not hers at all',
    });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    const [a, b] = [await wordsOf(wrong, 'ada@example.com'), await wordsOf(unknown, 'eve@example.com')];
    expect(a).toContain(SIGN_IN_PROBLEM);
    expect(a).toBe(b);
  });

  test('works as hard for an unknown address as for a known one', async () => {
    const took = async (email: string): Promise<number> => {
      const from = performance.now();
      await createVisitor(app).post('/sign-in', { email, password: 'not hers at all' });
      return performance.now() - from;
    };
    let [known, unknown] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let round = 0; round < 5; round++) {
      known = Math.min(known, await took('ben@example.com'));
      unknown = Math.min(unknown, await took('nobody@example.com'));
    }
    expect(unknown / known).toBeGreaterThan(0.4);
    expect(unknown / known).toBeLessThan(2.5);
  });

  test('stops listening to one account from one place after ten failures, and other accounts go on', async () => {
    await addMember(database.db, { email: 'guessed@example.com' });
    const other = createApp(siteDeps(database));
    const guess = (at: typeof app, password: string) =>
      createVisitor(at).post('/sign-in', { email: 'guessed@example.com', password });
    // Two nodes count together.
    for (let failure = 0; failure < 10; failure++)
      expect((await guess(failure % 2 ? app : other, 'guess')).status).toBe(401);
    const right = await guess(app, PASSWORD);
    expect(right.status).toBe(429);
    expect(await right.text()).toContain(TOO_MANY_ATTEMPTS);
    await signedIn(app, 'ben@example.com');
  });

  test('sets a cookie that scripts cannot read and other sites cannot send', async () => {
    const response = await app.request('http://localhost:3000/sign-in', {
      method: 'POST',
      body: new URLSearchParams({ email: 'ada@example.com', password: PASSWORD }),
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    });
    const cookie = response.headers.get('Set-Cookie') ?? '';
    expect(cookie).toMatch(/^quanticity=/);
    for (const attribute of ['HttpOnly', 'SameSite=Lax', 'Path=/']) expect(cookie).toContain(attribute);
    expect(cookie).not.toContain('Domain');
  });

  test("finds its cookie among other programs' cookies, broken ones too", async () => {
    const visitor = await signedIn(app, 'ada@example.com');
    const own = visitor.cookie;
    for (const stray of ['other=%E0%A4%A', '%ff=1', 'quanticity=%E0%A4%A', 'x'])
      for (const header of [`${stray}; ${own}`, `${own}; ${stray}`]) {
        visitor.cookie = header;
        expect((await visitor.get('/feed')).status).toBe(200);
      }
    visitor.cookie = 'quanticity=%E0%A4%A';
    expect((await visitor.get('/feed')).status).toBe(303);
  });

  test('binds the cookie to the host and to TLS where the site is served over TLS', async () => {
    const base = siteDeps(database);
    const secure = createApp({
      ...base,
      options: { ...base.options, publicUrl: new URL('https://quanticity.example'), secureCookies: true },
    });
    const response = await secure.request('https://quanticity.example/sign-in', {
      method: 'POST',
      body: new URLSearchParams({ email: 'ada@example.com', password: PASSWORD }),
      headers: { Origin: 'https://quanticity.example' },
    });
    expect(response.status).toBe(303);
    expect(response.headers.get('Set-Cookie')).toMatch(/^__Host-quanticity=.*Secure/);
    expect(response.headers.get('Strict-Transport-Security')).toContain('max-age=63072000');
  });
});

describe('a session', () => {
  test('ends at sign-out in the database, with its streams', async () => {
    const ada = await signedIn(app, 'ada@example.com');
    const { cookie } = ada;
    expect((await ada.post('/sign-out', {})).status).toBe(303);
    const replay = createVisitor(app);
    replay.cookie = cookie;
    expect((await replay.get('/live')).status).toBe(401);
    expect(await storedSession(tokenOf(cookie))).toBeUndefined();
    expect(live.closedSessions).toContain(hashToken(tokenOf(cookie)));
  });

  test('is over when it was idle for too long', async () => {
    const ada = await signedIn(app, 'ada@example.com');
    const token = tokenOf(ada.cookie);
    await database.db
      .update(sessions)
      .set({ expiresAt: sql`now() - interval '1 second'` })
      .where(eq(sessions.tokenHash, hashToken(token)));
    expect((await ada.get('/feed')).status).toBe(303);
  });

  test('is over at its absolute end, however much it is used', async () => {
    const ada = await signedIn(app, 'ada@example.com');
    const token = tokenOf(ada.cookie);
    const stored = await storedSession(token);
    const lifeDays = ((stored?.endsAt.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(lifeDays).toBeCloseTo(30, 1);
    await database.db
      .update(sessions)
      .set({ endsAt: sql`now() - interval '1 second'` })
      .where(eq(sessions.tokenHash, hashToken(token)));
    expect((await ada.get('/feed')).status).toBe(303);
  });

  test('is pushed on by use, but never past its absolute end', async () => {
    const ada = await signedIn(app, 'ada@example.com');
    const token = tokenOf(ada.cookie);
    await database.db
      .update(sessions)
      .set({ expiresAt: sql`now() + interval '1 day'`, endsAt: sql`now() + interval '2 days'` })
      .where(eq(sessions.tokenHash, hashToken(token)));
    const response = await ada.get('/feed');
    expect(response.status).toBe(200);
    expect(response.headers.get('Set-Cookie')).toContain(token);
    const stored = await storedSession(token);
    expect(stored?.expiresAt.getTime()).toBe(stored?.endsAt.getTime() ?? 0);
  });

  test('follows its member: a changed plan counts from the next request', async () => {
    const id = await addMember(database.db, { email: 'cy@example.com' });
    const cy = await signedIn(app, 'cy@example.com');
    await cy.get('/live');
    await giveTier(database.db, id, 'premium', { kind: 'system', name: 'test' }, 'a change of plan');
    await cy.get('/live');
    expect(live.opened.slice(-2).map(({ tier }) => tier)).toEqual(['free', 'premium']);
    expect(live.opened.at(-1)?.sessionId).toBe(hashToken(tokenOf(cy.cookie)));
  });

  test('goes with its member', async () => {
    const id = await addMember(database.db, { email: 'gone@example.com' });
    const gone = await signedIn(app, 'gone@example.com');
    await database.db.delete(users).where(eq(users.id, id));
    expect((await gone.get('/feed')).status).toBe(303);
  });
});

describe('a change asked for', () => {
  const ask = (headers: Record<string, string>): Promise<Response> =>
    createVisitor(app).post('/sign-in', { email: 'ben@example.com', password: PASSWORD }, headers);

  test.each([
    ['by another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['by a sibling site', { 'Sec-Fetch-Site': 'same-site' }],
    [
      'by another site that also claims our origin',
      { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://localhost:3000' },
    ],
    ['from another origin', { Origin: 'https://evil.example' }],
    ['from an origin that hides itself', { Origin: 'null' }],
    ['by nobody who says where from', {}],
  ])('%s is refused', async (_who, headers) => {
    const response = await ask(headers as Record<string, string>);
    expect(response.status).toBe(403);
    expect(response.headers.get('Set-Cookie')).toBeNull();
  });

  test.each([
    ['by our own page', { 'Sec-Fetch-Site': 'same-origin' }],
    ['by the person in the browser', { 'Sec-Fetch-Site': 'none' }],
    ['from our own origin, in an older browser', { Origin: 'http://localhost:3000' }],
  ])('%s is done', async (_who, headers) => {
    expect((await ask(headers as Record<string, string>)).status).toBe(303);
  });
});

test.each([
  ['a body that is no form', '{"email":1}', 'application/json'],
  ['a form cut short', '--x\r\nContent-Disposition: form-data; name="email"', 'multipart/form-data'],
  [
    'an address with a NUL in it',
    'email=ada%00%40example.com&password=long+enough',
    'application/x-www-form-urlencoded',
  ],
])('%s signs nobody in and breaks nothing', async (_what, body, type) => {
  const headers = { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': type };
  const response = await app.request('http://localhost:3000/sign-in', { method: 'POST', body, headers });
  expect(response.status).toBe(401);
});

test('a form larger than any of ours is refused unread', async () => {
  const response = await createVisitor(app).post('/sign-in', { email: 'x'.repeat(70_000), password: 'x' });
  expect(response.status).toBe(413);
});

describe('demo users', () => {
  test('are added once, one for each plan and an operator', async () => {
    await ensureDemoUsers(database.db, siteDeps(database).vault);
    await ensureDemoUsers(database.db, siteDeps(database).vault);
    const rows = await database.db.select(USER_COLUMNS).from(users).where(sql`email like '%@demo.quanticity.example'`);
    expect(rows.map(({ email, role, tier }) => `${email.split('@')[0]} ${role} ${tier}`).sort()).toEqual([
      'basic member basic',
      'free member free',
      'operator operator premium',
      'premium member premium',
    ]);
    const base = siteDeps(database);
    const sandbox = createApp({ ...base, options: { ...base.options, demoUsers: DEMO_USERS } });
    for (const { email, totpSecret } of DEMO_USERS) {
      const visitor = createVisitor(sandbox);
      const answer = await visitor.post('/sandbox/sign-in', { email });
      expect(answer.headers.get('Location')).toBe(totpSecret === null ? '/feed' : '/admin');
      expect((await visitor.get('/feed')).status).toBe(200);
      expect((await createVisitor(app).post('/sandbox/sign-in', { email })).status).toBe(404);
    }
    expect((await createVisitor(sandbox).post('/sandbox/sign-in', { email: 'ada@example.com' })).status).toBe(404);
  });

  test('sign in by hand with the password and the code that the page shows', async () => {
    await ensureDemoUsers(database.db, siteDeps(database).vault);
    const base = siteDeps(database);
    const visitor = createVisitor(createApp({ ...base, options: { ...base.options, demoUsers: DEMO_USERS } }));
    const page = await (await visitor.get('/sign-in')).text();
    const code = /code now <code>(\d{6})<\/code>/.exec(page)?.[1] ?? '';
    const operator = DEMO_USERS.find(({ totpSecret }) => totpSecret !== null);
    await visitor.post('/sign-in', { email: operator?.email ?? '', password: operator?.password ?? '' });
    expect((await visitor.post('/sign-in/code', { code })).headers.get('Location')).toBe('/admin');
  });

  test('leave with their sessions when the sandbox does', async () => {
    await ensureDemoUsers(database.db, siteDeps(database).vault);
    const [demo] = DEMO_USERS;
    const visitor = await signedIn(app, demo?.email ?? '', demo?.password);
    await removeDemoUsers(database.db);
    expect((await visitor.get('/feed')).status).toBe(303);
    const rows = await database.db.select().from(users).where(sql`email like '%@demo.quanticity.example'`);
    expect(rows).toHaveLength(0);
    await signedIn(app, 'ada@example.com');
  });

  test('are offered on the sign-in page in the sandbox only', async () => {
    const base = siteDeps(database);
    const demo = createApp({ ...base, options: { ...base.options, demoUsers: DEMO_USERS } });
    expect(await (await createVisitor(demo).get('/sign-in')).text()).toContain('premium@demo.quanticity.example');
    expect(await (await createVisitor(app).get('/sign-in')).text()).not.toContain('demo.quanticity.example');
  });
});
