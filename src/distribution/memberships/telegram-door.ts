import { createHash } from 'node:crypto';
import { isPaidTier, type Tier } from '../../billing/plans.ts';
import type { Db } from '../../db/client.ts';
import { enteredChat, mayEnterChat, seenInChat } from '../../db/queries/chat/knock.ts';
import { claimChatLink } from '../../db/queries/chat/link-requests.ts';
import { chatLinkOf, seatStateOf, unlinkChat } from '../../db/queries/chat/links.ts';
import type { TelegramDoor } from '../channels/telegram/door.ts';
import type { Seat } from './vendor.ts';

const VENDOR = 'telegram';

const keyOf = ({ room, chatUserId }: Seat) => ({ vendor: VENDOR, room, chatUserId }) as const;

export interface TelegramDoorOptions {
  readonly db: Db;
  /** Billing's word on what somebody may see now. */
  tierOf(userId: string): Promise<Tier>;
  /** Of the member's page about chats, for mails. */
  readonly chatsUrl: string;
  readonly log: (level: 'warn', message: string, facts: Readonly<Record<string, unknown>>) => void;
  /** Tells every node that somebody's rooms are to be looked at. */
  announce(userId: string): Promise<unknown>;
}

/** What the bot is told by our records, and tells them. Whatever it tells twice changes nothing the second time. */
export const createTelegramDoor = ({ db, tierOf, announce, chatsUrl, log }: TelegramDoorOptions): TelegramDoor => ({
  claimLink: (token, person) =>
    claimChatLink(db, { vendor: VENDOR, tokenHash: createHash('sha256').update(token).digest('hex') }, person),
  mayEnter: (seat) => mayEnterChat(db, keyOf(seat)),
  entered: (seat) => enteredChat(db, keyOf(seat)),
  seen: async (seat, standing) => {
    await seenInChat(db, keyOf(seat), standing);
    // Somebody inside may have no business there: the keeper looks at once.
    const link = standing === 'inside' ? await chatLinkOf(db, VENDOR, seat.chatUserId) : null;
    if (link) await announce(link.userId);
    else if (standing === 'inside')
      log('warn', 'somebody who is linked to no member is in a closed room', {
        room: seat.room,
        chatUserId: seat.chatUserId,
      });
  },
  async statusOf(chatUserId) {
    const link = await chatLinkOf(db, VENDOR, chatUserId);
    if (!link) return null;
    const tier = await tierOf(link.userId);
    if (!isPaidTier(tier)) return { tier, room: null, standing: null };
    const state = await seatStateOf(db, { vendor: VENDOR, room: tier, chatUserId });
    const standing = state === 'admitting' || state === 'removing' ? 'outside' : state;
    return { tier, room: tier, standing };
  },
  async unlink(chatUserId) {
    const link = await unlinkChat(db, { vendor: VENDOR, chatUserId }, ({ userId }) => ({
      actor: { kind: 'member', userId },
      cause: 'asked for in Telegram',
      chatsUrl,
    }));
    if (link) await announce(link.userId);
    return link !== null;
  },
});
