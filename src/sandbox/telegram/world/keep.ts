import { z } from 'zod';
import { ROOMS, type RoomName } from '../types.ts';
import type { Link, Room } from './room.ts';
import type { World } from './world.ts';

const link = z.object({
  hash: z.string(),
  createsJoinRequest: z.boolean(),
  isPrimary: z.boolean(),
  isRevoked: z.boolean(),
  name: z.string().optional(),
  expireDate: z.number().optional(),
  memberLimit: z.number().optional(),
});
const standing = z.object({
  kind: z.enum(['member', 'left', 'kicked']),
  /** Which of the room's links led in; null for none. */
  via: z.number().nullable(),
  untilDate: z.number(),
});
const room = z.object({
  links: z.array(link),
  standings: z.array(z.tuple([z.number(), standing])),
  pending: z.array(z.tuple([z.number(), z.object({ link: z.number(), atMs: z.number() })])),
  botIsAdministrator: z.boolean(),
  lastMessageId: z.number(),
});
const entity = z.looseObject({ type: z.string(), offset: z.number(), length: z.number() });
const button = z.object({ text: z.string(), url: z.string().optional(), callback_data: z.string().optional() });
const message = z.object({
  messageId: z.number(),
  chat: z.union([z.enum(ROOMS), z.number()]),
  isFromBot: z.boolean(),
  text: z.string(),
  entities: z.array(entity),
  buttons: z.array(z.array(button)),
  atMs: z.number(),
});

/** The world between two runs of the sandbox. Updates that nobody fetched are not part of it. */
export const keptWorld = z.object({
  port: z.number(),
  botToken: z.string(),
  rooms: z.object({ premium: room, basic: room, free: room }),
  messages: z.array(message),
  dialogs: z.array(z.tuple([z.number(), z.object({ isStarted: z.boolean(), isBlocked: z.boolean() })])),
  lastPrivateId: z.number(),
  lastUpdateId: z.number(),
});
export type KeptWorld = z.infer<typeof keptWorld>;

const hashOf = ({ url }: Link): string => url.slice(url.lastIndexOf('+') + 1);

const keepRoom = ({
  links,
  standings,
  pending,
  botIsAdministrator,
  lastMessageId,
}: Room): KeptWorld['rooms']['free'] => ({
  links: links.map(({ url, ...rest }) => ({ ...rest, hash: hashOf({ url, ...rest }) })),
  standings: [...standings].map(([id, at]) => [
    id,
    {
      kind: at.kind,
      via: at.kind === 'member' && at.via ? links.indexOf(at.via) : null,
      untilDate: at.kind === 'kicked' ? at.untilDate : 0,
    },
  ]),
  pending: [...pending].map(([id, request]) => [id, { link: links.indexOf(request.link), atMs: request.atMs }]),
  botIsAdministrator,
  lastMessageId,
});

export const keepWorld = (world: World, port: number, botToken: string): KeptWorld => ({
  port,
  botToken,
  rooms: {
    premium: keepRoom(world.rooms.premium),
    basic: keepRoom(world.rooms.basic),
    free: keepRoom(world.rooms.free),
  },
  messages: structuredClone(world.messages) as KeptWorld['messages'],
  dialogs: [...world.dialogs].map(([id, dialog]) => [id, { ...dialog }]),
  lastPrivateId: world.lastPrivateId,
  lastUpdateId: world.updates.lastId,
});

const restoreRoom = (world: World, name: RoomName, kept: KeptWorld['rooms']['free']): void => {
  const own = world.rooms[name];
  own.links.length = 0;
  for (const { hash, name: called, expireDate, memberLimit, ...rest } of kept.links)
    own.links.push({ ...rest, name: called, expireDate, memberLimit, url: `${world.linkBase}/+${hash}` });
  for (const [id, { kind, via, untilDate }] of kept.standings) {
    if (kind === 'member') own.standings.set(id, { kind, via: via === null ? null : (own.links[via] ?? null) });
    else own.standings.set(id, kind === 'kicked' ? { kind, untilDate } : { kind });
  }
  for (const [id, request] of kept.pending) {
    const asked = own.links[request.link];
    if (asked) own.pending.set(id, { link: asked, atMs: request.atMs });
  }
  own.botIsAdministrator = kept.botIsAdministrator;
  own.lastMessageId = kept.lastMessageId;
};

/** Puts a new world where the kept one was. */
export const restoreWorld = (world: World, kept: KeptWorld): void => {
  for (const name of ROOMS) restoreRoom(world, name, kept.rooms[name]);
  world.messages.push(...kept.messages);
  for (const [id, dialog] of kept.dialogs) world.dialogs.set(id, { ...dialog });
  world.lastPrivateId = kept.lastPrivateId;
  world.updates.goOnFrom(kept.lastUpdateId);
};
