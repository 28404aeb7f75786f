import { isPaidTier, type PaidTier, type Tier } from '../../../../billing/plans.ts';
import { type ChatPerson, pendingChatLink } from '../../../../db/queries/chat/link-requests.ts';
import { chatsOf, type MemberChat } from '../../../../db/queries/chat/links.ts';
import { memberOf, type Site, type WebContext } from '../../../context.ts';

/** What the page shows of one member's chats. */
export interface ChatFacts {
  readonly tier: Tier;
  readonly links: readonly MemberChat[];
  /** A Telegram link that this browser asked for; null without one. */
  readonly pending: { readonly claimedBy: ChatPerson | null } | null;
  /** The closed room that the plan opens in Telegram, once there is a way in; null otherwise. */
  readonly invitation: string | null;
}

export const readChats = async (site: Site, c: WebContext): Promise<ChatFacts> => {
  const { userId, tier, sessionId } = memberOf(c);
  const { db } = site.db;
  const links = await chatsOf(db, userId);
  const pending = await pendingChatLink(db, { userId, vendor: 'telegram', sessionHash: sessionId });
  const invitation = isPaidTier(tier) ? ((await site.chats.telegram?.invitationOf(tier)) ?? null) : null;
  return { tier, links, pending, invitation };
};

export type Standing = MemberChat['seats'][number];

/** Of the room that the plan opens. */
export const ownSeat = ({ seats }: MemberChat, room: PaidTier): Standing | null =>
  seats.find((seat) => seat.room === room) ?? null;

/** Whether something is on its way, so that looking again soon is worth it. */
export const isUnsettled = ({ tier, links, pending }: ChatFacts): boolean =>
  pending !== null ||
  links.some(({ seats }) =>
    seats.some(
      ({ room, state }) =>
        state === 'admitting' || state === 'removing' || state === 'invited' || (state === 'outside' && room === tier),
    ),
  );
