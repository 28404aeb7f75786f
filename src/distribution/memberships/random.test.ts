import { afterAll, beforeAll, expect, test } from 'bun:test';
import { sql } from 'drizzle-orm';
import { createPuppetVendor } from '../../../tests/support/chat-room.ts';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts';
import { tierRank } from '../../billing/plans.ts';
import { enteredChat, mayEnterChat, seenInChat } from '../../db/queries/chat/knock.ts';
import { linkChat, unlinkChat } from '../../db/queries/chat/links.ts';
import { chatPlan } from '../../db/queries/chat/seats.ts';
import { grantComp, revokeComps } from '../../db/queries/comps.ts';
import { createUser } from '../../db/queries/users.ts';
import { createMemoryBus } from '../../engine/shell/bus/memory-bus.ts';
import { createRandom } from '../../sandbox/market/random.ts';
import { startKeeper } from './keeper.ts';
import type { ChatVendorName, Room } from './vendor.ts';

const ACTOR = { kind: 'system', name: 'test' } as const;
const BY = { actor: ACTOR, cause: 'test', chatsUrl: 'https://quanticity.example/account/chats' } as const;
const SEED = Number(process.env['TEST_SEED'] ?? 20_261_126);
const MEMBERS = 6;
const ROUNDS = 30;
const STEPS_PER_ROUND = 12;
const TROUBLES = ['refused', 'not-now', 'unknown', 'throw'] as const;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});

interface Member {
  readonly userId: string;
  tier: Room | null;
  banned: boolean;
  /** The chat account linked, if one is. */
  chat: string | null;
  /** Rooms that the person has walked out of since linking. */
  readonly walkedOut: Set<Room>;
}

const isEntitled = (members: readonly Member[], chat: string, room: Room): boolean =>
  members.some((one) => one.chat === chat && !one.banned && one.tier !== null && tierRank(one.tier) >= tierRank(room));

