import { randomBytes } from 'node:crypto';
import { type AcceptedMessage, parseExecuteWebhook } from './request.ts';

const CHANNELS = ['premium', 'basic', 'free'] as const;
export type DiscordChannelName = (typeof CHANNELS)[number];

export interface ReceivedMessage extends AcceptedMessage {
  readonly id: string;
  readonly channel: DiscordChannelName;
  /** Wall ms since epoch. */
  readonly atMs: number;
}

/** How the vendor misbehaves next, for so many requests. `accept-then-hang` takes the message and never answers. */
export interface DiscordFault {
  readonly kind: 'rate-limit' | 'server-error' | 'accept-then-hang' | 'drop' | 'unknown-webhook';
  readonly times: number;
  readonly retryAfterSeconds?: number;
  readonly channel?: DiscordChannelName;
}

export interface DiscordSandboxOptions {
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  readonly faults?: readonly DiscordFault[];
  /** Messages kept per channel. */
  readonly keptMax?: number;
}

export interface DiscordSandbox {
  readonly url: string;
  webhookUrl(channel: DiscordChannelName): string;
  /** Oldest first. */
  received(channel?: DiscordChannelName): readonly ReceivedMessage[];
  /** Requests that reached a webhook, refused ones too. */
  requests(): number;
  inject(fault: DiscordFault): void;
  stop(): Promise<void>;
}

interface Webhook {
  readonly id: string;
  readonly token: string;
  readonly channelId: string;
  readonly name: DiscordChannelName;
}

const DISCORD_EPOCH_MS = 1_420_070_400_000n;

/** Discord's ids: 42 bits of milliseconds since 2015, 22 bits that tell ids of one millisecond apart. */
const createSnowflakes = (): (() => string) => {
  let last = 0n;
  return () => {
    const now = (BigInt(Date.now()) - DISCORD_EPOCH_MS) << 22n;
    last = now > last ? now : last + 1n;
    return String(last);
  };
};

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  Response.json(body, { status, headers });

const messageBody = (webhook: Webhook, message: ReceivedMessage): unknown => ({
  type: 0,
  id: message.id,
  channel_id: webhook.channelId,
  webhook_id: webhook.id,
  content: message.content,
  embeds: message.embeds,
  mentions: [],
  mention_roles: [],
  attachments: [],
  components: [],
  timestamp: new Date(message.atMs).toISOString(),
  edited_timestamp: null,
  flags: 0,
  pinned: false,
  mention_everyone: false,
  tts: false,
  author: { id: webhook.id, username: webhook.name, discriminator: '0000', avatar: null, bot: true, flags: 0 },
});

class Sandbox {
  readonly requestsSeen = { count: 0 };
  readonly messages: ReceivedMessage[] = [];
  readonly webhooks: readonly Webhook[];
  private readonly faults: { fault: DiscordFault; left: number }[] = [];
  private readonly nextId = createSnowflakes();
  private readonly keptMax: number;

  constructor(keptMax: number) {
    this.keptMax = keptMax;
    this.webhooks = CHANNELS.map((name) => ({
      id: this.nextId(),
      token: randomBytes(51).toString('base64url'),
      channelId: this.nextId(),
      name,
    }));
  }

  inject(fault: DiscordFault): void {
    this.faults.push({ fault, left: fault.times });
  }

