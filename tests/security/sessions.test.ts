import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { rateLimits } from '../../src/db/schema/rate-limits.ts';
import { createApp } from '../../src/web/app.ts';
import { currentCode } from '../../src/web/auth/second-factor/totp.ts';
import { hashToken } from '../../src/web/auth/token.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { mailTo } from '../support/mails.ts';
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
} from '../support/site.ts';

let database: TestDatabase;
let app: ReturnType<typeof createApp>;
const live = createRecordingHub();

beforeAll(async () => {
  database = await createTestDatabase();
  app = createApp(siteDeps(database, { live }));
});
beforeEach(async () => {
  await database.db.delete(rateLimits);
});
afterAll(() => database.drop());

const CHOSEN = 'A'.repeat(43);
let serial = 0;
const newMember = async () => {
  serial += 1;
  const email = `holder-${serial}@example.com`;
  return { email, id: await addMember(database.db, { email }) };
};
const sessionIn = (visitor: Visitor): string => /(?:^|; )quanticity=([\w-]{43})/.exec(visitor.cookie)?.[1] ?? '';
const opens = async (token: string): Promise<boolean> => {
  const visitor = createVisitor(app);
  visitor.cookie = `quanticity=${token}`;
  return (await visitor.get('/account')).status === 200;
};
const tokenOf = (url: string): string => new URL(url).searchParams.get('token') ?? '';

/** A way in, or a change of what a session may do. */
interface Change {
  readonly name: string;
  /** Somebody about to do it. */
  readonly begin: () => Promise<{ readonly visitor: Visitor; readonly act: () => Promise<Response> }>;
}

const anonymous = async (prepare: (email: string, id: string) => Promise<(visitor: Visitor) => Promise<Response>>) => {
  const { email, id } = await newMember();
  const act = await prepare(email, id);
  const visitor = createVisitor(app);
  // Planted by somebody else, before the person signs in.
  visitor.cookie = `quanticity=${CHOSEN}`;
  return { visitor, act: () => act(visitor) };
};
const member = async (prepare: (visitor: Visitor, email: string, id: string) => Promise<() => Promise<Response>>) => {
  const { email, id } = await newMember();
  const visitor = await signedIn(app, email);
  return { visitor, act: await prepare(visitor, email, id) };
};

const WAYS: readonly Change[] = [
  {
    name: 'signing in',
    begin: () => anonymous(async (email) => (visitor) => visitor.post('/sign-in', { email, password: PASSWORD })),
  },
  {
    name: 'signing in with a second factor',
    begin: () =>
      anonymous(async (email, id) => {
        await giveSecondFactor(database.db, id, email);
        return async (visitor) => {
          await visitor.post('/sign-in', { email, password: PASSWORD });
          return visitor.post('/sign-in/code', { code: await freshCode(email) });
        };
      }),
  },
  {
    name: 'proving the address',
    begin: () =>
      anonymous(async () => async (visitor) => {
        const email = `fresh-${crypto.randomUUID()}@example.com`;
        await visitor.post('/sign-up', { email, password: 'a phrase of four words', terms: 'accepted' });
        const { url } = await mailTo(database.db, email, 'verify-email');
        return visitor.post('/verify', { token: tokenOf(url) });
      }),
  },
  {
    name: 'signing in again over a session',
    begin: () => member(async (visitor, email) => () => visitor.post('/sign-in', { email, password: PASSWORD })),
  },
  {
    name: 'confirming who one is',
    begin: () => member(async (visitor) => () => visitor.post('/confirm', { password: PASSWORD })),
  },
  {
    name: 'changing the password',
    begin: () =>
      member(async (visitor) => () => visitor.post('/account/password', { password: 'another long phrase' })),
  },
  {
    name: 'changing the address',
    begin: () =>
      member(async (visitor, email) => {
        await visitor.post('/account/email', { email: `new-${email}` });
        const { url } = await mailTo(database.db, `new-${email}`, 'confirm-new-email');
        return () => visitor.post('/account/email/confirm', { token: tokenOf(url) });
      }),
  },
  {
    name: 'turning the second factor on',
    begin: () =>
      member(async (visitor) => {
        await visitor.post('/account/second-factor/begin', {});
        const page = await (await visitor.get('/account/second-factor')).text();
        const secret = (/<code class="secret">([A-Z2-7 ]+)</.exec(page)?.[1] ?? '').replaceAll(' ', '');
        return () => visitor.post('/account/second-factor/confirm', { code: currentCode(secret) });
      }),
  },
  {
    name: 'turning the second factor off',
    begin: () =>
      member(async (visitor, email, id) => {
        await giveSecondFactor(database.db, id, email);
        return () => visitor.post('/account/second-factor/remove', {});
      }),
  },
];

describe.each(WAYS)('$name', ({ begin }) => {
  test('goes on under a new token, and the one of before opens nothing', async () => {
    const { visitor, act } = await begin();
    const before = sessionIn(visitor);
    expect(before).not.toBe('');
    const response = await act();
    expect(response.status).toBeLessThan(400);
    const after = sessionIn(visitor);
    expect(after).toMatch(/^[\w-]{43}$/);
    expect(after).not.toBe(before);
    expect([await opens(before), await opens(after)]).toEqual([false, true]);
  });
});

test('a token that somebody planted is never taken for a session, whatever it looks like', async () => {
  for (const planted of [CHOSEN, '', '0', 'null', hashToken(CHOSEN)]) expect(await opens(planted)).toBe(false);
});

describe('a session that ended', () => {
  test.each([
    ['by signing out', async (visitor: Visitor) => void (await visitor.post('/sign-out', {}))],
    ['everywhere', async (visitor: Visitor) => void (await visitor.post('/account/sessions/end-all', {}))],
    [
      'because its member was banned',
      async (_visitor: Visitor, id: string) =>
        void (await database.sql`update users set banned_at = now() where id = ${id}`),
    ],
    [
      'because it was idle',
      async (_visitor: Visitor, id: string) =>
        void (await database.sql`update sessions set expires_at = now() where user_id = ${id}`),
    ],
    [
      'at its absolute end',
      async (_visitor: Visitor, id: string) =>
        void (await database.sql`update sessions set ends_at = now() where user_id = ${id}`),
    ],
  ])('%s opens nothing: no page, no stream, no change', async (_how, end) => {
    const { email, id } = await newMember();
    const visitor = await signedIn(app, email);
    const token = sessionIn(visitor);
    expect(await opens(token)).toBe(true);
    await end(visitor, id);
    const replay = createVisitor(app);
    const cookie = `quanticity=${token}`;
    replay.cookie = cookie;
    expect((await replay.get('/feed')).headers.get('Location')).toBe('/sign-in');
    replay.cookie = cookie;
    expect((await replay.get('/live')).status).toBe(401);
    replay.cookie = cookie;
    expect((await replay.post('/account/sessions/end-others', {})).headers.get('Location')).toBe('/sign-in');
  });
});

test('nobody but the member’s own token is found by a session’s hash', async () => {
  const { email } = await newMember();
  const visitor = await signedIn(app, email);
  expect(await opens(hashToken(sessionIn(visitor)))).toBe(false);
});
