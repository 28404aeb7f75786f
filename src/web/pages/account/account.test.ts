import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { eq, sql } from 'drizzle-orm';
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/database.ts';
import { mailsTo, mailTo, pathOf } from '../../../../tests/support/mails.ts';
import {
  addMember,
  createRecordingHub,
  createVisitor,
  PASSWORD,
  signedIn,
  siteDeps,
  type Visitor,
} from '../../../../tests/support/site.ts';
import { auditOfUser } from '../../../db/queries/audit.ts';
import { sessionsOfUser } from '../../../db/queries/sessions.ts';
import { userById } from '../../../db/queries/users.ts';
import { rateLimits } from '../../../db/schema/rate-limits.ts';
import { sessions } from '../../../db/schema/sessions.ts';
import { createApp } from '../../app.ts';
import { deviceWords } from '../../auth/device-words.ts';
import { hashToken } from '../../auth/token.ts';

let database: TestDatabase;
let app: ReturnType<typeof createApp>;
const live = createRecordingHub();
const published: { topic: string; message: unknown }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const base = siteDeps(database, { live });
  const bus = { ...base.bus, publish: (topic: string, message: unknown) => void published.push({ topic, message }) };
  app = createApp({ ...base, bus });
});
beforeEach(async () => {
  await database.db.delete(rateLimits);
});
afterAll(() => database.drop());

const PHRASE = 'another long phrase';
let serial = 0;
const newMember = async (): Promise<{ id: string; email: string; visitor: Visitor }> => {
  serial += 1;
  const email = `someone-${serial}@example.com`;
  const id = await addMember(database.db, { email });
  return { id, email, visitor: await signedIn(app, email) };
};
const reachesFeed = async (visitor: Visitor): Promise<boolean> => (await visitor.get('/feed')).status === 200;
const signsInWith = async (email: string, password: string): Promise<boolean> =>
  (await createVisitor(app).post('/sign-in', { email, password })).status === 303;
const sessionIdOf = (visitor: Visitor): string => hashToken(visitor.cookie.split('=')[1] ?? '');
const makeOld = (userId: string) =>
  database.db
    .update(sessions)
    .set({ authenticatedAt: sql`now() - interval '11 minutes'` })
    .where(eq(sessions.userId, userId));
const tokenOf = (url: string): string => new URL(url).searchParams.get('token') ?? '';
const actionsOf = async (id: string): Promise<string[]> =>
  (await auditOfUser(database.db, id)).map(({ action }) => action);

