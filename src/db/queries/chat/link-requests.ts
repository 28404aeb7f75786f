import { and, eq, gt, isNotNull, isNull, lte, or, sql } from 'drizzle-orm';
import type { Db } from '../../client.ts';
import { chatLinkRequests, chatLinks } from '../../schema/chat.ts';

export type ChatVendorName = (typeof chatLinks.$inferSelect)['vendor'];

interface Asked {
  readonly userId: string;
  readonly vendor: ChatVendorName;
  /** Hex SHA-256 of what stands in the link. */
  readonly tokenHash: string;
  /** Hex SHA-256 of the asking session's token. */
  readonly sessionHash: string;
  readonly lifeSeconds: number;
}

/** Opens a link request; an earlier one of the same member and vendor is worth nothing from now on. */
export const askChatLink = async (db: Db, { lifeSeconds, ...asked }: Asked): Promise<void> =>
  await db.transaction(async (tx) => {
    const own = and(eq(chatLinkRequests.userId, asked.userId), eq(chatLinkRequests.vendor, asked.vendor));
    await tx.delete(chatLinkRequests).where(or(own, lte(chatLinkRequests.expiresAt, sql`now()`)));
    await tx
      .insert(chatLinkRequests)
      .values({ ...asked, expiresAt: sql`now() + make_interval(secs => ${lifeSeconds}::float8)` });
  });

export interface ChatPerson {
  /** The vendor's id of the person: digits. */
  readonly chatUserId: string;
  readonly name: string;
}

const live = gt(chatLinkRequests.expiresAt, sql`now()`);

/** A token shown in the chat: works for whoever shows it first. `taken`: that chat account is another member's. */
export const claimChatLink = async (
  db: Db,
  { vendor, tokenHash }: { readonly vendor: ChatVendorName; readonly tokenHash: string },
  person: ChatPerson,
): Promise<'claimed' | 'unknown' | 'expired' | 'taken'> => {
  const mine = and(eq(chatLinkRequests.vendor, vendor), eq(chatLinkRequests.tokenHash, tokenHash));
  const [request] = await db.select().from(chatLinkRequests).where(mine);
  if (!request) return 'unknown';
  // The vendor may tell of it twice.
  if (request.chatUserId !== null) return request.chatUserId === person.chatUserId ? 'claimed' : 'unknown';
  const [other] = await db
    .select({ userId: chatLinks.userId })
    .from(chatLinks)
    .where(and(eq(chatLinks.vendor, vendor), eq(chatLinks.chatUserId, person.chatUserId)));
  if (other && other.userId !== request.userId) return 'taken';
  const claimed = await db
    .update(chatLinkRequests)
    .set(person)
    .where(and(mine, live, isNull(chatLinkRequests.chatUserId)))
    .returning({ userId: chatLinkRequests.userId });
  return claimed.length > 0 ? 'claimed' : 'expired';
};

interface OfSession {
  readonly userId: string;
  readonly vendor: ChatVendorName;
  readonly sessionHash: string;
}

/** What the member's page shows of a link under way; null when there is none of this session. */
export const pendingChatLink = async (
  db: Db,
  { userId, vendor, sessionHash }: OfSession,
): Promise<{ readonly expiresAt: Date; readonly claimedBy: ChatPerson | null } | null> => {
  const [row] = await db
    .select()
    .from(chatLinkRequests)
    .where(
      and(
        eq(chatLinkRequests.userId, userId),
        eq(chatLinkRequests.vendor, vendor),
        eq(chatLinkRequests.sessionHash, sessionHash),
        live,
      ),
    );
  if (!row) return null;
  const { chatUserId, name, expiresAt } = row;
  return { expiresAt, claimedBy: chatUserId === null ? null : { chatUserId, name: name ?? '' } };
};

/** Uses up the claimed request of this session, for the very person that the page named. */
export const takeClaimedChatLink = async (tx: Db, of: OfSession, chatUserId: string): Promise<ChatPerson | null> => {
  const [row] = await tx
    .delete(chatLinkRequests)
    .where(
      and(
        eq(chatLinkRequests.userId, of.userId),
        eq(chatLinkRequests.vendor, of.vendor),
        eq(chatLinkRequests.sessionHash, of.sessionHash),
        eq(chatLinkRequests.chatUserId, chatUserId),
        isNotNull(chatLinkRequests.chatUserId),
        live,
      ),
    )
    .returning();
  return row ? { chatUserId, name: row.name ?? '' } : null;
};

/** Uses up the request whose token came back through the browser of the session that asked: of several, one gets it. */
export const takeChatLinkByToken = async (tx: Db, of: OfSession, tokenHash: string): Promise<boolean> => {
  const rows = await tx
    .delete(chatLinkRequests)
    .where(
      and(
        eq(chatLinkRequests.userId, of.userId),
        eq(chatLinkRequests.vendor, of.vendor),
        eq(chatLinkRequests.sessionHash, of.sessionHash),
        eq(chatLinkRequests.tokenHash, tokenHash),
        live,
      ),
    )
    .returning({ userId: chatLinkRequests.userId });
  return rows.length > 0;
};

export const dropChatLinkRequest = async (db: Db, userId: string, vendor: ChatVendorName): Promise<void> => {
  await db
    .delete(chatLinkRequests)
    .where(and(eq(chatLinkRequests.userId, userId), eq(chatLinkRequests.vendor, vendor)));
};
