import { type Answer, badRequest, granted } from '../answer.ts';
import { BOT, personOf } from '../world/people.ts';
import { privateChat, type World } from '../world/world.ts';
import { noSuchChat, roomOf } from './find.ts';
import type { Params } from './methods.ts';

const COMMANDS_MAX = 100;
const COMMAND = /^[a-z0-9_]{1,32}$/;
const COMMAND_WORDS_MAX = 256;
const DESCRIPTION_MAX = 512;
const SHORT_DESCRIPTION_MAX = 120;

export const getMe = (): Answer =>
  granted({
    ...BOT,
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
  });

const EVERYTHING = {
  accent_color_id: 0,
  max_reaction_count: 11,
  accepted_gift_types: {
    ...{ unlimited_gifts: true, limited_gifts: true, unique_gifts: true },
    ...{ premium_subscription: true, gifts_from_channels: true },
  },
};

export const getChat = (world: World, { chat_id }: Params<'getChat'>): Answer => {
  const room = roomOf(world, chat_id);
  if (room) {
    const primary = room.links.find(({ isPrimary }) => isPrimary);
    const shown = room.botIsAdministrator && primary ? { invite_link: primary.url } : {};
    const names = room.chat.username === undefined ? {} : { active_usernames: [room.chat.username] };
    return granted({ ...room.chat, ...EVERYTHING, ...names, ...shown });
  }
  const person = typeof chat_id === 'number' ? personOf(chat_id) : null;
  return person && world.dialog(person.id).isStarted ? granted({ ...privateChat(person), ...EVERYTHING }) : noSuchChat;
};

export const setMyCommands = (world: World, { commands }: Params<'setMyCommands'>): Answer => {
  if (commands.length > COMMANDS_MAX) return badRequest('BOT_COMMANDS_TOO_MUCH');
  for (const { command, description } of commands) {
    if (!COMMAND.test(command)) return badRequest('BOT_COMMAND_INVALID');
    if (description.length < 1 || description.length > COMMAND_WORDS_MAX)
      return badRequest('BOT_COMMAND_DESCRIPTION_INVALID');
  }
  world.profile.commands = commands;
  return granted();
};

export const setMyDescription = (world: World, { description = '' }: Params<'setMyDescription'>): Answer => {
  if (description.length > DESCRIPTION_MAX) return badRequest('description is too long');
  world.profile.description = description;
  return granted();
};

export const setMyShortDescription = (
  world: World,
  { short_description: words = '' }: Params<'setMyShortDescription'>,
): Answer => {
  if (words.length > SHORT_DESCRIPTION_MAX) return badRequest('short description is too long');
  world.profile.shortDescription = words;
  return granted();
};
