import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { accountTokens } from '../../src/db/schema/account-tokens.ts';
import { rateLimits } from '../../src/db/schema/rate-limits.ts';
import { createApp } from '../../src/web/app.ts';
import { newRecoveryCodes, recoveryCodeHash } from '../../src/web/auth/second-factor/recovery-codes.ts';
import { currentCode } from '../../src/web/auth/second-factor/totp.ts';
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
  type Visitor,
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
const newMember = async () => {
  serial += 1;
  const email = `user-of-tokens-${serial}@example.com`;
  return { email, id: await addMember(database.db, { email }) };
};
const tokenOf = (url: string): string => new URL(url).searchParams.get('token') ?? '';
const PHRASE = 'a phrase of four words';

/** A thing that works once: each call of `use` is somebody who presents it, in a browser that could. */
interface Once {
  readonly use: () => Promise<Response>;
  /** What shows that it worked. */
  readonly worked: (response: Response) => boolean;
  /** Whether it stands in `account_tokens`, and for whom: then it also has an end. */
  readonly userId: string | null;
}
const leadsTo = (path: RegExp) => (response: Response) =>
  response.status === 303 && path.test(response.headers.get('Location') ?? '');
/** The same browser as before: cookies as they were, whatever an earlier answer changed. */
const twin = (visitor: Visitor): Visitor => {
  const other = createVisitor(app);
  other.cookie = visitor.cookie;
  return other;
};

const withPassword = async (email: string): Promise<Visitor> => {
  const visitor = createVisitor(app);
  await visitor.post('/sign-in', { email, password: PASSWORD });
  return visitor;
};

type Kind = (typeof accountTokens.kind.enumValues)[number] | 'mailed-code' | 'authenticator-code' | 'recovery-code';

const KINDS: Readonly<Record<Kind, () => Promise<Once>>> = {
  'verify-email': async () => {
    const email = `proof-${crypto.randomUUID()}@example.com`;
    const visitor = createVisitor(app);
    await visitor.post('/sign-up', { email, password: PHRASE, terms: 'accepted' });
    const token = tokenOf((await mailTo(database.db, email, 'verify-email')).url);
    const [row] = await database.sql`select id from users where email = ${email}`;
    const use = () => twin(visitor).post('/verify', { token });
    return { use, worked: leadsTo(/^\/feed$/), userId: String(row?.['id']) };
  },
  'mailed-code': async () => {
    const email = `code-${crypto.randomUUID()}@example.com`;
    const visitor = createVisitor(app);
    await visitor.post('/sign-up', { email, password: PHRASE, terms: 'accepted' });
    const { code } = await mailTo(database.db, email, 'verify-email');
    const [row] = await database.sql`select id from users where email = ${email}`;
    const use = () => twin(visitor).post('/verify', { code });
    return { use, worked: leadsTo(/^\/feed$/), userId: String(row?.['id']) };
  },
  'reset-password': async () => {
    const { email, id } = await newMember();
    await createVisitor(app).post('/forgot', { email });
    const token = tokenOf((await mailTo(database.db, email, 'reset-password')).url);
    const use = () => createVisitor(app).post('/reset', { token, password: PHRASE });
    return { use, worked: leadsTo(/^\/sign-in/), userId: id };
  },
  'new-email': async () => {
    const { email, id } = await newMember();
    const visitor = await signedIn(app, email);
    await visitor.post('/account/email', { email: `n-${email}` });
    const token = tokenOf((await mailTo(database.db, `n-${email}`, 'confirm-new-email')).url);
    return {
      use: () => visitor.post('/account/email/confirm', { token }),
      worked: leadsTo(/^\/account\?/),
      userId: id,
    };
  },
  'undo-email': async () => {
    const { email, id } = await newMember();
    const visitor = await signedIn(app, email);
    await visitor.post('/account/email', { email: `n-${email}` });
    const token = tokenOf((await mailTo(database.db, `n-${email}`, 'confirm-new-email')).url);
    await visitor.post('/account/email/confirm', { token });
    const undo = tokenOf((await mailTo(database.db, email, 'email-changed')).revertUrl);
    const use = () => createVisitor(app).post('/email/undo', { token: undo });
    return { use, worked: leadsTo(/^\/reset\?token=/), userId: id };
  },
  'second-factor': async () => {
    const { email, id } = await newMember();
    await giveSecondFactor(database.db, id, email);
    const visitor = await withPassword(email);
    // The ticket is what is presented twice: the code itself is fresh each time.
    const use = async () => twin(visitor).post('/sign-in/code', { code: await freshCode(email) });
    return { use, worked: leadsTo(/^\/feed$/), userId: id };
  },
  'authenticator-code': async () => {
    const { email, id } = await newMember();
    const secret = await giveSecondFactor(database.db, id, email);
    const code = currentCode(secret);
    const use = async () => (await withPassword(email)).post('/sign-in/code', { code });
    return { use, worked: leadsTo(/^\/feed$/), userId: null };
  },
  'recovery-code': async () => {
    const { email, id } = await newMember();
    await giveSecondFactor(database.db, id, email);
    const [code = ''] = newRecoveryCodes();
    const hash = recoveryCodeHash(siteDeps(database).vault, id, code);
    await database.sql`insert into recovery_codes (code_hash, user_id) values (${hash}, ${id})`;
    const use = async () => (await withPassword(email)).post('/sign-in/code', { code });
    return { use, worked: leadsTo(/^\/feed$/), userId: null };
  },
};

test('every kind of token that the database knows is here', () => {
  expect(Object.keys(KINDS)).toEqual(expect.arrayContaining([...accountTokens.kind.enumValues]));
});

describe.each(Object.entries(KINDS))('a %s', (_kind, make) => {
  test('works once, and not again', async () => {
    const { use, worked } = await make();
    expect(worked(await use())).toBe(true);
    for (let again = 0; again < 2; again++) expect(worked(await use())).toBe(false);
  });

  test('works for one of four who present it at the same moment', async () => {
    const { use, worked } = await make();
    const answers = await Promise.all([use(), use(), use(), use()]);
    expect(answers.filter(worked)).toHaveLength(1);
  });

  test('does not work after its end', async () => {
    const { use, worked, userId } = await make();
    if (userId === null) return;
    const [row] =
      await database.sql`select max(expires_at) > now() as living from account_tokens where user_id = ${userId}`;
    expect(row?.['living']).toBe(true);
    await database.sql`update account_tokens set expires_at = now() where user_id = ${userId}`;
    expect(worked(await use())).toBe(false);
  });
});

test('a token of one kind is none of another', async () => {
  const doors: Readonly<Record<string, (token: string) => Promise<Response>>> = {
    'reset-password': (token) => createVisitor(app).post('/reset', { token, password: PHRASE }),
    'undo-email': (token) => createVisitor(app).post('/email/undo', { token }),
    'verify-email': (token) => createVisitor(app).post('/verify', { token, password: PASSWORD }),
  };
  const { email } = await newMember();
  await createVisitor(app).post('/forgot', { email });
  const token = tokenOf((await mailTo(database.db, email, 'reset-password')).url);
  for (const [kind, open] of Object.entries(doors))
    if (kind !== 'reset-password') expect((await open(token)).status, kind).toBe(422);
  expect((await doors['reset-password']?.(token))?.status).toBe(303);
});
