import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { sql } from 'drizzle-orm';
import { rateLimits } from '../../src/db/schema/rate-limits.ts';
import { letterOf } from '../../src/distribution/mail/templates.ts';
import { createApp } from '../../src/web/app.ts';
import {
  askForDiscord,
  askOnSite,
  claimInTelegram,
  createPuppetChats,
  linkedTo,
  linkPerson,
  type PuppetChats,
} from '../support/chats.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { addMember, signedIn, siteDeps, type Visitor } from '../support/site.ts';

const PAGE = '/account/chats';
let database: TestDatabase;
let chats: PuppetChats;
let app: ReturnType<typeof createApp>;
let lines: string[] = [];
let serial = 0;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  await database.db.delete(rateLimits);
  await database.db.execute(sql`truncate chat_links, chat_memberships, chat_link_requests`);
  chats = createPuppetChats();
  lines = [];
  app = createApp(
    siteDeps(database, { chats, log: (_, message, facts) => lines.push(message + JSON.stringify(facts)) }),
  );
});
afterAll(() => database.drop());

const newMember = async (): Promise<{ readonly id: string; readonly email: string; readonly visitor: Visitor }> => {
  serial += 1;
  const email = `chats-${serial}@example.com`;
  const id = await addMember(database.db, { email, tier: 'premium' });
  return { id, email, visitor: await signedIn(app, email) };
};
const robin = { chatUserId: '6001', name: 'Robin' };
const mallory = { chatUserId: '6666', name: 'Mallory' };
const confirm = async (visitor: Visitor, chatUserId: string): Promise<string | null> =>
  (await visitor.post(`${PAGE}/telegram/confirm`, { chatUserId })).headers.get('Location');
const back = async (visitor: Visitor, query: string): Promise<string | null> =>
  (await visitor.get(`${PAGE}/discord/callback?${query}`)).headers.get('Location');
const lapse = () => database.sql`update chat_link_requests set expires_at = now() - interval '1 second'`;

describe('the token of a Telegram link', () => {
  test('is kept as a hash alone', async () => {
    const { visitor } = await newMember();
    const token = await askOnSite(visitor);
    expect(token).toHaveLength(43);
    const [dump] = await database.sql`select string_agg(r::text, ' ') as everything from chat_link_requests r`;
    expect(dump?.['everything']).toMatch(/[0-9a-f]{64}/);
    expect(dump?.['everything']).not.toContain(token);
  });

  test('is claimed by one person: a second finds it used', async () => {
    const { visitor } = await newMember();
    const token = await askOnSite(visitor);
    expect(await claimInTelegram(database.db, token, robin)).toBe('claimed');
    expect(await claimInTelegram(database.db, token, mallory)).toBe('unknown');
    // What is told twice by Telegram is the same person's, and changes nothing.
    expect(await claimInTelegram(database.db, token, robin)).toBe('claimed');
  });

  test('is worth nothing once it is used up, over, made up or replaced by a newer one', async () => {
    const { id, visitor } = await newMember();
    const used = await askOnSite(visitor);
    await claimInTelegram(database.db, used, robin);
    expect(await confirm(visitor, robin.chatUserId)).toBe(`${PAGE}?done=linked`);
    expect(await claimInTelegram(database.db, used, mallory)).toBe('unknown');
    expect(await claimInTelegram(database.db, 'x'.repeat(43), mallory)).toBe('unknown');
    const older = await askOnSite(visitor);
    const newer = await askOnSite(visitor);
    expect(await claimInTelegram(database.db, older, mallory)).toBe('unknown');
    await lapse();
    expect(await claimInTelegram(database.db, newer, mallory)).toBe('expired');
    expect(await linkedTo(database.db, id)).toEqual(['telegram 6001']);
  });

  test('links nobody without a yes on the site, and the yes is for the person who was named', async () => {
    const { id, visitor } = await newMember();
    const token = await askOnSite(visitor);
    await claimInTelegram(database.db, token, mallory);
    expect(await confirm(visitor, robin.chatUserId)).toBe(`${PAGE}?problem=over`);
    expect(await confirm(visitor, '')).toBe(`${PAGE}?problem=over`);
    expect(await linkedTo(database.db, id)).toEqual([]);
  });

  test('is confirmed in the session that asked, in time, and in no other', async () => {
    const { id, email, visitor } = await newMember();
    const other = await signedIn(app, email);
    await claimInTelegram(database.db, await askOnSite(visitor), robin);
    expect(await (await other.get(PAGE)).text()).not.toContain('Robin');
    expect(await confirm(other, robin.chatUserId)).toBe(`${PAGE}?problem=over`);
    await lapse();
    expect(await confirm(visitor, robin.chatUserId)).toBe(`${PAGE}?problem=over`);
    expect(await linkedTo(database.db, id)).toEqual([]);
  });

  test('confirmed twice at once links once', async () => {
    const { id, visitor } = await newMember();
    await claimInTelegram(database.db, await askOnSite(visitor), robin);
    const answers = await Promise.all([confirm(visitor, robin.chatUserId), confirm(visitor, robin.chatUserId)]);
    expect(answers.toSorted()).toEqual([`${PAGE}?done=linked`, `${PAGE}?problem=over`]);
    expect(await linkedTo(database.db, id)).toEqual(['telegram 6001']);
  });
});

