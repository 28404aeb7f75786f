import { type Answer, badRequest, forbidden, granted, type Refused } from '../answer.ts';
import { trimmed } from '../text/entities.ts';
import { parseHtml } from '../text/parse-html.ts';
import type { Chat, Message, MessageEntity } from '../types.ts';
import { BOT, type Person, personOf } from '../world/people.ts';
import type { Room } from '../world/room.ts';
import { nowSeconds, type Place, privateChat, type World } from '../world/world.ts';
import { noSuchChat, roomOf } from './find.ts';
import type { Params } from './methods.ts';

/** In UTF-16 code units, as entities are counted: our reading of "characters". */
const TEXT_MAX = 4_096;
/** How long the bot may write to somebody who only asked to be let in. */
const REQUESTER_MS = 5 * 60_000;

type Aim = { readonly ok: true; readonly place: Place; readonly chat: Chat } | Refused;

const askedLately = (world: World, personId: number): boolean =>
  Object.values(world.rooms).some(({ pending, botIsAdministrator }) => {
    const request = pending.get(personId);
    return botIsAdministrator && request !== undefined && Date.now() - request.atMs < REQUESTER_MS;
  });

const aimAtPerson = (world: World, person: Person): Aim => {
  const { isStarted, isBlocked } = world.dialog(person.id);
  if (isBlocked) return forbidden('bot was blocked by the user');
  if (!isStarted && !askedLately(world, person.id)) return forbidden("bot can't initiate conversation with a user");
  return { ok: true, place: person.id, chat: privateChat(person) };
};

const aimAtRoom = ({ name, chat, botIsAdministrator }: Room): Aim =>
  chat.type === 'channel' && !botIsAdministrator
    ? forbidden('bot is not a member of the channel chat')
    : { ok: true, place: name, chat };

const aimAt = (world: World, chatId: number | string): Aim => {
  const room = roomOf(world, chatId);
  if (room) return aimAtRoom(room);
  const person = typeof chatId === 'number' ? personOf(chatId) : null;
  return person ? aimAtPerson(world, person) : noSuchChat;
};

type Composed = { readonly ok: true; readonly text: string; readonly entities: readonly MessageEntity[] } | Refused;

const compose = ({ text: raw, parse_mode, entities = [] }: Params<'sendMessage'>): Composed => {
  const mode = (parse_mode ?? '').toLowerCase();
  if (mode === 'markdown' || mode === 'markdownv2')
    return badRequest(`the sandbox does not simulate parse_mode ${parse_mode}`);
  if (mode !== '' && mode !== 'html') return badRequest('unsupported parse_mode');
  // Our reading: a mode of parsing wins over entities given apart.
  const parsed = mode === 'html' ? parseHtml(raw) : { ok: true as const, text: raw, entities };
  if (!parsed.ok) return badRequest(parsed.problem);
  if (parsed.entities.some(({ offset, length }) => offset + length > parsed.text.length))
    return badRequest('entity ends beyond the end of the text');
  const composed = trimmed(parsed.text, parsed.entities);
  if (composed.text === '') return badRequest('message text is empty');
  return composed.text.length > TEXT_MAX ? badRequest('message is too long') : { ok: true, ...composed };
};

export const sendMessage = (world: World, params: Params<'sendMessage'>): Answer => {
  const composed = compose(params);
  if (!composed.ok) return composed;
  const aim = aimAt(world, params.chat_id);
  if (!aim.ok) return aim;
  const { text, entities } = composed;
  const { reply_markup: markup, link_preview_options: preview, protect_content: isProtected } = params;
  const inline = markup !== undefined && 'inline_keyboard' in markup ? markup : null;
  const { place, chat } = aim;
  const messageId = world.nextMessageId(place);
  world.keep({
    ...{ messageId, chat: place, isFromBot: true, text, entities },
    buttons: inline?.inline_keyboard ?? [],
    atMs: Date.now(),
  });
  const message: Message = {
    message_id: messageId,
    ...(chat.type === 'channel' ? { sender_chat: chat } : { from: BOT }),
    date: nowSeconds(),
    chat,
    text,
    ...(entities.length === 0 ? {} : { entities }),
    ...(preview === undefined ? {} : { link_preview_options: preview }),
    ...(isProtected ? { has_protected_content: true } : {}),
    ...(inline === null ? {} : { reply_markup: inline }),
  };
  return granted(message);
};

export const answerCallbackQuery = (
  world: World,
  { callback_query_id: id, text = '' }: Params<'answerCallbackQuery'>,
): Answer => {
  if (text.length > 200) return badRequest('text is too long');
  return world.callbacks.delete(id)
    ? granted()
    : badRequest('query is too old and response timeout expired or query ID is invalid');
};
