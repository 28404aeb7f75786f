import { type Answer, badRequest, granted } from '../answer.ts';
import { BOT, OWNER } from '../world/people.ts';
import { membersOf, standingIn } from '../world/room.ts';
import { botMember, changeStanding, memberOf, ownerMember } from '../world/standing.ts';
import { nowSeconds, type World } from '../world/world.ts';
import { asAdministrator, inRoom, withPerson } from './find.ts';
import type { Params } from './methods.ts';

const UNKNOWN_USER = 'user not found';
const FOREVER_FROM_S = 366 * 86_400;
const FOREVER_BELOW_S = 30;

export const getChatMember = (world: World, { chat_id, user_id }: Params<'getChatMember'>): Answer =>
  inRoom(world, chat_id, (room) => {
    if (user_id === BOT.id) return granted(botMember(room));
    if (user_id === OWNER.id) return granted(ownerMember);
    return withPerson(user_id, UNKNOWN_USER, (person) => granted(memberOf(person, standingIn(room, person.id))));
  });

/** The owner and the bot count. */
export const getChatMemberCount = (world: World, { chat_id }: Params<'getChatMemberCount'>): Answer =>
  inRoom(world, chat_id, (room) => granted(membersOf(room).length + 1 + (botMember(room).status === 'left' ? 0 : 1)));

/** Why nobody but the people may be put out; null for them. */
const protectedUser = (userId: number) => {
  if (userId === OWNER.id) return badRequest("can't remove chat owner");
  return userId === BOT.id ? badRequest("can't restrict self") : null;
};

/** Unix seconds; 0 when so long or so short that it is for ever. */
const banEnd = (untilDate: number | undefined): number => {
  const forS = (untilDate ?? 0) - nowSeconds();
  return untilDate === undefined || forS > FOREVER_FROM_S || forS < FOREVER_BELOW_S ? 0 : untilDate;
};

export const banChatMember = (world: World, { chat_id, user_id, until_date }: Params<'banChatMember'>): Answer =>
  asAdministrator(world, chat_id, 'restrict/unrestrict chat member', (room) => {
    const refusal = protectedUser(user_id);
    if (refusal) return refusal;
    return withPerson(user_id, UNKNOWN_USER, (person) => {
      changeStanding(world, { room, person, next: { kind: 'kicked', untilDate: banEnd(until_date) }, by: BOT });
      return granted();
    });
  });

export const unbanChatMember = (
  world: World,
  { chat_id, user_id, only_if_banned = false }: Params<'unbanChatMember'>,
): Answer =>
  asAdministrator(world, chat_id, 'restrict/unrestrict chat member', (room) => {
    const refusal = protectedUser(user_id);
    if (refusal) return only_if_banned ? granted() : refusal;
    return withPerson(user_id, UNKNOWN_USER, (person) => {
      const { kind } = standingIn(room, person.id);
      if (kind === 'kicked' || (kind === 'member' && !only_if_banned))
        changeStanding(world, { room, person, next: { kind: 'left' }, by: BOT });
      return granted();
    });
  });

/** Closes a request, or says why there is none to close. */
const decide = (world: World, { chat_id, user_id }: Params<'approveChatJoinRequest'>, isApproved: boolean): Answer =>
  asAdministrator(world, chat_id, 'manage chat join requests', (room) =>
    withPerson(user_id, 'USER_ID_INVALID', (person) => {
      if (standingIn(room, person.id).kind === 'member') return badRequest('USER_ALREADY_PARTICIPANT');
      const request = room.pending.get(person.id);
      if (!request) return badRequest('HIDE_REQUESTER_MISSING');
      const { link } = request;
      if (isApproved) changeStanding(world, { room, person, next: { kind: 'member', via: link }, by: BOT, link });
      else room.pending.delete(person.id);
      return granted();
    }),
  );

export const approveChatJoinRequest = (world: World, params: Params<'approveChatJoinRequest'>): Answer =>
  decide(world, params, true);
export const declineChatJoinRequest = (world: World, params: Params<'declineChatJoinRequest'>): Answer =>
  decide(world, params, false);