describe('a forgotten password', () => {
  const askFor = async (email: string): Promise<string> => {
    expect((await createVisitor(app).post('/forgot', { email })).status).toBe(200);
    return (await mailTo(database.db, email, 'reset-password')).url;
  };

  test('is replaced through the mailed link, once, and every session ends', async () => {
    const { email, id, visitor } = await newMember();
    const url = await askFor(email);
    const someone = createVisitor(app);
    for (let scan = 0; scan < 3; scan++) expect((await someone.get(pathOf(url))).status).toBe(200);
    const answer = await someone.post('/reset', { token: tokenOf(url), password: PHRASE });
    expect(answer.headers.get('Location')).toBe('/sign-in?after=reset');
    expect(await reachesFeed(someone)).toBe(false);
    expect(await reachesFeed(visitor)).toBe(false);
    expect(published).toContainEqual({
      topic: 'access.changed',
      message: { sessionId: sessionIdOf(visitor), ended: true },
    });
    expect([await signsInWith(email, PASSWORD), await signsInWith(email, PHRASE)]).toEqual([false, true]);
    const again = await someone.post('/reset', { token: tokenOf(url), password: 'yet another phrase' });
    expect(again.status).toBe(422);
    expect(await signsInWith(email, PHRASE)).toBe(true);
    expect((await mailsTo(database.db, email))[0]?.template).toBe('password-changed');
    expect(await actionsOf(id)).toContain('password.reset');
  });

  test('keeps its link when the password chosen will not do', async () => {
    const { email } = await newMember();
    const token = tokenOf(await askFor(email));
    const visitor = createVisitor(app);
    expect((await visitor.post('/reset', { token, password: 'password' })).status).toBe(422);
    expect((await visitor.post('/reset', { token, password: PHRASE })).status).toBe(303);
  });

  test('voids the other links with the one used, and lets one of two through', async () => {
    const { email } = await newMember();
    const [first, second] = [tokenOf(await askFor(email)), tokenOf(await askFor(email))];
    const answers = await Promise.all(
      [first, second].map((token) => createVisitor(app).post('/reset', { token, password: PHRASE })),
    );
    expect(answers.filter(({ status }) => status === 303).length).toBeGreaterThan(0);
    for (const token of [first, second])
      expect((await createVisitor(app).post('/reset', { token, password: PHRASE })).status).toBe(422);
  });

  test('has an hour, and no link at rest', async () => {
    const { email } = await newMember();
    const token = tokenOf(await askFor(email));
    const [row] = await database.sql`
      select extract(epoch from expires_at - now())::float8 as seconds, token_hash from account_tokens
      where kind = 'reset-password' order by created_at desc limit 1`;
    expect(Math.abs(Number(row?.['seconds']) - 3_600)).toBeLessThan(60);
    expect(row?.['token_hash']).toBe(hashToken(token));
    await database.sql`update account_tokens set expires_at = now()`;
    expect((await createVisitor(app).post('/reset', { token, password: PHRASE })).status).toBe(422);
  });

  test('is mailed nowhere for an unknown address, in the same words', async () => {
    const { email } = await newMember();
    const words = async (address: string) =>
      (await (await createVisitor(app).post('/forgot', { email: address })).text())
        .replaceAll(address, 'EMAIL')
        .replaceAll(/nonce="[^"]*"/g, '');
    expect(await words(email)).toBe(await words('nobody@example.com'));
    expect(await mailsTo(database.db, 'nobody@example.com')).toEqual([]);
  });

  test('does not get around the second factor', async () => {
    const { email, id } = await newMember();
    await database.sql`insert into second_factors (user_id, sealed_secret, confirmed_at) values (${id}, 'x', now())`;
    await createVisitor(app).post('/reset', { token: tokenOf(await askFor(email)), password: PHRASE });
    const answer = await createVisitor(app).post('/sign-in', { email, password: PHRASE });
    expect(answer.headers.get('Location')).toBe('/sign-in/code');
  });
});

describe('a changed password', () => {
  test('asks who it is when the sign-in is old, and ends the other sessions', async () => {
    const { email, id, visitor } = await newMember();
    const other = await signedIn(app, email);
    await makeOld(id);
    for (const answer of [
      await visitor.get('/account/password'),
      await visitor.post('/account/password', { password: PHRASE }),
    ])
      expect(answer.headers.get('Location')).toMatch(/^\/confirm\?return=/);
    expect(await signsInWith(email, PASSWORD)).toBe(true);
    await visitor.post('/confirm', { password: PASSWORD, return: '/account/password' });
    const before = visitor.cookie;
    expect((await visitor.post('/account/password', { password: 'short' })).status).toBe(422);
    expect((await visitor.post('/account/password', { password: PHRASE })).headers.get('Location')).toBe(
      '/account/security?done=password',
    );
    expect(visitor.cookie).not.toBe(before);
    expect([await reachesFeed(visitor), await reachesFeed(other)]).toEqual([true, false]);
    expect(live.closedSessions).toContain(sessionIdOf(other));
    expect([await signsInWith(email, PASSWORD), await signsInWith(email, PHRASE)]).toEqual([false, true]);
    expect((await mailsTo(database.db, email))[0]?.template).toBe('password-changed');
  });
});

describe('the page that asks who it is', () => {
  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', ''])(
    'leads nowhere else: %s',
    async (wanted) => {
      const { id, visitor } = await newMember();
      await makeOld(id);
      const answer = await visitor.post('/confirm', { password: PASSWORD, return: wanted });
      expect(answer.headers.get('Location')).toBe('/account');
    },
  );

  test('stops listening after ten wrong passwords', async () => {
    const { id, visitor } = await newMember();
    await makeOld(id);
    for (let guess = 0; guess < 10; guess++) await visitor.post('/confirm', { password: 'a guess of somebody' });
    const right = await visitor.post('/confirm', { password: PASSWORD });
    expect(right.status).toBe(422);
    expect(await right.text()).toContain('Too many attempts');
  });
});

