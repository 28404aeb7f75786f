import { foundIn } from '../text/entities.ts';
import { BOT, type Person, userOf } from '../world/people.ts';
import { nowSeconds, privateChat, type World } from '../world/world.ts';

/** A private message to the bot. */
export const say = (world: World, person: Person, text: string): void => {
  const entities = foundIn(text);
  const messageId = world.nextMessageId(person.id);
  world.keep({ ...{ messageId, chat: person.id, isFromBot: false, text, entities, buttons: [] }, atMs: Date.now() });
  world.updates.push({
    message: {
      message_id: messageId,
      from: userOf(person),
      chat: privateChat(person),
      date: nowSeconds(),
      text,
      ...(entities.length === 0 ? {} : { entities }),
    },
  });
};

/** The bot is told as if it had been put out of the private chat, or let in again. */
export const tellOfBlocking = (world: World, person: Person, isBlocked: boolean): void => {
  const inside = { status: 'member', user: BOT } as const;
  const outside = { status: 'kicked', user: BOT, until_date: 0 } as const;
  world.updates.push({
    my_chat_member: {
      ...{ chat: privateChat(person), from: userOf(person), date: nowSeconds() },
      old_chat_member: isBlocked ? inside : outside,
      new_chat_member: isBlocked ? outside : inside,
    },
  });
};
