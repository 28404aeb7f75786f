import { and, desc, eq, gt, isNull, lte, ne, or, sql } from 'drizzle-orm';
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
  readonly userAgent?: string | null;
  readonly address?: string | null;
}

/** What a request needs to know of the person behind it, as of now. */
export interface SessionUser extends UserRow {
  /** The newest version of the terms that was accepted. */
  readonly termsVersion: string | null;
  readonly hasSecondFactor: boolean;
}

export const SESSION_USER = {
  ...USER_COLUMNS,
  termsVersion: sql<string | null>`(select t.version from terms_acceptances t where t.user_id = ${users.id}
    order by t.accepted_at desc limit 1)`,
  hasSecondFactor: sql<boolean>`exists (select 1 from second_factors f where f.user_id = ${users.id}
    and f.confirmed_at is not null)`,
};

export const createSession = async (db: Db, session: NewSession): Promise<void> => {
  await db.insert(sessions).values(session);
};

/** A session past its absolute end, or of somebody banned or deleted, is as absent as one that never was. */
export const sessionWithUser = async (
  db: Db,
  tokenHash: string,
): Promise<{ readonly session: SessionRow; readonly user: SessionUser } | null> => {
  const [row] = await db
    .select({ session: sessions, user: SESSION_USER })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(
      and(
        eq(sessions.tokenHash, tokenHash),
        gt(sessions.endsAt, sql`now()`),
        isNull(users.bannedAt),
        isNull(users.deletedAt),
      ),
    )
    .limit(1);
  return row ?? null;
};

export const sessionsOfUser = async (db: Db, userId: string): Promise<SessionRow[]> =>
  await db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, userId), gt(sessions.expiresAt, sql`now()`), gt(sessions.endsAt, sql`now()`)))
    .orderBy(desc(sessions.lastSeenAt));

/** Pushes the idle expiry on, never past the absolute end. */
export const extendSession = async (db: Db, tokenHash: string, expiresAt: Date): Promise<void> => {
  await db
    .update(sessions)
    .set({ expiresAt: sql`least(${expiresAt.toISOString()}::timestamptz, ${sessions.endsAt})` })
    .where(eq(sessions.tokenHash, tokenHash));
};

/** Gives a running session another token; whoever holds the old one holds nothing. False when it is over. */
export const renameSession = async (
  db: Db,
  from: string,
  to: string,
  proved: { readonly authenticated: boolean },
): Promise<boolean> => {
  const rows = await db
    .update(sessions)
    .set({ tokenHash: to, ...(proved.authenticated && { authenticatedAt: sql`now()` }) })
    .where(eq(sessions.tokenHash, from))
    .returning({ userId: sessions.userId });
  return rows.length > 0;
};

export const seeSession = async (
  db: Db,
  tokenHash: string,
  seen: { readonly userAgent: string | null; readonly address: string | null },
): Promise<void> => {
  await db
    .update(sessions)
    .set({ ...seen, lastSeenAt: sql`now()` })
    .where(eq(sessions.tokenHash, tokenHash));
};

/** One of somebody's own sessions; false for anybody else's. */
export const deleteSessionOf = async (db: Db, userId: string, tokenHash: string): Promise<boolean> => {
  const rows = await db
    .delete(sessions)
    .where(and(eq(sessions.tokenHash, tokenHash), eq(sessions.userId, userId)))
    .returning({ tokenHash: sessions.tokenHash });
  return rows.length > 0;
};

/** All of somebody's sessions, or all but one. Returns what ended. */
export const endSessions = async (db: Db, userId: string, except: string | null): Promise<string[]> => {
  const rows = await db
    .delete(sessions)
    .where(and(eq(sessions.userId, userId), except === null ? undefined : ne(sessions.tokenHash, except)))
    .returning({ tokenHash: sessions.tokenHash });
  return rows.map(({ tokenHash }) => tokenHash);
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
