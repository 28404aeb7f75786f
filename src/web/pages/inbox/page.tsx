import type { InboxMessage, PageFrame } from '../../context.ts';
import { documentOf, Page } from '../../layout/layout.tsx';
import { newYorkTime } from '../feed/signal-card.tsx';

const CHANNELS = [
  { channel: 'premium', name: 'Discord, premium' },
  { channel: 'basic', name: 'Discord, basic' },
  { channel: 'free', name: 'Discord, free' },
  { channel: 'telegram-premium', name: 'Telegram, premium' },
  { channel: 'telegram-basic', name: 'Telegram, basic' },
  { channel: 'telegram-free', name: 'Telegram, free' },
  { channel: 'telegram', name: 'Telegram, the bot to people' },
  { channel: 'mail', name: 'E-mail' },
] as const;

const Received = ({ messages }: { messages: readonly InboxMessage[] }) => (
  <ol class="inbox-list">
    {[...messages].reverse().map(({ atMs, content }) => (
      <li>
        <time datetime={new Date(atMs).toISOString()}>{newYorkTime(atMs)}</time>
        <pre>{content}</pre>
      </li>
    ))}
  </ol>
);

/** What the simulated outside world received, for operators: it holds every tier. */
export const inboxPage = ({ frame, messages }: { frame: PageFrame; messages: readonly InboxMessage[] | null }) =>
  documentOf(
    <Page frame={frame} title="What the simulated outside received">
      <div class="page-heading">
        <h1>What the simulated outside received</h1>
      </div>
      <p>
        Discord, Telegram and e-mail are simulated on this machine; nothing here left it.{' '}
        <a href="/admin">Back to the desk</a>
      </p>
      {messages === null ? <p role="alert">The sandbox does not answer. Load the page again in a moment.</p> : null}
      {CHANNELS.map(({ channel, name }) => {
        const own = (messages ?? []).filter((message) => message.channel === channel);
        return (
          <section class="panel" aria-labelledby={`inbox-${channel}`}>
            <h2 id={`inbox-${channel}`}>{name}</h2>
            {own.length === 0 ? <p class="empty">Nothing yet.</p> : <Received messages={own} />}
          </section>
        );
      })}
    </Page>,
  );
