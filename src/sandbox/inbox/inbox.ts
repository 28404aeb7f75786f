import type { ReceivedMessage } from '../discord/server.ts';
import type { ReceivedMail } from '../resend/server.ts';

const PATIENCE_MS = 3_000;

/** One thing that the simulated outside world received. `channel` is a Discord channel's tier, or `mail`. */
export interface Received {
  readonly channel: ReceivedMessage['channel'] | 'mail';
  readonly content: string;
  /** Wall ms since epoch. */
  readonly atMs: number;
}

const receivedAt = async <T>(url: string): Promise<readonly T[] | null> => {
  try {
    const answer = await fetch(new URL('/received', url), { signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? ((await answer.json()) as readonly T[]) : null;
  } catch {
    return null;
  }
};

const fromMail = ({ to, subject, text, atMs }: ReceivedMail): Received => ({
  channel: 'mail',
  content: `To: ${to.join(', ')}\nSubject: ${subject}\n\n${text}`,
  atMs,
});

/** What the sandboxed channels received, oldest first; null while one of them does not answer. */
export const sandboxInbox =
  ({ discordUrl, resendUrl }: { readonly discordUrl: string | null; readonly resendUrl: string | null }) =>
  async (): Promise<readonly Received[] | null> => {
    const [posts, mails] = await Promise.all([
      discordUrl === null ? [] : receivedAt<ReceivedMessage>(discordUrl),
      resendUrl === null ? [] : receivedAt<ReceivedMail>(resendUrl),
    ]);
    if (posts === null || mails === null) return null;
    return [...posts, ...mails.map(fromMail)].sort((a, b) => a.atMs - b.atMs);
  };
