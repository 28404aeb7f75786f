import { type Answer, badRequest, granted } from '../answer.ts';
import { inviteLinkOf, type Link, type Room } from '../world/room.ts';
import { nowSeconds, type World } from '../world/world.ts';
import { asAdministrator } from './find.ts';
import type { Params } from './methods.ts';

const NAME_MAX = 32;
const MEMBERS_MAX = 99_999;
const TO_DO = 'manage chat invite link';

export const createChatInviteLink = (world: World, params: Params<'createChatInviteLink'>): Answer =>
  asAdministrator(world, params.chat_id, TO_DO, (room) => {
    const { name, expire_date, member_limit, creates_join_request = false } = params;
    if (name !== undefined && name.length > NAME_MAX) return badRequest('invite link name is too long');
    if (creates_join_request && member_limit !== undefined)
      return badRequest("member limit can't be specified for links requiring administrator approval");
    if (member_limit !== undefined && (member_limit < 1 || member_limit > MEMBERS_MAX))
      return badRequest(`member limit must be between 1 and ${MEMBERS_MAX}`);
    if (expire_date !== undefined && expire_date <= nowSeconds()) return badRequest('EXPIRE_DATE_INVALID');
    const link = world.addLink(room, {
      createsJoinRequest: creates_join_request,
      name: name || undefined,
      expireDate: expire_date,
      memberLimit: member_limit,
    });
    return granted(inviteLinkOf(room, link));
  });

/** A room always has a primary link; the new one takes the place of the old. */
const replacePrimary = (world: World, room: Room): Link => {
  for (const link of room.links.filter(({ isPrimary }) => isPrimary)) {
    link.isRevoked = true;
    link.isPrimary = false;
  }
  return world.addLink(room, { isPrimary: true });
};

export const exportChatInviteLink = (world: World, { chat_id }: Params<'exportChatInviteLink'>): Answer =>
  asAdministrator(world, chat_id, TO_DO, (room) => granted(replacePrimary(world, room).url));

/** Requests that came by the link before stay open. */
export const revokeChatInviteLink = (world: World, { chat_id, invite_link }: Params<'revokeChatInviteLink'>): Answer =>
  asAdministrator(world, chat_id, TO_DO, (room) => {
    const link = room.links.find(({ url }) => url === invite_link);
    if (!link) return badRequest('INVITE_HASH_EXPIRED');
    const wasPrimary = link.isPrimary;
    link.isRevoked = true;
    const answer = granted(inviteLinkOf(room, link));
    if (wasPrimary) replacePrimary(world, room);
    return answer;
  });
