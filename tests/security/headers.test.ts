import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createApp } from '../../src/web/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
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
import { KNOWN_ROUTES } from './routes.ts';

let database: TestDatabase;
let secure: ReturnType<typeof createApp>;
let operator: Visitor;
const OPERATOR = 'operator@example.com';
const ORIGIN = 'https://quanticity.example';

beforeAll(async () => {
  database = await createTestDatabase();
  const base = siteDeps(database);
  const options = { ...base.options, publicUrl: new URL(ORIGIN), secureCookies: true };
  secure = createApp({ ...base, options });
  await addMember(database.db, { email: OPERATOR, role: 'operator', tier: 'premium' });
  operator = await signedIn(createApp(base), OPERATOR);
  // The same session, under the name that it has over TLS.
  operator.cookie = operator.cookie.replace(/^quanticity=/, '__Host-quanticity=');
});
afterAll(() => database.drop());

const ask = (method: string, path: string, cookie: string): Response | Promise<Response> =>
  secure.request(`${ORIGIN}${path}`, {
    method,
    headers: { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' },
    ...(method === 'POST' && { body: new URLSearchParams({ confirm: 'no' }) }),
  });

/** Of ASVS 5.0, chapter 3 (web front end), as the study of the field names them. */
const EVERYWHERE: readonly (readonly [item: string, name: string, rule: RegExp])[] = [
  ['HSTS of at least a year', 'Strict-Transport-Security', /max-age=(3[2-9]\d{6}|[4-9]\d{7}|\d{9,})/],
  ['no plug-ins', 'Content-Security-Policy', /object-src 'none'/],
  ['no other base', 'Content-Security-Policy', /base-uri 'none'/],
  ['in nobody’s frame', 'Content-Security-Policy', /frame-ancestors 'none'/],
  ['scripts by nonce alone', 'Content-Security-Policy', /script-src 'nonce-[\w-]{22}'(;|$)/],
  ['no script out of text', 'Content-Security-Policy', /require-trusted-types-for 'script'/],
  ['types as they are told', 'X-Content-Type-Options', /^nosniff$/],
  ['addresses stay with us', 'Referrer-Policy', /^same-origin$/],
  ['windows of our own', 'Cross-Origin-Opener-Policy', /^same-origin$/],
  ['nobody else’s resource', 'Cross-Origin-Resource-Policy', /^same-origin$/],
];

const changes = new Set(['POST /sign-out', 'POST /account/sessions/end-all', 'POST /admin/kill']);

describe.each(KNOWN_ROUTES.filter(({ name }) => !changes.has(name)))('$name', ({ method, path, access }) => {
  test('answers strangers and operators with every header', async () => {
    for (const cookie of ['', operator.cookie]) {
      const response = await ask(method, path, cookie);
      for (const [item, name, rule] of EVERYWHERE) expect(response.headers.get(name) ?? 'none', item).toMatch(rule);
      expect(response.headers.get('Content-Security-Policy')).not.toMatch(/unsafe|\*/);
      expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
      if (access !== 'public') expect(response.headers.get('Cache-Control')).toMatch(/no-store/);
      await response.body?.cancel();
    }
  });
});

test('errors carry them too: no page, a form too large, a forged request, a method that is not', async () => {
  const answers = [
    await ask('GET', '/nowhere', ''),
    await ask('DELETE', '/account', operator.cookie),
    await secure.request(`${ORIGIN}/sign-in`, { method: 'POST' }),
    await secure.request(`${ORIGIN}/sign-in`, {
      method: 'POST',
      headers: { 'Sec-Fetch-Site': 'same-origin' },
      body: 'x'.repeat(70_000),
    }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 403, 413]);
  for (const { headers } of answers)
    for (const [item, name, rule] of EVERYWHERE) expect(headers.get(name) ?? 'none', item).toMatch(rule);
});

test('every cookie is bound to this host over TLS, out of reach of scripts and of other sites’ forms', async () => {
  const visitor = createVisitor({
    request: (input, init) => secure.request(input.replace('http://localhost:3000', ORIGIN), init),
  });
  const guarded = 'guarded@example.com';
  await giveSecondFactor(database.db, await addMember(database.db, { email: guarded }), guarded);
  const set: string[] = [];
  const note = (response: Response): Response => {
    set.push(...response.headers.getSetCookie());
    return response;
  };
  note(await visitor.post('/sign-in', { email: guarded, password: PASSWORD }));
  note(await visitor.post('/sign-in/code', { code: await freshCode(guarded) }));
  note(await visitor.post('/confirm', { password: PASSWORD, code: await freshCode(guarded) }));
  const newcomer = createVisitor({
    request: (input, init) => secure.request(input.replace('http://localhost:3000', ORIGIN), init),
  });
  note(
    await newcomer.post('/sign-up', {
      email: 'new@example.com',
      password: 'a phrase of four words',
      terms: 'accepted',
    }),
  );
  note(await visitor.post('/sign-out', {}));
  expect(new Set(set.map((cookie) => cookie.split('=')[0]))).toEqual(
    new Set(['__Host-quanticity', '__Host-quanticity-second-factor', '__Host-quanticity-sign-up']),
  );
  expect(set.length).toBeGreaterThanOrEqual(5);
  for (const cookie of set) {
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) expect(cookie).toContain(attribute);
    expect(cookie).not.toMatch(/Domain/i);
  }
});
