import { setTimeout } from 'node:timers/promises';
import type { ChatJoinRequest, ChatMemberUpdated, Message, Update, User } from 'grammy/types';
import type { Room, Seat } from '../../memberships/vendor.ts';
import type { Answer, TelegramClient } from './client.ts';
import type { TelegramDoor } from './door.ts';
import { isInside, nameOf } from './person.ts';
import * as words from './words.ts';

/** What handling an update takes. */
export interface Desk {
  readonly client: TelegramClient;
  readonly door: TelegramDoor;
  /** Our closed rooms by chat id. */
  readonly rooms: ReadonlyMap<string, Room>;
  readonly addresses: words.Addresses;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Readonly<Record<string, unknown>>) => void;
  /** Ends handling; what is under way is handled once more by whoever comes after us. */
  readonly signal: AbortSignal;
}

/** What was done about an update and is not to be done again, should it be tried once more. */
export interface Progress {
  hasExplained: boolean;
}

/** What Telegram did not take and may take another time: the update is to be handled once more. */
export type Unhandled = Extract<Answer<never>, { kind: 'not-now' | 'unknown' }>;

const WORDS_TRIES = 3;
const WORDS_WAIT_MS = 1_000;

/** Nobody depends on words: what perhaps arrived is not said twice, and whoever has blocked the bot does not want them. */
const say = async ({ client, log, signal }: Desk, chatUserId: number, text: string): Promise<void> => {
  for (let tried = 1; ; tried += 1) {
    const answer = await client.ask((raw, own) => raw.sendMessage(words.letter(chatUserId, text), own), signal);
    if (answer.kind === 'ok' || signal.aborted) return;
    if (answer.kind !== 'not-now' || tried === WORDS_TRIES) {
      log('info', 'the bot could not answer somebody', { problem: answer.problem });
      return;
    }
    await setTimeout(answer.retryAfterMs ?? WORDS_WAIT_MS, undefined, { signal }).catch(() => undefined);
  }
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

/** In groups the bot says nothing. */
const questionOf = ({ chat, from, text }: Message): { readonly from: User; readonly text: string } | null =>
  chat.type !== 'private' || !from || from.is_bot || text === undefined ? null : { from, text };

const onMessage = async (desk: Desk, message: Message): Promise<void> => {
  const question = questionOf(message);
  if (question) await say(desk, question.from.id, await answerTo(desk, question.from, question.text));
};

const admitKnocker = async ({ client, door, log, signal }: Desk, seat: Seat, chatId: number) => {
  const request = { chat_id: chatId, user_id: Number(seat.chatUserId) };
  const approved = await client.ask((raw, own) => raw.approveChatJoinRequest(request, own), signal);
  if (approved.kind === 'ok' || (approved.kind === 'refused' && /ALREADY_PARTICIPANT/i.test(approved.problem))) {
    await door.entered(seat);
    return null;
  }
  if (approved.kind !== 'refused') return approved;
  // The seat is marked as being filled: the keeper finds out where the person is.
  if (!/HIDE_REQUESTER_MISSING|USER_ID_INVALID/i.test(approved.problem))
    log('warn', 'somebody with access could not be let in', { room: seat.room, problem: approved.problem });
  return null;
};

const onKnock = async (desk: Desk, knock: ChatJoinRequest, progress: Progress): Promise<Unhandled | null> => {
  const { client, door, rooms, addresses, signal } = desk;
  const room = rooms.get(String(knock.chat.id));
  if (!room) return null;
  const seat: Seat = { room, chatUserId: String(knock.from.id) };
  if (await door.mayEnter(seat)) return admitKnocker(desk, seat, knock.chat.id);
  // Strangers can be written to only while their request is open.
  if (!progress.hasExplained) {
    const reason = words.declined(room, await door.statusOf(seat.chatUserId), addresses);
    progress.hasExplained = true;
    await say(desk, knock.user_chat_id, reason);
  }
  const request = { chat_id: knock.chat.id, user_id: knock.from.id };
  const declined = await client.ask((raw, own) => raw.declineChatJoinRequest(request, own), signal);
  return declined.kind === 'ok' || declined.kind === 'refused' ? null : declined;
};

const onChange = async ({ door, rooms }: Desk, change: ChatMemberUpdated): Promise<void> => {
  const room = rooms.get(String(change.chat.id));
  const { new_chat_member: after, old_chat_member: before } = change;
  if (!room || after.user.is_bot) return;
  const now = isInside(after);
  if (now !== isInside(before)) await door.seen({ room, chatUserId: String(after.user.id) }, now ? 'inside' : 'absent');
};

/** A room that the bot lost its rights in is kept no more: somebody has to know at once. */
const onOwnChange = ({ rooms, log }: Desk, { chat, new_chat_member: own }: ChatMemberUpdated): void => {
  const room = rooms.get(String(chat.id));
  if (!room) return;
  const isFit =
    own.status === 'administrator' &&
    own.can_invite_users &&
    own.can_restrict_members &&
    // In a group every administrator may post, and Telegram names no right for it.
    (chat.type !== 'channel' || own.can_post_messages === true);
  if (isFit) log('info', 'the bot has the rights that it needs in a room', { room });
  else log('error', 'the bot lost rights that it needs in a room', { room, status: own.status });
};

/** Handles one update. Throws where our records could not be asked; whatever was done is not undone by doing it again. */
export const handleUpdate = async (desk: Desk, update: Update, progress: Progress): Promise<Unhandled | null> => {
  const { message, chat_join_request: knock, chat_member: change, my_chat_member: own } = update;
  if (knock) return onKnock(desk, knock, progress);
  if (message) await onMessage(desk, message);
  if (change) await onChange(desk, change);
  if (own) onOwnChange(desk, own);
  return null;
};

/** For whoever wrote to the bot and is answered nothing else. */
export const excuse = async (desk: Desk, { message }: Update): Promise<void> => {
  const question = message ? questionOf(message) : null;
  if (question) await say(desk, question.from.id, words.notNow());
};
