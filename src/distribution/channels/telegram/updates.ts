import { setTimeout } from 'node:timers/promises';
import type { Update } from 'grammy/types';
import type { Room } from '../../memberships/vendor.ts';
import type { TelegramClient } from './client.ts';
import { type Desk, excuse, handleUpdate, type Progress, type Unhandled } from './handle-update.ts';

export interface TelegramUpdatesOptions extends Omit<Desk, 'rooms'> {
  readonly client: TelegramClient;
  readonly chats: Readonly<Record<Room, string>>;
  /** Ends the polling; nobody else may poll meanwhile. */
  readonly signal: AbortSignal;
  readonly pollSeconds?: number;
  readonly retryMs?: number;
}

/** `chat_member` is told to nobody who does not ask for it by name. */
const ALLOWED = [
  'message',
  'chat_join_request',
  'chat_member',
  'my_chat_member',
] as const satisfies readonly (keyof Update)[];
const POLL_SECONDS = 25;
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 30_000;
const TRIES = 3;
/** How often one update waits for Telegram to take anything at all; meanwhile nothing else could be done either. */
const WAITS_MAX = 600;

type Options = Required<TelegramUpdatesOptions>;

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  setTimeout(ms, undefined, { signal }).catch(() => undefined);

const backoffMs = (retryMs: number, failures: number): number =>
  Math.min(RETRY_MAX_MS, retryMs * 2 ** Math.min(failures, 16));

/** Handles one update; after some tries it is given up, so that it holds nobody else up for good. */
const createHandler = (options: Options) => {
  const { chats, signal, log, retryMs } = options;
  const rooms = new Map<string, Room>([
    [chats.premium, 'premium'],
    [chats.basic, 'basic'],
  ]);
  const desk: Desk = { ...options, rooms };
  const attempt = async (update: Update, progress: Progress): Promise<Unhandled | null> => {
    try {
      return await handleUpdate(desk, update, progress);
    } catch (error) {
      log('error', 'an update of Telegram could not be handled', { updateId: update.update_id, error });
      return { kind: 'unknown', problem: 'our records could not be asked' };
    }
  };
  const giveUp = async (update: Update, { problem }: Unhandled): Promise<void> => {
    log('error', 'an update of Telegram is given up', { updateId: update.update_id, problem });
    // One that is not even what Telegram promises is nobody's to be answered.
    await excuse(desk, update).catch(() => undefined);
  };
  return async (update: Update): Promise<void> => {
    const progress: Progress = { hasExplained: false };
    let [tried, waited] = [0, 0];
    for (;;) {
      const outcome = await attempt(update, progress);
      if (outcome === null || signal.aborted) return;
      if (outcome.kind === 'not-now') waited += 1;
      else tried += 1;
      if (tried >= TRIES || waited >= WAITS_MAX) return giveUp(update, outcome);
      const waitMs = outcome.kind === 'not-now' ? outcome.retryAfterMs : backoffMs(retryMs, tried - 1);
      await pause(waitMs ?? retryMs, signal);
    }
  };
};

/** Says once that there is trouble, and once that it is over. */
const createTeller = (log: Desk['log']) => {
  let trouble: string | null = null;
  let failures = 0;
  return {
    failed(problem: string): number {
      if (problem !== trouble) log('warn', 'Telegram gives no updates', { problem });
      trouble = problem;
      failures += 1;
      return failures - 1;
    },
    worked(): void {
      if (trouble !== null) log('info', 'Telegram gives updates again');
      [trouble, failures] = [null, 0];
    },
  };
};

/** A webhook that somebody set by hand: while there is one, nothing can be fetched. */
const isWebhookInTheWay = (problem: string): boolean => /webhook/i.test(problem);

/**
 * Fetches and handles updates in order until told to end. One is confirmed only once it was handled, so that a crash
 * loses none; one that cannot be handled is given up after some tries, so that it holds nobody else up.
 */
export const pollUpdates = async (given: TelegramUpdatesOptions): Promise<void> => {
  const options: Options = { pollSeconds: POLL_SECONDS, retryMs: RETRY_MS, ...given };
  const { client, signal, log, pollSeconds, retryMs } = options;
  const handle = createHandler(options);
  const teller = createTeller(log);
  const rest = (answer: { readonly problem: string; readonly retryAfterMs?: number | null }): Promise<void> => {
    const ownMs = backoffMs(retryMs, teller.failed(answer.problem));
    return pause(Math.max(answer.retryAfterMs ?? 0, ownMs), signal);
  };
  let isWebhookGone = false;
  let offset = 0;
  while (!signal.aborted) {
    if (!isWebhookGone) {
      const removed = await client.ask((raw, own) => raw.deleteWebhook({}, own), signal);
      if (removed.kind !== 'ok') {
        await rest(removed);
        continue;
      }
      isWebhookGone = true;
    }
    const answer = await client.poll(
      (raw, own) => raw.getUpdates({ offset, timeout: pollSeconds, allowed_updates: ALLOWED }, own),
      AbortSignal.any([signal, AbortSignal.timeout((pollSeconds + 10) * 1_000)]),
    );
    if (signal.aborted) return;
    if (answer.kind !== 'ok') {
      isWebhookGone = !isWebhookInTheWay(answer.problem);
      await rest(answer);
      continue;
    }
    teller.worked();
    for (const update of answer.value) {
      await handle(update);
      if (signal.aborted) return;
      offset = update.update_id + 1;
    }
  }
};
