import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { sql } from 'drizzle-orm';
import {
  askForDiscord,
  askOnSite,
  claimInTelegram,
  createPuppetChats,
  linkedTo,
  linkPerson,
  type PuppetChats,
  putSeat,
  seatsOf,
} from '../../../../../tests/support/chats.ts';
import { createTestDatabase, type TestDatabase } from '../../../../../tests/support/database.ts';
import {
  addMember,
  createRecordingBus,
  type RecordingBus,
  signedIn,
  siteDeps,
  type Visitor,
} from '../../../../../tests/support/site.ts';
import { chatPlan } from '../../../../db/queries/chat/seats.ts';
import { rateLimits } from '../../../../db/schema/rate-limits.ts';
import { createApp } from '../../../app.ts';

const PAGE = '/account/chats';
let database: TestDatabase;
let chats: PuppetChats;
let bus: RecordingBus;
let app: ReturnType<typeof createApp>;
let serial = 0;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  await database.db.delete(rateLimits);
  await database.db.execute(sql`truncate chat_links, chat_memberships, chat_link_requests`);
  chats = createPuppetChats();
  bus = createRecordingBus();
  app = createApp(siteDeps(database, { chats, bus }));
});
afterAll(() => database.drop());

interface Person {
  readonly id: string;
  readonly email: string;
  readonly visitor: Visitor;
}
const newMember = async (tier: 'free' | 'basic' | 'premium' = 'premium'): Promise<Person> => {
  serial += 1;
  const email = `chats-${serial}@example.com`;
  const id = await addMember(database.db, { email, tier });
  return { id, email, visitor: await signedIn(app, email) };
};
const pageOf = async ({ visitor }: Person): Promise<string> => (await visitor.get(PAGE)).text();
const robin = { chatUserId: '5001', name: 'Robin' };
const confirm = ({ visitor }: Person, chatUserId: string) => visitor.post(`${PAGE}/telegram/confirm`, { chatUserId });
const link = ({ id }: Person, vendor: 'telegram' | 'discord' = 'telegram', chatUserId = '5001') =>
  linkPerson(database.db, { userId: id, vendor, person: { chatUserId, name: 'Robin' } });
const hinted = () => bus.published.filter(({ topic }) => topic === 'access.changed');
const actions = async (userId: string): Promise<string[]> => {
  const rows = await database.sql`select action from audit_log where user_id = ${userId} and action like 'chat.%'
    order by position`;
  return rows.map((row) => String(row['action']));
};
const mailsTo = async (userId: string): Promise<string[]> => {
  const rows = await database.sql`select template from mails where user_id = ${userId} and template like 'chat-%'
    order by queued_at`;
  return rows.map((row) => String(row['template']));
};

