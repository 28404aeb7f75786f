import { z } from 'zod';
import { createDiscordApi } from './api.ts';
import type { DiscordMembersOptions } from './vendor.ts';

const rolesBody = z.array(
  z.object({
    id: z.string(),
    position: z.number(),
    permissions: z.string().regex(/^\d+$/),
    managed: z.boolean().optional(),
  }),
);
type Role = z.infer<typeof rolesBody>[number];
const meBody = z.object({ id: z.string() });
const memberBody = z.object({ roles: z.array(z.string()) });

/** https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags */
const ADMINISTRATOR = 1n << 3n;
const UNREADABLE = 'DISCORD_BOT_TOKEN: what answered is not Discord, or Discord has changed';
const RIGHTS = [
  { bit: 1n << 28n, name: 'Manage Roles' },
  { bit: 1n << 0n, name: 'Create Invite' },
] as const;

/** Why the bot cannot give the role and take it; null where it can. `highest`: position of the bot's own. */
const roleProblem = (role: Role | undefined, guildId: string, highest: number): string | null => {
  if (!role) return 'the server has no such role';
  if (role.id === guildId || role.managed) return 'expected a role that is given by hand';
  return role.position >= highest ? "expected a role below the bot's own" : null;
};

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
  const me = meBody.safeParse(who.body);
  const all = rolesBody.safeParse(listed.body);
  if (!me.success || !all.success) return [UNREADABLE];
  const self = await get(`/guilds/${guildId}/members/${me.data.id}`);
  if (self.kind !== 'ok') return [`DISCORD_GUILD_ID: the bot cannot see itself on that server (${self.problem})`];
  const member = memberBody.safeParse(self.body);
  if (!member.success) return [UNREADABLE];
  const held = new Set([guildId, ...member.data.roles]);
  const own = all.data.filter(({ id }) => held.has(id));
  const permissions = own.reduce((sum, role) => sum | BigInt(role.permissions), 0n);
  const highest = Math.max(...own.map(({ position }) => position));
  const problems: string[] = [];
  for (const { bit, name } of RIGHTS)
    if ((permissions & (bit | ADMINISTRATOR)) === 0n)
      problems.push(`DISCORD_BOT_TOKEN: the bot lacks the right "${name}"`);
  for (const [room, id] of Object.entries(roles)) {
    const role = all.data.find((one) => one.id === id);
    const problem = roleProblem(role, guildId, highest);
    if (problem !== null) problems.push(`DISCORD_ROLE_${room.toUpperCase()}: ${problem}`);
  }
  return problems;
};
