import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../engine/core/types.ts';
import type { Db } from '../client.ts';
import { users } from '../schema/users.ts';
import { grantComp, revokeComps } from './comps.ts';

export type UserTier = 'premium' | 'basic' | 'free';
/** With what they may see now, by the database's clock. */
export type UserRow = typeof users.$inferSelect & { readonly tier: UserTier };
export type UserRole = UserRow['role'];

/** All of `users`, and what each may see now. */
export const USER_COLUMNS = {
  ...getTableColumns(users),
  tier: sql<UserTier>`entitled_tier(${users.id})` as SQL<UserTier>,
};

export interface NewUser {
  /** Lower case, trimmed. */
  readonly email: string;
  readonly passwordHash: string;
  readonly role?: UserRole;
  /** Left out for a person signing up: the address has to be proved first. */
  readonly emailVerifiedAt?: Date;
}

export const userByEmail = async (db: Db, email: string): Promise<UserRow | null> => {
  const [row] = await db.select(USER_COLUMNS).from(users).where(eq(users.email, email)).limit(1);
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

export const userById = async (db: Db, id: string): Promise<UserRow | null> => {
  const [row] = await db.select(USER_COLUMNS).from(users).where(eq(users.id, id)).limit(1);
  return row ?? null;
};

/** The address is proved. The password of the sign-up that proved it counts, whatever an earlier one said. */
export const verifyUser = async (tx: Db, id: string, passwordHash: string | null): Promise<void> => {
  await tx
    .update(users)
    .set({ emailVerifiedAt: sql`now()`, ...(passwordHash !== null && { passwordHash }) })
    .where(eq(users.id, id));
};

export const setPassword = async (tx: Db, id: string, passwordHash: string): Promise<void> => {
  await tx.update(users).set({ passwordHash }).where(eq(users.id, id));
};

/** False when somebody has that address. */
export const setEmail = async (tx: Db, id: string, email: string): Promise<boolean> => {
  const rows = await tx
    .update(users)
    .set({ email })
    .where(and(eq(users.id, id), sql`not exists (select 1 from users other where other.email = ${email})`))
    .returning({ id: users.id });
  return rows.length > 0;
};

/** Gives somebody a tier without an end, instead of whatever was given before; `free` only takes away. */
export const giveTier = async (db: Db, userId: string, tier: UserTier, actor: Actor, reason: string): Promise<void> =>
  await db.transaction(async (tx) => {
    await revokeComps(tx, userId, actor, reason);
    if (tier !== 'free') await grantComp(tx, { userId, tier, endsAt: null, reason }, actor);
  });

/** Null when there is no such user. */
export const changeRole = async (db: Db, email: string, role: UserRole): Promise<string | null> => {
  const [row] = await db.update(users).set({ role }).where(eq(users.email, email)).returning({ id: users.id });
  return row?.id ?? null;
};