describe('a changed e-mail address', () => {
  const ask = async (visitor: Visitor, email: string) => {
    expect((await visitor.post('/account/email', { email })).status).toBe(200);
    return mailTo(database.db, email, 'confirm-new-email');
  };

  test('counts once the new one is confirmed in the member’s own session, and the old one is told', async () => {
    const { email, id, visitor } = await newMember();
    const next = `next-${email}`;
    const { url } = await ask(visitor, next);
    expect((await userById(database.db, id))?.email).toBe(email);
    const stranger = (await newMember()).visitor;
    expect((await stranger.get(pathOf(url))).status).toBe(422);
    expect((await stranger.post('/account/email/confirm', { token: tokenOf(url) })).status).toBe(422);
    expect(
      (await createVisitor(app).post('/account/email/confirm', { token: tokenOf(url) })).headers.get('Location'),
    ).toBe('/sign-in');
    expect((await visitor.get(pathOf(url))).status).toBe(200);
    expect((await userById(database.db, id))?.email).toBe(email);
    const before = visitor.cookie;
    expect((await visitor.post('/account/email/confirm', { token: tokenOf(url) })).status).toBe(303);
    expect(visitor.cookie).not.toBe(before);
    expect((await userById(database.db, id))?.email).toBe(next);
    expect((await mailTo(database.db, email, 'email-changed')).newAddress).toBe(next);
    expect((await visitor.post('/account/email/confirm', { token: tokenOf(url) })).status).toBe(422);
    expect([await signsInWith(email, PASSWORD), await signsInWith(next, PASSWORD)]).toEqual([false, true]);
  });

  test('is undone from the old address within seven days: sessions, keys and password of the taker are worth nothing', async () => {
    const { email, id, visitor } = await newMember();
    const taken = `taker-${email}`;
    await visitor.post('/account/email/confirm', { token: tokenOf((await ask(visitor, taken)).url) });
    await database.sql`insert into api_keys (user_id, name, hint, key_hash, scopes) values (${id}, 'k', 'qc_', ${id}, '[]')`;
    const { revertUrl } = await mailTo(database.db, email, 'email-changed');
    const [row] = await database.sql`
      select extract(epoch from expires_at - now())::float8 as seconds from account_tokens where kind = 'undo-email' and user_id = ${id}`;
    expect(Number(row?.['seconds']) / 86_400).toBeCloseTo(7, 1);
    const owner = createVisitor(app);
    expect(await (await owner.get(pathOf(revertUrl))).text()).toContain(email);
    expect((await userById(database.db, id))?.email).toBe(taken);
    const undone = await owner.post('/email/undo', { token: tokenOf(revertUrl) });
    expect((await userById(database.db, id))?.email).toBe(email);
    expect(await reachesFeed(visitor)).toBe(false);
    expect([await signsInWith(email, PASSWORD), await signsInWith(taken, PASSWORD)]).toEqual([false, false]);
    const [key] = await database.sql`select revoked_at from api_keys where user_id = ${id}`;
    expect(key?.['revoked_at']).not.toBeNull();
    const reset = undone.headers.get('Location') ?? '';
    expect(reset).toMatch(/^\/reset\?token=[\w-]{43}$/);
    await owner.post('/reset', { token: reset.split('=')[1] ?? '', password: PHRASE });
    expect(await signsInWith(email, PHRASE)).toBe(true);
    expect((await owner.post('/email/undo', { token: tokenOf(revertUrl) })).status).toBe(422);
  });

  test('does not tell whether somebody has the address wanted', async () => {
    const [one, two] = [await newMember(), await newMember()];
    const words = async (email: string) =>
      (await (await one.visitor.post('/account/email', { email })).text())
        .replaceAll(email, 'EMAIL')
        .replaceAll(/nonce="[^"]*"/g, '');
    expect(await words(two.email)).toBe(await words('free-to-have@example.com'));
    expect((await mailsTo(database.db, two.email)).map(({ template }) => template)).toEqual(['address-taken']);
    expect((await userById(database.db, two.id))?.email).toBe(two.email);
  });

  test('cannot be a taken one, even if it was free when asked for', async () => {
    const { email, id, visitor } = await newMember();
    const wanted = `wanted-${email}`;
    const { url } = await ask(visitor, wanted);
    await addMember(database.db, { email: wanted });
    expect((await visitor.post('/account/email/confirm', { token: tokenOf(url) })).status).toBe(422);
    expect((await userById(database.db, id))?.email).toBe(email);
  });

  test('leaves masked addresses in the log that outlives the account', async () => {
    const { email, id, visitor } = await newMember();
    await visitor.post('/account/email/confirm', { token: tokenOf((await ask(visitor, `log-${email}`)).url) });
    const entry = (await auditOfUser(database.db, id)).find(({ action }) => action === 'email.changed');
    expect([entry?.before, entry?.after]).toEqual(['"s…@example.com"', '"l…@example.com"']);
  });
});