  /** The answer to one executed webhook; a promise that never settles when the vendor hangs, null when it drops. */
  async execute(webhook: Webhook, request: Request, wait: boolean): Promise<Response | 'hang' | 'drop'> {
    this.requestsSeen.count += 1;
    const fault = this.takeFault(webhook.name);
    if (fault?.kind === 'drop') return 'drop';
    if (fault?.kind === 'server-error') return json(500, { code: 0, message: '500: Internal Server Error' });
    if (fault?.kind === 'unknown-webhook') return json(404, { code: 10_015, message: 'Unknown Webhook' });
    if (fault?.kind === 'rate-limit') return this.rateLimited(fault.retryAfterSeconds ?? 0.3);
    if (!request.headers.get('content-type')?.includes('application/json'))
      return json(400, { code: 50_109, message: 'The request body contains invalid JSON.' });
    const parsed = parseExecuteWebhook(await request.json().catch(() => null));
    if (!parsed.ok) return json(400, parsed.body);
    const message = this.keep(webhook.name, parsed.message);
    if (fault?.kind === 'accept-then-hang') return 'hang';
    return wait ? json(200, messageBody(webhook, message)) : new Response(null, { status: 204 });
  }

  private takeFault(channel: DiscordChannelName): DiscordFault | null {
    const at = this.faults.findIndex(({ fault, left }) => left > 0 && (fault.channel ?? channel) === channel);
    const found = this.faults[at];
    if (!found) return null;
    found.left -= 1;
    if (found.left === 0) this.faults.splice(at, 1);
    return found.fault;
  }

  private rateLimited(retryAfterSeconds: number): Response {
    return json(
      429,
      { message: 'You are being rate limited.', code: 0, retry_after: retryAfterSeconds, global: false },
      { 'retry-after': String(Math.ceil(retryAfterSeconds)), 'x-ratelimit-scope': 'user' },
    );
  }

  private keep(channel: DiscordChannelName, accepted: AcceptedMessage): ReceivedMessage {
    const message = { ...accepted, id: this.nextId(), channel, atMs: Date.now() };
    this.messages.push(message);
    const own = this.messages.filter((other) => other.channel === channel);
    const oldest = own[0];
    if (own.length > this.keptMax && oldest) this.messages.splice(this.messages.indexOf(oldest), 1);
    return message;
  }
}

const WEBHOOK_PATH = /^\/api(?:\/v\d+)?\/webhooks\/(\d+)\/([\w-]+)$/;

/** Discord's webhook endpoint on loopback, after its published OpenAPI description. `GET /received` is ours: for the inbox. */
export const startDiscordSandbox = async (options: DiscordSandboxOptions = {}): Promise<DiscordSandbox> => {
  const sandbox = new Sandbox(options.keptMax ?? 200);
  for (const fault of options.faults ?? []) sandbox.inject(fault);
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: options.port ?? 0,
    idleTimeout: 0,
    async fetch(request, own) {
      const url = new URL(request.url);
      if (request.method === 'GET' && url.pathname === '/received') return json(200, sandbox.messages);
      const [, id, token] = WEBHOOK_PATH.exec(url.pathname) ?? [];
      if (id === undefined) return json(404, { code: 0, message: '404: Not Found' });
      const webhook = sandbox.webhooks.find((candidate) => candidate.id === id);
      if (!webhook) return json(404, { code: 10_015, message: 'Unknown Webhook' });
      if (webhook.token !== token) return json(401, { code: 50_027, message: 'Invalid Webhook Token' });
      if (request.method !== 'POST') return json(405, { code: 0, message: '405: Method Not Allowed' });
      const answer = await sandbox.execute(webhook, request, url.searchParams.get('wait') === 'true');
      if (answer instanceof Response) return answer;
      if (answer === 'drop') own.timeout(request, 1);
      return new Promise<Response>(() => {});
    },
  });
  const url = `http://127.0.0.1:${server.port}`;
  return {
    url,
    webhookUrl(channel) {
      const webhook = sandbox.webhooks.find(({ name }) => name === channel);
      if (!webhook) throw new Error(`no webhook for ${channel}: expected one of ${CHANNELS.join(', ')}`);
      return `${url}/api/webhooks/${webhook.id}/${webhook.token}`;
    },
    received: (channel) => sandbox.messages.filter((message) => (channel ?? message.channel) === message.channel),
    requests: () => sandbox.requestsSeen.count,
    inject: (fault) => sandbox.inject(fault),
    stop: () => server.stop(true),
  };
};