describe('Telegram', () => {
  test('is linked by a link that is shown once, claimed in the chat, and confirmed on the site', async () => {
    const member = await newMember();
    expect(await pageOf(member)).toContain('Link Telegram');
    const token = await askOnSite(member.visitor);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(await pageOf(member)).toContain('Waiting for you to press Start');
    expect(await pageOf(member)).not.toContain(token);
    expect(await claimInTelegram(database.db, token, robin)).toBe('claimed');
    const now = await (await member.visitor.get(`${PAGE}/now`)).text();
    expect(now).toContain('Somebody called <strong>Robin</strong> opened your link');
    expect(await linkedTo(database.db, member.id)).toEqual([]);
    const done = await confirm(member, robin.chatUserId);
    expect(done.headers.get('Location')).toBe(`${PAGE}?done=linked`);
    expect(await linkedTo(database.db, member.id)).toEqual(['telegram 5001']);
    expect(hinted()).toEqual([{ topic: 'access.changed', message: { userId: member.id, tier: 'premium' } }]);
    expect(await actions(member.id)).toEqual(['chat.linked']);
    expect(await mailsTo(member.id)).toEqual(['chat-linked']);
    expect((await chatPlan(database.db)).map(({ act, room }) => `${act} ${room}`)).toEqual(['admit premium']);
  });

  test('is not linked by a no', async () => {
    const member = await newMember();
    const token = await askOnSite(member.visitor);
    await claimInTelegram(database.db, token, robin);
    await member.visitor.post(`${PAGE}/telegram/cancel`, {});
    expect((await confirm(member, robin.chatUserId)).headers.get('Location')).toBe(`${PAGE}?problem=over`);
    expect(await linkedTo(database.db, member.id)).toEqual([]);
  });

  test('that is another member’s is refused in words, on the site as in the chat', async () => {
    const [first, second] = [await newMember(), await newMember()];
    const token = await askOnSite(second.visitor);
    await claimInTelegram(database.db, token, robin);
    await link(first);
    expect(await claimInTelegram(database.db, await askOnSite((await newMember()).visitor), robin)).toBe('taken');
    const answer = await confirm(second, robin.chatUserId);
    expect(answer.headers.get('Location')).toBe(`${PAGE}?problem=taken`);
    const page = await (await second.visitor.get(`${PAGE}?problem=taken`)).text();
    expect(page).toContain('linked to another QuantiCity account');
    expect(await linkedTo(database.db, second.id)).toEqual([]);
  });

  test('a second one beside the first is refused', async () => {
    const member = await newMember();
    await link(member);
    const token = await askOnSite(member.visitor);
    await claimInTelegram(database.db, token, { chatUserId: '5002', name: 'Kim' });
    expect((await confirm(member, '5002')).headers.get('Location')).toBe(`${PAGE}?problem=other`);
    expect(await linkedTo(database.db, member.id)).toEqual(['telegram 5001']);
  });
});

describe('Discord', () => {
  const back = async ({ visitor }: Person, query: string): Promise<string> =>
    (await visitor.get(`${PAGE}/discord/callback?${query}`)).headers.get('Location') ?? '';

  test('is linked by whoever comes back with what we sent them off with', async () => {
    const member = await newMember('basic');
    const state = await askForDiscord(member.visitor);
    expect(await back(member, `state=${state}&code=code-of-77`)).toBe(`${PAGE}?done=linked`);
    expect(chats.asked).toEqual(['code-of-77']);
    expect(await linkedTo(database.db, member.id)).toEqual(['discord 77']);
    expect(hinted()).toHaveLength(1);
    expect((await chatPlan(database.db)).map(({ act, room }) => `${act} ${room}`)).toEqual(['admit basic']);
  });

  test.each([
    ['who says no', (state: string) => `state=${state}&error=access_denied`, 'denied', null],
    ['whom Discord refuses', (state: string) => `state=${state}&code=c`, 'refused', 'refused'],
    ['when Discord fails', (state: string) => `state=${state}&code=c`, 'failed', 'failed'],
  ] as const)('%s is told so, and nothing is linked', async (_, query, problem, kind) => {
    const member = await newMember();
    if (kind) chats.answer = () => ({ kind, problem: 'Max number of guilds' });
    const state = await askForDiscord(member.visitor);
    expect(await back(member, query(state))).toBe(`${PAGE}?problem=${problem}`);
    expect(await (await member.visitor.get(`${PAGE}?problem=${problem}`)).text()).toContain('role="alert"');
    expect(await linkedTo(database.db, member.id)).toEqual([]);
  });

  test('whoever left the server and links again is let in again', async () => {
    const member = await newMember();
    await link(member, 'discord', '77');
    await putSeat(database.db, '77', 'premium', 'left');
    expect(await pageOf(member)).toContain('Come back to the server');
    const state = await askForDiscord(member.visitor);
    expect(await back(member, `state=${state}&code=code-of-77`)).toBe(`${PAGE}?done=linked`);
    expect(await seatsOf(database.db, '77')).toEqual(['premium outside', 'basic outside']);
  });
});

