import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { rateLimits } from '../../src/db/schema/rate-limits.ts';
import { createApp } from '../../src/web/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { addMember, createVisitor, PASSWORD, signedIn, siteDeps, type Visitor } from '../support/site.ts';
import { exampleView } from '../support/view.ts';
import { KNOWN_ROUTES } from './routes.ts';

let database: TestDatabase;
let app: ReturnType<typeof createApp>;
let operator: Visitor;
let stranger: Visitor;

beforeAll(async () => {
  database = await createTestDatabase();
  const base = siteDeps(database);
  (base.engine as unknown as { show(view: unknown): void }).show(exampleView());
  app = createApp(base);
  await addMember(database.db, { email: 'operator@example.com', role: 'operator', tier: 'premium' });
  operator = await signedIn(app, 'operator@example.com');
  stranger = createVisitor(app);
});
beforeEach(async () => {
  await database.db.delete(rateLimits);
});
afterAll(() => database.drop());

const HOSTILE = [
  `"><img src=x onerror=alert(1)>`,
  `'><svg onload=alert(1)>`,
  '<script>alert(1)</script>',
  '</title><script>alert(1)</script>',
  'javascript:alert(1)',
  '{{7*7}}',
  'a\0b',
  '\u202Egnp.exe',
  '%3Cscript%3E',
  `x' or '1'='1`,
] as const;

const isHtml = (response: Response): boolean => (response.headers.get('Content-Type') ?? '').includes('text/html');
const LINKS = ['href', 'src', 'action', 'formaction', 'hx-get'];
/** What a browser would run or follow: read by a parser, as a browser reads it. */
const alive = (html: string): Promise<string[]> => {
  const found: string[] = [];
  const rewriter = new HTMLRewriter().on('*', {
    element(element) {
      const { tagName } = element;
      if (tagName === 'script' && !element.getAttribute('nonce')) found.push('a script of its own');
      if (tagName === 'img' && element.getAttribute('src') === 'x') found.push('an image');
      for (const [name = '', value = ''] of element.attributes) {
        if (/^on/i.test(name)) found.push(`${tagName} ${name}`);
        if (LINKS.includes(name) && /^\s*javascript:/i.test(value)) found.push(`${tagName} ${name}=${value}`);
      }
    },
  });
  return rewriter
    .transform(new Response(html))
    .text()
    .then(() => found);
};

test('the eye for living text sees it', async () => {
  for (const text of HOSTILE.slice(0, 4)) expect(await alive(`<p>${text}</p>`)).not.toEqual([]);
  expect(await alive('<a href="javascript:alert(1)">x</a>')).not.toEqual([]);
  expect(await alive('<input value="&quot;&gt;&lt;img src=x onerror=alert(1)&gt;">')).toEqual([]);
});

const readable = KNOWN_ROUTES.filter(
  ({ method, access }) => method === 'GET' && access !== 'api' && access !== 'stream',
);

interface Form {
  readonly page: string;
  readonly action: string;
  readonly fields: readonly string[];
}
/** The forms of a page, by what they post. */
const formsOf = (page: string, html: string): Form[] =>
  [...html.matchAll(/<form[^>]*method="post"[^>]*action="([^"]+)"[^>]*>([\s\S]*?)<\/form>/g)].map((match) => ({
    page,
    action: match[1] ?? '',
    fields: [...(match[2] ?? '').matchAll(/<(?:input|select|textarea)[^>]*\sname="([^"]+)"/g)].map(
      (field) => field[1] ?? '',
    ),
  }));

describe('hostile text in the address', () => {
  test.each(readable.map(({ name, path }) => [name, path] as const))(
    '%s shows it as text or not at all',
    async (_name, path) => {
      for (const text of HOSTILE) {
        const query = ['q', 'return', 'token', 'after', 'done', 'tier', 'interval', 'session_id', 'code', 'search']
          .map((name) => `${name}=${encodeURIComponent(text)}`)
          .join('&');
        for (const visitor of [stranger, operator]) {
          const response = await visitor.get(`${path}?${query}`);
          expect(response.status).toBeLessThan(500);
          if (isHtml(response)) expect(await alive(await response.text())).toEqual([]);
          expect(response.headers.get('Location') ?? '/').toMatch(/^\/(?![/\\])/);
        }
      }
    },
    30_000,
  );
});

test('hostile text in any field of any form is shown as text, breaks nothing, and stays text where it is kept', async () => {
  const forms: Form[] = [];
  for (const { path } of readable)
    for (const visitor of [stranger, operator]) {
      const response = await visitor.get(path);
      if (isHtml(response)) forms.push(...formsOf(path, await response.text()));
    }
  const posted = new Set<string>();
  const leaves = /sign-out|end-all|data\/delete|second-factor\/remove|sessions\/end/;
  for (const { action, fields } of forms) {
    const key = `${action} ${fields.join(',')}`;
    if (posted.has(key) || leaves.test(action) || !action.startsWith('/')) continue;
    posted.add(key);
    for (const text of HOSTILE) {
      await database.db.delete(rateLimits);
      const who = action.startsWith('/account') || action.startsWith('/admin') ? operator : createVisitor(app);
      const filled = Object.fromEntries(
        fields.map((name) => [name, name === 'confirm' || name === 'terms' ? 'accepted' : text]),
      );
      const response = await who.post(action, filled);
      expect(response.status, `${action} with ${text}`).toBeLessThan(500);
      if (isHtml(response)) expect(await alive(await response.text()), `${action} with ${text}`).toEqual([]);
      // Linking Discord begins there, whatever was typed.
      const elsewhere = action === '/account/chats/discord' ? /^https:\/\/discord\.example\/oauth2\/authorize\?/ : null;
      expect(response.headers.get('Location') ?? '/').toMatch(elsewhere ?? /^\/(?![/\\])/);
    }
  }
  expect([...posted].map((key) => key.split(' ')[0])).toEqual(
    expect.arrayContaining([
      '/sign-up',
      '/sign-in',
      '/forgot',
      '/account/email',
      '/account/password',
      '/account/api/keys',
      '/admin/kill',
    ]),
  );
  for (const { path } of readable) {
    const response = await operator.get(path);
    if (isHtml(response)) expect(await alive(await response.text()), path).toEqual([]);
  }
}, 120_000);

test('what browsers say of themselves is shown as text', async () => {
  await addMember(database.db, { email: 'odd@example.com' });
  const visitor = createVisitor(app);
  const headers = {
    'Sec-Fetch-Site': 'same-origin',
    'User-Agent': '<script>alert(1)</script> Chrome/1',
    'X-Forwarded-For': '<b>',
  };
  await visitor.post('/sign-in', { email: 'odd@example.com', password: PASSWORD }, headers);
  const page = await (await visitor.get('/account/sessions')).text();
  expect(page).toContain('Chrome');
  expect(await alive(page)).toEqual([]);
});
