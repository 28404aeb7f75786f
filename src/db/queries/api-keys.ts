import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { apiKeys } from '../schema/api-keys.ts';
import { users } from '../schema/users.ts';
import { USER_COLUMNS, type UserRow } from './users.ts';

export type ApiKeyRow = typeof apiKeys.$inferSelect;
export type NewApiKey = Pick<ApiKeyRow, 'userId' | 'name' | 'hint' | 'keyHash' | 'scopes'>;

export const createApiKey = async (tx: Db, key: NewApiKey): Promise<ApiKeyRow> => {
  const [row] = await tx.insert(apiKeys).values(key).returning();
  if (!row) throw new Error('api keys: an insert returned no row');
  return row;
};

/** Those that still open, newest first. */
export const apiKeysOf = (db: Db, userId: string): Promise<ApiKeyRow[]> =>
  db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.userId, userId), isNull(apiKeys.revokedAt)))
    .orderBy(desc(apiKeys.createdAt));

/** The key and its owner as of now; null for one that is unknown, revoked, or of an account that is closed or unproved. */
export const apiKeyWithUser = async (
  db: Db,
  keyHash: string,
): Promise<{ readonly key: ApiKeyRow; readonly user: UserRow } | null> => {
  const [row] = await db
    .select({ key: apiKeys, user: USER_COLUMNS })
    .from(apiKeys)
    .innerJoin(users, eq(users.id, apiKeys.userId))
    .where(
      and(
        eq(apiKeys.keyHash, keyHash),
        isNull(apiKeys.revokedAt),
        isNull(users.bannedAt),
        isNull(users.deletedAt),
        sql`${users.emailVerifiedAt} is not null`,
      ),
    )
    .limit(1);
  return row ?? null;
};

/** True to within a minute: not every request writes. */
export const seeApiKey = async (db: Db, id: string): Promise<void> => {
  await db
    .update(apiKeys)
    .set({ lastUsedAt: sql`now()` })
    .where(
      and(
        eq(apiKeys.id, id),
        sql`(${apiKeys.lastUsedAt} is null or ${apiKeys.lastUsedAt} < now() - interval '1 minute')`,
      ),
    );
};

/** One of somebody's own; null for anybody else's and for one that is revoked already. */
export const revokeApiKey = async (tx: Db, userId: string, id: string): Promise<ApiKeyRow | null> => {
  const [row] = await tx
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(apiKeys.id, id), eq(apiKeys.userId, userId), isNull(apiKeys.revokedAt)))
    .returning();
  return row ?? null;
};

export const revokeApiKeys = async (tx: Db, userId: string): Promise<void> => {
  await tx
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(apiKeys.userId, userId), isNull(apiKeys.revokedAt)));
};
