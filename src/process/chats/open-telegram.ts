import { setTimeout } from 'node:timers/promises';
import type { Config } from '../../config.ts';
import type { Database } from '../../db/client.ts';
import { holdLead } from '../../db/lead.ts';
import { inviteLinkOf, keepInviteLink } from '../../db/queries/chat/links.ts';
import type { Channel } from '../../distribution/channels/channel.ts';
import { createTelegramChannel } from '../../distribution/channels/telegram/channel.ts';
import { botUsername, checkTelegram } from '../../distribution/channels/telegram/check.ts';
import { createTelegramClient, type TelegramClient } from '../../distribution/channels/telegram/client.ts';
import { pollUpdates } from '../../distribution/channels/telegram/updates.ts';
import { createTelegramVendor } from '../../distribution/channels/telegram/vendor.ts';
import { createTelegramDoor, type TelegramDoorOptions } from '../../distribution/memberships/telegram-door.ts';
import type { ChatVendor } from '../../distribution/memberships/vendor.ts';
import type { Log } from '../../log.ts';
import type { SandboxAddresses } from '../../sandbox/protocol.ts';
import type { ChatDoors } from '../../web/context.ts';
import { publicUrlOf } from '../public-url.ts';

interface TelegramPlan {
  readonly config: Config;
  readonly database: Database;
  readonly databaseUrl: string;
  readonly sandbox: SandboxAddresses | null;
  readonly access: Pick<TelegramDoorOptions, 'tierOf' | 'announce'>;
  readonly chatsUrl: string;
  readonly log: Log;
}

export interface OpenTelegram {
  readonly channel: Channel;
  readonly vendor: ChatVendor;
  /** Null until Telegram has said what the bot is called. */
  door(): ChatDoors['telegram'];
  stop(): Promise<void>;
}

interface Account {
  readonly apiRoot?: string;
  readonly botToken: string;
  readonly chats: Readonly<Record<'premium' | 'basic' | 'free', string>>;
  readonly linkBase: string;
  readonly freeUrl: string | null;
}

const ASK_AGAIN_MS = 5_000;

const accountOf = (config: Config, sandbox: SandboxAddresses | null): Account | null => {
  const { TELEGRAM_BOT_TOKEN: botToken, TELEGRAM_CHAT_PREMIUM: premium, TELEGRAM_CHAT_BASIC: basic } = config;
  const { TELEGRAM_CHAT_FREE: free } = config;
  if (botToken && premium && basic && free) {
    const freeUrl = free.startsWith('@') ? `https://t.me/${free.slice(1)}` : null;
    return { botToken, chats: { premium, basic, free }, linkBase: 'https://t.me', freeUrl };
  }
  if (!sandbox?.telegram) return null;
  const { url: apiRoot, botToken: token, chats, linkBase, freeUrl } = sandbox.telegram;
  return { apiRoot, botToken: token, chats, linkBase, freeUrl };
};

/** What the bot is called, asked for until Telegram answers. */
const learnUsername = (client: TelegramClient, signal: AbortSignal, log: Log) => {
  const known: { username: string | null } = { username: null };
  const ask = async (): Promise<void> => {
    for (let tries = 0; !signal.aborted && known.username === null; tries += 1) {
      const answer = await botUsername(client);
      if (answer.ok) known.username = answer.username;
      else {
        if (tries === 0) log('error', 'Telegram does not say what the bot is called', { problem: answer.problem });
        await setTimeout(ASK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  };
  return { known, asking: ask() };
};

/** Null where there is neither a bot nor a sandbox. */
export const openTelegram = (plan: TelegramPlan): OpenTelegram | null => {
  const { config, database, databaseUrl, sandbox, access, chatsUrl, log } = plan;
  const account = accountOf(config, sandbox);
  if (!account) return null;
  const { db } = database;
  const { chats, linkBase, freeUrl } = account;
  const client = createTelegramClient(account);
  const invitationOf = (room: 'premium' | 'basic') => inviteLinkOf(db, 'telegram', chats[room]);
  const going = new AbortController();
  const { known, asking } = learnUsername(client, going.signal, log);
  checkTelegram(client, chats).then(
    (problems) => {
      for (const problem of problems) log('error', 'Telegram is not set up as it must be', { problem });
    },
    (error: unknown) => log('error', 'Telegram could not be checked', { error }),
  );
  const door = createTelegramDoor({ db, chatsUrl, log, ...access });
  const addresses = { chats: chatsUrl, plans: new URL('/plans', publicUrlOf(config)).href };
  // Telegram gives updates to one at a time.
  const updates = holdLead({
    databaseUrl,
    key: 'quanticity.telegram-updates',
    lead: (signal) => pollUpdates({ client, chats, door, addresses, log, signal }),
    onError: (error) => log('error', 'taking Telegram’s updates stumbled; trying again', { error }),
  });
  return {
    // By a client of its own: a room that is posted to too often holds nobody's coming or going up.
    channel: createTelegramChannel({ client: createTelegramClient(account), chats }),
    vendor: createTelegramVendor({
      client,
      chats,
      invitations: { of: invitationOf, keep: (room, link) => keepInviteLink(db, 'telegram', chats[room], link) },
    }),
    door: () => (known.username === null ? null : { botUsername: known.username, linkBase, invitationOf, freeUrl }),
    stop: async () => {
      going.abort();
      await Promise.all([updates.stop(), asking]);
    },
  };
};
