import { z } from 'zod';
import { entitlementsOf } from '../../../../billing/plans.ts';
import type { ActProblem, ChatVendor, Room, Seat } from '../../../memberships/vendor.ts';
import { createDiscordApi, type DiscordBot, type Reply } from './api.ts';

export interface DiscordMembersOptions extends DiscordBot {
  /** The role that opens each room's channel. */
  readonly roles: Readonly<Record<Room, string>>;
}

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
const UNKNOWN_MEMBER = 10_007;
const UNKNOWN_USER = 10_013;

const memberBody = z.object({ roles: z.array(z.string()) });

/** Not on the server, or no account any more. */
const isAway = (reply: Reply): boolean =>
  reply.kind === 'refused' && (reply.code === UNKNOWN_MEMBER || reply.code === UNKNOWN_USER);

const problemOf = (reply: Exclude<Reply, { kind: 'ok' }>): ActProblem =>
  reply.kind === 'refused' ? { kind: 'refused', problem: reply.problem } : reply;

/** Gives and takes the roles that open closed channels. Discord's own log tells why. */
export const createDiscordVendor = (options: DiscordMembersOptions): ChatVendor => {
  const { apiUrl, botToken, guildId, roles, timeoutMs } = options;
  const api = createDiscordApi(apiUrl, timeoutMs);
  const authorization = `Bot ${botToken}`;
  const change = (method: 'PUT' | 'DELETE', { room, chatUserId }: Seat, reason: string): Promise<Reply> =>
    api.ask({
      method,
      path: `/guilds/${guildId}/members/${chatUserId}/roles/${roles[room]}`,
      bucket: 'roles',
      headers: { authorization, 'x-audit-log-reason': encodeURIComponent(reason) },
    });
  return {
    name: 'discord',
    async admit(seat) {
      const reply = await change('PUT', seat, `QuantiCity: access to ${entitlementsOf(seat.room).name} began`);
      if (reply.kind === 'ok') return { kind: 'inside' };
      return isAway(reply) ? { kind: 'absent' } : problemOf(reply);
    },
    async remove(seat) {
      const reply = await change('DELETE', seat, `QuantiCity: access to ${entitlementsOf(seat.room).name} ended`);
      return reply.kind === 'ok' || isAway(reply) ? { kind: 'outside' } : problemOf(reply);
    },
    async look({ room, chatUserId }) {
      const reply = await api.ask({
        method: 'GET',
        path: `/guilds/${guildId}/members/${chatUserId}`,
        bucket: 'members',
        headers: { authorization },
      });
      if (reply.kind !== 'ok') return isAway(reply) ? { kind: 'absent' } : problemOf(reply);
      const member = memberBody.safeParse(reply.body);
      if (!member.success) return { kind: 'unknown', problem: 'the answer holds no roles' };
      return { kind: member.data.roles.includes(roles[room]) ? 'inside' : 'outside' };
    },
  };
};
