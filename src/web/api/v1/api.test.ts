import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/database.ts';
import { commitSignal, freezePolicyClock, shiftPolicyClock } from '../../../../tests/support/signals.ts';
import { addMember, createPuppetEngine, createVisitor, signedIn, siteDeps } from '../../../../tests/support/site.ts';
import { exampleView } from '../../../../tests/support/view.ts';
import { auditOfUser } from '../../../db/queries/audit.ts';
import { insertReport } from '../../../db/queries/reports.ts';
import { giveTier } from '../../../db/queries/users.ts';
import { rateLimits } from '../../../db/schema/rate-limits.ts';
import { exampleSignal } from '../../../engine/testing/example-signal.ts';
import { createApp } from '../../app.ts';
import { hashToken } from '../../auth/token.ts';

let database: TestDatabase;
let app: ReturnType<typeof createApp>;
let engine: ReturnType<typeof createPuppetEngine>;

beforeAll(async () => {
  database = await createTestDatabase();
  engine = createPuppetEngine(database.db);
  app = createApp(siteDeps(database, { engine }));
});
beforeEach(async () => {
  await database.db.delete(rateLimits);
});
afterAll(() => database.drop());

const ACTOR = { kind: 'system', name: 'test' } as const;
let serial = 0;
const newPremium = async () => {
  serial += 1;
  const email = `trader-${serial}@example.com`;
  const id = await addMember(database.db, { email, tier: 'premium' });
  return { id, email, visitor: await signedIn(app, email) };
};
const keyIn = (page: string): string => /<code class="key-shown">(qc_[\w-]{43})<\/code>/.exec(page)?.[1] ?? '';
const makeKey = async (
  member: Awaited<ReturnType<typeof newPremium>>,
  scopes: Record<string, string> = { signals: 'yes', reports: 'yes' },
): Promise<string> => {
  const answer = await member.visitor.post('/account/api/keys', { name: 'my program', ...scopes });
  expect(answer.status).toBe(200);
  const key = keyIn(await answer.text());
  expect(key).toMatch(/^qc_/);
  return key;
};
const ask = async (path: string, key: string | null, headers: Record<string, string> = {}) => {
  const authorization = key === null ? {} : { Authorization: `Bearer ${key}` };
  const answer = await app.request(`http://localhost:3000/api/v1${path}`, {
    headers: { ...authorization, ...headers },
  });
  return {
    answer,
    status: answer.status,
    headers: answer.headers,
    body: (await answer.json()) as Record<string, unknown>,
  };
};
let committed = 0;
const commit = async (changes: Parameters<typeof exampleSignal>[0] = {}): Promise<void> => {
  committed += 1;
  await commitSignal(database.db, exampleSignal({ signalId: `api-${committed}` as never, ...changes }));
};