test.each([
  ['discord', false],
  ['telegram', true],
] as const)(
  `%s: after any sequence of changes and troubles, nobody is inside without access and nobody with access is kept out (seed ${SEED})`,
  async (name: ChatVendorName, invites) => {
    const random = createRandom(SEED + (invites ? 1 : 0));
    const pick = <T>(of: readonly T[]): T => of[Math.floor(random.next() * of.length)] as T;
    const vendor = createPuppetVendor(name);
    vendor.invites = invites;
    const bus = createMemoryBus({ name: `random-${crypto.randomUUID()}` });
    const options = { db: database.db, bus, vendors: [vendor], log: () => {}, pollMs: 20 };
    const keepers = [0, 1].map(() => startKeeper({ ...options, lookEveryMs: 150, lookPauseMs: 5 }));
    const members: Member[] = [];
    for (let at = 0; at < MEMBERS; at += 1) {
      const userId = await createUser(database.db, { email: `${name}${at}@quanticity.example`, passwordHash: 'x' });
      if (userId === null) throw new Error('no user');
      members.push({ userId, tier: null, banned: false, chat: null, walkedOut: new Set() });
    }
    const chats = Array.from({ length: MEMBERS + 1 }, (_, at) => String(500 + at));
    let entries = 0;
    let exits = 0;

    const setTier = async (member: Member): Promise<void> => {
      await revokeComps(database.db, member.userId, ACTOR, 'test');
      member.tier = pick(['premium', 'premium', 'basic', 'basic', null]);
      if (member.tier === null) return;
      await grantComp(database.db, { userId: member.userId, tier: member.tier, endsAt: null, reason: 'test' }, ACTOR);
    };
    const relink = async (member: Member): Promise<void> => {
      if (member.chat !== null && random.next() < 0.4) {
        await unlinkChat(database.db, { vendor: name, userId: member.userId }, BY);
        member.chat = null;
        return;
      }
      if (member.chat !== null) return;
      const chatUserId = pick(chats);
      const answer = await linkChat(
        database.db,
        { userId: member.userId, vendor: name, person: { chatUserId, name: 'n' } },
        BY,
      );
      expect(answer).toBe(members.some(({ chat }) => chat === chatUserId) ? 'taken' : 'linked');
      if (answer !== 'linked') return;
      member.chat = chatUserId;
      member.walkedOut.clear();
    };
    const walkOut = async (member: Member): Promise<void> => {
      const room = pick(['premium', 'basic'] as const);
      if (member.chat === null || !vendor.rooms[room].delete(member.chat)) return;
      if (!invites) vendor.absent.add(member.chat);
      member.walkedOut.add(room);
      if (random.next() < 0.7) await seenInChat(database.db, { vendor: name, room, chatUserId: member.chat }, 'absent');
    };
    const knock = async (chatUserId: string, room: Room): Promise<void> => {
      const seat = { vendor: name, room, chatUserId };
      if (!(await mayEnterChat(database.db, seat))) return;
      vendor.rooms[room].add(chatUserId);
      if (random.next() < 0.8) await enteredChat(database.db, seat);
    };
    const byHand = (): void => void vendor.rooms[pick(['premium', 'basic'] as const)].add(pick(chats));
    const trouble = (): void =>
      void vendor.troubles.push({
        act: pick(['admit', 'remove', 'look'] as const),
        trouble: { kind: pick(TROUBLES), after: random.next() < 0.5, retryAfterMs: 30 },
      });
    const hint = (member: Member): void => bus.publish('access.changed', { userId: member.userId, tier: 'free' });

    const step = async (): Promise<void> => {
      const member = pick(members);
      const dice = random.next();
      if (dice < 0.3) await setTier(member);
      else if (dice < 0.5) await relink(member);
      else if (dice < 0.58) await walkOut(member);
      else if (dice < 0.64) {
        member.banned = !member.banned;
        await database.db.execute(
          sql`update users set banned_at = ${member.banned ? sql`now()` : sql`null`} where id = ${member.userId}`,
        );
      } else if (dice < 0.7) byHand();
      else if (dice < 0.85) await knock(pick(chats), pick(['premium', 'basic'] as const));
      else trouble();
      if (random.next() < 0.5) hint(member);
    };

    /** Chat accounts that nobody has linked are strangers: none of our business. */
    const isOurs = (chat: string): boolean => members.some((member) => member.chat === chat);
    const wrong = (): string[] => {
      const found: string[] = [];
      for (const room of ['premium', 'basic'] as const)
        for (const chat of vendor.rooms[room])
          if (isOurs(chat) && !isEntitled(members, chat, room)) found.push(`${chat} is in ${room} without access`);
      if (invites) return found;
      for (const { chat, tier, banned, walkedOut } of members)
        if (
          chat &&
          tier &&
          !banned &&
          !vendor.absent.has(chat) &&
          !walkedOut.has(tier) &&
          !vendor.rooms[tier].has(chat)
        )
          found.push(`${chat} is kept out of ${tier}`);
      return found;
    };
    /** Everybody who is still invited knocks once: whoever has access must get in. */
    const allKnock = async (): Promise<string[]> => {
      const shut: string[] = [];
      for (const { chat, tier, banned } of members) {
        if (!chat || !tier || banned) continue;
        const seat = { vendor: name, room: tier, chatUserId: chat };
        if (!(await mayEnterChat(database.db, seat))) shut.push(`${chat} knocked at ${tier} in vain`);
        else {
          vendor.rooms[tier].add(chat);
          await enteredChat(database.db, seat);
        }
      }
      return shut;
    };

    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        for (let at = 0; at < STEPS_PER_ROUND; at += 1) {
          await step();
          if (random.next() < 0.3) await Bun.sleep(Math.floor(random.next() * 40));
        }
        // A refused admission waits five seconds by itself: here time passes at once. So does the wait for a lost entry.
        vendor.troubles.length = 0;
        const deadline = performance.now() + 10_000;
        const isQuiet = async (): Promise<boolean> => {
          await database.db.execute(sql`update chat_memberships set try_after = null where try_after is not null`);
          await database.db.execute(
            sql`update chat_memberships set leased_until = null where state = 'admitting' and leased_until < now() + interval '14.9 s'`,
          );
          return (await chatPlan(database.db)).every(({ act }) => act === 'forget') && wrong().length === 0;
        };
        while (!(await isQuiet())) {
          if (performance.now() > deadline)
            throw new Error(`round ${round}: ${wrong()} ${JSON.stringify(await chatPlan(database.db))}`);
          await Bun.sleep(20);
        }
        if (invites) expect(await allKnock()).toEqual([]);
        for (const member of members) if (member.chat) vendor.absent.delete(member.chat);
      }
      entries = vendor.acts.filter(({ act }) => act === 'admit').length;
      exits = vendor.acts.filter(({ act }) => act === 'remove').length;
      expect(entries).toBeGreaterThan(10);
      expect(exits).toBeGreaterThan(10);
      process.stdout.write(`${name}: ${ROUNDS * STEPS_PER_ROUND} steps, ${entries} admissions, ${exits} removals\n`);
    } finally {
      await Promise.all(keepers.map((keeper) => keeper.stop()));
      await bus.close();
    }
  },
  120_000,
);
