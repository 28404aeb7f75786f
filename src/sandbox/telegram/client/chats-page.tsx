import { Problem } from '../../hosted/document.tsx';
import type { RoomName } from '../types.ts';
import { ROOMS } from '../types.ts';
import { BOT, type Person } from '../world/people.ts';
import { membersOf, type Room, standingIn } from '../world/room.ts';
import type { World } from '../world/world.ts';
import { ActButton, Page } from './layout.tsx';
import { Messages } from './messages.tsx';

interface Shown {
  readonly world: World;
  readonly person: Person;
}

const Writing = ({ world, person }: Shown) => {
  const { isStarted, isBlocked } = world.dialog(person.id);
  if (!isStarted || isBlocked)
    return <ActButton action="/client/start">{isBlocked ? 'Restart bot' : 'Start'}</ActButton>;
  return (
    <>
      <form method="post" action="/client/write" class="writing">
        <label for="text">Message to the bot</label>
        <textarea id="text" name="text" rows={2} maxlength={4096} required />
        <button type="submit">Send</button>
      </form>
      <ActButton action="/client/block" quiet>
        Stop and block the bot
      </ActButton>
    </>
  );
};

const BotChat = ({ world, person }: Shown) => (
  <section class="card" aria-labelledby="bot">
    <h2 id="bot">{BOT.first_name}</h2>
    <p class="soft">@{BOT.username} · bot</p>
    <Messages messages={world.messagesIn(person.id)} sender={BOT.first_name} />
    <Writing world={world} person={person} />
    <p>
      <a href="/client">Look for new messages</a>
    </p>
  </section>
);

const kindOf = ({ chat }: Room): string => (chat.type === 'channel' ? 'Public channel' : 'Private group');

/** A room as somebody sees it who may read it. */
export const RoomChat = ({ world, person, name }: Shown & { name: RoomName }) => {
  const room = world.rooms[name];
  const isInside = standingIn(room, person.id).kind === 'member';
  const sender = room.chat.type === 'channel' ? (room.chat.title ?? '') : BOT.first_name;
  return (
    <section class="card" aria-labelledby={`room-${name}`}>
      <h2 id={`room-${name}`}>{room.chat.title}</h2>
      <p class="soft">
        {kindOf(room)} · {membersOf(room).length + 2} members, the bot and the owner among them
      </p>
      <Messages messages={world.messagesIn(name)} sender={sender} />
      {isInside ? (
        <ActButton action="/client/leave" fields={{ chat: name }} quiet>
          Leave {room.chat.title}
        </ActButton>
      ) : (
        <ActButton action={`/client/${room.chat.username}`}>Join {room.chat.title}</ActButton>
      )}
    </section>
  );
};

const Waiting = ({ world, person }: Shown) => {
  const asked = ROOMS.filter((name) => world.rooms[name].pending.has(person.id));
  return asked.length === 0 ? null : (
    <section class="card" aria-labelledby="waiting">
      <h2 id="waiting">Requests to join</h2>
      <ul>
        {asked.map((name) => (
          <li>{world.rooms[name].chat.title}: waits for an administrator</li>
        ))}
      </ul>
    </section>
  );
};

export const ChatsPage = ({ world, person, problem }: Shown & { problem: string | null }) => {
  const inside = ROOMS.filter((name) => standingIn(world.rooms[name], person.id).kind === 'member');
  const { chat } = world.rooms.free;
  return (
    <Page title="Chats" person={person}>
      <h1>Chats</h1>
      <Problem text={problem} />
      <BotChat world={world} person={person} />
      <Waiting world={world} person={person} />
      {inside.map((name) => (
        <RoomChat world={world} person={person} name={name} />
      ))}
      {inside.includes('free') ? null : (
        <p>
          Anybody may read <a href={`/client/${chat.username}`}>{chat.title}</a>.
        </p>
      )}
    </Page>
  );
};