describe('a key', () => {
  test('is shown once, kept as a hash, listed by its first letters and written into the audit log', async () => {
    const member = await newPremium();
    const key = await makeKey(member);
    const page = await (await member.visitor.get('/account/api')).text();
    expect(page).not.toContain(key);
    expect(page).toContain(`${key.slice(0, 8)}…`);
    const [dump] = await database.sql`select string_agg(k::text, ' ') as everything from api_keys k`;
    expect(dump?.['everything']).toContain(hashToken(key));
    expect(dump?.['everything']).not.toContain(key);
    const entries = await auditOfUser(database.db, member.id);
    expect(entries.map(({ action }) => action)).toContain('api-key.created');
    expect(JSON.stringify(entries)).not.toContain(key);
  });

  test('opens what its scopes say, and tells when it was last used', async () => {
    const member = await newPremium();
    const key = await makeKey(member, { reports: 'yes' });
    expect((await ask('/reports', key)).status).toBe(200);
    const refused = await ask('/signals', key);
    expect([refused.status, refused.headers.get('Content-Type')]).toEqual([403, 'application/problem+json']);
    expect(refused.body).toMatchObject({ type: '/account/api#scope-missing', status: 403 });
    expect(await (await member.visitor.get('/account/api')).text()).toContain('Last used');
  });

  test.each([
    ['no key', null, {}],
    ['a made-up key', `qc_${'x'.repeat(43)}`, {}],
    ['a key in another form', 'sk_live_1', {}],
    ['a key as a cookie', null, { Cookie: 'Authorization=Bearer qc_x' }],
  ])('%s opens nothing', async (_what, key, headers) => {
    for (const path of ['/me', '/signals', '/signals/x', '/reports', '/reports/market-close/2026-11-20']) {
      const { status, headers: told, body } = await ask(path, key, headers as Record<string, string>);
      expect([status, told.get('WWW-Authenticate'), told.get('Content-Type')]).toEqual([
        401,
        'Bearer realm="QuantiCity"',
        'application/problem+json',
      ]);
      expect(body).not.toHaveProperty('data');
    }
  });

  test('is nothing that a session can replace, and nothing that a browser could use from another site', async () => {
    const member = await newPremium();
    const key = await makeKey(member);
    expect((await ask('/me', null, { Cookie: member.visitor.cookie })).status).toBe(401);
    const crossSite = await ask('/me', key, { Origin: 'https://evil.example' });
    expect(crossSite.headers.get('Access-Control-Allow-Origin')).toBeNull();
    expect(crossSite.headers.get('Cache-Control')).toBe('private, no-store');
    expect(crossSite.headers.getSetCookie()).toEqual([]);
    const preflight = await app.request('http://localhost:3000/api/v1/me', {
      method: 'OPTIONS',
      headers: { Origin: 'https://evil.example', 'Access-Control-Request-Headers': 'authorization' },
    });
    expect(preflight.status).toBe(404);
    expect(preflight.headers.get('Access-Control-Allow-Headers')).toBeNull();
  });

  test('opens nothing any more once it is revoked, and only its owner revokes it', async () => {
    const [member, stranger] = [await newPremium(), await newPremium()];
    const key = await makeKey(member);
    const id = (await ask('/me', key)).body['key'] as { id: string };
    expect((await stranger.visitor.post('/account/api/keys/revoke', { key: id.id })).status).toBe(404);
    expect((await stranger.visitor.post('/account/api/keys/revoke', { key: 'not an id' })).status).toBe(404);
    expect((await ask('/me', key)).status).toBe(200);
    expect((await member.visitor.post('/account/api/keys/revoke', { key: id.id })).status).toBe(303);
    expect((await ask('/me', key)).status).toBe(401);
  });

  test('follows its member’s plan from the next request, both ways', async () => {
    const member = await newPremium();
    const key = await makeKey(member);
    expect((await ask('/signals', key)).status).toBe(200);
    await giveTier(database.db, member.id, 'basic', ACTOR, 'a change of plan');
    const refused = await ask('/signals', key);
    expect([refused.status, refused.body['type']]).toEqual([403, '/account/api#plan-without-api']);
    expect((await member.visitor.post('/account/api/keys', { name: 'another', signals: 'yes' })).status).toBe(403);
    await giveTier(database.db, member.id, 'premium', ACTOR, 'a change of plan');
    expect((await ask('/signals', key)).status).toBe(200);
  });

  test('is nobody’s when its member is banned', async () => {
    const member = await newPremium();
    const key = await makeKey(member);
    await database.sql`update users set banned_at = now() where id = ${member.id}`;
    expect((await ask('/me', key)).status).toBe(401);
  });

  test('there are five of at most, each with a name and something to read', async () => {
    const member = await newPremium();
    const wish = (fields: Record<string, string>) => member.visitor.post('/account/api/keys', fields);
    expect((await wish({ name: '', signals: 'yes' })).status).toBe(422);
    expect((await wish({ name: 'x'.repeat(61), signals: 'yes' })).status).toBe(422);
    expect((await wish({ name: 'a\0b', signals: 'yes' })).status).toBe(422);
    expect((await wish({ name: 'nothing to read' })).status).toBe(422);
    for (let made = 0; made < 5; made++) await makeKey(member);
    expect((await wish({ name: 'one too many', signals: 'yes' })).status).toBe(422);
    const hostile = await newPremium();
    await hostile.visitor.post('/account/api/keys', { name: '<img src=x onerror=alert(1)>', signals: 'yes' });
    expect(await (await hostile.visitor.get('/account/api')).text()).not.toContain('<img src=x');
  });
});

