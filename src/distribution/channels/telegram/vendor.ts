import type { ActProblem, Admission, ChatVendor, Removal, Room, Seat } from '../../memberships/vendor.ts';
import type { Answer, TelegramClient } from './client.ts';
import { invitation } from './words.ts';

export interface TelegramVendorOptions {
  readonly client: TelegramClient;
  readonly chats: Readonly<Record<Room, string>>;
  /** Each room's invitation, which lets people knock and nobody in by itself. */
  readonly invitations: {
    of(room: Room): Promise<string | null>;
    keep(room: Room, inviteLink: string): Promise<void>;
  };
}

/** Telegram's words for a person it does not know, or not in this room; they stand in no specification. */
const NOBODY = /user not found|member not found|participant_id_invalid|user_not_participant|user_id_invalid/i;
const OWNED = /administrator|chat owner|chat_admin_required.*owner|can't remove chat owner|user is an administrator/i;

const problemOf = (answer: Exclude<Answer<unknown>, { kind: 'ok' }>): ActProblem =>
  answer.kind === 'refused' ? { kind: 'refused', problem: answer.problem } : answer;

const isNobody = (answer: Answer<unknown>): boolean => answer.kind === 'refused' && NOBODY.test(answer.problem);

export const createTelegramVendor = ({ client, chats, invitations }: TelegramVendorOptions): ChatVendor => {
  const look = async ({
    room,
    chatUserId,
  }: Seat): Promise<{ readonly kind: 'inside' } | { readonly kind: 'absent' } | ActProblem> => {
    const answer = await client.ask((raw, signal) =>
      raw.getChatMember({ chat_id: chats[room], user_id: Number(chatUserId) }, signal),
    );
    if (answer.kind !== 'ok') return isNobody(answer) ? { kind: 'absent' } : problemOf(answer);
    const member = answer.value;
    const isInside =
      member.status === 'restricted' ? member.is_member : member.status !== 'left' && member.status !== 'kicked';
    return { kind: isInside ? 'inside' : 'absent' };
  };
  const invitationTo = async (room: Room): Promise<Answer<string>> => {
    const kept = await invitations.of(room);
    if (kept !== null) return { kind: 'ok', value: kept };
    const answer = await client.ask((raw, signal) =>
      raw.createChatInviteLink(
        { chat_id: chats[room], name: 'QuantiCity members', creates_join_request: true },
        signal,
      ),
    );
    if (answer.kind !== 'ok') return answer;
    await invitations.keep(room, answer.value.invite_link);
    return { kind: 'ok', value: answer.value.invite_link };
  };
  const invite = async ({ room, chatUserId }: Seat): Promise<Admission> => {
    const way = await invitationTo(room);
    if (way.kind !== 'ok') return problemOf(way);
    const sent = await client.ask((raw, signal) =>
      raw.sendMessage(
        {
          ...{ chat_id: chatUserId, text: invitation(room, way.value), parse_mode: 'HTML' },
          link_preview_options: { is_disabled: true },
        },
        signal,
      ),
    );
    return sent.kind === 'ok' ? { kind: 'invited' } : problemOf(sent);
  };
  /** A ban that stayed would keep the person out for good: it is lifted at once, and drops an open request on the way. */
  const putOut = async ({ room, chatUserId }: Seat): Promise<Removal> => {
    const seat = { chat_id: chats[room], user_id: Number(chatUserId) };
    const banned = await client.ask((raw, signal) => raw.banChatMember({ ...seat, revoke_messages: false }, signal));
    if (banned.kind !== 'ok') {
      if (isNobody(banned)) return { kind: 'outside' };
      if (banned.kind === 'refused' && OWNED.test(banned.problem))
        return {
          kind: 'refused',
          problem: `an administrator of the room, whom bots cannot put out: ${banned.problem}`,
        };
      return problemOf(banned);
    }
    const lifted = await client.ask((raw, signal) => raw.unbanChatMember({ ...seat, only_if_banned: true }, signal));
    if (lifted.kind === 'ok') return { kind: 'outside' };
    // Out, but shut out: done again until the ban is lifted too.
    return lifted.kind === 'not-now' ? { kind: 'unknown', problem: lifted.problem } : problemOf(lifted);
  };
  return {
    name: 'telegram',
    look,
    async admit(seat) {
      const seen = await look(seat);
      return seen.kind === 'absent' ? invite(seat) : seen;
    },
    remove: putOut,
  };
};
