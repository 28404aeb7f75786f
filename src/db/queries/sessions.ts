import { and, eq, gt, lte, or, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { sessions } from '../schema/sessions.ts';
import { users } from '../schema/users.ts';
import { USER_COLUMNS, type UserRow } from './users.ts';

export type SessionRow = typeof sessions.$inferSelect;

export interface NewSession {
  /** Hex SHA-256 of the token; the token itself never reaches the database. */
  readonly tokenHash: string;
  readonly userId: string;
  readonly expiresAt: Date;
  readonly endsAt: Date;
}

export const createSession = async (db: Db, session: NewSession): Promise<void> => {
  await db.insert(sessions).values(session);
};

/** A session past its absolute end is as absent as one that never was. */
export const sessionWithUser = async (
  db: Db,
  tokenHash: string,
): Promise<{ readonly session: SessionRow; readonly user: UserRow } | null> => {
  const [row] = await db
    .select({ session: sessions, user: USER_COLUMNS })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.tokenHash, tokenHash), gt(sessions.endsAt, sql`now()`)))
    .limit(1);
  return row ?? null;
};

export const sessionsOfUser = async (db: Db, userId: string): Promise<SessionRow[]> =>
  await db.select().from(sessions).where(eq(sessions.userId, userId));

/** Pushes the idle expiry on, never past the absolute end. */
export const extendSession = async (db: Db, tokenHash: string, expiresAt: Date): Promise<void> => {
  await db
    .update(sessions)
    .set({ expiresAt: sql`least(${expiresAt.toISOString()}::timestamptz, ${sessions.endsAt})` })
    .where(eq(sessions.tokenHash, tokenHash));
};

export const deleteSession = async (db: Db, tokenHash: string): Promise<void> => {
  await db.delete(sessions).where(eq(sessions.tokenHash, tokenHash));
};

export const deleteSessionsOfUser = async (db: Db, userId: string): Promise<void> => {
  await db.delete(sessions).where(eq(sessions.userId, userId));
};

export const deleteExpiredSessions = async (db: Db): Promise<void> => {
  await db.delete(sessions).where(or(lte(sessions.expiresAt, sql`now()`), lte(sessions.endsAt, sql`now()`)));
};
