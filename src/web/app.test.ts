import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { addMember, createVisitor, PASSWORD, signedIn, siteDeps } from '../../tests/support/site.ts';
import { createApp } from './app.ts';
import { ROUTES } from './routes.ts';

let database: TestDatabase;
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  database = await createTestDatabase();
  app = createApp(siteDeps(database));
  await addMember(database.db, { email: 'free@example.com' });
  await addMember(database.db, { email: 'operator@example.com', role: 'operator', tier: 'premium' });
});
afterAll(() => database.drop());

const examplePath = (pattern: string): string =>
  pattern.replace('/*', '/css/base.css').replace(':kind', 'market-close').replace(':date', '2026-11-20');

const named = Object.entries(ROUTES).map(([name, access]) => {
  const [method = '', pattern = ''] = name.split(' ');
  return { name, method, path: examplePath(pattern), access };
});

test('every registered route is in the table of classes, and every class has its route', () => {
  const registered = new Set(
    app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`),
  );
  expect(registered.size).toBeGreaterThan(10);
  expect([...registered].sort()).toEqual(Object.keys(ROUTES).sort());
});

describe.each(named.filter(({ access }) => access !== 'public' && access !== 'webhook'))(
  '$name',
  ({ method, path, access }) => {
    const ask = (visitor: ReturnType<typeof createVisitor>): Promise<Response> =>
      method === 'GET' ? visitor.get(path) : visitor.post(path, {});

    test('lets no stranger in', async () => {
      const response = await ask(createVisitor(app));
      if (access === 'stream' || access === 'api') {
        expect(response.status).toBe(401);
        expect(response.headers.get('Location')).toBeNull();
      } else {
        expect(response.status).toBe(303);
        expect(response.headers.get('Location')).toBe('/sign-in');
      }
      expect(response.headers.get('Cache-Control')).toBe('private, no-store');
    });
  },
);

test.each(named.filter(({ access }) => access === 'webhook'))(
  '$name takes nothing that is not signed, whoever is signed in and wherever it comes from',
  async ({ path }) => {
    const member = await signedIn(app, 'free@example.com');
    for (const visitor of [createVisitor(app), member])
      for (const headers of [{}, { 'Sec-Fetch-Site': 'cross-site' }])
        expect((await visitor.post(path, { type: 'invoice.paid' }, headers)).status).toBeGreaterThanOrEqual(400);
  },
);

test.each(named.filter(({ access }) => access === 'operator'))(
  '$name does not exist for members',
  async ({ method, path }) => {
    const member = await signedIn(app, 'free@example.com');
    const response = method === 'GET' ? await member.get(path) : await member.post(path, {});
    expect(response.status).toBe(404);
  },
);

test('a public page that names who is signed in is kept by no cache', async () => {
  const member = await signedIn(app, 'free@example.com');
  for (const path of ['/', '/status', '/nowhere']) {
    const response = await member.get(path);
    expect(await response.text()).toContain('free@example.com');
    expect(response.headers.get('Cache-Control')).toBe('private, no-store');
    expect((await createVisitor(app).get(path)).headers.get('Cache-Control')).toBe('no-cache');
  }
});

test('a page fragment asked for after the session ended sends the browser to sign in', async () => {
  const response = await createVisitor(app).get('/admin/now', { 'HX-Request': 'true' });
  expect(response.status).toBe(401);
  expect(response.headers.get('HX-Redirect')).toBe('/sign-in');
});

test('every answer carries the security headers, errors and streams included', async () => {
  const member = await signedIn(app, 'free@example.com');
  const answers = [
    await member.get('/'),
    await member.get('/feed'),
    await member.get('/live'),
    await member.get('/nowhere'),
    await member.get('/assets/css/base.css'),
    await member.post('/sign-out', {}, {}),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404, 200, 403]);
  for (const { headers } of answers) {
    const policy = headers.get('Content-Security-Policy') ?? '';
    expect(policy).toMatch(/script-src 'nonce-[\w-]{22}';/);
    expect(policy).not.toContain('unsafe');
    for (const directive of [
      "default-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "form-action 'self'",
    ])
      expect(policy).toContain(directive);
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('Referrer-Policy')).toBe('same-origin');
    expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
    expect(headers.get('Permissions-Policy')).toContain('camera=()');
    expect(headers.get('Strict-Transport-Security')).toBeNull();
  }
});

test('no two answers share a nonce, and a page uses its own', async () => {
  const nonceIn = (response: Response): string =>
    /'nonce-([\w-]+)'/.exec(response.headers.get('Content-Security-Policy') ?? '')?.[1] ?? '';
  const member = await signedIn(app, 'free@example.com');
  const [one, two] = [await member.get('/feed'), await member.get('/feed')];
  expect(nonceIn(one)).not.toBe(nonceIn(two));
  const text = await one.text();
  expect(text).toContain(`hx-nonce="${nonceIn(one)}"`);
  expect(text).not.toMatch(/<script(?![^>]*nonce=)/);
  expect(text).not.toMatch(/\sstyle=|<style|\son\w+=/);
});

test('pages of members are never stored by caches', async () => {
  const member = await signedIn(app, 'free@example.com');
  for (const path of ['/feed', '/reports']) {
    const response = await member.get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('Cache-Control')).toBe('private, no-store');
  }
});

test('files are kept for good under their hash and checked again without it', async () => {
  const page = await (await app.request('http://localhost:3000/')).text();
  const href = /href="(\/assets\/css\/base\.css\?v=[\w-]+)"/.exec(page)?.[1] ?? '';
  expect(href).not.toBe('');
  const kept = await app.request(`http://localhost:3000${href}`);
  expect(kept.headers.get('Cache-Control')).toContain('immutable');
  const etag = kept.headers.get('ETag') ?? '';
  const again = await app.request('http://localhost:3000/assets/css/base.css', { headers: { 'If-None-Match': etag } });
  expect(again.status).toBe(304);
  for (const path of ['/assets/../package.json', '/assets/%2e%2e/package.json', '/assets/css'])
    expect((await app.request(`http://localhost:3000${path}`)).status).toBe(404);
});

test('every page names the sandboxed vendors and carries the disclaimers', async () => {
  const operator = await signedIn(app, 'operator@example.com');
  for (const path of ['/', '/feed', '/reports', '/admin', '/status', '/nowhere']) {
    const text = await (await operator.get(path)).text();
    expect(text).toContain('Interactive Brokers and Alpha Vantage are simulated on this machine');
    expect(text).toContain('seed 1 at 1×');
    expect(text).toContain('Information, not advice.');
    expect(text).toContain('You can lose money.');
    expect(text).toContain('Simulated results are hypothetical.');
  }
});

test('a failure is logged and told to nobody', async () => {
  const logged: unknown[] = [];
  const engine = {
    ...siteDeps(database).engine,
    status: () => {
      throw new Error('secret detail');
    },
  };
  const broken = createApp(siteDeps(database, { engine, log: (...line) => logged.push(line) }));
  const response = await broken.request('http://localhost:3000/status');
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('secret detail');
  expect(logged).toHaveLength(1);
});

test('health answers without a session and says nothing more', async () => {
  const response = await app.request('http://localhost:3000/healthz');
  expect([response.status, await response.text()]).toEqual([200, 'ok']);
});

test('behind a real server each visitor has their own address for the limits', async () => {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: app.fetch });
  try {
    const body = new URLSearchParams({ email: 'free@example.com', password: PASSWORD });
    const headers = { 'Sec-Fetch-Site': 'same-origin', 'X-Forwarded-For': '6.6.6.6' };
    await fetch(new URL('/sign-in', server.url), { method: 'POST', body, headers, redirect: 'manual' });
    const [row] = await database.sql`select address from sessions order by created_at desc limit 1`;
    expect(row?.['address']).toBe('127.0.0.1');
  } finally {
    await server.stop(true);
  }
});
