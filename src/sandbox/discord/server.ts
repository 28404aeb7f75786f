import { serveAgain } from '../serve-again.ts';
import { openStateFile } from '../state-file.ts';
import { json, methodNotAllowed, notFound, rateLimited, serverError, unknownWebhook } from './answer.ts';
import { findOperation } from './guild/api.ts';
import { createBucket } from './guild/buckets.ts';
import { ApiFaults, type DiscordApiFault } from './guild/faults.ts';
import { keepWorld, keptWorld, restoreWorld } from './guild/keep.ts';
import { answerOAuth } from './guild/oauth.ts';
import { PEOPLE, type Person, type RoomName, World } from './guild/world.ts';
import { authorized, readAsked } from './pages/asked.ts';
import { createPages } from './pages/create-pages.tsx';
import {
  CHANNELS,
  type DiscordChannelName,
  type DiscordFault,
  type ReceivedMessage,
  Webhooks,
} from './webhooks/webhooks.ts';

export type { DiscordChannelName, DiscordFault, ReceivedMessage } from './webhooks/webhooks.ts';

export interface DiscordSandboxOptions {
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  readonly faults?: readonly DiscordFault[];
  /** Messages kept per channel. */
  readonly keptMax?: number;
  /** Where the application may send browsers back to; none listed, anywhere on this machine. */
  readonly redirectUris?: readonly string[];
  /** Where the server is kept from one run to the next; left out, it ends with the run. */
  readonly stateFile?: string;
}

/** A request to the API, as far as it concerns people. */
export interface ApiRequest {
  /** `PUT /guilds/{guild_id}/members/{user_id}`. */
  readonly operation: string;
  /** Wall ms since epoch. */
  readonly atMs: number;
  /** 0 while it was never answered. */
  readonly status: number;
  readonly reason: string | null;
}

/** What people and the server's own staff do; each throws an Error that says why they could not. */
interface Acts {
  /** Says yes on the page of that address; returns where the browser is sent. */
  authorize(personId: string, authorizeUrl: string): string;
  joinServer(personId: string): void;
  leave(personId: string): void;
  giveRole(personId: string, room: RoomName): void;
  takeRole(personId: string, room: RoomName): void;
  lockRights(rights: 'none' | 'all'): void;
}

export interface DiscordSandbox {
  readonly url: string;
  readonly apiUrl: string;
  /** Stands for `https://discord.com/oauth2/authorize`. */
  readonly authorizeUrl: string;
  readonly application: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly botToken: string;
    readonly guildId: string;
    readonly roles: Readonly<Record<RoomName, string>>;
  };
  readonly people: readonly Person[];
  readonly acts: Acts;
  webhookUrl(channel: DiscordChannelName): string;
  /** Oldest first. */
  received(channel?: DiscordChannelName): readonly ReceivedMessage[];
  /** Requests that reached a webhook, refused ones too. */
  requests(): number;
  /** Ids of the people who hold the role. */
  holders(room: RoomName): readonly string[];
  onServer(): readonly string[];
  /** The last 2,000, oldest first. */
  apiRequests(): readonly ApiRequest[];
  /** Access tokens that were not given back. */
  tokensAlive(): number;
  inject(fault: DiscordFault): void;
  injectApi(fault: DiscordApiFault): void;
  clearApiFaults(): void;
  stop(): Promise<void>;
}

const WEBHOOK_PATH = /^\/api(?:\/v\d+)?\/webhooks\/(\d+)\/([\w-]+)$/;
const API_PATH = /^\/api(?:\/v\d+)?(\/.*)$/;
const KEPT_REQUESTS_MAX = 2_000;

type Outcome = Response | 'hang' | 'drop';

const answerWebhook = async (webhooks: Webhooks, request: Request, id: string, token: string): Promise<Outcome> => {
  const webhook = webhooks.webhooks.find((candidate) => candidate.id === id);
  if (!webhook) return unknownWebhook();
  if (webhook.token !== token) return json(401, { code: 50_027, message: 'Invalid Webhook Token' });
  if (request.method !== 'POST') return methodNotAllowed();
  return webhooks.execute(webhook, request, new URL(request.url).searchParams.get('wait') === 'true');
};

/** As it was meant; as it came where it is not percent-encoded as it should be. */
const decoded = (reason: string): string => {
  try {
    return decodeURIComponent(reason);
  } catch {
    return reason;
  }
};

/** The API for bots and applications, with its limits and its faults. */
class PeoplesApi {
  readonly requests: ApiRequest[] = [];
  readonly faults = new ApiFaults();
  readonly #roleChanges = createBucket();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async handle(request: Request, pathname: string): Promise<Outcome> {
    const isToken = pathname === '/oauth2/token' || pathname === '/oauth2/token/revoke';
    if (isToken && request.method !== 'POST') return methodNotAllowed();
    const found = isToken ? null : findOperation(request.method, pathname);
    if (found instanceof Response) return found;
    const operation = found?.operation ?? `POST ${pathname}`;
    const reason = request.headers.get('x-audit-log-reason');
    const entry = { operation, atMs: Date.now(), status: 0, reason: reason && decoded(reason) };
    this.requests.push(entry);
    if (this.requests.length > KEPT_REQUESTS_MAX) this.requests.shift();
    const outcome = await this.#answer(operation, () =>
      found ? found.answer(this.#world, request) : answerOAuth(this.#world, request, pathname.endsWith('/revoke')),
    );
    if (outcome instanceof Response) entry.status = outcome.status;
    return outcome;
  }

  async #answer(operation: string, work: () => Promise<Response> | Response): Promise<Outcome> {
    const fault = this.faults.take(operation);
    if (fault?.kind === 'drop') return 'drop';
    if (fault?.kind === 'server-error') return serverError();
    if (fault?.kind === 'rate-limit') return rateLimited(fault.retryAfterSeconds ?? 0.3);
    const isRoleChange = operation.endsWith('/roles/{role_id}');
    const room = isRoleChange ? this.#roleChanges.take(Date.now()) : null;
    const isOver = room !== null && room.waitSeconds !== null;
    const answer = isOver ? rateLimited(room.waitSeconds) : await work();
    for (const [name, value] of Object.entries(room?.headers ?? {})) answer.headers.set(name, value);
    return fault?.kind === 'accept-then-hang' && !isOver ? 'hang' : answer;
  }
}

