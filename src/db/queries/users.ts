import { eq, inArray } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { users } from '../schema/users.ts';

export type UserRow = typeof users.$inferSelect;
export type UserRole = UserRow['role'];
export type UserTier = UserRow['tier'];

export interface NewUser {
  /** Lower case, trimmed. */
  readonly email: string;
  readonly passwordHash: string;
  readonly role?: UserRole;
  readonly tier?: UserTier;
}

export const userByEmail = async (db: Db, email: string): Promise<UserRow | null> => {
  const [row] = await db.select().from(users).where(eq(users.email, email)).limit(1);
  return row ?? null;
};

/** The new user's id, or null when the address is taken: the existing account is left as it was. */
export const createUser = async (db: Db, user: NewUser): Promise<string | null> => {
  const [row] = await db
    .insert(users)
    .values(user)
    .onConflictDoNothing({ target: users.email })
    .returning({ id: users.id });
  return row?.id ?? null;
};

/** Null when there is no such user. */
export const changeUser = async (
  db: Db,
  email: string,
  change: { readonly role?: UserRole; readonly tier?: UserTier },
): Promise<UserRow | null> => {
  const [row] = await db.update(users).set(change).where(eq(users.email, email)).returning();
  return row ?? null;
};

/** Removes accounts by address; their sessions go with them. */
export const deleteUsers = async (db: Db, emails: readonly string[]): Promise<void> => {
  await db.delete(users).where(inArray(users.email, [...emails]));
};
