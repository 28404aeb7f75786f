import { and, eq, isNotNull, lt, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { recoveryCodes, secondFactors } from '../schema/second-factors.ts';

export type SecondFactor = typeof secondFactors.$inferSelect;

export const secondFactorOf = async (db: Db, userId: string): Promise<SecondFactor | null> => {
  const [row] = await db.select().from(secondFactors).where(eq(secondFactors.userId, userId)).limit(1);
  return row ?? null;
};

/** A secret that nobody has shown to hold yet. One that is confirmed is left alone: false. */
export const beginSecondFactor = async (db: Db, userId: string, sealedSecret: string): Promise<boolean> => {
  const rows = await db
    .insert(secondFactors)
    .values({ userId, sealedSecret })
    .onConflictDoUpdate({
      target: secondFactors.userId,
      set: { sealedSecret, createdAt: sql`now()`, lastStep: 0 },
      setWhere: sql`${secondFactors.confirmedAt} is null`,
    })
    .returning({ userId: secondFactors.userId });
  return rows.length > 0;
};

export const confirmSecondFactor = async (tx: Db, userId: string): Promise<void> => {
  await tx.update(secondFactors).set({ confirmedAt: sql`now()` }).where(eq(secondFactors.userId, userId));
};

/** Uses up a time step: false for one that is not newer than the last, also when two ask at once. */
export const takeStep = async (db: Db, userId: string, step: number): Promise<boolean> => {
  const rows = await db
    .update(secondFactors)
    .set({ lastStep: step })
    .where(and(eq(secondFactors.userId, userId), lt(secondFactors.lastStep, step)))
    .returning({ userId: secondFactors.userId });
  return rows.length > 0;
};

/** False when there was none. */
export const dropSecondFactor = async (tx: Db, userId: string): Promise<boolean> => {
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  const rows = await tx
    .delete(secondFactors)
    .where(and(eq(secondFactors.userId, userId), isNotNull(secondFactors.confirmedAt)))
    .returning({ userId: secondFactors.userId });
  return rows.length > 0;
};

/** In place of any older ones. */
export const replaceRecoveryCodes = async (tx: Db, userId: string, codeHashes: readonly string[]): Promise<void> => {
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  await tx.insert(recoveryCodes).values(codeHashes.map((codeHash) => ({ codeHash, userId })));
};

/** Uses one up: of two who try at once, one gets it. */
export const takeRecoveryCode = async (tx: Db, userId: string, codeHash: string): Promise<boolean> => {
  const rows = await tx
    .delete(recoveryCodes)
    .where(and(eq(recoveryCodes.userId, userId), eq(recoveryCodes.codeHash, codeHash)))
    .returning({ userId: recoveryCodes.userId });
  return rows.length > 0;
};

export const recoveryCodesLeft = (db: Db, userId: string): Promise<number> =>
  db
    .select({ count: sql<number>`count(*)::int` })
    .from(recoveryCodes)
    .where(eq(recoveryCodes.userId, userId))
    .then(([row]) => row?.count ?? 0);
