import { createTelegramChannel } from '../../src/distribution/channels/telegram/channel.ts';
import { createTelegramClient } from '../../src/distribution/channels/telegram/client.ts';
import type { ChatStatus, TelegramDoor } from '../../src/distribution/channels/telegram/door.ts';
import { pollUpdates, type TelegramUpdatesOptions } from '../../src/distribution/channels/telegram/updates.ts';
import { createTelegramVendor } from '../../src/distribution/channels/telegram/vendor.ts';
import type { Room, Seat } from '../../src/distribution/memberships/vendor.ts';
import type { TelegramSandbox } from '../../src/sandbox/telegram/server.ts';

export interface PuppetDoor extends TelegramDoor {
  /** Who may enter, as `premium 5100000101`. */
  readonly allowed: Set<string>;
  /** What it was asked and told, oldest first. */
  readonly calls: string[];
  status: ChatStatus | null;
  /** While true our records cannot be asked. */
  isAway: boolean;
}

const seatName = ({ room, chatUserId }: Seat): string => `${room} ${chatUserId}`;

/** Records of one's own, which forget nothing and say what the test says. */
const createPuppetDoor = (): PuppetDoor => {
  const told = (call: string): void => {
    door.calls.push(call);
    if (door.isAway) throw new Error('the records are away');
  };
  const door: PuppetDoor = {
    allowed: new Set(),
    calls: [],
    status: null,
    isAway: false,
    async claimLink(token, { chatUserId, name }) {
      told(`claimLink ${token} ${chatUserId} ${name}`);
      return 'claimed';
    },
    async mayEnter(seat) {
      told(`mayEnter ${seatName(seat)}`);
      return door.allowed.has(seatName(seat));
    },
    entered: async (seat) => told(`entered ${seatName(seat)}`),
    seen: async (seat, standing) => told(`seen ${seatName(seat)} ${standing}`),
    async statusOf(chatUserId) {
      told(`statusOf ${chatUserId}`);
      return door.status;
    },
    async unlink(chatUserId) {
      told(`unlink ${chatUserId}`);
      return true;
    },
  };
  return door;
};

interface Envelope {
  readonly ok: boolean;
  readonly result?: unknown;
  readonly error_code?: number;
  readonly description?: string;
}
/** `ask` has Telegram do it; what is returned is answered. A text is answered as it is. */
export type Bend = (method: string, ask: () => Promise<Envelope>) => unknown;

/** Stands before a Telegram and changes what it answers: for words that the sandbox has no reason to say. */
export const startBentTelegram = (telegram: TelegramSandbox, bend: Bend) => {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const [headers, body] = [{ 'content-type': 'application/json' }, await request.text()];
      const ask = async (): Promise<Envelope> => {
        const sent = { method: 'POST', headers, body: body === '' ? '{}' : body, signal: request.signal };
        return (await (await fetch(`${telegram.url}${pathname}`, sent)).json()) as Envelope;
      };
      const bent = await bend(pathname.split('/').at(-1) ?? '', ask);
      return typeof bent === 'string' ? new Response(bent, { status: 502 }) : Response.json(bent);
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
};

/** What Telegram answers when it will not. */
export const refusal = (words: string, code = 400) => ({ ok: false, error_code: code, description: words });

export interface BotAtWork {
  readonly client: ReturnType<typeof createTelegramClient>;
  readonly vendor: ReturnType<typeof createTelegramVendor>;
  readonly channel: ReturnType<typeof createTelegramChannel>;
  readonly door: PuppetDoor;
  readonly invitations: Map<Room, string>;
  /** Lines of the log, each one JSON. */
  readonly lines: string[];
  /** Takes updates until it is told to stop; resolves once it took its first. */
  poll(options?: Partial<TelegramUpdatesOptions>): () => Promise<void>;
  until(what: string, holds: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

/** The whole adapter on a sandboxed Telegram, with records that the test plays. */
export const openBot = (
  telegram: TelegramSandbox,
  { apiRoot = telegram.url, timeoutMs = 500 }: { readonly apiRoot?: string; readonly timeoutMs?: number } = {},
): BotAtWork => {
  const client = createTelegramClient({ apiRoot, botToken: telegram.botToken, timeoutMs });
  const invitations = new Map<Room, string>();
  const { chats } = telegram;
  const vendor = createTelegramVendor({
    ...{ client, chats },
    invitations: {
      of: async (room) => invitations.get(room) ?? null,
      keep: async (room, link) => void invitations.set(room, link),
    },
  });
  const door = createPuppetDoor();
  const lines: string[] = [];
  const stops: (() => Promise<void>)[] = [];
  const log: TelegramUpdatesOptions['log'] = (level, message, { error, ...facts } = {}) =>
    lines.push(JSON.stringify([level, message, facts, error === undefined ? '' : String(error)]));
  return {
    ...{ client, vendor, door, invitations, lines },
    channel: createTelegramChannel({ client, chats }),
    poll(options = {}) {
      const going = new AbortController();
      const addresses = { chats: 'https://site.example/account/chats', plans: 'https://site.example/plans' };
      const settings = { client, chats, door, addresses, log, signal: going.signal, pollSeconds: 2, retryMs: 20 };
      const polling = pollUpdates({ ...settings, ...options });
      const stop = async (): Promise<void> => {
        going.abort();
        await polling;
      };
      stops.push(stop);
      return stop;
    },
    async until(what, holds) {
      const deadline = performance.now() + 6_000;
      while (!holds()) {
        if (performance.now() > deadline) throw new Error(`${what}: not in time; ${door.calls} ${lines.slice(-4)}`);
        await Bun.sleep(5);
      }
    },
    async stop() {
      for (const stop of stops.splice(0)) await stop();
    },
  };
};
