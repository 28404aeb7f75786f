import { z } from 'zod';
import { networkFailure } from '../../network.ts';

export interface DiscordBot {
  /** `https://discord.com/api/v10`, or the sandbox's. */
  readonly apiUrl: string;
  /** A secret: whoever has it is the bot. */
  readonly botToken: string;
  readonly guildId: string;
  readonly timeoutMs?: number | undefined;
}

/** What became of a request. `code` is Discord's own of an error, 0 where it gave none. */
export type Reply =
  | { readonly kind: 'ok'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'refused'; readonly code: number; readonly problem: string }
  | { readonly kind: 'not-now'; readonly problem: string; readonly retryAfterMs: number | null }
  | { readonly kind: 'unknown'; readonly problem: string };

export interface Ask {
  readonly method: 'GET' | 'PUT' | 'DELETE' | 'POST';
  /** Below the API's address. */
  readonly path: string;
  /** Requests that share Discord's limits. */
  readonly bucket: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface DiscordApi {
  /** Never throws for what the network or Discord does, and never tells a token. */
  ask(ask: Ask): Promise<Reply>;
}

const TIMEOUT_MS = 8_000;
const RETRY_AFTER_MS = 1_000;

const errorBody = z.object({
  code: z.number().optional(),
  message: z.string().optional(),
  error: z.string().optional(),
});
const limitBody = z.object({ retry_after: z.number().nonnegative(), global: z.boolean().optional() });

/** Seconds, as headers have them, in ms; null where there are none. */
const secondsOf = (headers: Headers, name: string): number | null => {
  const seconds = Number.parseFloat(headers.get(name) ?? '');
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds * 1_000) : null;
};

/** Undefined where it is no JSON: then something before Discord's API answered. */
const jsonOf = (text: string): unknown => {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * Discord's API for one application. Where Discord says that a limit is used up, or has been overrun, nothing is asked
 * before the time it said: https://discord.com/developers/docs/topics/rate-limits.
 */
export const createDiscordApi = (apiUrl: string, timeoutMs = TIMEOUT_MS): DiscordApi => {
  const openAtMs = new Map<string, number>();
  const GLOBAL = '';
  const shut = (bucket: string, forMs: number): void => {
    openAtMs.set(bucket, Math.max(openAtMs.get(bucket) ?? 0, performance.now() + forMs));
  };
  const replyTo = async (response: Response, bucket: string): Promise<Reply> => {
    const body = jsonOf(await response.text());
    const resetMs = secondsOf(response.headers, 'x-ratelimit-reset-after');
    if (response.status !== 429 && response.headers.get('x-ratelimit-remaining') === '0' && resetMs !== null)
      shut(bucket, resetMs);
    if (response.ok && body === undefined) return { kind: 'unknown', problem: 'the answer is no JSON' };
    if (response.ok) return { kind: 'ok', status: response.status, body };
    const error = errorBody.safeParse(body).data;
    const problem = `HTTP ${response.status}: ${error?.message ?? error?.error ?? 'no reason given'} (${error?.code ?? 0})`;
    if (response.status === 429) {
      const limit = limitBody.safeParse(body).data;
      const retryAfterMs = limit
        ? Math.ceil(limit.retry_after * 1_000)
        : (secondsOf(response.headers, 'retry-after') ?? RETRY_AFTER_MS);
      shut(limit?.global || body === undefined ? GLOBAL : bucket, retryAfterMs);
      return { kind: 'not-now', problem, retryAfterMs };
    }
    if (response.status >= 500) return { kind: 'unknown', problem };
    return { kind: 'refused', code: error?.code ?? 0, problem };
  };
  return {
    async ask({ method, path, bucket, headers = {}, body }) {
      const waitMs = Math.max(openAtMs.get(GLOBAL) ?? 0, openAtMs.get(bucket) ?? 0) - performance.now();
      if (waitMs > 0) return { kind: 'not-now', problem: 'waiting as asked', retryAfterMs: Math.ceil(waitMs) };
      try {
        const response = await fetch(`${apiUrl}${path}`, {
          method,
          headers,
          ...(body !== undefined && { body }),
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMs),
        });
        return await replyTo(response, bucket);
      } catch (error) {
        const { kind, problem } = networkFailure(error);
        return kind === 'not-now' ? { kind, problem, retryAfterMs: null } : { kind, problem };
      }
    },
  };
};
