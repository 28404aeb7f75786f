import { expect } from 'bun:test';
import type { RouteName } from '../../src/web/routes.ts';
import { askForDiscord, askOnSite, claimInTelegram, linkedTo, linkPerson, putSeat, seatsOf } from '../support/chats.ts';
import type { TestDatabase } from '../support/database.ts';
import type { Visitor } from '../support/site.ts';

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly visitor: Visitor;
}

/** What happens when a request to the route brings another person's id, or why it cannot. */
export type Probe = (() => Promise<void>) | `takes no ids: ${string}`;

interface Stage {
  newPerson(): Promise<Person>;
  databaseOf(): TestDatabase;
  tellsOnlyOfOneself(path: string): () => Promise<void>;
}

type ChatRoute = Extract<RouteName, `${string} /account/chats${string}`>;
let serial = 0;
const newChatUser = (): string => {
  serial += 1;
  return String(770_000 + serial);
};

/** Another member's chats, and links under way, are as they were. */
export const chatProbes = ({ newPerson, databaseOf, tellsOnlyOfOneself }: Stage): Record<ChatRoute, Probe> => {
  const pair = async (): Promise<readonly [Person, Person]> => [await newPerson(), await newPerson()];
  const idsOf = ({ id, email }: Person) => ({ user: id, userId: id, id, email, member: id });
  const requestsOf = ({ id }: Person) =>
    databaseOf().sql`select token_hash, chat_user_id from chat_link_requests where user_id = ${id} order by 1`;
  const linked = async (person: Person): Promise<string> => {
    const chatUserId = newChatUser();
    const of = { userId: person.id, vendor: 'telegram', person: { chatUserId, name: 'Robin' } } as const;
    expect(await linkPerson(databaseOf().db, of)).toBe('linked');
    return chatUserId;
  };
  const asksForOneself = (path: string) => async (): Promise<void> => {
    const [one, other] = await pair();
    await one.visitor.post(path, idsOf(other));
    expect(await requestsOf(other)).toHaveLength(0);
    expect(await requestsOf(one)).toHaveLength(1);
  };
  return {
    'GET /account/chats': tellsOnlyOfOneself('/account/chats'),
    'GET /account/chats/now': tellsOnlyOfOneself('/account/chats/now'),
    'POST /account/chats/telegram': asksForOneself('/account/chats/telegram'),
    'POST /account/chats/discord': asksForOneself('/account/chats/discord'),
    'POST /account/chats/telegram/confirm': async () => {
      const [one, other] = await pair();
      const chatUserId = newChatUser();
      await claimInTelegram(databaseOf().db, await askOnSite(other.visitor), { chatUserId, name: 'Kim' });
      await askOnSite(one.visitor);
      await one.visitor.post('/account/chats/telegram/confirm', { ...idsOf(other), chatUserId });
      expect([await linkedTo(databaseOf().db, one.id), await linkedTo(databaseOf().db, other.id)]).toEqual([[], []]);
      const [kept] = await requestsOf(other);
      expect(kept?.['chat_user_id']).toBe(chatUserId);
    },
    'POST /account/chats/telegram/cancel': async () => {
      const [one, other] = await pair();
      await askOnSite(other.visitor);
      await one.visitor.post('/account/chats/telegram/cancel', idsOf(other));
      expect(await requestsOf(other)).toHaveLength(1);
    },
    'GET /account/chats/discord/callback': async () => {
      const [one, other] = await pair();
      const state = await askForDiscord(other.visitor);
      expect(state).toHaveLength(43);
      const query = `state=${state}&code=code-of-${newChatUser()}&user=${other.id}`;
      const answer = await one.visitor.get(`/account/chats/discord/callback?${query}`);
      expect(answer.headers.get('Location')).toBe('/account/chats?problem=over');
      expect([await linkedTo(databaseOf().db, one.id), await linkedTo(databaseOf().db, other.id)]).toEqual([[], []]);
      expect(await requestsOf(other)).toHaveLength(1);
    },
    'POST /account/chats/unlink': async () => {
      const [one, other] = await pair();
      const chatUserId = await linked(other);
      await one.visitor.post('/account/chats/unlink', { ...idsOf(other), vendor: 'telegram', chatUserId });
      expect(await linkedTo(databaseOf().db, other.id)).toEqual([`telegram ${chatUserId}`]);
    },
    'POST /account/chats/return': async () => {
      const [one, other] = await pair();
      const chatUserId = await linked(other);
      await putSeat(databaseOf().db, chatUserId, 'premium', 'left');
      const form = { ...idsOf(other), vendor: 'telegram', room: 'premium', chatUserId };
      await one.visitor.post('/account/chats/return', form);
      expect(await seatsOf(databaseOf().db, chatUserId)).toEqual(['premium left', 'basic outside']);
    },
  };
};