describe('sessions', () => {
  const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36';

  test('are listed with device, place and time, and end one by one with their streams', async () => {
    const { email, id, visitor } = await newMember();
    const other = createVisitor(app);
    await other.post(
      '/sign-in',
      { email, password: PASSWORD },
      { 'Sec-Fetch-Site': 'same-origin', 'User-Agent': CHROME },
    );
    const page = await (await visitor.get('/account/sessions')).text();
    expect(page).toContain('Chrome on Windows');
    expect(page).toContain('This one');
    expect(page).toMatch(/Last seen \w{3} \d+, \d{4}/);
    const ended = sessionIdOf(other);
    expect((await visitor.post('/account/sessions/end', { session: ended })).status).toBe(303);
    expect([await reachesFeed(other), await reachesFeed(visitor)]).toEqual([false, true]);
    expect(published).toContainEqual({ topic: 'access.changed', message: { sessionId: ended, ended: true } });
    expect(await sessionsOfUser(database.db, id)).toHaveLength(1);
  });

  test('of somebody else cannot be ended', async () => {
    const [one, two] = [await newMember(), await newMember()];
    expect((await one.visitor.post('/account/sessions/end', { session: sessionIdOf(two.visitor) })).status).toBe(404);
    expect(await reachesFeed(two.visitor)).toBe(true);
  });

  test('end everywhere else, or everywhere', async () => {
    const { email, id, visitor } = await newMember();
    const [second, third] = [await signedIn(app, email), await signedIn(app, email)];
    await visitor.post('/account/sessions/end-others', {});
    expect([await reachesFeed(visitor), await reachesFeed(second), await reachesFeed(third)]).toEqual([
      true,
      false,
      false,
    ]);
    const fourth = await signedIn(app, email);
    await visitor.post('/account/sessions/end-all', {});
    expect([await reachesFeed(visitor), await reachesFeed(fourth)]).toEqual([false, false]);
    expect((await actionsOf(id)).filter((action) => action === 'sessions.ended')).toHaveLength(2);
  });

  test('know when and where they were last used', async () => {
    const { id, visitor } = await newMember();
    await database.sql`update sessions set last_seen_at = now() - interval '2 hours', address = '192.0.2.1' where user_id = ${id}`;
    await visitor.get('/feed');
    const [row] = await sessionsOfUser(database.db, id);
    expect(Date.now() - (row?.lastSeenAt.getTime() ?? 0)).toBeLessThan(60_000);
    expect(row?.address).toBe('unknown');
  });

  test.each([
    [CHROME, 'Chrome on Windows'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
    ],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    ['curl/8.5.0', 'Another program'],
    [null, 'Another program'],
  ])('call %s by its name', (userAgent, words) => {
    expect(deviceWords(userAgent)).toBe(words);
  });
});

test('the profile shows address, plan and the terms accepted', async () => {
  const { email, visitor } = await newMember();
  const page = await (await visitor.get('/account')).text();
  for (const words of [email, 'Free', 'Version 2026-']) expect(page).toContain(words);
  const security = await (await visitor.get('/account/security')).text();
  expect(security).toContain('You are signed in here alone.');
});
