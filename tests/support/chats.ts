import { sql } from 'drizzle-orm';
import type { Db } from '../../src/db/client.ts';
import { type ChatPerson, type ChatVendorName, claimChatLink } from '../../src/db/queries/chat/link-requests.ts';
import { chatsOf, linkChat } from '../../src/db/queries/chat/links.ts';
import { hashToken } from '../../src/web/auth/token.ts';
import type { ChatDoors, ChatEntry } from '../../src/web/context.ts';
import type { Visitor } from './site.ts';

export interface PuppetChats extends ChatDoors {
  /** Codes that Discord was asked about, oldest first. */
  readonly asked: string[];
  /** What Discord answers next to a code; nobody named: the person of that code. */
  answer: ((code: string) => ChatEntry) | null;
}

/** Doors whose vendors say what the test says. A code such as `code-of-77` is person 77's. */
export const createPuppetChats = (): PuppetChats => {
  const asked: string[] = [];
  const chats: PuppetChats = {
    asked,
    answer: null,
    telegram: {
      botUsername: 'quanticity_test_bot',
      linkBase: 'https://t.example',
      invitationOf: async (room) => `https://t.example/+${room}`,
      freeUrl: 'https://t.example/free',
    },
    discord: {
      authorizeAddress: (state) => `https://discord.example/oauth2/authorize?state=${state}`,
      async enter(code) {
        asked.push(code);
        if (chats.answer) return chats.answer(code);
        const chatUserId = code.replace('code-of-', '');
        return { kind: 'entered', chatUserId, name: `Person ${chatUserId}` };
      },
      serverUrl: 'https://discord.example/server',
    },
    origins: ['https://discord.example'],
  };
  return chats;
};

const CHATS_URL = 'https://quanticity.example/account/chats';

/** As the bot does once somebody has pressed Start. */
export const claimInTelegram = (db: Db, token: string, person: ChatPerson) =>
  claimChatLink(db, { vendor: 'telegram', tokenHash: hashToken(token) }, person);

/** Asks on the site; the token that stands in the deep link. */
export const askOnSite = async (visitor: Visitor): Promise<string> => {
  const page = await (await visitor.post('/account/chats/telegram', {})).text();
  return /https:\/\/t\.example\/quanticity_test_bot\?start=([\w-]+)/.exec(page)?.[1] ?? '';
};

/** The state that a member's browser carries to Discord. */
export const askForDiscord = async (visitor: Visitor): Promise<string> => {
  const answer = await visitor.post('/account/chats/discord', {});
  return new URL(answer.headers.get('Location') ?? 'none:').searchParams.get('state') ?? '';
};

export const linkPerson = (
  db: Db,
  of: { readonly userId: string; readonly vendor: ChatVendorName; readonly person: ChatPerson },
) => linkChat(db, of, { actor: { kind: 'system', name: 'test' }, cause: 'test', chatsUrl: CHATS_URL });

export const linkedTo = async (db: Db, userId: string): Promise<string[]> =>
  (await chatsOf(db, userId)).map(({ vendor, chatUserId }) => `${vendor} ${chatUserId}`);

/** Every seat of a chat account, as `premium inside`. */
export const seatsOf = async (db: Db, chatUserId: string): Promise<string[]> => {
  const rows = await db.execute<{ room: string; state: string }>(
    sql`select room, state from chat_memberships where chat_user_id = ${chatUserId} order by room desc`,
  );
  return rows.map(({ room, state }) => `${room} ${state}`);
};

export const putSeat = async (db: Db, chatUserId: string, room: string, state: string): Promise<void> => {
  await db.execute(
    sql`update chat_memberships set state = ${state} where chat_user_id = ${chatUserId} and room = ${room}`,
  );
};
