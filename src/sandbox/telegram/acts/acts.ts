import type { RoomName } from '../types.ts';
import { BOT, OWNER, PEOPLE, type Person, personOf, userOf } from '../world/people.ts';
import { inviteLinkOf, isOpen, type Link, type Room, standingIn } from '../world/room.ts';
import { botMember, changeStanding } from '../world/standing.ts';
import { nowSeconds, type World } from '../world/world.ts';
import { say, tellOfBlocking } from './dialog.ts';

/** What a client would not let somebody do; its message is for people. */
export class ClientProblem extends Error {
  override readonly name = 'ClientProblem';
}

const START_PAYLOAD = /^[\w-]{1,64}$/;

const theirs = (personId: number): Person => {
  const person = personOf(personId);
  if (person) return person;
  throw new ClientProblem(`nobody has the id ${personId}: expected one of ${PEOPLE.map(({ id }) => id).join(', ')}`);
};

/** Also what `Restart bot` does after a block. */
export const pressStart = (world: World, personId: number, payload?: string): void => {
  const person = theirs(personId);
  if (payload !== undefined && !START_PAYLOAD.test(payload))
    throw new ClientProblem('a start parameter has 1 to 64 of the characters A-Z, a-z, 0-9, _ and -');
  const dialog = world.dialog(person.id);
  if (dialog.isBlocked) tellOfBlocking(world, person, false);
  dialog.isStarted = true;
  dialog.isBlocked = false;
  say(world, person, payload === undefined ? '/start' : `/start ${payload}`);
};

export const write = (world: World, personId: number, text: string): void => {
  const person = theirs(personId);
  const { isStarted, isBlocked } = world.dialog(person.id);
  if (!isStarted) throw new ClientProblem(`${person.firstName} has not pressed START`);
  if (isBlocked) throw new ClientProblem(`${person.firstName} has blocked the bot`);
  const said = text.trim();
  if (said === '') throw new ClientProblem('there is no text to send');
  if (said.length > 4_096) throw new ClientProblem('a message has 4,096 characters at most');
  say(world, person, said);
};

export const block = (world: World, personId: number): void => {
  const person = theirs(personId);
  const dialog = world.dialog(person.id);
  if (!dialog.isStarted) throw new ClientProblem(`${person.firstName} has no chat with the bot to block`);
  if (dialog.isBlocked) throw new ClientProblem(`${person.firstName} has blocked the bot already`);
  dialog.isBlocked = true;
  tellOfBlocking(world, person, true);
};

/** The public address of a room with a name. */
const publicLinkOf = (world: World, { chat }: Room): string | null =>
  chat.username === undefined ? null : `${world.linkBase}/${chat.username}`;

interface Way {
  readonly room: Room;
  /** Null for a public address. */
  readonly link: Link | null;
}

export const wayIn = (world: World, inviteLink: string): Way | null => {
  for (const room of Object.values(world.rooms)) {
    if (publicLinkOf(world, room) === inviteLink) return { room, link: null };
    const link = room.links.find(({ url }) => url === inviteLink);
    if (link) return { room, link };
  }
  return null;
};

const ask = (world: World, person: Person, room: Room, link: Link): 'requested' => {
  // Our reading: asking again while a request is open changes nothing and tells nobody.
  if (room.pending.has(person.id)) return 'requested';
  room.pending.set(person.id, { link, atMs: Date.now() });
  if (room.botIsAdministrator)
    world.updates.push({
      chat_join_request: {
        ...{ chat: room.chat, from: userOf(person), user_chat_id: person.id, date: nowSeconds() },
        invite_link: inviteLinkOf(room, link),
      },
    });
  return 'requested';
};

export const join = (world: World, personId: number, inviteLink: string): 'joined' | 'requested' => {
  const person = theirs(personId);
  const way = wayIn(world, inviteLink);
  if (!way) throw new ClientProblem('this invite link does not exist');
  const { room, link } = way;
  const { kind } = standingIn(room, person.id);
  if (kind === 'member') throw new ClientProblem(`${person.firstName} is in ${room.name} already`);
  if (kind === 'kicked') throw new ClientProblem(`${person.firstName} is banned from ${room.name}`);
  if (link && !isOpen(room, link)) throw new ClientProblem('this invite link has expired');
  if (link?.createsJoinRequest) return ask(world, person, room, link);
  const next = { kind: 'member', via: link } as const;
  changeStanding(world, { room, person, next, by: userOf(person), ...(link ? { link } : {}) });
  return 'joined';
};

export const leave = (world: World, personId: number, chat: RoomName): void => {
  const person = theirs(personId);
  const room = world.rooms[chat];
  if (standingIn(room, person.id).kind !== 'member') throw new ClientProblem(`${person.firstName} is not in ${chat}`);
  changeStanding(world, { room, person, next: { kind: 'left' }, by: userOf(person) });
};

/** Who has rights may put in even somebody who is banned: our reading. */
export const addByAdmin = (world: World, personId: number, chat: RoomName): void => {
  const person = theirs(personId);
  const room = world.rooms[chat];
  if (standingIn(room, person.id).kind === 'member')
    throw new ClientProblem(`${person.firstName} is in ${chat} already`);
  changeStanding(world, { room, person, next: { kind: 'member', via: null }, by: OWNER });
};

/** The owner takes the bot's rights or gives them back. */
export const lockRights = (world: World, chat: RoomName, rights: 'none' | 'all'): void => {
  const room = world.rooms[chat];
  const isNext = rights === 'all';
  if (room.botIsAdministrator === isNext)
    throw new ClientProblem(`the bot has ${rights} of its rights in ${chat} already`);
  const before = botMember(room);
  room.botIsAdministrator = isNext;
  world.updates.push({
    my_chat_member: {
      ...{ chat: room.chat, from: OWNER, date: nowSeconds() },
      ...{ old_chat_member: before, new_chat_member: botMember(room) },
    },
  });
};

/** Presses a button under one of the bot's messages in the private chat. */
export const pressButton = (world: World, personId: number, messageId: number, data: string): void => {
  const person = theirs(personId);
  const message = world.messagesIn(person.id).find((kept) => kept.messageId === messageId && kept.isFromBot);
  const isThere = message?.buttons.flat().some(({ callback_data: own }) => own === data);
  if (!message || !isThere) throw new ClientProblem('there is no such button');
  const { isBlocked } = world.dialog(person.id);
  if (isBlocked) throw new ClientProblem(`${person.firstName} has blocked the bot`);
  const id = String(Date.now() * 1_000 + world.callbacks.size);
  const query = {
    ...{ id, from: userOf(person), chat_instance: String(BOT.id + person.id), data },
    message: {
      ...{ message_id: messageId, from: BOT, date: Math.floor(message.atMs / 1_000) },
      chat: { id: person.id, type: 'private', first_name: person.firstName },
      text: message.text,
    },
  } as const;
  world.callbacks.set(id, query);
  world.updates.push({ callback_query: query });
};