const actsOf = (world: World, redirectUris: readonly string[], changed: () => void): Acts => {
  const known = (personId: string): string => {
    if (!PEOPLE.some(({ id }) => id === personId)) throw new Error(`nobody has the id ${personId}`);
    return personId;
  };
  const rolesOf = (personId: string): Set<string> => {
    const member = world.members.get(known(personId));
    if (!member) throw new Error(`${personId} is not on the server`);
    return member.roles;
  };
  return {
    authorize(personId, authorizeUrl) {
      const asked = readAsked(new URL(authorizeUrl).searchParams, world, redirectUris);
      if (typeof asked === 'string') throw new Error(asked);
      return authorized(world, known(personId), asked);
    },
    joinServer(personId) {
      world.join(known(personId));
      changed();
    },
    leave(personId) {
      world.members.delete(known(personId));
      changed();
    },
    giveRole(personId, room) {
      rolesOf(personId).add(world.roles[room]);
      changed();
    },
    takeRole(personId, room) {
      rolesOf(personId).delete(world.roles[room]);
      changed();
    },
    lockRights(rights) {
      world.hasRights = rights === 'all';
      changed();
    },
  };
};

/** A body that fails before its first byte: the connection closes at once, without an answer. */
const closed = (): Response => new Response(new ReadableStream({ start: (controller) => controller.error(null) }));

/**
 * Discord on loopback, after its published OpenAPI description: webhooks, members and roles of one server, OAuth2, and
 * pages for people. `GET /received` is ours: for the inbox.
 */
export const startDiscordSandbox = async (options: DiscordSandboxOptions = {}): Promise<DiscordSandbox> => {
  const { redirectUris = [] } = options;
  const file = options.stateFile === undefined ? null : openStateFile(options.stateFile, keptWorld);
  const kept = file?.kept ?? null;
  const webhooks = new Webhooks(options.keptMax ?? 200);
  for (const fault of options.faults ?? []) webhooks.inject(fault);
  const world = new World(kept);
  if (kept) restoreWorld(world, webhooks, kept);
  const api = new PeoplesApi(world);
  const pages = createPages({ world, webhooks, redirectUris });
  const answer = async (request: Request): Promise<Outcome> => {
    const { pathname } = new URL(request.url);
    if (request.method === 'GET' && pathname === '/received') return json(200, webhooks.messages);
    const [, id, token] = WEBHOOK_PATH.exec(pathname) ?? [];
    if (id !== undefined && token !== undefined) return answerWebhook(webhooks, request, id, token);
    const [, apiPath] = API_PATH.exec(pathname) ?? [];
    if (apiPath !== undefined) return api.handle(request, apiPath);
    return pathname.startsWith('/oauth2/') || pathname.startsWith('/client') ? pages(request) : notFound();
  };
  const server = serveAgain(options.port ?? kept?.port ?? null, {
    async fetch(request) {
      const outcome = await answer(request);
      save();
      if (outcome instanceof Response) return outcome;
      return outcome === 'drop' ? closed() : new Promise<Response>(() => {});
    },
  });
  const port = server.port ?? 0;
  const save = (): void => file?.changed(() => keepWorld(world, webhooks, port));
  const url = `http://127.0.0.1:${port}`;
  const { clientId, clientSecret, botToken, guildId, roles } = world;
  return {
    url,
    apiUrl: `${url}/api/v10`,
    authorizeUrl: `${url}/oauth2/authorize`,
    application: { clientId, clientSecret, botToken, guildId, roles },
    people: PEOPLE,
    acts: actsOf(world, redirectUris, save),
    webhookUrl(channel) {
      const webhook = webhooks.webhooks.find(({ name }) => name === channel);
      if (!webhook) throw new Error(`no webhook for ${channel}: expected one of ${CHANNELS.join(', ')}`);
      return `${url}/api/webhooks/${webhook.id}/${webhook.token}`;
    },
    received: (channel) => webhooks.messages.filter((message) => (channel ?? message.channel) === message.channel),
    requests: () => webhooks.requestsSeen.count,
    holders: (room) => [...world.members].filter(([, { roles: held }]) => held.has(roles[room])).map(([id]) => id),
    onServer: () => [...world.members.keys()],
    apiRequests: () => api.requests,
    tokensAlive: () => world.tokensAlive(),
    inject: (fault) => webhooks.inject(fault),
    injectApi: (fault) => api.faults.inject(fault),
    clearApiFaults: () => api.faults.clear(),
    async stop() {
      await server.stop(true);
      file?.flush();
    },
  };
};
