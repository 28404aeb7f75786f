import type { ChatMember, User } from '../types.ts';
import { BOT, OWNER, type Person, userOf } from './people.ts';
import { inviteLinkOf, type Link, type Room, rightsIn, type Standing, standingIn } from './room.ts';
import { nowSeconds, type World } from './world.ts';

/** The object that the API shows of a person in a room. */
export const memberOf = (person: Person, standing: Standing): ChatMember => {
  const user = userOf(person);
  switch (standing.kind) {
    case 'member':
      return { status: 'member', user };
    case 'left':
      return { status: 'left', user };
    case 'kicked':
      return { status: 'kicked', user, until_date: standing.untilDate };
  }
};

export const ownerMember: ChatMember = { status: 'creator', user: OWNER, is_anonymous: false };

/** Channels have no bots but administrators: one without rights has left. */
export const botMember = (room: Room): ChatMember => {
  if (room.botIsAdministrator) return { status: 'administrator', user: BOT, ...rightsIn(room) };
  return { status: room.chat.type === 'channel' ? 'left' : 'member', user: BOT };
};

interface Change {
  readonly room: Room;
  readonly person: Person;
  readonly next: Standing;
  readonly by: User;
  /** The link that led in, by itself or through a request. */
  readonly link?: Link;
}

const tellOfService = (world: World, { room, person, next, by }: Change, was: Standing['kind']): void => {
  if (room.chat.type !== 'supergroup' || by === BOT || was === next.kind) return;
  const user = userOf(person);
  const head = { from: by, date: nowSeconds(), chat: room.chat };
  if (next.kind === 'member')
    world.updates.push({
      message: { message_id: world.nextMessageId(room.name), ...head, new_chat_members: [user] },
    });
  else if (was === 'member')
    world.updates.push({ message: { message_id: world.nextMessageId(room.name), ...head, left_chat_member: user } });
};

/** Moves a person, closes their request, and tells the bot where it may know. */
export const changeStanding = (world: World, change: Change): void => {
  const { room, person, next, by, link } = change;
  const old = standingIn(room, person.id);
  // The link is shown with its requests as they are once this one is closed.
  room.pending.delete(person.id);
  room.standings.set(person.id, next);
  const [before, after] = [memberOf(person, old), memberOf(person, next)];
  if (room.botIsAdministrator && JSON.stringify(before) !== JSON.stringify(after))
    world.updates.push({
      chat_member: {
        ...{ chat: room.chat, from: by, date: nowSeconds(), old_chat_member: before, new_chat_member: after },
        ...(link === undefined ? {} : { invite_link: inviteLinkOf(room, link) }),
      },
    });
  tellOfService(world, change, old.kind);
};
