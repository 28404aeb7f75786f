import { Api, GrammyError, HttpError, type Transformer } from 'grammy';
import { z } from 'zod';
import { networkFailure } from '../network.ts';

export interface TelegramAccount {
  /** Root of the Bot API; left out, Telegram's own. */
  readonly apiRoot?: string | undefined;
  /** A secret: whoever has it is the bot. */
  readonly botToken: string;
  readonly timeoutMs?: number | undefined;
}

/** What became of a request. `refused`: as things are, Telegram will not. `unknown`: it may have done it. */
export type Answer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'refused'; readonly code: number; readonly problem: string }
  | { readonly kind: 'not-now'; readonly problem: string; readonly retryAfterMs: number | null }
  | { readonly kind: 'unknown'; readonly problem: string };

type Raw = Api['raw'];
/** grammY types signals after a package of its own; the platform's serve. */
export type Signal = Parameters<Raw['getMe']>[0];

export interface TelegramClient {
  /**
   * Asks once, for no longer than `ending` lets it. Never throws for what the network or Telegram does, and never tells
   * the token.
   */
  ask<T>(work: (raw: Raw, signal: Signal) => Promise<T>, ending?: AbortSignal): Promise<Answer<T>>;
  /** Asks for as long as `signal` lets it, past every pause that Telegram has asked for: for the long poll. */
  poll<T>(work: (raw: Raw, signal: Signal) => Promise<T>, signal: AbortSignal): Promise<Answer<T>>;
}

const TIMEOUT_MS = 8_000;
const RETRY_AFTER_S = 1;

const envelope = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown().refine((result) => result !== undefined && result !== null) }),
  z.object({ ok: z.literal(false), error_code: z.int(), description: z.string() }),
]);

/** What is between us and Telegram may answer too: with anything but an envelope, Telegram may have done it. */
const readEnvelope: Transformer = async (previous, method, payload, signal) => {
  const answer = await previous(method, payload, signal);
  if (!envelope.safeParse(answer).success) throw new HttpError('', { name: 'an answer that is none of Telegram’s' });
  return answer;
};

const answerOf = (error: unknown, secret: string): Exclude<Answer<never>, { kind: 'ok' }> => {
  if (error instanceof GrammyError) {
    const { error_code: code, description, parameters } = error;
    const problem = `${description.replaceAll(secret, '***')} (${code})`;
    if (code === 429)
      return { kind: 'not-now', problem, retryAfterMs: (parameters.retry_after ?? RETRY_AFTER_S) * 1_000 };
    return code >= 500 ? { kind: 'unknown', problem } : { kind: 'refused', code, problem };
  }
  if (!(error instanceof HttpError)) throw error;
  const { kind, problem } = networkFailure(error.error);
  return kind === 'not-now' ? { kind, problem, retryAfterMs: null } : { kind, problem };
};

/** One bot's way to Telegram. After too many requests none is made before the time that Telegram said. */
export const createTelegramClient = ({
  apiRoot,
  botToken,
  timeoutMs = TIMEOUT_MS,
}: TelegramAccount): TelegramClient => {
  const api = new Api(botToken, { ...(apiRoot !== undefined && { apiRoot }) });
  api.config.use(readEnvelope);
  const { raw } = api;
  let pausedUntilMs = 0;
  const attempt = async <T>(work: () => Promise<T>): Promise<Answer<T>> => {
    try {
      return { kind: 'ok', value: await work() };
    } catch (error) {
      return answerOf(error, botToken);
    }
  };
  return {
    async ask(work, ending) {
      const waitMs = pausedUntilMs - performance.now();
      if (waitMs > 0) return { kind: 'not-now', problem: 'waiting as asked', retryAfterMs: Math.ceil(waitMs) };
      const late = AbortSignal.timeout(timeoutMs);
      const signal = ending === undefined ? late : AbortSignal.any([late, ending]);
      const answer = await attempt(() => work(raw, signal as Signal));
      if (answer.kind === 'not-now' && answer.retryAfterMs !== null)
        pausedUntilMs = Math.max(pausedUntilMs, performance.now() + answer.retryAfterMs);
      return answer;
    },
    poll: (work, signal) => attempt(() => work(raw, signal as Signal)),
  };
};
