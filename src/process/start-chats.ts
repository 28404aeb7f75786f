import { announceAccess, tierOf } from '../billing/announce-access.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/client.ts';
import type { Channel } from '../distribution/channels/channel.ts';
import { startKeeper } from '../distribution/memberships/keeper.ts';
import type { ChatVendor } from '../distribution/memberships/vendor.ts';
import type { Bus } from '../engine/index.ts';
import type { Log } from '../log.ts';
import type { SandboxAddresses } from '../sandbox/protocol.ts';
import type { ChatDoors } from '../web/context.ts';
import { openDiscord } from './chats/open-discord.ts';
import { openTelegram } from './chats/open-telegram.ts';
import { publicUrlOf } from './public-url.ts';

export interface ChatsPlan {
  readonly config: Config;
  readonly database: Database;
  readonly databaseUrl: string;
  readonly bus: Bus;
  readonly sandbox: SandboxAddresses | null;
  readonly log: Log;
}

export interface RunningChats {
  /** What the site offers. */
  readonly doors: ChatDoors;
  /** What releases go out through. */
  readonly channels: readonly Channel[];
  stop(): Promise<void>;
}

/** Telegram and Discord: what is posted there, who is let in, and the keeper of both. */
export const startChats = (plan: ChatsPlan): RunningChats => {
  const { config, database, bus, log } = plan;
  const { db } = database;
  if (config.ROLE === 'web' && (config.sandboxed.includes('telegram') || config.sandboxed.includes('discord')))
    log('warn', 'this node simulates chats of its own: with several web nodes, set their keys on all of them');
  const chatsUrl = new URL('/account/chats', publicUrlOf(config)).href;
  const telegram = openTelegram({
    ...plan,
    access: { tierOf: (userId) => tierOf(db, userId), announce: (userId) => announceAccess(bus, db, userId) },
    chatsUrl,
  });
  const discord = openDiscord(plan);
  const isVendor = (vendor: ChatVendor | null | undefined): vendor is ChatVendor => Boolean(vendor);
  const vendors = [telegram?.vendor, discord?.vendor].filter(isVendor);
  const keeper = startKeeper({ db, bus, vendors, log });
  return {
    doors: {
      // Known once Telegram has said what the bot is called.
      get telegram() {
        return telegram?.door() ?? null;
      },
      discord: discord?.door ?? null,
      origins: discord?.door ? [discord.origin] : [],
    },
    channels: [discord?.channel, telegram?.channel].filter((channel): channel is Channel => Boolean(channel)),
    stop: async () => {
      await Promise.all([keeper.stop(), telegram?.stop()]);
    },
  };
};
