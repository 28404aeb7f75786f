import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { sql } from 'drizzle-orm';
import { createPuppetVendor, type PuppetVendor } from '../../../tests/support/chat-room.ts';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts';
import { shiftPolicyClock } from '../../../tests/support/signals.ts';
import { announceAccess } from '../../billing/announce-access.ts';
import { enteredChat, mayEnterChat, seenInChat } from '../../db/queries/chat/knock.ts';
import { linkChat, unlinkChat } from '../../db/queries/chat/links.ts';
import { chatPlan } from '../../db/queries/chat/seats.ts';
import { grantComp, revokeComps } from '../../db/queries/comps.ts';
import { createUser } from '../../db/queries/users.ts';
import { createMemoryBus } from '../../engine/shell/bus/memory-bus.ts';
import { type KeeperOptions, startKeeper } from './keeper.ts';
import type { Room } from './vendor.ts';

const ACTOR = { kind: 'system', name: 'test' } as const;
const BY = { actor: ACTOR, cause: 'test', chatsUrl: 'https://quanticity.example/account/chats' } as const;
let database: TestDatabase;
let vendor: PuppetVendor;
let lines: string[] = [];
let people = 0;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});
beforeEach(() => {
  vendor = createPuppetVendor('discord');
  lines = [];
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await shiftPolicyClock(database.db, 0);
  await database.db.execute(sql`truncate chat_links, chat_memberships, chat_link_requests`);
});

const start = (options: Partial<KeeperOptions> = {}) => {
  const bus = createMemoryBus({ name: `keeper-test-${crypto.randomUUID()}` });
  const keeper = startKeeper({
    db: database.db,
    bus,
    vendors: [vendor],
    log: (level, message, facts) => lines.push(JSON.stringify([level, message, facts])),
    lookPauseMs: 60_000,
    ...options,
  });
  cleanups.push(async () => {
    await keeper.stop();
    await bus.close();
  });
  return { bus, keeper };
};

interface Member {
  readonly userId: string;
  readonly chatUserId: string;
}

const give = (userId: string, tier: Room, endsAt: Date | null = null) =>
  grantComp(database.db, { userId, tier, endsAt, reason: 'test' }, ACTOR);
const take = (userId: string) => revokeComps(database.db, userId, ACTOR, 'test');

const linked = async (tier: Room | null, chatUserId?: string): Promise<Member> => {
  people += 1;
  const number = people;
  const userId = await createUser(database.db, { email: `m${number}@quanticity.example`, passwordHash: 'x' });
  if (userId === null) throw new Error('no user');
  if (tier) await give(userId, tier);
  const person = { chatUserId: chatUserId ?? String(1_000 + number), name: `Person ${number}` };
  const answer = await linkChat(database.db, { userId, vendor: vendor.name, person }, BY);
  expect(answer).toBe('linked');
  return { userId, chatUserId: person.chatUserId };
};

const stateOf = async ({ chatUserId }: Member, room: Room): Promise<string | null> => {
  const [row] = await database.db.execute<{ state: string }>(sql`select state from chat_memberships
    where vendor = ${vendor.name} and room = ${room} and chat_user_id = ${chatUserId}`);
  return row?.state ?? null;
};