describe('limits', () => {
  test('count each key by itself, tell what is left, and say how long to wait', async () => {
    const member = await newPremium();
    const [key, other] = [await makeKey(member), await makeKey(member)];
    const first = await ask('/me', key);
    expect([first.headers.get('RateLimit-Limit'), first.headers.get('RateLimit-Remaining')]).toEqual(['120', '119']);
    expect(Number(first.headers.get('RateLimit-Reset'))).toBeGreaterThan(50);
    await database.sql`update rate_limits set attempts = 119 where key like 'api.key:%'`;
    expect((await ask('/me', key)).status).toBe(200);
    const over = await ask('/me', key);
    expect([over.status, over.headers.get('RateLimit-Remaining')]).toEqual([429, '0']);
    expect(Number(over.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect((await ask('/me', other)).status).toBe(200);
    await database.sql`update rate_limits set ends_at = now() - interval '1 second' where key like 'api.key:%'`;
    expect((await ask('/me', key)).headers.get('RateLimit-Remaining')).toBe('119');
  });

  test('stop whoever guesses keys', async () => {
    for (let guess = 0; guess < 60; guess++) await ask('/me', `qc_${String(guess).padStart(43, 'x')}`);
    const refused = await ask('/me', `qc_${'y'.repeat(43)}`);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
  });
});

describe('signals', () => {
  test('come page by page, oldest first, none twice and none left out, and the cursor goes on later', async () => {
    const key = await makeKey(await newPremium());
    for (let made = 0; made < 5; made++) await commit();
    const seen: string[] = [];
    let cursor = 'start';
    for (;;) {
      const { body } = await ask(`/signals?limit=2&after=${cursor}`, key);
      const data = body['data'] as { id: string }[];
      expect(data.length).toBeLessThanOrEqual(2);
      seen.push(...data.map(({ id }) => id));
      cursor = String(body['cursor']);
      if (body['more'] === false) break;
    }
    expect(new Set(seen).size).toBe(5);
    expect((await ask(`/signals?after=${cursor}`, key)).body).toMatchObject({ data: [], cursor, more: false });
    await commit({ entryPrice: 9.75 });
    const { body } = await ask(`/signals?after=${cursor}`, key);
    expect(body['data']).toMatchObject([{ tier: 'premium', entryPrice: 9.75 }]);
    const latest = (await ask('/signals?limit=3', key)).body['data'] as { id: string }[];
    expect(latest.map(({ id }) => id)).toEqual([...seen.slice(-2), String(body['cursor'])]);
  });

  test('are shown as the feed’s own redaction, one by one too, and nothing before its time', async () => {
    const key = await makeKey(await newPremium());
    const { body } = await ask('/signals?limit=1', key);
    const [entry] = body['data'] as { id: string; signal: string }[];
    const one = await ask(`/signals/${entry?.signal}`, key);
    expect(one.body).toMatchObject({ id: entry?.signal, data: [{ id: entry?.id }] });
    await freezePolicyClock(database.db, Date.now() - 3_600_000);
    try {
      expect((await ask('/signals', key)).body['data']).toEqual([]);
      expect((await ask(`/signals/${entry?.signal}`, key)).status).toBe(404);
      expect((await ask(`/signals?after=${entry?.id}`, key)).status).toBe(410);
    } finally {
      await shiftPolicyClock(database.db, 0);
    }
  });

  test.each(['limit=0', 'limit=201', 'limit=many', 'after='])('refuse %s', async (query) => {
    const key = await makeKey(await newPremium());
    expect((await ask(`/signals?${query}`, key)).body['type']).toBe('/account/api#bad-parameter');
  });

  test.each(['not-a-cursor', crypto.randomUUID(), "' or 1=1 --"])('know no cursor %s', async (cursor) => {
    const key = await makeKey(await newPremium());
    expect((await ask(`/signals?after=${encodeURIComponent(cursor)}`, key)).status).toBe(410);
    expect((await ask(`/signals/${encodeURIComponent(cursor)}`, key)).status).toBe(404);
  });

  test('say whether silence means that nothing happened', async () => {
    const key = await makeKey(await newPremium());
    engine.show(exampleView());
    expect((await ask('/signals', key)).body['staleness']).toMatchObject({ stale: false });
    engine.become('restarting');
    expect((await ask('/signals', key)).body['staleness']).toMatchObject({ stale: true });
    engine.become('running');
    engine.show(null);
    expect((await ask('/signals', key)).body['staleness']).toMatchObject({ stale: true, engineAgeSeconds: null });
  });
});

describe('reports', () => {
  test('are those of the plan, once released', async () => {
    const key = await makeKey(await newPremium());
    const report = { kind: 'market-close', sessionDate: '2026-11-19', title: 'Market close' } as const;
    const releaseAt = new Date(Date.now() - 1_000);
    await insertReport(database.db, { ...report, tier: 'premium', html: '<p>for Premium</p>', releaseAt });
    await insertReport(database.db, { ...report, tier: 'free', html: '<p>for Free</p>', releaseAt });
    const later = { ...report, sessionDate: '2026-11-20', releaseAt: new Date(Date.now() + 3_600_000) };
    await insertReport(database.db, { ...later, tier: 'premium', html: '<p>too early</p>' });
    expect((await ask('/reports', key)).body['data']).toMatchObject([{ kind: 'market-close', date: '2026-11-19' }]);
    expect((await ask('/reports/market-close/2026-11-19', key)).body['html']).toBe('<p>for Premium</p>');
    for (const path of ['market-close/2026-11-20', 'market-close/2026-02-31', 'made-up/2026-11-19'])
      expect((await ask(`/reports/${path}`, key)).status).toBe(404);
  });
});

test('whatever is not there is told as a problem, and only under the API', async () => {
  expect((await ask('/nowhere', null)).body).toMatchObject({ status: 404, type: '/account/api#not-found' });
  expect((await createVisitor(app).get('/nowhere')).headers.get('Content-Type')).toContain('text/html');
});

test('the page tells how to use it, and Basic members what it would take', async () => {
  await addMember(database.db, { email: 'basic-reader@example.com', tier: 'basic' });
  const basic = await (await (await signedIn(app, 'basic-reader@example.com')).get('/account/api')).text();
  expect(basic).toContain('Your plan does not include the API');
  expect(basic).not.toContain('Make a key');
  const premium = await (await (await newPremium()).visitor.get('/account/api')).text();
  expect(premium).toContain('120 times a minute');
});
