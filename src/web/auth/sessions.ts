import { Lucia, TimeSpan } from 'lucia';
import type { Database } from '../../db/client.ts';
import { renameSession, seeSession } from '../../db/queries/sessions.ts';
import type { UserRole, UserTier } from '../../db/queries/users.ts';
import { createSessionAdapter } from './adapter.ts';
import { TERMS_VERSION } from './terms.ts';
import { hashToken, isToken, newToken } from './token.ts';

/** Unused for this long, a session is over. Lucia pushes it on once half of it has passed. */
const IDLE = new TimeSpan(10, 'd');
/** Used or not, a session is over after this long. */
const LIFE_MS = 30 * 24 * 3_600_000;
/** "Last seen" is true to within this. */
const SEEN_EVERY_MS = 5 * 60_000;
const USER_AGENT_LENGTH_MAX = 300;

declare module 'lucia' {
  interface Register {
    Lucia: Lucia<SessionFacts, UserFacts>;
    DatabaseSessionAttributes: SessionFacts;
    DatabaseUserAttributes: UserFacts;
  }
}

interface SessionFacts {
  readonly endsAt: Date;
  readonly authenticatedAt: Date;
  readonly lastSeenAt: Date;
  readonly userAgent: string | null;
  readonly address: string | null;
}

interface MemberFacts {
  readonly email: string;
  readonly role: UserRole;
  readonly tier: UserTier;
  /** Until then there is nothing to see but the page that asks for it. */
  readonly emailVerified: boolean;
  readonly hasSecondFactor: boolean;
}

interface UserFacts extends MemberFacts {
  readonly termsVersion: string | null;
}

/** Somebody signed in. Role, tier and the rest are read anew on each request. */
export interface Member extends MemberFacts {
  readonly userId: string;
  /** The token's hash. */
  readonly sessionId: string;
  /** Whether the terms of now were accepted. */
  readonly termsAccepted: boolean;
  /** When all their factors were last given in this session, wall ms since 1970. */
  readonly authenticatedAtMs: number;
}

/** Where a request comes from. */
export interface Visit {
  readonly cookieHeader: string | undefined;
  readonly userAgent: string | null;
  readonly address: string;
}

export interface Sessions {
  /** `cookie`: to be sent again because the idle expiry moved on. */
  validate(visit: Visit): Promise<{ readonly member: Member; readonly cookie: string | null } | null>;
  /** Ends the session that came with the request, if any, and starts a new one under a new token. */
  signIn(userId: string, visit: Visit): Promise<{ cookie: string; endedSessionId: string | null }>;
  signOut(cookieHeader: string | undefined): Promise<{ cookie: string; endedSessionId: string | null }>;
  /**
   * Goes on with the running session under a new token: after a change of what it may do. `authenticated`: all factors
   * have just been given. Null when the session is over.
   */
  rotate(
    sessionId: string,
    proved: { readonly authenticated: boolean },
  ): Promise<{ cookie: string; sessionId: string } | null>;
}

/** The value in our own cookie, whatever other programs on the same host have left in the header. */
const tokenIn = (cookieHeader: string, name: string): string | null => {
  const pairs = cookieHeader.split(';').map((pair) => pair.trim());
  return (
    pairs.find((pair) => pair.startsWith(`${name}=`) && isToken(pair.slice(name.length + 1)))?.slice(name.length + 1) ??
    null
  );
};

/** `__Host-` binds the cookie to this very host over TLS; plain http on localhost cannot carry that prefix. */
const sessionCookieName = (secure: boolean): string => (secure ? '__Host-quanticity' : 'quanticity');

const shortened = (userAgent: string | null): string | null => userAgent?.slice(0, USER_AGENT_LENGTH_MAX) ?? null;

export const createSessions = (
  database: Pick<Database, 'db'>,
  options: { readonly secureCookies: boolean },
): Sessions => {
  const { db } = database;
  const lucia = new Lucia(createSessionAdapter(database), {
    sessionExpiresIn: IDLE,
    sessionCookie: {
      name: sessionCookieName(options.secureCookies),
      attributes: { secure: options.secureCookies, sameSite: 'lax', path: '/' },
    },
    getSessionAttributes: (facts) => facts,
    getUserAttributes: (facts) => facts,
  });
  const tokenOf = (cookieHeader: string | undefined): string | null =>
    tokenIn(cookieHeader ?? '', lucia.sessionCookieName);
  const end = async (cookieHeader: string | undefined): Promise<string | null> => {
    const token = tokenOf(cookieHeader);
    if (!token) return null;
    await lucia.invalidateSession(token);
    return hashToken(token);
  };
  return {
    async validate({ cookieHeader, userAgent, address }) {
      const token = tokenOf(cookieHeader);
      if (!token) return null;
      const { session, user } = await lucia.validateSession(token);
      if (!session) return null;
      const sessionId = hashToken(token);
      if (Date.now() - session.lastSeenAt.getTime() > SEEN_EVERY_MS)
        await seeSession(db, sessionId, { userAgent: shortened(userAgent), address });
      const { id: userId, termsVersion, email, role, tier, emailVerified, hasSecondFactor } = user;
      const member: Member = {
        userId,
        sessionId,
        email,
        role,
        tier,
        emailVerified,
        hasSecondFactor,
        termsAccepted: termsVersion === TERMS_VERSION,
        authenticatedAtMs: session.authenticatedAt.getTime(),
      };
      return { member, cookie: session.fresh ? lucia.createSessionCookie(token).serialize() : null };
    },
    async signIn(userId, { cookieHeader, userAgent, address }) {
      const endedSessionId = await end(cookieHeader);
      await lucia.deleteExpiredSessions();
      const now = new Date();
      const endsAt = new Date(now.getTime() + LIFE_MS);
      const facts = { endsAt, authenticatedAt: now, lastSeenAt: now, userAgent: shortened(userAgent), address };
      const session = await lucia.createSession(userId, facts, { sessionId: newToken() });
      return { cookie: lucia.createSessionCookie(session.id).serialize(), endedSessionId };
    },
    async signOut(cookieHeader) {
      const endedSessionId = await end(cookieHeader);
      return { cookie: lucia.createBlankSessionCookie().serialize(), endedSessionId };
    },
    async rotate(sessionId, proved) {
      const token = newToken();
      if (!(await renameSession(db, sessionId, hashToken(token), proved))) return null;
      return { cookie: lucia.createSessionCookie(token).serialize(), sessionId: hashToken(token) };
    },
  };
};
