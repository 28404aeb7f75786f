import type { Adapter, DatabaseSession, DatabaseUser } from 'lucia';
import type { Database } from '../../db/client.ts';
import {
  createSession,
  deleteExpiredSessions,
  deleteSession,
  deleteSessionsOfUser,
  extendSession,
  type SessionRow,
  type SessionUser,
  sessionsOfUser,
  sessionWithUser,
} from '../../db/queries/sessions.ts';
import { hashToken } from './token.ts';

const userOf = (row: SessionUser): DatabaseUser => ({
  id: row.id,
  attributes: {
    email: row.email,
    role: row.role,
    tier: row.tier,
    emailVerified: row.emailVerifiedAt !== null,
    termsVersion: row.termsVersion,
    hasSecondFactor: row.hasSecondFactor,
  },
});

const sessionOf = (id: string, row: SessionRow): DatabaseSession => ({
  id,
  userId: row.userId,
  expiresAt: row.expiresAt,
  attributes: {
    endsAt: row.endsAt,
    authenticatedAt: row.authenticatedAt,
    lastSeenAt: row.lastSeenAt,
    userAgent: row.userAgent,
    address: row.address,
  },
});

/** Lucia names a session by its token; every token is hashed on its way to the database and none comes back. */
export const createSessionAdapter = ({ db }: Pick<Database, 'db'>): Adapter => ({
  async getSessionAndUser(token) {
    const found = await sessionWithUser(db, hashToken(token));
    return found ? [sessionOf(token, found.session), userOf(found.user)] : [null, null];
  },
  /** Listed by hash: fit for showing and counting, not for signing in. */
  async getUserSessions(userId) {
    return (await sessionsOfUser(db, userId)).map((row) => sessionOf(row.tokenHash, row));
  },
  async setSession({ id, userId, expiresAt, attributes }) {
    const { endsAt, userAgent, address } = attributes;
    await createSession(db, { tokenHash: hashToken(id), userId, expiresAt, endsAt, userAgent, address });
  },
  async updateSessionExpiration(token, expiresAt) {
    await extendSession(db, hashToken(token), expiresAt);
  },
  async deleteSession(token) {
    await deleteSession(db, hashToken(token));
  },
  async deleteUserSessions(userId) {
    await deleteSessionsOfUser(db, userId);
  },
  async deleteExpiredSessions() {
    await deleteExpiredSessions(db);
  },
});
