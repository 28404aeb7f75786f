import type { ReceivedMessage } from '../discord/server.ts';

const PATIENCE_MS = 3_000;

/** What the Discord sandbox received, oldest first; null while it does not answer. */
export const discordInbox = (discordUrl: string) => async (): Promise<readonly ReceivedMessage[] | null> => {
  try {
    const answer = await fetch(new URL('/received', discordUrl), { signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? ((await answer.json()) as readonly ReceivedMessage[]) : null;
  } catch {
    return null;
  }
};
