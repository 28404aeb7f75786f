import type { Child } from 'hono/jsx';
import type { MessageEntity } from '../types.ts';
import type { KeptMessage } from '../world/world.ts';
import { ActButton } from './layout.tsx';

const OPENABLE = /^(?:https?|tg):/i;

const anchor = (href: string, inner: Child): Child =>
  OPENABLE.test(href) ? (
    <a href={href} rel="noreferrer">
      {inner}
    </a>
  ) : (
    inner
  );

const styled = (entity: MessageEntity, plain: string, inner: Child): Child => {
  switch (entity.type) {
    case 'bold':
      return <strong>{inner}</strong>;
    case 'italic':
      return <em>{inner}</em>;
    case 'underline':
      return <u>{inner}</u>;
    case 'strikethrough':
      return <s>{inner}</s>;
    case 'code':
    case 'pre':
      return <code>{inner}</code>;
    case 'blockquote':
    case 'expandable_blockquote':
      return <q>{inner}</q>;
    case 'url':
      return anchor(plain, inner);
    case 'text_link':
      return anchor(entity.url ?? '', inner);
    default:
      return inner;
  }
};

/** Entities are in order of place, the outer before the inner. */
const marked = (text: string, entities: readonly MessageEntity[], start: number, end: number): Child[] => {
  const parts: Child[] = [];
  let at = start;
  for (const [index, entity] of entities.entries()) {
    const to = Math.min(entity.offset + entity.length, end);
    if (entity.offset < at || to > end) continue;
    const inside = entities
      .slice(index + 1)
      .filter(({ offset, length }) => offset >= entity.offset && offset + length <= to);
    parts.push(text.slice(at, entity.offset));
    parts.push(styled(entity, text.slice(entity.offset, to), marked(text, inside, entity.offset, to)));
    at = to;
  }
  parts.push(text.slice(at, end));
  return parts;
};

const Buttons = ({ message: { buttons, messageId } }: { message: KeptMessage }) =>
  buttons.length === 0 ? null : (
    <div class="buttons">
      {buttons.flat().map(({ text, url, callback_data: data }) =>
        url === undefined ? (
          <ActButton action="/client/press" fields={{ message: String(messageId), data: data ?? '' }} quiet>
            {text}
          </ActButton>
        ) : (
          <a class="button quiet" href={url} rel="noreferrer">
            {text}
          </a>
        ),
      )}
    </div>
  );

const clockOf = (atMs: number): string => new Date(atMs).toISOString().slice(11, 16);

const Item = ({ message, sender }: { message: KeptMessage; sender: string }) => (
  <li class={message.isFromBot ? 'theirs' : 'mine'}>
    <p class="sender">
      {message.isFromBot ? sender : 'You'}{' '}
      <time datetime={new Date(message.atMs).toISOString()}>{clockOf(message.atMs)} UTC</time>
    </p>
    <p class="text">{marked(message.text, message.entities, 0, message.text.length)}</p>
    <Buttons message={message} />
  </li>
);

const SHOWN_MAX = 50;

/** The newest messages of a chat, oldest first. */
export const Messages = ({ messages, sender }: { messages: readonly KeptMessage[]; sender: string }) =>
  messages.length === 0 ? (
    <p class="soft">No messages yet.</p>
  ) : (
    <ol class="messages">
      {messages.slice(-SHOWN_MAX).map((message) => (
        <Item message={message} sender={sender} />
      ))}
    </ol>
  );
