import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, spyOn, test } from 'bun:test';
import { rateLimits } from '../../src/db/schema/rate-limits.ts';
import { createApp } from '../../src/web/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  addMember,
  createVisitor,
  giveSecondFactor,
  PASSWORD,
  signedIn,
  siteDeps,
  type Visitor,
} from '../support/site.ts';

let database: TestDatabase;
let app: ReturnType<typeof createApp>;
const KNOWN = 'known@example.com';
const GUARDED = 'guarded@example.com';

beforeAll(async () => {
  database = await createTestDatabase();
  app = createApp(siteDeps(database));
  await addMember(database.db, { email: KNOWN });
  const id = await addMember(database.db, { email: GUARDED });
  await giveSecondFactor(database.db, id, GUARDED);
  await addMember(database.db, { email: 'asker@example.com' });
});
beforeEach(async () => {
  await database.db.delete(rateLimits);
});
afterAll(() => database.drop());

let serial = 0;
const nobody = (): string => {
  serial += 1;
  return `nobody-${serial}@example.com`;
};

interface Door {
  readonly name: string;
  /** Whether what it does takes the same fixed time for everybody. */
  readonly even: boolean;
  readonly ask: (visitor: Visitor, email: string) => Promise<Response>;
}
const DOORS: readonly Door[] = [
  {
    name: 'signing in with a wrong password',
    even: false,
    ask: (visitor, email) => visitor.post('/sign-in', { email, password: 'not the right one' }),
  },
  {
    name: 'signing up',
    even: true,
    ask: (visitor, email) => visitor.post('/sign-up', { email, password: 'a phrase of four words', terms: 'accepted' }),
  },
  { name: 'asking for a new password', even: true, ask: (visitor, email) => visitor.post('/forgot', { email }) },
];

/** Everything an answer tells, but for what is random and what was typed. */
const told = async (response: Response, email: string): Promise<unknown> => {
  const headers = [...response.headers]
    .filter(([name]) => name !== 'content-security-policy')
    .map(([name, value]) => `${name}: ${value.replace(/=[\w-]{43};/, '=TICKET;')}`);
  const body = (await response.text()).replaceAll(/nonce="[^"]*"/g, '').replaceAll(email, 'EMAIL');
  return { status: response.status, headers, body };
};
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

describe.each(DOORS)('$name', ({ ask, even }) => {
  test('tells the same of an address with an account and of one without', async () => {
    for (const known of [KNOWN, GUARDED]) {
      const unknown = nobody();
      const [a, b] = [await ask(createVisitor(app), known), await ask(createVisitor(app), unknown)];
      expect(await told(a, known)).toEqual(await told(b, unknown));
    }
  });

  test('takes as long, by the medians of nine runs each in turn', async () => {
    const took = async (email: string): Promise<number> => {
      await database.db.delete(rateLimits);
      const visitor = createVisitor(app);
      const from = performance.now();
      await ask(visitor, email);
      return performance.now() - from;
    };
    const [known, unknown]: [number[], number[]] = [[], []];
    for (let run = 0; run < 9; run++) {
      known.push(await took(KNOWN));
      unknown.push(await took(nobody()));
    }
    const ratio = median(unknown) / median(known);
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.7);
    // Where the work differs, the answer waits for a fixed time that covers both.
    if (even) for (const ms of [...known, ...unknown]) expect(ms).toBeGreaterThanOrEqual(345);
  }, 30_000);
});

describe('the work itself', () => {
  const hashed = spyOn(Bun.password, 'hash');
  const verified = spyOn(Bun.password, 'verify');
  afterEach(() => {
    hashed.mockClear();
    verified.mockClear();
  });

  test('is one check of a password at every sign-in, for the longest password too', async () => {
    await createVisitor(app).post('/sign-in', { email: nobody(), password: 'warms the comparison up' });
    for (const email of [KNOWN, GUARDED, nobody(), 'no address at all', '']) {
      hashed.mockClear();
      verified.mockClear();
      await createVisitor(app).post('/sign-in', { email, password: 'x'.repeat(4_096) });
      expect([verified.mock.calls.length, hashed.mock.calls.length], email).toEqual([1, 0]);
    }
  });

  test('is one hash at every sign-up', async () => {
    for (const email of [KNOWN, nobody()]) {
      hashed.mockClear();
      await createVisitor(app).post('/sign-up', { email, password: 'a phrase of four words', terms: 'accepted' });
      expect(hashed.mock.calls.length, email).toBe(1);
    }
  });
});

test('changing to an address that somebody has looks like changing to a free one', async () => {
  const visitor = await signedIn(app, 'asker@example.com');
  const free = nobody();
  const answers = [
    await visitor.post('/account/email', { email: KNOWN }),
    await visitor.post('/account/email', { email: free }),
  ];
  const [taken, open] = [await told(answers[0] as Response, KNOWN), await told(answers[1] as Response, free)];
  expect(taken).toEqual(open);
});

test('that an account has a second factor, or is closed, is told only to whoever knows its password', async () => {
  await addMember(database.db, { email: 'closed@example.com' });
  await database.sql`update users set banned_at = now() where email = 'closed@example.com'`;
  for (const email of [GUARDED, 'closed@example.com']) {
    const unknown = nobody();
    const wrong = await createVisitor(app).post('/sign-in', { email, password: 'not the right one' });
    const none = await createVisitor(app).post('/sign-in', { email: unknown, password: 'not the right one' });
    expect(await told(wrong, email)).toEqual(await told(none, unknown));
  }
  const right = await createVisitor(app).post('/sign-in', { email: 'closed@example.com', password: PASSWORD });
  expect([right.status, await right.text()]).toEqual([401, expect.stringContaining('This account is closed')]);
});
