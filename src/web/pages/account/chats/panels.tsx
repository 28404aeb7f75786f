import { entitlementsOf, isPaidTier, type PaidTier } from '../../../../billing/plans.ts';
import type { MemberChat } from '../../../../db/queries/chat/links.ts';
import type { ChatDoors } from '../../../context.ts';
import { momentWords } from '../../../layout/moment.ts';
import { type ChatFacts, ownSeat, type Standing } from './facts.ts';
import { CHAT_NAMES, type ChatVendorName } from './vendor-names.ts';

const LinkedAs = ({ link }: { link: MemberChat }) => (
  <div class="row-list">
    <div class="row-words">
      <p>
        Linked as <strong>{link.name}</strong> since {momentWords(link.linkedAt)}.
      </p>
    </div>
    <form method="post" action="/account/chats/unlink">
      <input type="hidden" name="vendor" value={link.vendor} />
      <button class="button-quiet" type="submit">
        Unlink {CHAT_NAMES[link.vendor]}
      </button>
    </form>
  </div>
);

const Return = ({ vendor, room }: { vendor: ChatVendorName; room: PaidTier }) => (
  <form method="post" action="/account/chats/return">
    <input type="hidden" name="vendor" value={vendor} />
    <input type="hidden" name="room" value={room} />
    <button class="button" type="submit">
      Come back
    </button>
  </form>
);

/** What the vendor would not do, in words for the member; its own are for operators. */
const TROUBLE: Readonly<Record<ChatVendorName, string>> = {
  telegram:
    'Telegram does not let the bot write to you or let you in just now. If you have blocked the bot, unblock it; we keep trying.',
  discord: 'Discord does not give you the role just now. We keep trying.',
};

interface SeatProps {
  readonly vendor: ChatVendorName;
  readonly seat: Standing;
  /** The way into the room, where there is one. */
  readonly invitation: string | null;
}

const Seat = ({ vendor, seat, invitation }: SeatProps) => {
  const { room, state, lastProblem } = seat;
  const name = entitlementsOf(room).name;
  if (lastProblem !== null && state !== 'inside')
    return (
      <p role="status">
        {name} room: on its way. {TROUBLE[vendor]}
      </p>
    );
  switch (state) {
    case 'inside':
      return <p>{vendor === 'discord' ? `You hold the ${name} role.` : `You are in the ${name} room.`}</p>;
    case 'invited':
      return (
        <>
          <p>You are invited to the {name} room. Ask to join, and you are let in at once.</p>
          {invitation === null ? null : (
            <p>
              <a class="button" href={invitation} target="_blank" rel="noreferrer">
                Open the invitation
              </a>
            </p>
          )}
        </>
      );
    case 'left':
      return (
        <>
          <p>{vendor === 'discord' ? 'You left the server.' : `You left the ${name} room.`}</p>
          {vendor === 'discord' ? null : <Return vendor={vendor} room={room} />}
        </>
      );
    case 'removing':
      return <p>The {name} room is being closed to you.</p>;
    default:
      return <p>The {name} room is being opened for you.</p>;
  }
};

const Seats = ({ link, facts }: { link: MemberChat; facts: ChatFacts }) => {
  const { tier, invitation } = facts;
  const own = isPaidTier(tier) ? ownSeat(link, tier) : null;
  const leaving = link.seats.filter(({ room, state }) => room !== tier && state === 'removing');
  return (
    <>
      {own ? <Seat vendor={link.vendor} seat={own} invitation={invitation} /> : null}
      {leaving.map((seat) => (
        <Seat vendor={link.vendor} seat={seat} invitation={null} />
      ))}
    </>
  );
};

const Claimed = ({ name, chatUserId }: { name: string; chatUserId: string }) => (
  <div class="stack" role="status">
    <p>
      Somebody called <strong>{name}</strong> opened your link in Telegram. Is that you?
    </p>
    <div class="button-row">
      <form method="post" action="/account/chats/telegram/confirm">
        <input type="hidden" name="chatUserId" value={chatUserId} />
        <button class="button" type="submit">
          Yes, that is me
        </button>
      </form>
      <form method="post" action="/account/chats/telegram/cancel">
        <button class="button-quiet" type="submit">
          No
        </button>
      </form>
    </div>
  </div>
);

export const TelegramPanel = ({
  telegram,
  facts,
}: {
  telegram: NonNullable<ChatDoors['telegram']>;
  facts: ChatFacts;
}) => {
  const link = facts.links.find(({ vendor }) => vendor === 'telegram');
  const { pending } = facts;
  return (
    <section class="panel stack" aria-labelledby="telegram-heading">
      <h2 id="telegram-heading">Telegram</h2>
      {link ? <LinkedAs link={link} /> : null}
      {link ? <Seats link={link} facts={facts} /> : null}
      {!link && pending?.claimedBy ? <Claimed {...pending.claimedBy} /> : null}
      {!link && pending && !pending.claimedBy ? <p class="hint">Waiting for you to press Start in Telegram…</p> : null}
      {link || pending ? null : (
        <>
          <p>Signals as messages of @{telegram.botUsername}’s rooms, on your phone and your desk.</p>
          <form method="post" action="/account/chats/telegram">
            <button class="button" type="submit">
              Link Telegram
            </button>
          </form>
        </>
      )}
      {!link && pending && !pending.claimedBy ? (
        <form method="post" action="/account/chats/telegram/cancel">
          <button class="button-quiet" type="submit">
            Stop waiting
          </button>
        </form>
      ) : null}
      {telegram.freeUrl === null ? null : (
        <p class="hint">
          Free signals stand in a <a href={telegram.freeUrl}>public channel</a>.
        </p>
      )}
    </section>
  );
};

export const DiscordPanel = ({ discord, facts }: { discord: NonNullable<ChatDoors['discord']>; facts: ChatFacts }) => {
  const link = facts.links.find(({ vendor }) => vendor === 'discord');
  const hasLeft = link?.seats.some(({ state }) => state === 'left') ?? false;
  return (
    <section class="panel stack" aria-labelledby="discord-heading">
      <h2 id="discord-heading">Discord</h2>
      {link ? <LinkedAs link={link} /> : <p>Signals in the channels of our Discord server.</p>}
      {link ? <Seats link={link} facts={facts} /> : null}
      {!link || hasLeft ? (
        <form method="post" action="/account/chats/discord">
          <button class="button" type="submit">
            {hasLeft ? 'Come back to the server' : 'Link Discord'}
          </button>
        </form>
      ) : null}
      {!link ? (
        <p class="hint">Discord asks whether we may know your name and put you on the server. Nothing else.</p>
      ) : null}
      {discord.serverUrl === null || !link ? null : (
        <p class="hint">
          <a href={discord.serverUrl} target="_blank" rel="noreferrer">
            Open the server
          </a>
        </p>
      )}
    </section>
  );
};
