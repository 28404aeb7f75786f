import type { AdministratorRights, Chat, ChatInviteLink, RoomName, User } from '../types.ts';
import { BOT } from './people.ts';

export interface Link {
  readonly url: string;
  readonly createsJoinRequest: boolean;
  isPrimary: boolean;
  isRevoked: boolean;
  readonly name: string | undefined;
  /** Unix seconds. */
  readonly expireDate: number | undefined;
  readonly memberLimit: number | undefined;
}

/** How a person stands to a room. `untilDate` in Unix seconds, 0 for ever. */
export type Standing =
  | { readonly kind: 'member'; readonly via: Link | null }
  | { readonly kind: 'left' }
  | { readonly kind: 'kicked'; readonly untilDate: number };

export interface JoinRequest {
  readonly link: Link;
  /** Wall ms since epoch. */
  readonly atMs: number;
}

export interface Room {
  readonly name: RoomName;
  readonly chat: Chat;
  readonly standings: Map<number, Standing>;
  readonly pending: Map<number, JoinRequest>;
  readonly links: Link[];
  botIsAdministrator: boolean;
  lastMessageId: number;
}

const roomOf = (name: RoomName, chat: Chat): Room => ({
  name,
  chat,
  standings: new Map(),
  pending: new Map(),
  links: [],
  botIsAdministrator: true,
  lastMessageId: 0,
});

export const createRooms = (): Readonly<Record<RoomName, Room>> => ({
  premium: roomOf('premium', { id: -1_002_100_000_001, type: 'supergroup', title: 'QuantiCity Premium' }),
  basic: roomOf('basic', { id: -1_002_100_000_002, type: 'supergroup', title: 'QuantiCity Basic' }),
  free: roomOf('free', {
    ...{ id: -1_002_100_000_003, type: 'channel', title: 'QuantiCity Free' },
    username: 'quanticity_sandbox',
  }),
});

export const rightsIn = ({ chat }: Room): AdministratorRights => ({
  can_be_edited: false,
  is_anonymous: false,
  can_manage_chat: true,
  can_delete_messages: false,
  can_manage_video_chats: false,
  can_restrict_members: true,
  can_promote_members: false,
  can_change_info: false,
  can_invite_users: true,
  can_post_stories: false,
  can_edit_stories: false,
  can_delete_stories: false,
  ...(chat.type === 'channel' ? { can_post_messages: true, can_edit_messages: false } : { can_pin_messages: false }),
});

/** A ban that has run out is none. */
export const standingIn = (room: Room, personId: number): Standing => {
  const standing = room.standings.get(personId) ?? { kind: 'left' };
  const isOver = standing.kind === 'kicked' && standing.untilDate !== 0 && standing.untilDate * 1_000 <= Date.now();
  return isOver ? { kind: 'left' } : standing;
};

export const membersOf = (room: Room): readonly number[] =>
  [...room.standings].filter(([, { kind }]) => kind === 'member').map(([id]) => id);

/** How many who came by the link are inside now. */
const usesOf = (room: Room, link: Link): number =>
  [...room.standings.values()].filter((standing) => standing.kind === 'member' && standing.via === link).length;

export const isOpen = (room: Room, link: Link): boolean =>
  !link.isRevoked &&
  (link.expireDate === undefined || link.expireDate * 1_000 > Date.now()) &&
  (link.memberLimit === undefined || usesOf(room, link) < link.memberLimit);

export const inviteLinkOf = (room: Room, link: Link, creator: User = BOT): ChatInviteLink => {
  const waiting = [...room.pending.values()].filter((request) => request.link === link).length;
  return {
    invite_link: link.url,
    creator,
    creates_join_request: link.createsJoinRequest,
    is_primary: link.isPrimary,
    is_revoked: link.isRevoked,
    ...(link.name === undefined ? {} : { name: link.name }),
    ...(link.expireDate === undefined ? {} : { expire_date: link.expireDate }),
    ...(link.memberLimit === undefined ? {} : { member_limit: link.memberLimit }),
    ...(waiting === 0 ? {} : { pending_join_request_count: waiting }),
  };
};
