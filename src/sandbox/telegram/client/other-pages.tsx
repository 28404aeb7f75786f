import type { Child } from 'hono/jsx';
import { Problem } from '../../hosted/document.tsx';
import { BOT, PEOPLE, type Person } from '../world/people.ts';
import { isOpen, type Link, type Room, standingIn } from '../world/room.ts';
import type { World } from '../world/world.ts';
import { RoomChat } from './chats-page.tsx';
import { ActButton, Page } from './layout.tsx';

/** Who sits at this browser. `next`: where to go on to. */
export const WhoPage = ({ next, person }: { next: string; person: Person | null }) => (
  <Page title="Who are you?" person={null}>
    <section class="card">
      <h1>Who are you?</h1>
      <p>Choose whose Telegram this browser shows.</p>
      <div class="people">
        {PEOPLE.map(({ id, firstName, username }) => (
          <ActButton action="/client/who" fields={{ person: String(id), next }} quiet={id !== person?.id}>
            {firstName}
            {username === null ? '' : ` (@${username})`}
          </ActButton>
        ))}
      </div>
    </section>
  </Page>
);

interface BotPageProps {
  readonly world: World;
  readonly person: Person;
  readonly payload: string | null;
  readonly problem: string | null;
}

/** Where a deep link leads: nothing reaches the bot before START is pressed. */
export const BotPage = ({ world, person, payload, problem }: BotPageProps) => (
  <Page title={BOT.first_name} person={person}>
    <section class="card">
      <h1>{BOT.first_name}</h1>
      <p class="soft">@{BOT.username} · bot</p>
      <Problem text={problem} />
      {world.profile.description === '' ? null : <p class="description">{world.profile.description}</p>}
      <ActButton action="/client/start" fields={payload === null ? {} : { payload }}>
        START
      </ActButton>
    </section>
  </Page>
);

interface InvitePageProps {
  readonly person: Person;
  readonly room: Room;
  readonly link: Link;
  readonly action: string;
  readonly problem: string | null;
}

const wayOn = ({ person, room, link, action }: InvitePageProps): Child => {
  const { kind } = standingIn(room, person.id);
  if (kind === 'member')
    return (
      <p>
        You are in. <a href="/client">Read it</a>
      </p>
    );
  if (kind === 'kicked') return <p>You are banned from this chat.</p>;
  if (room.pending.has(person.id)) return <p role="status">You asked to join. An administrator will look at it.</p>;
  if (!isOpen(room, link)) return <p>This invite link has expired.</p>;
  if (!link.createsJoinRequest) return <ActButton action={action}>Join</ActButton>;
  return (
    <>
      <p>Administrators decide who is let in.</p>
      <ActButton action={action}>Request to join</ActButton>
    </>
  );
};

export const InvitePage = (props: InvitePageProps) => (
  <Page title={props.room.chat.title ?? ''} person={props.person}>
    <section class="card">
      <h1>{props.room.chat.title}</h1>
      <Problem text={props.problem} />
      {wayOn(props)}
    </section>
  </Page>
);

export const ChannelPage = ({ world, person, problem }: Omit<BotPageProps, 'payload'>) => (
  <Page title={world.rooms.free.chat.title ?? ''} person={person}>
    <h1>{world.rooms.free.chat.title}</h1>
    <Problem text={problem} />
    <RoomChat world={world} person={person} name="free" />
  </Page>
);

export const NothingPage = ({ person, text }: { person: Person | null; text: string }) => (
  <Page title="Nothing here" person={person}>
    <section class="card">
      <h1>Nothing here</h1>
      <p>{text}</p>
      <p>
        <a href="/client">To the chats</a>
      </p>
    </section>
  </Page>
);
