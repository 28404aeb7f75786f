import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../../client.ts';
import { chatLinks, chatMemberships, chatRooms } from '../../schema/chat.ts';
import { type AuditActor, audit } from '../audit.ts';
import { queueMail } from '../mails.ts';
import type { ChatPerson, ChatVendorName } from './link-requests.ts';

export type ChatLink = typeof chatLinks.$inferSelect;
export type SeatState = (typeof chatMemberships.$inferSelect)['state'];

export interface By {
  readonly actor: AuditActor;
  readonly cause: string;
  readonly address?: string | null;
  /** Of the member's page about chats, for the mail that tells of it. */
  readonly chatsUrl: string;
}

const VENDORS = { telegram: 'Telegram', discord: 'Discord' } as const;

const tell = (tx: Db, template: 'chat-linked' | 'chat-unlinked', link: ChatLink, chatsUrl: string): Promise<void> =>
  queueMail(tx, {
    userId: link.userId,
    template,
    data: { vendor: VENDORS[link.vendor], name: link.name, chatsUrl },
    dedupeKey: `${template}:${link.userId}:${link.vendor}:${link.linkedAt.toISOString()}`,
  });

/**
 * Binds a chat account to a member. `taken`: it is another member's; `other`: the member has another one linked, which
 * is to be unlinked first. Linking what is linked already changes nothing.
 */
export const linkChat = async (
  db: Db,
  { userId, vendor, person }: { readonly userId: string; readonly vendor: ChatVendorName; readonly person: ChatPerson },
  by: By,
): Promise<'linked' | 'taken' | 'other'> =>
  await db.transaction(async (tx) => {
    const inserted = await tx
      .insert(chatLinks)
      .values({ userId, vendor, ...person })
      .onConflictDoNothing()
      .returning();
    if (inserted.length === 0) {
      const [own] = await tx
        .select()
        .from(chatLinks)
        .where(and(eq(chatLinks.userId, userId), eq(chatLinks.vendor, vendor)));
      if (own?.chatUserId === person.chatUserId) return 'linked';
      return own ? 'other' : 'taken';
    }
    const { chatsUrl, ...said } = by;
    await audit(tx, { ...said, action: 'chat.linked', userId, after: { vendor, ...person } });
    for (const link of inserted) await tell(tx, 'chat-linked', link, chatsUrl);
    return 'linked';
  });

/** Unbinds: from now on nothing is due to that chat account, and the keeper puts it out of every room. Null when there was none. */
export const unlinkChat = async (
  db: Db,
  of: { readonly vendor: ChatVendorName } & ({ readonly userId: string } | { readonly chatUserId: string }),
  by: By | ((link: ChatLink) => By),
): Promise<ChatLink | null> =>
  await db.transaction(async (tx) => {
    const whose = 'userId' in of ? eq(chatLinks.userId, of.userId) : eq(chatLinks.chatUserId, of.chatUserId);
    const [link] = await tx
      .delete(chatLinks)
      .where(and(eq(chatLinks.vendor, of.vendor), whose))
      .returning();
    if (!link) return null;
    const { userId, vendor, chatUserId, name } = link;
    const { chatsUrl, ...said } = typeof by === 'function' ? by(link) : by;
    await tell(tx, 'chat-unlinked', link, chatsUrl);
    await audit(tx, { ...said, action: 'chat.unlinked', userId, before: { vendor, chatUserId, name } });
    return link;
  });

/** Whose chat account it is. */
export const chatLinkOf = async (db: Db, vendor: ChatVendorName, chatUserId: string): Promise<ChatLink | null> => {
  const [link] = await db
    .select()
    .from(chatLinks)
    .where(and(eq(chatLinks.vendor, vendor), eq(chatLinks.chatUserId, chatUserId)));
  return link ?? null;
};

export interface MemberChat extends ChatLink {
  readonly seats: readonly {
    readonly room: 'premium' | 'basic';
    readonly state: SeatState;
    readonly changedAt: Date;
    /** Why the vendor would not, the last time; null when it did. */
    readonly lastProblem: string | null;
  }[];
}

/** A member's linked chats and where they stand in each room. */
export const chatsOf = async (db: Db, userId: string): Promise<readonly MemberChat[]> => {
  const links = await db.select().from(chatLinks).where(eq(chatLinks.userId, userId)).orderBy(chatLinks.vendor);
  const seats = await db.select().from(chatMemberships).where(eq(chatMemberships.userId, userId));
  return links.map((link) => ({
    ...link,
    seats: seats
      .filter((seat) => seat.vendor === link.vendor && seat.chatUserId === link.chatUserId)
      .map(({ room, state, changedAt, lastProblem }) => ({ room, state, changedAt, lastProblem })),
  }));
};

export const inviteLinkOf = async (db: Db, vendor: ChatVendorName, chatId: string): Promise<string | null> => {
  const [row] = await db
    .select({ inviteLink: chatRooms.inviteLink })
    .from(chatRooms)
    .where(and(eq(chatRooms.vendor, vendor), eq(chatRooms.chatId, chatId)));
  return row?.inviteLink ?? null;
};

export const keepInviteLink = async (
  db: Db,
  vendor: ChatVendorName,
  chatId: string,
  inviteLink: string,
): Promise<void> => {
  await db
    .insert(chatRooms)
    .values({ vendor, chatId, inviteLink })
    .onConflictDoUpdate({ target: [chatRooms.vendor, chatRooms.chatId], set: { inviteLink } });
};

/** Where a chat account stands with one room; null where nothing is known of it. */
export const seatStateOf = async (
  db: Db,
  seat: { readonly vendor: ChatVendorName; readonly room: 'premium' | 'basic'; readonly chatUserId: string },
): Promise<SeatState | null> => {
  const [row] = await db
    .select({ state: chatMemberships.state })
    .from(chatMemberships)
    .where(
      and(
        eq(chatMemberships.vendor, seat.vendor),
        eq(chatMemberships.room, seat.room),
        eq(chatMemberships.chatUserId, seat.chatUserId),
      ),
    );
  return row?.state ?? null;
};

/** Lets a member who walked out be invited once more; false when there is no such seat of theirs. */
export const returnToChat = async (
  db: Db,
  { userId, vendor, room }: { readonly userId: string; readonly vendor: ChatVendorName; readonly room?: string },
): Promise<boolean> => {
  const rows = await db.execute(sql`
    update chat_memberships m set state = 'outside', version = m.version + 1, try_after = null, failures = 0, changed_at = now()
    from chat_links l
    where l.user_id = ${userId} and l.vendor = ${vendor} and m.vendor = l.vendor and m.chat_user_id = l.chat_user_id
      and m.state = 'left' and (${room ?? null}::text is null or m.room = ${room ?? null})
    returning 1 as one`);
  return rows.length > 0;
};

/**
 * Forgets the ways into a vendor's rooms, for when somebody revoked one there: whoever is invited and has not come is
 * invited anew, by new ones. Returns how many those are.
 */
export const renewInvitations = async (db: Db, vendor: ChatVendorName, by: Omit<By, 'chatsUrl'>): Promise<number> =>
  await db.transaction(async (tx) => {
    await tx.delete(chatRooms).where(eq(chatRooms.vendor, vendor));
    const rows = await tx.execute(sql`
      update chat_memberships set state = 'outside', version = version + 1, try_after = null, changed_at = now()
      where vendor = ${vendor} and state = 'invited' returning 1 as one`);
    await audit(tx, {
      ...by,
      action: 'chat.invitations-renewed',
      userId: null,
      after: { vendor, people: rows.length },
    });
    return rows.length;
  });
