import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts';
import { tierOf } from '../../billing/announce-access.ts';
import { askChatLink } from '../../db/queries/chat/link-requests.ts';
import { linkChat, renewInvitations, seatStateOf } from '../../db/queries/chat/links.ts';
import { grantComp } from '../../db/queries/comps.ts';
import { createUser } from '../../db/queries/users.ts';
import { createTelegramDoor } from './telegram-door.ts';

const ACTOR = { kind: 'system', name: 'test' } as const;
const CHATS_URL = 'https://quanticity.example/account/chats';
let database: TestDatabase;
let announced: string[] = [];
let lines: string[] = [];
let serial = 0;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  announced = [];
  lines = [];
  await database.db.execute(sql`truncate chat_links, chat_memberships, chat_link_requests, chat_rooms`);
});
afterAll(() => database.drop());

const door = () =>
  createTelegramDoor({
    db: database.db,
    chatsUrl: CHATS_URL,
    log: (_, message, facts) => lines.push(`${message} ${JSON.stringify(facts)}`),
    tierOf: (userId) => tierOf(database.db, userId),
    announce: async (userId) => void announced.push(userId),
  });
const newMember = async (tier: 'premium' | 'basic' | null): Promise<string> => {
  serial += 1;
  const userId = (await createUser(database.db, { email: `d${serial}@example.com`, passwordHash: 'x' })) ?? '';
  if (tier) await grantComp(database.db, { userId, tier, endsAt: null, reason: 'test' }, ACTOR);
  return userId;
};
const linked = async (tier: 'premium' | 'basic' | null, chatUserId: string): Promise<string> => {
  const userId = await newMember(tier);
  const by = { actor: ACTOR, cause: 'test', chatsUrl: CHATS_URL };
  await linkChat(database.db, { userId, vendor: 'telegram', person: { chatUserId, name: 'Robin' } }, by);
  return userId;
};
const stateOf = (chatUserId: string, room: 'premium' | 'basic' = 'premium') =>
  seatStateOf(database.db, { vendor: 'telegram', room, chatUserId });

describe('what the bot is told', () => {
  test('a link is claimed by its token, of which the records know the hash', async () => {
    const userId = await newMember('premium');
    const tokenHash = createHash('sha256').update('the-token').digest('hex');
    await askChatLink(database.db, { userId, vendor: 'telegram', tokenHash, sessionHash: 's', lifeSeconds: 600 });
    expect(await door().claimLink('another-token', { chatUserId: '1', name: 'Robin' })).toBe('unknown');
    expect(await door().claimLink('the-token', { chatUserId: '1', name: 'Robin' })).toBe('claimed');
  });

  test('a person stands where the records say, in the room of their own tier', async () => {
    expect(await door().statusOf('1')).toBeNull();
    await linked(null, '1');
    expect(await door().statusOf('1')).toEqual({ tier: 'free', room: null, standing: null });
    await linked('basic', '2');
    expect(await door().statusOf('2')).toEqual({ tier: 'basic', room: 'basic', standing: 'outside' });
    await database.db.execute(
      sql`update chat_memberships set state = 'inside' where chat_user_id = '2' and room = 'basic'`,
    );
    expect(await door().statusOf('2')).toEqual({ tier: 'basic', room: 'basic', standing: 'inside' });
  });

  test('who may enter is who has access, and the seat is marked before the answer', async () => {
    await linked('basic', '2');
    expect(await door().mayEnter({ room: 'premium', chatUserId: '2' })).toBe(false);
    expect(await stateOf('2')).toBe('outside');
    expect(await door().mayEnter({ room: 'basic', chatUserId: '2' })).toBe(true);
    expect(await stateOf('2', 'basic')).toBe('admitting');
    await door().entered({ room: 'basic', chatUserId: '2' });
    expect(await stateOf('2', 'basic')).toBe('inside');
    expect(await door().mayEnter({ room: 'basic', chatUserId: '404' })).toBe(false);
  });
});

describe('what the bot tells', () => {
  test('somebody who turns up inside is looked after at once when linked, and told of when not', async () => {
    const userId = await linked(null, '3');
    await door().seen({ room: 'premium', chatUserId: '3' }, 'inside');
    expect([await stateOf('3'), announced, lines]).toEqual(['inside', [userId], []]);
    await door().seen({ room: 'premium', chatUserId: '404' }, 'inside');
    expect(lines.join()).toContain('linked to no member');
    expect(announced).toHaveLength(1);
  });

  test('somebody who left is noted, and told twice is noted once', async () => {
    const userId = await linked('premium', '4');
    await database.db.execute(
      sql`update chat_memberships set state = 'inside' where chat_user_id = '4' and room = 'premium'`,
    );
    for (let times = 0; times < 2; times += 1) await door().seen({ room: 'premium', chatUserId: '4' }, 'absent');
    expect([await stateOf('4'), lines]).toEqual(['left', []]);
    const left =
      await database.sql`select count(*)::int as n from audit_log where user_id = ${userId} and action = 'chat.left'`;
    expect(left[0]?.['n']).toBe(1);
  });

  test('/unlink unlinks, is mailed, on record and hinted, and does nothing twice', async () => {
    const userId = await linked('premium', '5');
    expect(await door().unlink('5')).toBe(true);
    expect(await door().unlink('5')).toBe(false);
    expect(announced).toEqual([userId]);
    const [mail] =
      await database.sql`select template from mails where user_id = ${userId} and template = 'chat-unlinked'`;
    expect(mail?.['template']).toBe('chat-unlinked');
    const [row] =
      await database.sql`select actor, cause from audit_log where user_id = ${userId} and action = 'chat.unlinked'`;
    expect([row?.['actor'], row?.['cause']]).toEqual([expect.stringContaining('member'), 'asked for in Telegram']);
  });
});

test('renewed invitations are made anew, and whoever has not come yet is invited again', async () => {
  await linked('premium', '6');
  await linked('premium', '7');
  await database.db.execute(sql`insert into chat_rooms values ('telegram', '-1', 'https://t.example/+old')`);
  await database.db.execute(
    sql`update chat_memberships set state = 'invited' where chat_user_id = '6' and room = 'premium'`,
  );
  await database.db.execute(
    sql`update chat_memberships set state = 'inside' where chat_user_id = '7' and room = 'premium'`,
  );
  expect(await renewInvitations(database.db, 'telegram', { actor: ACTOR, cause: 'test' })).toBe(1);
  expect([await stateOf('6'), await stateOf('7')]).toEqual(['outside', 'inside']);
  const kept = await database.sql`select * from chat_rooms`;
  expect(kept).toHaveLength(0);
});
