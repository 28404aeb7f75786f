import type { ReceivedMessage } from '../discord/server.ts';
import type { ReceivedMail } from '../resend/server.ts';
import type { ReceivedTelegram } from '../telegram/server.ts';

const PATIENCE_MS = 3_000;

/** One thing that the simulated outside world received. */
export interface Received {
  /** A Discord channel's tier, `telegram-premium` and the like, `telegram` for what the bot wrote to one person, or `mail`. */
  readonly channel: string;
  readonly content: string;
  /** Wall ms since epoch. */
  readonly atMs: number;
}

/** Where the simulated vendors listen; null for one that is real. */
export interface InboxAddresses {
  readonly discordUrl: string | null;
  readonly telegramUrl: string | null;
  readonly resendUrl: string | null;
}

const receivedAt = async <T>(url: string | null): Promise<readonly T[] | null> => {
  if (url === null) return [];
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

const fromDiscord = ({ channel, content, atMs }: ReceivedMessage): Received => ({ channel, content, atMs });

const fromTelegram = ({ chat, text, atMs }: ReceivedTelegram): Received =>
  typeof chat === 'number'
    ? { channel: 'telegram', content: `To: person ${chat}\n\n${text}`, atMs }
    : { channel: `telegram-${chat}`, content: text, atMs };

/** What the sandboxed channels received, oldest first; null while one of them does not answer. */
export const sandboxInbox = (addresses: InboxAddresses) => async (): Promise<readonly Received[] | null> => {
  const [posts, chats, mails] = await Promise.all([
    receivedAt<ReceivedMessage>(addresses.discordUrl),
    receivedAt<ReceivedTelegram>(addresses.telegramUrl),
    receivedAt<ReceivedMail>(addresses.resendUrl),
  ]);
  if (posts === null || chats === null || mails === null) return null;
  const all = [...posts.map(fromDiscord), ...chats.map(fromTelegram), ...mails.map(fromMail)];
  return all.sort((a, b) => a.atMs - b.atMs);
};
