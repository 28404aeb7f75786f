import type { Config } from '../../config.ts';
import type { Channel } from '../../distribution/channels/channel.ts';
import { createDiscordChannel } from '../../distribution/channels/discord/channel.ts';
import { checkDiscord } from '../../distribution/channels/discord/members/check.ts';
import { createDiscordDoor } from '../../distribution/channels/discord/members/door.ts';
import { createDiscordVendor, type DiscordMembersOptions } from '../../distribution/channels/discord/members/vendor.ts';
import type { ChatVendor } from '../../distribution/memberships/vendor.ts';
import type { Log } from '../../log.ts';
import type { SandboxAddresses } from '../../sandbox/protocol.ts';
import type { ChatDoors } from '../../web/context.ts';
import { DISCORD_CALLBACK, publicUrlOf } from '../public-url.ts';

interface DiscordPlan {
  readonly config: Config;
  readonly sandbox: SandboxAddresses | null;
  readonly log: Log;
}

export interface OpenDiscord {
  readonly channel: Channel;
  /** Null where nobody is let in or out by us. */
  readonly vendor: ChatVendor | null;
  readonly door: ChatDoors['discord'];
  /** Where the form that asks for a link leads to. */
  readonly origin: string;
}

interface Members extends DiscordMembersOptions {
  readonly authorizeUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly serverUrl: string;
}

const membersOf = (config: Config, sandbox: SandboxAddresses | null): Members | null => {
  if (config.sandboxed.includes('discord')) {
    if (!sandbox?.discord) return null;
    const { application, apiUrl, authorizeUrl, clientUrl } = sandbox.discord;
    return { ...application, apiUrl, authorizeUrl, serverUrl: clientUrl };
  }
  const { DISCORD_BOT_TOKEN: botToken, DISCORD_CLIENT_ID: clientId, DISCORD_CLIENT_SECRET: clientSecret } = config;
  const { DISCORD_GUILD_ID: guildId, DISCORD_ROLE_PREMIUM: premium, DISCORD_ROLE_BASIC: basic } = config;
  if (!botToken || !clientId || !clientSecret || !guildId || !premium || !basic) return null;
  return {
    ...{ botToken, clientId, clientSecret, guildId, roles: { premium, basic } },
    apiUrl: 'https://discord.com/api/v10',
    authorizeUrl: 'https://discord.com/oauth2/authorize',
    serverUrl: `https://discord.com/channels/${guildId}`,
  };
};

/** Null where there is neither a webhook nor a sandbox. */
export const openDiscord = ({ config, sandbox, log }: DiscordPlan): OpenDiscord | null => {
  const { DISCORD_WEBHOOK_PREMIUM: premium, DISCORD_WEBHOOK_BASIC: basic, DISCORD_WEBHOOK_FREE: free } = config;
  const webhooks = premium && basic && free ? { premium, basic, free } : (sandbox?.discord?.webhooks ?? null);
  if (!webhooks) return null;
  const channel = createDiscordChannel({ webhooks });
  const members = membersOf(config, sandbox);
  if (!members) return { channel, vendor: null, door: null, origin: '' };
  checkDiscord(members).then(
    (problems) => {
      for (const problem of problems) log('error', 'Discord is not set up as it must be', { problem });
    },
    (error: unknown) => log('error', 'Discord could not be checked', { error }),
  );
  const redirectUri = new URL(DISCORD_CALLBACK, publicUrlOf(config)).href;
  const { authorizeAddress, enter } = createDiscordDoor({ ...members, redirectUri });
  return {
    channel,
    vendor: createDiscordVendor(members),
    door: { authorizeAddress, enter, serverUrl: members.serverUrl },
    origin: new URL(members.authorizeUrl).origin,
  };
};
