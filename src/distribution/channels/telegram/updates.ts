import { setTimeout } from 'node:timers/promises';
import type { Update } from 'grammy/types';
import type { Room } from '../../memberships/vendor.ts';
import type { TelegramClient } from './client.ts';
import { type Desk, handleUpdate } from './handle-update.ts';

export interface TelegramUpdatesOptions extends Omit<Desk, 'rooms'> {
  readonly client: TelegramClient;
  readonly chats: Readonly<Record<Room, string>>;
  /** Ends the polling; nobody else may poll meanwhile. */
  readonly signal: AbortSignal;
  readonly pollSeconds?: number;
  readonly retryMs?: number;
}

/** `chat_member` is told to nobody who does not ask for it by name. */
const ALLOWED = ['message', 'chat_join_request', 'chat_member'] as const satisfies readonly (keyof Update)[];
const POLL_SECONDS = 25;
const RETRY_MS = 1_000;
const TRIES = 3;

/**
 * Fetches and handles updates in order until told to end. One is confirmed only once it was handled, so that a crash
 * loses none; one that cannot be handled is given up after some tries, so that it holds nobody else up.
 */
export const pollUpdates = async (options: TelegramUpdatesOptions): Promise<void> => {
  const { client, chats, signal, log, pollSeconds = POLL_SECONDS, retryMs = RETRY_MS } = options;
  const rooms = new Map<string, Room>([
    [chats.premium, 'premium'],
    [chats.basic, 'basic'],
  ]);
  const desk: Desk = { ...options, rooms };
  const pause = (ms: number) => setTimeout(ms, undefined, { signal }).catch(() => undefined);
  const handle = async (update: Update): Promise<void> => {
    for (let tried = 1; tried <= TRIES && !signal.aborted; tried += 1) {
      try {
        await handleUpdate(desk, update);
        return;
      } catch (error) {
        log('error', 'an update of Telegram could not be handled', { updateId: update.update_id, tried, error });
        await pause(retryMs);
      }
    }
  };
  let offset = 0;
  let trouble: string | null = null;
  const tell = (problem: string | null): void => {
    if (problem !== null && problem !== trouble) log('warn', 'Telegram gives no updates', { problem });
    if (problem === null && trouble !== null) log('info', 'Telegram gives updates again');
    trouble = problem;
  };
  // Somebody may have set one by hand: while there is one, nothing can be fetched.
  while (!signal.aborted) {
    const removed = await client.ask((raw, own) => raw.deleteWebhook({}, own));
    if (removed.kind === 'ok') break;
    tell(removed.problem);
    await pause(retryMs);
  }
  while (!signal.aborted) {
    const answer = await client.poll(
      (raw, own) => raw.getUpdates({ offset, timeout: pollSeconds, allowed_updates: ALLOWED }, own),
      AbortSignal.any([signal, AbortSignal.timeout((pollSeconds + 10) * 1_000)]),
    );
    if (signal.aborted) return;
    if (answer.kind !== 'ok') {
      tell(answer.problem);
      await pause(answer.kind === 'not-now' ? (answer.retryAfterMs ?? retryMs) : retryMs);
      continue;
    }
    tell(null);
    for (const update of answer.value) {
      await handle(update);
      if (signal.aborted) return;
      offset = update.update_id + 1;
    }
  }
};
