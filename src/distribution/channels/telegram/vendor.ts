import type { ActProblem, Admission, ChatVendor, Removal, Room, Seat, Sighting } from '../../memberships/vendor.ts';
import type { Answer, TelegramClient } from './client.ts';
import { isInside } from './person.ts';
import { invitation, letter } from './words.ts';

export interface TelegramVendorOptions {
  readonly client: TelegramClient;
  readonly chats: Readonly<Record<Room, string>>;
  /** Each room's invitation, which lets people knock and nobody in by itself. */
  readonly invitations: {
    of(room: Room): Promise<string | null>;
    keep(room: Room, inviteLink: string): Promise<void>;
  };
}

// Telegram's words for refusals stand in no specification; these are the ones that bots report.
const ABSENT = /user not found|member not found|participant_id_invalid|user_not_participant|invalid user_id/i;
/** Also said of somebody inside, to a bot that is no administrator: worth nothing by itself. */
const NO_SUCH_USER = /user_id_invalid/i;
const PROTECTED = /user is an administrator|can't remove chat owner|user_admin_invalid/i;
const NOT_ADMITTABLE = /chat_admin_required|not enough rights|channels_too_much/i;
const ALREADY_INSIDE = /already_participant/i;

type Problem = Exclude<Answer<unknown>, { kind: 'ok' }>;

const problemOf = (answer: Problem): ActProblem =>
  answer.kind === 'refused' ? { kind: 'refused', problem: answer.problem } : answer;

const says = (answer: Problem, words: RegExp): boolean => answer.kind === 'refused' && words.test(answer.problem);

type Standing = { readonly kind: 'inside' } | { readonly kind: 'absent' } | { readonly kind: 'shut-out' };

/** Acts on one person's seat in Telegram, a request each. */
const createActs = ({ client, chats }: Pick<TelegramVendorOptions, 'client' | 'chats'>) => {
  const placeOf = ({ room, chatUserId }: Seat) => ({ chat_id: chats[room], user_id: Number(chatUserId) });
  return {
    async standing(seat: Seat): Promise<Standing | Problem> {
      const answer = await client.ask((raw, signal) => raw.getChatMember(placeOf(seat), signal));
      if (answer.kind !== 'ok') return says(answer, ABSENT) ? { kind: 'absent' } : answer;
      if (answer.value.status === 'kicked') return { kind: 'shut-out' };
      return { kind: isInside(answer.value) ? 'inside' : 'absent' };
    },
    ban: (seat: Seat) => client.ask((raw, signal) => raw.banChatMember(placeOf(seat), signal)),
    liftBan: (seat: Seat) =>
      client.ask((raw, signal) => raw.unbanChatMember({ ...placeOf(seat), only_if_banned: true }, signal)),
    approve: (seat: Seat) => client.ask((raw, signal) => raw.approveChatJoinRequest(placeOf(seat), signal)),
    tell: ({ chatUserId }: Seat, text: string) =>
      client.ask((raw, signal) => raw.sendMessage(letter(chatUserId, text), signal)),
  };
};

/** Each room has one invitation, made when it is first wanted. */
const createInvitations = ({ client, chats, invitations }: TelegramVendorOptions) => {
  const making = new Map<Room, Promise<Answer<string>>>();
  const make = async (room: Room): Promise<Answer<string>> => {
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
  /** Many may be invited at once; they share one. */
  const makeOnce = (room: Room): Promise<Answer<string>> => {
    const under = making.get(room) ?? make(room).finally(() => making.delete(room));
    making.set(room, under);
    return under;
  };
  return {
    async to(room: Room): Promise<Answer<string>> {
      const kept = await invitations.of(room);
      return kept === null ? makeOnce(room) : { kind: 'ok', value: kept };
    },
  };
};

export const createTelegramVendor = (options: TelegramVendorOptions): ChatVendor => {
  const acts = createActs(options);
  const invitations = createInvitations(options);
  const look = async (seat: Seat): Promise<Sighting> => {
    const seen = await acts.standing(seat);
    if (seen.kind === 'inside') return { kind: 'inside' };
    return seen.kind === 'absent' || seen.kind === 'shut-out' ? { kind: 'absent' } : problemOf(seen);
  };
  const invite = async (seat: Seat): Promise<Admission> => {
    const way = await invitations.to(seat.room);
    if (way.kind !== 'ok') return problemOf(way);
    const told = await acts.tell(seat, invitation(seat.room, way.value));
    return told.kind === 'ok' ? { kind: 'invited' } : problemOf(told);
  };
  /** Who has knocked and got no answer could knock no second time: an open request is granted before anybody is invited. */
  const letIn = async (seat: Seat): Promise<Admission> => {
    const approved = await acts.approve(seat);
    if (approved.kind === 'ok' || says(approved, ALREADY_INSIDE)) return { kind: 'inside' };
    return approved.kind === 'refused' && !says(approved, NOT_ADMITTABLE) ? invite(seat) : problemOf(approved);
  };
  /** Telegram has been seen to know nobody by that id for a moment: it is to say so twice. */
  const confirmOutside = async (seat: Seat): Promise<Removal> => {
    const seen = await acts.standing(seat);
    if (seen.kind === 'inside') return { kind: 'unknown', problem: 'Telegram contradicts itself about who is inside' };
    if (seen.kind === 'absent') return { kind: 'outside' };
    if (seen.kind === 'shut-out') return { kind: 'unknown', problem: 'the ban is not lifted yet' };
    return says(seen, NO_SUCH_USER) ? { kind: 'outside' } : problemOf(seen);
  };
  return {
    name: 'telegram',
    look,
    async admit(seat) {
      const seen = await acts.standing(seat);
      if (seen.kind === 'inside') return { kind: 'inside' };
      if (seen.kind === 'absent') return letIn(seat);
      if (seen.kind !== 'shut-out') return problemOf(seen);
      // A ban left behind by an act that was cut short would make every invitation useless.
      const lifted = await acts.liftBan(seat);
      return lifted.kind === 'ok' ? letIn(seat) : problemOf(lifted);
    },
    /** A ban that stayed would keep the person out for good: it is lifted at once, and drops an open request on the way. */
    async remove(seat) {
      const banned = await acts.ban(seat);
      if (banned.kind !== 'ok') {
        if (says(banned, ABSENT) || says(banned, NO_SUCH_USER)) return confirmOutside(seat);
        return says(banned, PROTECTED)
          ? { kind: 'refused', problem: `an administrator of the room, whom no bot can put out: ${banned.problem}` }
          : problemOf(banned);
      }
      const lifted = await acts.liftBan(seat);
      // Out, but shut out: both are done again until the ban is lifted too.
      return lifted.kind === 'ok' ? { kind: 'outside' } : { kind: 'unknown', problem: lifted.problem };
    },
  };
};
