import { z } from 'zod';
import { createDiscordApi } from './api.ts';
import type { DiscordMembersOptions } from './vendor.ts';

const rolesBody = z.array(z.object({ id: z.string(), position: z.number(), permissions: z.string() }));
const meBody = z.object({ id: z.string() });
const memberBody = z.object({ roles: z.array(z.string()) });

/** https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags */
const ADMINISTRATOR = 1n << 3n;
const RIGHTS = [
  { bit: 1n << 28n, name: 'Manage Roles' },
  { bit: 1n << 0n, name: 'Create Invite' },
] as const;

/** Whether token, server, roles and rights fit, in words for whoever set them; nothing when all is well. */
export const checkDiscord = async (options: DiscordMembersOptions): Promise<readonly string[]> => {
  const { apiUrl, botToken, guildId, roles, timeoutMs } = options;
  const api = createDiscordApi(apiUrl, timeoutMs);
  const get = (path: string) =>
    api.ask({ method: 'GET', path, bucket: path, headers: { authorization: `Bot ${botToken}` } });
  const who = await get('/users/@me');
  if (who.kind !== 'ok')
    return [`DISCORD_BOT_TOKEN: Discord does not know this bot, or cannot be reached (${who.problem})`];
  const listed = await get(`/guilds/${guildId}/roles`);
  if (listed.kind !== 'ok') return [`DISCORD_GUILD_ID: the bot is not on that server (${listed.problem})`];
  const self = await get(`/guilds/${guildId}/members/${meBody.parse(who.body).id}`);
  if (self.kind !== 'ok') return [`DISCORD_GUILD_ID: the bot cannot see itself on that server (${self.problem})`];
  const all = rolesBody.parse(listed.body);
  const held = new Set([guildId, ...memberBody.parse(self.body).roles]);
  const own = all.filter(({ id }) => held.has(id));
  const permissions = own.reduce((sum, role) => sum | BigInt(role.permissions), 0n);
  const highest = Math.max(...own.map(({ position }) => position));
  const problems: string[] = [];
  for (const { bit, name } of RIGHTS)
    if ((permissions & (bit | ADMINISTRATOR)) === 0n)
      problems.push(`DISCORD_BOT_TOKEN: the bot lacks the right "${name}"`);
  for (const [room, id] of Object.entries(roles)) {
    const role = all.find((one) => one.id === id);
    const variable = `DISCORD_ROLE_${room.toUpperCase()}`;
    if (!role) problems.push(`${variable}: the server has no such role`);
    else if (role.position >= highest) problems.push(`${variable}: expected a role below the bot's own`);
  }
  return problems;
};
