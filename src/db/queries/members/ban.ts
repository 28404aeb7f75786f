import { eq, sql } from 'drizzle-orm';
import type { Db } from '../../client.ts';
import { sessions } from '../../schema/sessions.ts';
import { users } from '../../schema/users.ts';
import { audit } from '../audit.ts';
import { USER_COLUMNS, type UserRow } from '../users.ts';
import type { By } from './by.ts';

/** Locks the account until the transaction ends; null when there is none. */
export const lockUser = async (tx: Db, userId: string): Promise<UserRow | null> => {
  const [user] = await tx.select(USER_COLUMNS).from(users).where(eq(users.id, userId)).for('update', { of: users });
  return user ?? null;
};

const facts = ({ tier, bannedAt }: UserRow) => ({ tier, bannedAt: bannedAt?.toISOString() ?? null });

/** Ends the account's access and its sessions in one stroke; false when it was banned already, or is gone. */
export const banUser = async (db: Db, userId: string, { actor, reason, address }: By): Promise<boolean> =>
  await db.transaction(async (tx) => {
    const before = await lockUser(tx, userId);
    if (!before || before.bannedAt) return false;
    await tx.update(users).set({ bannedAt: sql`now()` }).where(eq(users.id, userId));
    const ended = await tx.delete(sessions).where(eq(sessions.userId, userId)).returning({ of: sessions.userId });
    const after = await lockUser(tx, userId);
    if (!after) throw new Error(`user ${userId}: gone while its row was locked`);
    await audit(tx, {
      actor,
      action: 'account.banned',
      userId,
      before: { ...facts(before), sessions: ended.length },
      after: { ...facts(after), sessions: 0 },
      cause: reason,
      address,
    });
    return true;
  });

/** What was bought and given meanwhile counts again; false when it was not banned, or is gone. */
export const unbanUser = async (db: Db, userId: string, { actor, reason, address }: By): Promise<boolean> =>
  await db.transaction(async (tx) => {
    const before = await lockUser(tx, userId);
    if (!before?.bannedAt) return false;
    await tx.update(users).set({ bannedAt: null }).where(eq(users.id, userId));
    const after = await lockUser(tx, userId);
    if (!after) throw new Error(`user ${userId}: gone while its row was locked`);
    await audit(tx, {
      actor,
      action: 'account.unbanned',
      userId,
      before: facts(before),
      after: facts(after),
      cause: reason,
      address,
    });
    return true;
  });
