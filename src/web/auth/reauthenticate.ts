import { userById } from '../../db/queries/users.ts';
import { addressOf, memberOf, type Site, type WebContext } from '../context.ts';
import { verifyPassword } from './password.ts';
import { checkCode } from './second-factor/check.ts';

const WRONG_AGAIN = {
  password: 'That is not your password.',
  both: 'That password and code do not fit. A code works once: wait for the next one.',
} as const;
const TOO_OFTEN = 'Too many attempts. Wait a quarter of an hour and try again.';

/**
 * Asks whoever holds a session for all their factors again. What fits goes on under a new token, whose cookie is set;
 * else the answer says in words what is wrong.
 */
export const reauthenticate = async (
  site: Site,
  c: WebContext,
  given: { readonly password: string; readonly code: string },
): Promise<string | null> => {
  const { userId, sessionId, hasSecondFactor } = memberOf(c);
  const verdict = await site.limits.attempt({ 'confirm.account': userId, 'confirm.day': userId });
  if (!verdict.ok) return TOO_OFTEN;
  const wrong = hasSecondFactor ? WRONG_AGAIN.both : WRONG_AGAIN.password;
  const user = await userById(site.db.db, userId);
  if (!(await verifyPassword(given.password, user?.passwordHash ?? null))) return wrong;
  const attempt = { userId, code: given.code, address: addressOf(c) };
  if (hasSecondFactor && !(await checkCode(site, attempt))) return wrong;
  const rotated = await site.sessions.rotate(sessionId, { authenticated: true });
  if (!rotated) return 'Your session is over. Sign in again.';
  await site.limits.forget({ 'confirm.account': userId });
  c.header('Set-Cookie', rotated.cookie);
  return null;
};