const until = async (what: string, holds: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<number> => {
  const begun = performance.now();
  while (!(await holds())) {
    if (performance.now() - begun > withinMs)
      throw new Error(
        `${what}: not within ${withinMs} ms; ${lines.slice(-3)} ${JSON.stringify(vendor.acts.slice(-5))}`,
      );
    await Bun.sleep(5);
  }
  return performance.now() - begun;
};
const inside = (member: Member, room: Room) => async () =>
  vendor.rooms[room].has(member.chatUserId) && (await stateOf(member, room)) === 'inside';
const outside = (member: Member, room: Room) => async () =>
  !vendor.rooms[room].has(member.chatUserId) && (await stateOf(member, room)) !== 'inside';
const settled = () => until('nothing is left to do', async () => (await chatPlan(database.db)).length === 0);
const actsOn = (member: Member) =>
  vendor.acts.filter(({ seat, act }) => seat.chatUserId === member.chatUserId && act !== 'look');

describe('access and seats go together', () => {
  test('whoever links with access is let into the room of their tier and into no other', async () => {
    start();
    const member = await linked('premium');
    await until('let in', inside(member, 'premium'));
    expect(vendor.rooms.basic.size).toBe(0);
    await settled();
  });

  test('a change of access is followed at once when it is hinted, both ways', async () => {
    const { bus } = start({ pollMs: 60_000 });
    const member = await linked(null);
    await give(member.userId, 'premium');
    await announceAccess(bus, database.db, member.userId);
    expect(await until('let in', inside(member, 'premium'))).toBeLessThan(1_500);
    await take(member.userId);
    await announceAccess(bus, database.db, member.userId);
    expect(await until('put out', outside(member, 'premium'))).toBeLessThan(1_500);
  });

  test('access that ends by the clock alone is followed within a poll', async () => {
    start({ pollMs: 200 });
    const member = await linked(null);
    await give(member.userId, 'basic', new Date(Date.now() + 60_000));
    await until('let in', inside(member, 'basic'));
    await shiftPolicyClock(database.db, 61_000);
    await until('put out', outside(member, 'basic'), 2_000);
  });

  test('an upgrade opens the higher room and leaves the lower; a downgrade closes the higher', async () => {
    start({ pollMs: 100 });
    const member = await linked('basic');
    await until('in basic', inside(member, 'basic'));
    await give(member.userId, 'premium');
    await until('in premium', inside(member, 'premium'));
    expect(vendor.rooms.basic.has(member.chatUserId)).toBe(true);
    await take(member.userId);
    await give(member.userId, 'basic');
    await until('out of premium', outside(member, 'premium'));
    expect(vendor.rooms.basic.has(member.chatUserId)).toBe(true);
  });

  test('whoever was being put out of a lower room when the higher one opened is not invited back to the lower', async () => {
    const member = await linked('basic');
    await database.db.execute(sql`update chat_memberships set state = 'removing'
      where room = 'basic' and chat_user_id = ${member.chatUserId}`);
    await give(member.userId, 'premium');
    start({ pollMs: 50 });
    await until('in premium', inside(member, 'premium'));
    await until('out of basic', async () => (await stateOf(member, 'basic')) === 'outside');
    expect(vendor.acts.some(({ act, seat }) => act === 'admit' && seat.room === 'basic')).toBe(false);
  });

  test('whoever unlinks, is banned or is erased is put out, and is forgotten once unlinked and out', async () => {
    start({ pollMs: 100 });
    const unlinks = await linked('premium');
    const banned = await linked('premium');
    await until('both in', async () => (await inside(unlinks, 'premium')()) && (await inside(banned, 'premium')()));
    await unlinkChat(database.db, { vendor: 'discord', userId: unlinks.userId }, BY);
    await database.db.execute(sql`update users set banned_at = now() where id = ${banned.userId}`);
    await until('both out', () => vendor.rooms.premium.size === 0);
    await until('forgotten', async () => (await stateOf(unlinks, 'premium')) === null, 8_000);
    expect(await stateOf(banned, 'premium')).toBe('outside');
  });

  test('a chat account that changes hands is judged by its new member', async () => {
    start({ pollMs: 100 });
    const first = await linked('premium', '77');
    await until('in', inside(first, 'premium'));
    await unlinkChat(database.db, { vendor: 'discord', userId: first.userId }, BY);
    const second = await linked(null, '77');
    await until('out', outside(second, 'premium'));
    await give(second.userId, 'premium');
    await until('in again', inside(second, 'premium'));
  });
});

describe('when the vendor is in trouble', () => {
  test.each([
    ['an answer that is lost before the act', { kind: 'unknown' }],
    ['an answer that is lost after the act', { kind: 'unknown', after: true }],
    ['a vendor that throws', { kind: 'throw', after: true }],
    ['a rate limit', { kind: 'not-now', retryAfterMs: 150 }],
  ] as const)('%s delays letting in and putting out, and changes neither', async (_, trouble) => {
    start({ pollMs: 100 });
    vendor.troubles.push({ act: 'admit', trouble }, { act: 'remove', trouble });
    const member = await linked('premium');
    await until('in', inside(member, 'premium'));
    await take(member.userId);
    await until('out', outside(member, 'premium'));
    expect(vendor.troubles).toEqual([]);
    await settled();
  });

  test('the wait that a vendor asks for is kept, and no longer', async () => {
    start({ pollMs: 1_000 });
    const member = await linked(null);
    vendor.troubles.push({ act: 'admit', trouble: { kind: 'not-now', retryAfterMs: 400 } });
    await give(member.userId, 'premium');
    await until('in', inside(member, 'premium'));
    const [first, second] = actsOn(member);
    const waited = (second?.atMs ?? 0) - (first?.atMs ?? 0);
    expect(waited).toBeGreaterThanOrEqual(399);
    expect(waited).toBeLessThan(900);
  });

  test('a refusal is shown on the seat and tried again later; a slow act holds nobody else up', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { bus } = start({ pollMs: 100 });
    vendor.troubles.push({ act: 'admit', trouble: { kind: 'refused' } });
    const refused = await linked('premium');
    await until('refused', async () => {
      const [row] = await database.db.execute(sql`select last_problem from chat_memberships
        where room = 'premium' and chat_user_id = ${refused.chatUserId} and state = 'outside' and try_after > now() + interval '3 s'`);
      return row?.['last_problem'] === 'puppet: refused';
    });
    vendor.hold = promise;
    const slow = await linked('premium');
    await until('under way', () => actsOn(slow).length === 1);
    vendor.hold = null;
    const quick = await linked('premium');
    await announceAccess(bus, database.db, quick.userId);
    await until('the quick one is in', inside(quick, 'premium'), 2_000);
    expect(await stateOf(slow, 'premium')).toBe('admitting');
    resolve();
    await until('the slow one too', inside(slow, 'premium'));
  });

  test('a vendor that cannot be reached costs no paying member their seat', async () => {
    start({ pollMs: 50, lookEveryMs: 50, lookPauseMs: 20 });
    const member = await linked('premium');
    await until('in', inside(member, 'premium'));
    for (let at = 0; at < 20; at += 1) vendor.troubles.push({ act: 'look', trouble: { kind: 'unknown' } });
    await until('looked', () => vendor.troubles.length === 0);
    expect(await stateOf(member, 'premium')).toBe('inside');
    expect(actsOn(member).map(({ act }) => act)).toEqual(['admit']);
  });

  test.each(['unknown', 'throw'] as const)(
    'whoever may have been let in (%s) when access ended is put out',
    async (kind) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      start({ pollMs: 50 });
      vendor.troubles.push({ act: 'admit', trouble: { kind, after: true } });
      vendor.hold = promise;
      const member = await linked('premium');
      await until('under way', () => actsOn(member).length === 1);
      await take(member.userId);
      vendor.hold = null;
      resolve();
      await until('put out', () => actsOn(member).some(({ act }) => act === 'remove'));
      await until('out', () => !vendor.rooms.premium.has(member.chatUserId));
    },
  );

  test('an act of a node that died is done again by another once its lease is over', async () => {
    const member = await linked('premium');
    await database.db.execute(sql`update chat_memberships set state = 'admitting', leased_until = now() + interval '600 ms'
      where room = 'premium' and chat_user_id = ${member.chatUserId}`);
    start({ pollMs: 50 });
    await Bun.sleep(300);
    expect(actsOn(member)).toEqual([]);
    await until('in', inside(member, 'premium'));
  });

  test('an act that takes longer than its lease is held on to, and made by nobody else', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    vendor.hold = promise;
    for (let at = 0; at < 2; at += 1) start({ pollMs: 20, leaseMs: 300 });
    const member = await linked('premium');
    await until('under way', () => actsOn(member).length === 1);
    await Bun.sleep(1_000);
    expect(actsOn(member)).toHaveLength(1);
    resolve();
    await until('in', inside(member, 'premium'));
    expect(actsOn(member)).toHaveLength(1);
  });

  test('several nodes make one act between them', async () => {
    for (let at = 0; at < 4; at += 1) start({ pollMs: 20 });
    const members = await Promise.all(Array.from({ length: 12 }, () => linked('premium')));
    for (const member of members) await until('in', inside(member, 'premium'));
    for (const member of members) expect(actsOn(member).map(({ act }) => act)).toEqual(['admit']);
  });

  test('an answer that comes after the person was seen elsewhere does not overwrite what was seen', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    start({ pollMs: 50 });
    const member = await linked('premium');
    await until('in', inside(member, 'premium'));
    vendor.hold = promise;
    await take(member.userId);
    await until('under way', () => actsOn(member).some(({ act }) => act === 'remove'));
    await seenInChat(database.db, { vendor: 'discord', room: 'premium', chatUserId: member.chatUserId }, 'inside');
    vendor.hold = null;
    resolve();
    await until('put out twice', () => actsOn(member).filter(({ act }) => act === 'remove').length >= 2);
    await until('out', outside(member, 'premium'));
  });
});

