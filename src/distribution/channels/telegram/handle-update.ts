import type { ChatMember, Message, Update, User } from 'grammy/types';
import type { Room, Seat } from '../../memberships/vendor.ts';
import type { TelegramClient } from './client.ts';
import type { TelegramDoor } from './door.ts';
import * as words from './words.ts';

/** What handling an update takes. */
export interface Desk {
  readonly client: TelegramClient;
  readonly door: TelegramDoor;
  /** Our closed rooms by chat id. */
  readonly rooms: ReadonlyMap<string, Room>;
  readonly addresses: words.Addresses;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Readonly<Record<string, unknown>>) => void;
}

const NAME_MAX = 64;

/** As people are called there: letters of a stranger's choosing, on one line. */
const nameOf = ({ first_name: first, last_name: last }: User): string =>
  [first, last ?? '']
    .join(' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .trim()
    .slice(0, NAME_MAX);

/** Telegram did not take it and may take it another time: the update is handled once more. */
const insist = (answer: { readonly kind: string; readonly problem?: string }): void => {
  if (answer.kind === 'not-now' || answer.kind === 'unknown') throw new Error(answer.problem ?? answer.kind);
};

const say = async ({ client, log }: Desk, chatUserId: number | string, text: string): Promise<void> => {
  const answer = await client.ask((raw, signal) =>
    raw.sendMessage(
      { chat_id: chatUserId, text, parse_mode: 'HTML', link_preview_options: { is_disabled: true } },
      signal,
    ),
  );
  // Nobody depends on words: whoever has blocked the bot does not want them.
  if (answer.kind !== 'ok') log('info', 'the bot could not answer somebody', { problem: answer.problem });
};

const COMMAND = /^\/(?<name>[a-z]+)(?:@\w+)?(?:\s+(?<word>\S+))?\s*$/i;

const answerTo = async ({ door, addresses }: Desk, from: User, text: string): Promise<string> => {
  const { name = '', word } = COMMAND.exec(text)?.groups ?? {};
  const chatUserId = String(from.id);
  switch (name.toLowerCase()) {
    case 'start': {
      if (word === undefined) return words.status(await door.statusOf(chatUserId), addresses);
      const person = { chatUserId, name: nameOf(from) || 'somebody' };
      return words.claimed(await door.claimLink(word, person), person.name, addresses);
    }
    case 'status':
      return words.status(await door.statusOf(chatUserId), addresses);
    case 'unlink':
      if (word?.toLowerCase() !== 'yes') return words.askToUnlink();
      return words.unlinked(await door.unlink(chatUserId), addresses);
    default:
      return words.help(addresses);
  }
};

const onMessage = async (desk: Desk, { chat, from, text }: Message): Promise<void> => {
  if (chat.type !== 'private' || !from || from.is_bot || text === undefined) return;
  await say(desk, from.id, await answerTo(desk, from, text));
};

const onKnock = async (desk: Desk, seat: Seat, chatId: number): Promise<void> => {
  const { client, door, addresses } = desk;
  const request = { chat_id: chatId, user_id: Number(seat.chatUserId) };
  if (await door.mayEnter(seat)) {
    const approved = await client.ask((raw, signal) => raw.approveChatJoinRequest(request, signal));
    const isIn =
      approved.kind === 'ok' || (approved.kind === 'refused' && /ALREADY_PARTICIPANT/i.test(approved.problem));
    if (isIn) return door.entered(seat);
    // Refused, there is no request any more; the keeper finds out where the person is.
    insist(approved);
    return;
  }
  insist(await client.ask((raw, signal) => raw.declineChatJoinRequest(request, signal)));
  await say(desk, seat.chatUserId, words.declined(seat.room, await door.statusOf(seat.chatUserId), addresses));
};

const isInside = (member: ChatMember): boolean =>
  member.status === 'restricted' ? member.is_member : member.status !== 'left' && member.status !== 'kicked';

/** Handles one update. Throws where it is to be handled once more; then nothing of it is lost, and nothing done twice. */
export const handleUpdate = async (desk: Desk, update: Update): Promise<void> => {
  const { message, chat_join_request: knock, chat_member: change } = update;
  if (message) return onMessage(desk, message);
  if (knock) {
    const room = desk.rooms.get(String(knock.chat.id));
    if (room) await onKnock(desk, { room, chatUserId: String(knock.from.id) }, knock.chat.id);
    return;
  }
  const room = change && desk.rooms.get(String(change.chat.id));
  if (!change || !room || change.new_chat_member.user.is_bot) return;
  const seat = { room, chatUserId: String(change.new_chat_member.user.id) };
  const now = isInside(change.new_chat_member);
  if (now !== isInside(change.old_chat_member)) await desk.door.seen(seat, now ? 'inside' : 'absent');
};
