import { z } from 'zod';
import { TIERS, type Tier } from '../../../billing/plans.ts';
import type { Channel, Delivery, DeliveryAttempt } from '../channel.ts';
import { networkFailure } from '../network.ts';
import { discordMessage } from './message.ts';

export interface DiscordOptions {
  /** One webhook per tier. Secrets: whoever has the address may post. */
  readonly webhooks: Readonly<Record<Tier, string>>;
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 8_000;
const DEFAULT_RETRY_AFTER_MS = 1_000;

const acceptedBody = z.object({ id: z.string() });
const rateLimitBody = z.object({ retry_after: z.number().nonnegative() });
const errorBody = z.object({ code: z.number(), message: z.string() });

/** The vendor's answer in our words; never the address, which is a secret. */
const described = (status: number, body: unknown): string => {
  const error = errorBody.safeParse(body);
  return error.success ? `HTTP ${status}: ${error.data.message} (${error.data.code})` : `HTTP ${status}`;
};

const retryAfterMs = (response: Response, body: unknown): number => {
  const limit = rateLimitBody.safeParse(body);
  if (limit.success) return Math.ceil(limit.data.retry_after * 1000);
  const header = Number(response.headers.get('retry-after'));
  return Number.isFinite(header) && header > 0 ? header * 1000 : DEFAULT_RETRY_AFTER_MS;
};

const outcomeOf = async (response: Response): Promise<Delivery> => {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) {
    const accepted = acceptedBody.safeParse(body);
    return { kind: 'delivered', vendorId: accepted.success ? accepted.data.id : null };
  }
  const problem = described(response.status, body);
  if (response.status === 429) return { kind: 'not-now', problem, retryAfterMs: retryAfterMs(response, body) };
  return response.status >= 500 ? { kind: 'unknown', problem } : { kind: 'refused', problem };
};

const failureOf = (error: unknown): Delivery => {
  const { kind, problem } = networkFailure(error);
  return kind === 'not-now' ? { kind, problem, retryAfterMs: null } : { kind, problem };
};

/** Posts to Discord's webhooks. After a timeout nobody can tell whether a webhook's post arrived: delivery is at least once. */
export const createDiscordChannel = ({ webhooks, timeoutMs = DEFAULT_TIMEOUT_MS }: DiscordOptions): Channel => {
  if (new Set(Object.values(webhooks)).size < TIERS.length)
    throw new Error('Discord webhooks: expected three different ones, or a lower tier would read a higher one');
  const send = async <T extends Tier>(tier: T, attempt: DeliveryAttempt<T>): Promise<Delivery> => {
    if (attempt.release.view.tier !== tier)
      throw new Error(`a release of ${attempt.release.view.tier} was about to be posted to ${tier}`);
    const url = new URL(webhooks[tier]);
    url.searchParams.set('wait', 'true');
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(discordMessage(attempt)),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      return await outcomeOf(response);
    } catch (error) {
      return failureOf(error);
    }
  };
  return {
    name: 'discord',
    send: {
      premium: (attempt) => send('premium', attempt),
      basic: (attempt) => send('basic', attempt),
      free: (attempt) => send('free', attempt),
    },
  };
};
