import type { Tier } from '../../../billing/plans.ts';
import type { Room, Seat } from '../../memberships/vendor.ts';

/** Where a member stands with the room of their tier, for the bot's own words. */
export interface ChatStatus {
  readonly tier: Tier;
  readonly room: Room | null;
  readonly standing: 'outside' | 'invited' | 'inside' | 'left' | null;
}

/** What the bot asks of our records, and tells them. Whatever it tells twice changes nothing the second time. */
export interface TelegramDoor {
  /** `/start <token>`: whose token it is. `taken`: this chat account is linked to another member. */
  claimLink(
    token: string,
    person: { readonly chatUserId: string; readonly name: string },
  ): Promise<'claimed' | 'unknown' | 'expired' | 'taken'>;
  /** Whether the person may enter now; when yes the seat is marked as being filled before this resolves. */
  mayEnter(seat: Seat): Promise<boolean>;
  entered(seat: Seat): Promise<void>;
  /** Telegram told that somebody is inside, or gone. */
  seen(seat: Seat, standing: 'inside' | 'absent'): Promise<void>;
  /** Null when the chat account is linked to nobody. */
  statusOf(chatUserId: string): Promise<ChatStatus | null>;
  /** False when there was no link. */
  unlink(chatUserId: string): Promise<boolean>;
}
