import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createApp } from '../../src/web/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { addMember, signedIn, siteDeps, type Visitor } from '../support/site.ts';
import { KNOWN_ROUTES } from './routes.ts';

let database: TestDatabase;
let operator: Visitor;

beforeAll(async () => {
  database = await createTestDatabase();
  const app = createApp(siteDeps(database));
  await addMember(database.db, { email: 'operator@example.com', role: 'operator', tier: 'premium' });
  operator = await signedIn(app, 'operator@example.com');
});
afterAll(() => database.drop());

const REFUSAL = 'Refused: this request did not come from our own pages.';
const unsafe = KNOWN_ROUTES.filter(({ method }) => method !== 'GET');

test('there are changes to guard, and nothing but GET reads', () => {
  expect(unsafe.length).toBeGreaterThan(30);
  expect(new Set(unsafe.map(({ method }) => method))).toEqual(new Set(['POST']));
});

/** Whoever could do the most is signed in: only where the request comes from is wrong. */
describe.each(unsafe.filter(({ access }) => access !== 'webhook'))('$name', ({ path }) => {
  test.each([
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a sibling site', { 'Sec-Fetch-Site': 'same-site' }],
    ['another site that claims our origin', { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://localhost:3000' }],
    ['another origin', { Origin: 'https://evil.example' }],
    ['an origin that hides itself', { Origin: 'null' }],
    ['nobody who says where from', {}],
  ])('is refused when %s asks', async (_who, headers) => {
    const response = await operator.post(
      path,
      { confirm: 'yes', reason: 'a forged one' },
      headers as Record<string, string>,
    );
    expect(response.status).toBe(403);
    expect(await response.text()).toBe(REFUSAL);
    expect(response.headers.get('Set-Cookie')).toBeNull();
  });
});

test('what comes from our own pages is let through', async () => {
  for (const headers of [
    { 'Sec-Fetch-Site': 'same-origin' },
    { 'Sec-Fetch-Site': 'none' },
    { Origin: 'http://localhost:3000' },
  ])
    expect((await operator.post('/nowhere', {}, headers as Record<string, string>)).status).toBe(404);
});

test('webhooks are exempt by their own path alone', async () => {
  const hooks = KNOWN_ROUTES.filter(({ access }) => access === 'webhook');
  expect(hooks.map(({ name }) => name)).toEqual(['POST /webhooks/stripe']);
  for (const { path } of hooks) {
    expect(await (await operator.post(path, {}, { Origin: 'https://evil.example' })).text()).not.toBe(REFUSAL);
    for (const near of [`${path}/`, `${path}/x`, path.toUpperCase(), `${path}%2F`])
      expect((await operator.post(near, {}, { Origin: 'https://evil.example' })).status, near).toBe(403);
  }
});

test('none of the forged requests did anything', async () => {
  const [commands] = await database.sql`select count(*)::int as n from commands`;
  const [live] = await database.sql`select count(*)::int as n from sessions`;
  const [people] = await database.sql`select count(*)::int as n from users where deleted_at is null`;
  expect([commands?.['n'], live?.['n'], people?.['n']]).toEqual([0, 1, 1]);
});
