import { Lucia, TimeSpan } from 'lucia';
import type { Database } from '../../db/client.ts';
import type { UserRole, UserTier } from '../../db/queries/users.ts';
import { createSessionAdapter } from './adapter.ts';
import { hashToken, isToken, newToken } from './token.ts';

/** Unused for this long, a session is over. Lucia pushes it on once half of it has passed. */
const IDLE = new TimeSpan(10, 'd');
/** Used or not, a session is over after this long. */
const LIFE_MS = 30 * 24 * 3_600_000;

declare module 'lucia' {
  interface Register {
    Lucia: Lucia<{ endsAt: Date }, MemberFacts>;
    DatabaseSessionAttributes: { endsAt: Date };
    DatabaseUserAttributes: MemberFacts;
  }
}

interface MemberFacts {
  readonly email: string;
  readonly role: UserRole;
  readonly tier: UserTier;
}

/** Somebody signed in. Role and tier are read anew on each request. */
export interface Member extends MemberFacts {
  readonly userId: string;
  /** The token's hash. */
  readonly sessionId: string;
}

export interface Sessions {
  /** `cookie`: to be sent again because the idle expiry moved on. */
  validate(
    cookieHeader: string | undefined,
  ): Promise<{ readonly member: Member; readonly cookie: string | null } | null>;
  /** Ends the session that came with the request, if any, and starts a new one under a new token. */
  signIn(userId: string, cookieHeader: string | undefined): Promise<{ cookie: string; endedSessionId: string | null }>;
  signOut(cookieHeader: string | undefined): Promise<{ cookie: string; endedSessionId: string | null }>;
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

export const createSessions = (
  database: Pick<Database, 'db'>,
  options: { readonly secureCookies: boolean },
): Sessions => {
  const lucia = new Lucia(createSessionAdapter(database), {
    sessionExpiresIn: IDLE,
    sessionCookie: {
      name: sessionCookieName(options.secureCookies),
      attributes: { secure: options.secureCookies, sameSite: 'lax', path: '/' },
    },
    getSessionAttributes: ({ endsAt }) => ({ endsAt }),
    getUserAttributes: ({ email, role, tier }) => ({ email, role, tier }),
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
    async validate(cookieHeader) {
      const token = tokenOf(cookieHeader);
      if (!token) return null;
      const { session, user } = await lucia.validateSession(token);
      if (!session) return null;
      const { id: userId, email, role, tier } = user;
      const cookie = session.fresh ? lucia.createSessionCookie(token).serialize() : null;
      return { member: { userId, email, role, tier, sessionId: hashToken(token) }, cookie };
    },
    async signIn(userId, cookieHeader) {
      const endedSessionId = await end(cookieHeader);
      await lucia.deleteExpiredSessions();
      const endsAt = new Date(Date.now() + LIFE_MS);
      const session = await lucia.createSession(userId, { endsAt }, { sessionId: newToken() });
      return { cookie: lucia.createSessionCookie(session.id).serialize(), endedSessionId };
    },
    async signOut(cookieHeader) {
      const endedSessionId = await end(cookieHeader);
      return { cookie: lucia.createBlankSessionCookie().serialize(), endedSessionId };
    },
  };
};
