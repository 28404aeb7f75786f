import { randomBytes } from 'node:crypto';
import { serveAgain } from '../serve-again.ts';
import { openStateFile } from '../state-file.ts';
import * as acts from './acts/acts.ts';
import { Api, type RecordedRequest } from './api/api.ts';
import { createClient } from './client/create-client.tsx';
import { Faults, type TelegramFault } from './faults.ts';
import type { RoomName } from './types.ts';
import { keepWorld, keptWorld, restoreWorld } from './world/keep.ts';
import { BOT, PEOPLE, type Person } from './world/people.ts';
import { membersOf } from './world/room.ts';
import { type Place, World } from './world/world.ts';

export type { TelegramFault } from './faults.ts';

/** A message that the bot sent. `chat` is a room, or the id of the person in whose private chat it stands. */
export interface ReceivedTelegram {
  readonly messageId: number;
  readonly chat: Place;
  readonly text: string;
  /** Wall ms since epoch. */
  readonly atMs: number;
}

/** What people do in their clients; each throws an Error that says why when a client could not do it. */
interface Acts {
  pressStart(personId: number, payload?: string): void;
  /** A private message to the bot. */
  write(personId: number, text: string): void;
  block(personId: number): void;
  /** By an invite link, or by the public address of the free channel. */
  join(personId: number, inviteLink: string): 'joined' | 'requested';
  leave(personId: number, chat: RoomName): void;
  addByAdmin(personId: number, chat: RoomName): void;
  lockRights(chat: RoomName, rights: 'none' | 'all'): void;
}

export interface TelegramSandbox {
  /** API root: `${url}/bot${token}/${method}`. */
  readonly url: string;
  readonly botToken: string;
  readonly botUsername: string;
  /** Stands in for https://t.me: `${linkBase}/${botUsername}?start=payload`. */
  readonly linkBase: string;
  /** Ids as decimal strings. */
  readonly chats: Readonly<Record<RoomName, string>>;
  readonly people: readonly Person[];
  readonly acts: Acts;
  /** Ids of the people inside; the bot and the owner are not listed. */
  members(chat: RoomName): readonly number[];
  /** Ids of those who asked to be let in and were not answered. */
  pending(chat: RoomName): readonly number[];
  /** What the bot sent, oldest first; a number means the private chat with that person. */
  received(where?: Place): readonly ReceivedTelegram[];
  /** The last 2,000 calls that came with the right token, oldest first. */
  requests(): readonly Readonly<RecordedRequest>[];
  inject(fault: TelegramFault): void;
  clearFaults(): void;
  stop(): Promise<void>;
}

const receivedBy = (world: World, where?: Place): readonly ReceivedTelegram[] =>
  world.messages
    .filter(({ chat, isFromBot }) => isFromBot && (where === undefined || chat === where))
    .map(({ messageId, chat, text, atMs }) => ({ messageId, chat, text, atMs }));

const actsOf = (world: World): Acts => ({
  pressStart: (personId, payload) => acts.pressStart(world, personId, payload),
  write: (personId, text) => acts.write(world, personId, text),
  block: (personId) => acts.block(world, personId),
  join: (personId, inviteLink) => acts.join(world, personId, inviteLink),
  leave: (personId, chat) => acts.leave(world, personId, chat),
  addByAdmin: (personId, chat) => acts.addByAdmin(world, personId, chat),
  lockRights: (chat, rights) => acts.lockRights(world, chat, rights),
});

export interface TelegramSandboxOptions {
  readonly port?: number;
  readonly faults?: readonly TelegramFault[];
  /** Where the world is kept from one run to the next; left out, it ends with the run. */
  readonly stateFile?: string;
}

const silence = (): Promise<Response> => new Promise(() => {});
/** A body that fails before its first byte: the connection closes at once, without an answer. */
const closed = (): Response => new Response(new ReadableStream({ start: (controller) => controller.error(null) }));

/**
 * Telegram on loopback: its Bot API after the published specification, and a client for people in the browser.
 * `GET /received` is ours, for the inbox. Port 0, the default, lets the system choose.
 */
export const startTelegramSandbox = async (options: TelegramSandboxOptions = {}): Promise<TelegramSandbox> => {
  const file = options.stateFile === undefined ? null : openStateFile(options.stateFile, keptWorld);
  const kept = file?.kept ?? null;
  const botToken = kept?.botToken ?? `${BOT.id}:${randomBytes(26).toString('base64url')}`;
  const faults = new Faults();
  for (const fault of options.faults ?? []) faults.inject(fault);
  let handle: (request: Request) => Promise<Response | 'hang' | 'drop'> = async () => 'drop';
  const server = serveAgain(options.port ?? kept?.port ?? null, {
    async fetch(request) {
      const outcome = await handle(request);
      if (outcome instanceof Response) return outcome;
      return outcome === 'drop' ? closed() : silence();
    },
  });
  const port = server.port ?? 0;
  const url = `http://127.0.0.1:${port}`;
  const world = new World(`${url}/client`);
  if (kept) restoreWorld(world, kept);
  const api = new Api(world, faults, botToken);
  const client = createClient(world);
  const save = (): void => file?.changed(() => keepWorld(world, port, botToken));
  handle = async (request) => {
    if (request.method === 'GET' && new URL(request.url).pathname === '/received')
      return Response.json(receivedBy(world));
    try {
      return (await api.handle(request)) ?? (await client(request));
    } finally {
      save();
    }
  };
  const idOf = (name: RoomName) => String(world.rooms[name].chat.id);
  return {
    url,
    botToken,
    botUsername: BOT.username ?? '',
    linkBase: world.linkBase,
    chats: { premium: idOf('premium'), basic: idOf('basic'), free: idOf('free') },
    people: PEOPLE,
    acts: actsOf(world),
    members: (chat) => membersOf(world.rooms[chat]),
    pending: (chat) => [...world.rooms[chat].pending.keys()],
    received: (where) => receivedBy(world, where),
    requests: () => api.requests,
    inject: (fault) => faults.inject(fault),
    clearFaults: () => faults.clear(),
    stop: async () => {
      world.webhook.set(null);
      await server.stop(true);
      // Whoever polled is cut off, as by a vendor that went away; this only frees the timer.
      world.updates.end('other-poll');
      file?.flush();
    },
  };
};