describe('the way back from Discord', () => {
  test('is closed to whoever was not sent off by this very session: Discord is not even asked', async () => {
    const victim = await newMember();
    const attacker = await newMember();
    const attackers = await askForDiscord(attacker.visitor);
    const elsewhere = await signedIn(app, victim.email);
    // Somebody who is on their way to Discord themselves is no easier prey.
    await askForDiscord(victim.visitor);
    const states = [attackers, await askForDiscord(elsewhere), 'x'.repeat(43), 'short', ''];
    for (const state of states)
      expect(await back(victim.visitor, `state=${state}&code=code-of-6666`)).toBe(`${PAGE}?problem=over`);
    expect(await back(victim.visitor, 'code=code-of-6666')).toBe(`${PAGE}?problem=over`);
    expect(chats.asked).toEqual([]);
    expect(await linkedTo(database.db, victim.id)).toEqual([]);
  });

  test('opens once, and not after ten minutes', async () => {
    const { id, visitor } = await newMember();
    const state = await askForDiscord(visitor);
    expect(await back(visitor, `state=${state}&code=code-of-6001`)).toBe(`${PAGE}?done=linked`);
    expect(await back(visitor, `state=${state}&code=code-of-6666`)).toBe(`${PAGE}?problem=over`);
    const late = await askForDiscord(visitor);
    await lapse();
    expect(await back(visitor, `state=${late}&code=code-of-6666`)).toBe(`${PAGE}?problem=over`);
    expect(await linkedTo(database.db, id)).toEqual(['discord 6001']);
  });

  test('turns somebody away who is not signed in, and writes no code into the log', async () => {
    const { visitor } = await newMember();
    const state = await askForDiscord(visitor);
    const nobody = await app.request(`http://localhost:3000${PAGE}/discord/callback?state=${state}&code=secret-code`);
    expect(nobody.headers.get('Location')).toContain('/sign-in');
    chats.answer = () => ({ kind: 'failed', problem: 'HTTP 503' });
    await back(visitor, `state=${state}&code=secret-code`);
    expect(lines.join()).toContain('HTTP 503');
    expect(lines.join()).not.toContain('secret-code');
  });
});

describe('what a stranger is called', () => {
  const hostile = '<img src=x onerror=alert(1)>';
  test('is text on every page that shows it, and in the mail', async () => {
    const { id, visitor } = await newMember();
    const token = await askOnSite(visitor);
    await claimInTelegram(database.db, token, { chatUserId: '6001', name: hostile });
    const pages = [await (await visitor.get(PAGE)).text()];
    await confirm(visitor, '6001');
    pages.push(await (await visitor.get(PAGE)).text());
    await addMember(database.db, { email: 'operator@example.com', role: 'operator' });
    const operator = await signedIn(app, 'operator@example.com');
    pages.push(await (await operator.get(`/admin/members/${id}`)).text());
    for (const page of pages) {
      expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
      expect(page).not.toContain(hostile);
    }
    const letter = letterOf('chat-linked', { vendor: 'Telegram', name: hostile, chatsUrl: 'https://q.example' });
    expect(JSON.stringify(letter)).toContain('img src=x');
  });
});

describe('an operator', () => {
  test('who looks through a member’s eyes changes nothing of their chats, and is let back from nowhere', async () => {
    const { id, visitor } = await newMember();
    await linkPerson(database.db, { userId: id, vendor: 'telegram', person: robin });
    const state = await askForDiscord(visitor);
    await addMember(database.db, { email: 'looker@example.com', role: 'operator' });
    const operator = await signedIn(app, 'looker@example.com');
    await operator.post(`/admin/members/${id}/impersonate`, { reason: 'they see no room' });
    expect(await (await operator.get(PAGE)).text()).toContain('Robin');
    for (const path of ['telegram', 'telegram/confirm', 'telegram/cancel', 'discord', 'unlink', 'return'])
      expect((await operator.post(`${PAGE}/${path}`, { vendor: 'telegram', room: 'premium' })).status).toBe(403);
    expect((await operator.get(`${PAGE}/discord/callback?state=${state}&code=code-of-6666`)).status).toBe(403);
    expect(await linkedTo(database.db, id)).toEqual(['telegram 6001']);
  });

  test('unlinks with a reason, on record under their name; without one nothing happens', async () => {
    const { id } = await newMember();
    await linkPerson(database.db, { userId: id, vendor: 'telegram', person: robin });
    await addMember(database.db, { email: 'desk@example.com', role: 'operator' });
    const operator = await signedIn(app, 'desk@example.com');
    const act = (form: Record<string, string>) => operator.post(`/admin/members/${id}/chats/unlink`, form);
    expect((await act({ vendor: 'telegram', reason: '' })).status).toBe(422);
    expect((await act({ vendor: 'irc', reason: 'a good reason' })).status).toBe(422);
    expect(await linkedTo(database.db, id)).toEqual(['telegram 6001']);
    expect((await act({ vendor: 'telegram', reason: 'a good reason' })).status).toBe(303);
    expect(await linkedTo(database.db, id)).toEqual([]);
    const [row] = await database.sql`select actor, cause from audit_log where action = 'chat.unlinked'`;
    expect(row?.['actor']).toContain('desk@example.com');
    expect(row?.['cause']).toBe('a good reason');
  });
});
