import { entitlementsOf } from '../../../../billing/plans.ts';
import type { ChatDoors, PageFrame } from '../../../context.ts';
import { documentOf } from '../../../layout/layout.tsx';
import { QrCode } from '../../../layout/qr-code.tsx';
import { AccountShell } from '../shell.tsx';
import { type ChatFacts, isUnsettled } from './facts.ts';
import { DiscordPanel, TelegramPanel } from './panels.tsx';

export interface FreshLink {
  readonly url: string;
  readonly botUsername: string;
}

interface NowProps {
  readonly doors: ChatDoors;
  readonly facts: ChatFacts;
}

const Now = ({ doors, facts }: NowProps) => (
  <>
    {doors.telegram ? <TelegramPanel telegram={doors.telegram} facts={facts} /> : null}
    {doors.discord ? <DiscordPanel discord={doors.discord} facts={facts} /> : null}
    {doors.telegram || doors.discord ? null : (
      <section class="panel">
        <p>There are no chats on this server yet.</p>
      </section>
    )}
  </>
);

/** The part that changes by itself. */
export const chatsFragment = (props: NowProps) => <Now {...props} />;

const Fresh = ({ url, botUsername }: FreshLink) => (
  <section class="panel stack" aria-labelledby="fresh-heading">
    <h2 id="fresh-heading">Open Telegram</h2>
    <p>
      This opens a chat with <strong>@{botUsername}</strong>. Press <strong>Start</strong> there, then come back: this
      page will ask whether it was you. The link works once, for ten minutes.
    </p>
    <p>
      <a class="button" href={url} target="_blank" rel="noreferrer">
        Open the chat
      </a>
    </p>
    <details>
      <summary>Telegram is on another device</summary>
      <QrCode text={url} label="The same link, for the camera of your phone" />
    </details>
  </section>
);

const Guide = ({ facts: { tier } }: { facts: ChatFacts }) => (
  <section class="panel" aria-labelledby="rooms-heading">
    <h2 id="rooms-heading">What your plan opens</h2>
    <p>
      {tier === 'free'
        ? 'Free signals are posted where everybody reads them, five minutes after Premium. Basic and Premium have a closed room of their own.'
        : `With ${entitlementsOf(tier).name} you are let into the ${entitlementsOf(tier).name} room, for as long as your plan runs.`}{' '}
      {tier === 'premium' ? null : <a href="/plans">See the plans</a>}
    </p>
    <p class="hint">
      When your plan changes, the rooms follow within seconds. One account of each chat can be linked, and only to you.
    </p>
  </section>
);

export interface ChatsProps extends NowProps {
  readonly frame: PageFrame;
  readonly problem: string | null;
  readonly notice: string | null;
  readonly fresh: FreshLink | null;
}

export const chatsPage = ({ frame, doors, facts, problem, notice, fresh }: ChatsProps) => {
  const follows = fresh !== null || isUnsettled(facts);
  return documentOf(
    <AccountShell frame={frame} title="Chats" problem={problem} notice={notice} live={follows}>
      {fresh === null ? null : <Fresh {...fresh} />}
      {follows ? (
        <div
          id="chats-now"
          class="stack"
          aria-live="polite"
          hx-nonce={frame.nonce}
          hx-get="/account/chats/now"
          hx-trigger="every 2s"
          hx-swap="innerMorph"
        >
          <Now doors={doors} facts={facts} />
        </div>
      ) : (
        <div id="chats-now" class="stack">
          <Now doors={doors} facts={facts} />
        </div>
      )}
      <Guide facts={facts} />
    </AccountShell>,
  );
};
