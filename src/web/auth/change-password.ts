import { dropTokens } from '../../db/queries/account-tokens.ts';
import { audit } from '../../db/queries/audit.ts';
import { queueMail } from '../../db/queries/mails.ts';
import { endSessions } from '../../db/queries/sessions.ts';
import { setPassword } from '../../db/queries/users.ts';
import { addressTo, type Site } from '../context.ts';
import { hashPassword } from './password.ts';
import type { Member } from './sessions.ts';

/** Ends every other session; returns those. Links to reset the old password are void. */
export const changePassword = async (
  site: Site,
  { userId, sessionId }: Member,
  password: string,
  address: string,
): Promise<readonly string[]> => {
  const passwordHash = await hashPassword(password);
  return site.db.db.transaction(async (tx) => {
    await setPassword(tx, userId, passwordHash);
    await dropTokens(tx, userId, 'reset-password');
    await dropTokens(tx, userId, 'second-factor');
    await audit(tx, { actor: { kind: 'member', userId }, action: 'password.changed', userId, cause: 'asked', address });
    await queueMail(tx, {
      userId,
      template: 'password-changed',
      data: { resetUrl: addressTo(site, '/forgot') },
      dedupeKey: `password-changed:${crypto.randomUUID()}`,
    });
    return endSessions(tx, userId, sessionId);
  });
};
