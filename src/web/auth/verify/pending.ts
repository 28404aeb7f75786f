import { type AccountToken, newestTokenOfUser, tokenOfTicket } from '../../../db/queries/account-tokens.ts';
import { userById } from '../../../db/queries/users.ts';
import type { Site, WebContext } from '../../context.ts';

export interface PendingProof {
  readonly userId: string;
  /** As typed in this sign-up, or the account's. */
  readonly email: string;
  /** The newest mail's; null when there is none that still works. */
  readonly row: AccountToken | null;
}

/**
 * Whether a session of the account may stand for this proof. Another sign-up to the same address brings its own
 * password, which the session has not shown to know.
 */
export const sessionOwns = async (site: Site, userId: string, row: AccountToken): Promise<boolean> => {
  if (row.userId !== userId) return false;
  if (row.data.passwordHash === undefined) return true;
  const user = await userById(site.db.db, userId);
  return user?.passwordHash === row.data.passwordHash;
};

/** The proof that this browser waits for: by its ticket after a sign-up, or by its session. */
export const pendingProof = async (site: Site, c: WebContext): Promise<PendingProof | null> => {
  const ticket = site.signUpTicket.read(c.req.header('Cookie'));
  const row = ticket === null ? null : await tokenOfTicket(site.db.db, 'verify-email', ticket);
  if (row) return { userId: row.userId, email: row.data.email ?? '', row };
  const { member } = c.var;
  if (!member || member.emailVerified) return null;
  const { userId, email } = member;
  const newest = await newestTokenOfUser(site.db.db, 'verify-email', userId);
  return { userId, email, row: newest && (await sessionOwns(site, userId, newest)) ? newest : null };
};