describe('people who come and go by themselves', () => {
  const seat = (member: Member, room: Room = 'premium') => ({
    vendor: vendor.name,
    room,
    chatUserId: member.chatUserId,
  });

  test('an invited person who knocks is let in while entitled, and not after', async () => {
    vendor.invites = true;
    start({ pollMs: 50 });
    const member = await linked('premium');
    await until('invited', async () => (await stateOf(member, 'premium')) === 'invited');
    expect(await mayEnterChat(database.db, seat(member, 'basic'))).toBe(true);
    expect(await mayEnterChat(database.db, seat(member))).toBe(true);
    expect(await stateOf(member, 'premium')).toBe('admitting');
    vendor.rooms.premium.add(member.chatUserId);
    await enteredChat(database.db, seat(member));
    expect(await stateOf(member, 'premium')).toBe('inside');
    await take(member.userId);
    expect(await mayEnterChat(database.db, seat(member))).toBe(false);
    await until('out', outside(member, 'premium'));
    expect(await mayEnterChat(database.db, { ...seat(member), chatUserId: '999999' })).toBe(false);
  });

  test('an entry that was allowed and never confirmed is looked after', async () => {
    start({ pollMs: 50 });
    const member = await linked('premium');
    await until('in', inside(member, 'premium'));
    vendor.invites = true;
    expect(await mayEnterChat(database.db, seat(member))).toBe(true);
    await take(member.userId);
    await database.db.execute(sql`update chat_memberships set leased_until = now()`);
    await until('out', outside(member, 'premium'));
  });

  test('whoever links while they are being put out is let in as soon as that is done', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    start({ pollMs: 50 });
    const first = await linked('premium', '88');
    await until('in', inside(first, 'premium'));
    vendor.hold = promise;
    await unlinkChat(database.db, { vendor: 'discord', userId: first.userId }, BY);
    await until('being put out', () => actsOn(first).length === 2);
    const second = await linked('premium', '88');
    vendor.hold = null;
    resolve();
    await until('in again', inside(second, 'premium'), 2_000);
    expect(actsOn(second).map(({ act }) => act)).toEqual(['admit', 'remove', 'admit']);
  });

  test('whoever leaves is not dragged back, until they link again', async () => {
    start({ pollMs: 50 });
    const member = await linked('premium');
    await until('in', inside(member, 'premium'));
    vendor.rooms.premium.delete(member.chatUserId);
    vendor.absent.add(member.chatUserId);
    await seenInChat(database.db, seat(member), 'absent');
    await Bun.sleep(300);
    expect(await stateOf(member, 'premium')).toBe('left');
    expect(actsOn(member)).toHaveLength(1);
    vendor.absent.delete(member.chatUserId);
    await unlinkChat(database.db, { vendor: 'discord', userId: member.userId }, BY);
    await linkChat(
      database.db,
      { userId: member.userId, vendor: 'discord', person: { chatUserId: member.chatUserId, name: 'again' } },
      BY,
    );
    await until('in again', inside(member, 'premium'));
  });

  test('a look finds who was put in by hand, who was thrown out by hand, and who left', async () => {
    start({ pollMs: 50, lookEveryMs: 100, lookPauseMs: 20 });
    const stranger = await linked(null);
    const thrown = await linked('premium');
    const gone = await linked('basic');
    await until('in', async () => (await inside(thrown, 'premium')()) && (await inside(gone, 'basic')()));
    vendor.rooms.premium.add(stranger.chatUserId);
    vendor.rooms.premium.delete(thrown.chatUserId);
    vendor.rooms.basic.delete(gone.chatUserId);
    vendor.absent.add(gone.chatUserId);
    await until('stranger out', () => !vendor.rooms.premium.has(stranger.chatUserId));
    await until('thrown out is back', inside(thrown, 'premium'));
    await until('left', async () => (await stateOf(gone, 'basic')) === 'left');
  });

  test('every change a person notices is on record with its cause', async () => {
    start({ pollMs: 50 });
    const member = await linked('premium');
    await until('in', inside(member, 'premium'));
    await take(member.userId);
    await until('out', outside(member, 'premium'));
    const actions = async () =>
      (
        await database.db.execute<{ action: string; cause: string }>(
          sql`select action, cause from audit_log where user_id = ${member.userId} and action like 'chat.%' order by position`,
        )
      ).map(({ action, cause }) => `${action}: ${cause}`);
    await until('recorded', async () => (await actions()).length === 3);
    expect(await actions()).toEqual([
      'chat.linked: test',
      'chat.inside: access to this room',
      'chat.outside: no access to this room',
    ]);
  });
});
