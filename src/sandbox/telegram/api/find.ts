import { type Answer, badRequest } from '../answer.ts';
import { ROOMS } from '../types.ts';
import { type Person, personOf } from '../world/people.ts';
import type { Room } from '../world/room.ts';
import type { World } from '../world/world.ts';

/** The room that a `chat_id` names by number or by @name. */
export const roomOf = (world: World, chatId: number | string): Room | null => {
  const name = ROOMS.find((candidate) => {
    const { id, username } = world.rooms[candidate].chat;
    const byName = typeof chatId === 'string' && chatId.toLowerCase() === `@${username}`.toLowerCase();
    return id === chatId || (username !== undefined && byName);
  });
  return name === undefined ? null : world.rooms[name];
};

export const noSuchChat = badRequest('chat not found');

/** Does what is asked in the room; private chats have none of it. */
export const inRoom = (world: World, chatId: number | string, act: (room: Room) => Answer): Answer => {
  const room = roomOf(world, chatId);
  return room ? act(room) : noSuchChat;
};

/** As `inRoom`, refused without the rights of an administrator. */
export const asAdministrator = (
  world: World,
  chatId: number | string,
  toDo: string,
  act: (room: Room) => Answer,
): Answer =>
  inRoom(world, chatId, (room) => {
    if (room.botIsAdministrator) return act(room);
    return badRequest(
      room.chat.type === 'channel' ? 'need administrator rights in the channel chat' : `not enough rights to ${toDo}`,
    );
  });

export const withPerson = (userId: number, unknown: string, act: (person: Person) => Answer): Answer => {
  const person = personOf(userId);
  return person ? act(person) : badRequest(unknown);
};