describe('the page', () => {
  test.each([
    ['outside', 'The Premium room is being opened for you.'],
    ['admitting', 'The Premium room is being opened for you.'],
    ['invited', 'Open the invitation'],
    ['inside', 'You are in the Premium room.'],
    ['left', 'You left the Premium room.'],
  ])('says in words where a member stands: %s', async (state, words) => {
    const member = await newMember();
    await link(member);
    await putSeat(database.db, '5001', 'premium', state);
    const page = await pageOf(member);
    expect(page).toContain(words);
    expect(page).toContain('Unlink Telegram');
    expect(page.includes('hx-get="/account/chats/now"')).toBe(state !== 'inside' && state !== 'left');
  });

  test('tells of a vendor’s refusal in our words, not the vendor’s', async () => {
    const member = await newMember();
    await link(member);
    await database.sql`update chat_memberships set last_problem = 'Forbidden: bot was blocked' where room = 'premium'`;
    const page = await pageOf(member);
    expect(page).toContain('If you have blocked the bot, unblock it');
    expect(page).not.toContain('Forbidden');
  });

  test('shows Free members the public channel and the plans, and no room', async () => {
    const page = await pageOf(await newMember('free'));
    expect(page).toContain('href="https://t.example/free"');
    expect(page).toContain('Basic and Premium have a closed room');
  });

  test('offers what is set up and nothing else', async () => {
    const member = await newMember();
    const bare = createApp(siteDeps(database, { chats: { telegram: null, discord: null, origins: [] } }));
    const visitor = await signedIn(bare, member.email);
    expect(await (await visitor.get(PAGE)).text()).toContain('There are no chats on this server yet.');
    expect((await visitor.post(`${PAGE}/telegram`, {})).status).toBe(404);
    expect((await visitor.post(`${PAGE}/discord`, {})).status).toBe(404);
  });
});

describe('leaving and returning', () => {
  test('unlinking puts the chat account out of every room, and is told by mail', async () => {
    const member = await newMember();
    await link(member);
    await putSeat(database.db, '5001', 'premium', 'inside');
    const answer = await member.visitor.post(`${PAGE}/unlink`, { vendor: 'telegram' });
    expect(answer.headers.get('Location')).toBe(`${PAGE}?done=unlinked`);
    expect((await chatPlan(database.db)).filter(({ act }) => act === 'remove')).toHaveLength(1);
    expect(await mailsTo(member.id)).toEqual(['chat-linked', 'chat-unlinked']);
    expect(await actions(member.id)).toEqual(['chat.linked', 'chat.unlinked']);
    expect(hinted()).toHaveLength(1);
    const again = await member.visitor.post(`${PAGE}/unlink`, { vendor: 'telegram' });
    expect(again.headers.get('Location')).toBe(`${PAGE}?problem=nothing`);
    expect((await member.visitor.post(`${PAGE}/unlink`, { vendor: 'irc' })).status).toBe(404);
  });

  test('whoever left a room comes back at their wish, and only from there', async () => {
    const member = await newMember();
    await link(member);
    const come = async () =>
      (await member.visitor.post(`${PAGE}/return`, { vendor: 'telegram', room: 'premium' })).headers.get('Location');
    await putSeat(database.db, '5001', 'premium', 'inside');
    expect(await come()).toBe(`${PAGE}?problem=nothing`);
    await putSeat(database.db, '5001', 'premium', 'left');
    expect(await come()).toBe(`${PAGE}?done=returning`);
    expect(await seatsOf(database.db, '5001')).toEqual(['premium outside', 'basic outside']);
  });

  test('deleting the account erases the link, and the person is put out of the room', async () => {
    const member = await newMember();
    await link(member);
    await putSeat(database.db, '5001', 'premium', 'inside');
    const deleted = await member.visitor.post('/account/data/delete', { confirm: 'yes' });
    expect(deleted.status).toBeLessThan(400);
    expect(await linkedTo(database.db, member.id)).toEqual([]);
    expect((await chatPlan(database.db)).filter(({ act }) => act === 'remove')).toHaveLength(1);
  });
});
