import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/database.ts';
import { addMember, signedIn, siteDeps } from '../../../../tests/support/site.ts';
import { createApp } from '../../app.ts';
import type { InboxMessage } from '../../context.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await addMember(database.db, { email: 'desk@example.com', role: 'operator' });
  await addMember(database.db, { email: 'member@example.com', tier: 'premium' });
});
afterAll(() => database.drop());

const visit = async (email: string, messages: readonly InboxMessage[] | null): Promise<Response> => {
  const app = createApp(siteDeps(database, { inbox: async () => messages }));
  return (await signedIn(app, email)).get('/sandbox/inbox');
};
const messages = ['one', '<img src=x onerror=alert(1)>'].map((content, i) => ({ channel: 'free', content, atMs: i }));

test('operators read what went out, newest first, inert whatever it holds', async () => {
  const page = await (await visit('desk@example.com', messages)).text();
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
  expect(page).not.toContain('<img src=x');
  expect(page.indexOf('onerror')).toBeLessThan(page.indexOf('<pre>one'));
  expect(page).toContain('Nothing yet.');
});

test('a sandbox that does not answer is said to be away, and members never see the page', async () => {
  expect(await (await visit('desk@example.com', null)).text()).toContain('does not answer');
  expect((await visit('member@example.com', messages)).status).toBe(404);
});
