import { randomBytes } from 'node:crypto';
import { json, nothing, rateLimited, serverError, unknownWebhook } from '../answer.ts';
import { createSnowflakes } from '../snowflakes.ts';
import { type AcceptedMessage, parseExecuteWebhook } from './request.ts';

export const CHANNELS = ['premium', 'basic', 'free'] as const;
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

interface Webhook {
  readonly id: string;
  readonly token: string;
  readonly channelId: string;
  readonly name: DiscordChannelName;
}

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

/** The channels' webhooks and what was posted through them. */
export class Webhooks {
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
    if (fault?.kind === 'server-error') return serverError();
    if (fault?.kind === 'unknown-webhook') return unknownWebhook();
    if (fault?.kind === 'rate-limit') return rateLimited(fault.retryAfterSeconds ?? 0.3);
    if (!request.headers.get('content-type')?.includes('application/json'))
      return json(400, { code: 50_109, message: 'The request body contains invalid JSON.' });
    const parsed = parseExecuteWebhook(await request.json().catch(() => null));
    if (!parsed.ok) return json(400, parsed.body);
    const message = this.keep(webhook.name, parsed.message);
    if (fault?.kind === 'accept-then-hang') return 'hang';
    return wait ? json(200, messageBody(webhook, message)) : nothing();
  }

  private takeFault(channel: DiscordChannelName): DiscordFault | null {
    const at = this.faults.findIndex(({ fault, left }) => left > 0 && (fault.channel ?? channel) === channel);
    const found = this.faults[at];
    if (!found) return null;
    found.left -= 1;
    if (found.left === 0) this.faults.splice(at, 1);
    return found.fault;
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
