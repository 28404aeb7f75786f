import { accountToken, createAccountToken, dropTokens, takeAccountToken } from '../../../db/queries/account-tokens.ts';
import { audit } from '../../../db/queries/audit.ts';
import { queueMail } from '../../../db/queries/mails.ts';
import { setEmail, userById } from '../../../db/queries/users.ts';
import { addressTo, type Site } from '../../context.ts';
import { hashToken, newToken } from '../token.ts';
import { masked } from './masked.ts';

/** How long the old address can undo it. */
const UNDO_LIFE_SECONDS = 7 * 24 * 3_600;

/** The address that a link of this member leads to; null for anybody else's and for one that is over. */
export const newEmailOf = async (site: Site, userId: string, token: string): Promise<string | null> => {
  const row = await accountToken(site.db.db, 'new-email', hashToken(token));
  return row?.userId === userId ? (row.data.email ?? null) : null;
};

/**
 * The link alone changes nothing: a mistyped address would hand the account to a stranger. Only the member's own session
 * may use it. False when it is over, somebody else's, or the address was taken meanwhile.
 */
export const changeEmail = async (site: Site, userId: string, token: string, address: string): Promise<boolean> => {
  if ((await newEmailOf(site, userId, token)) === null) return false;
  return site.db.db.transaction(async (tx) => {
    const taken = await takeAccountToken(tx, 'new-email', hashToken(token));
    const user = await userById(tx, userId);
    const email = taken?.data.email;
    if (!user || email === undefined || !(await setEmail(tx, userId, email))) return false;
    await dropTokens(tx, userId, 'reset-password');
    const undo = newToken();
    const tokenHash = hashToken(undo);
    const data = { email: user.email };
    await createAccountToken(tx, { kind: 'undo-email', userId, tokenHash, data, lifeSeconds: UNDO_LIFE_SECONDS });
    await queueMail(tx, {
      userId,
      recipient: user.email,
      template: 'email-changed',
      data: { newAddress: email, revertUrl: addressTo(site, `/email/undo?token=${undo}`) },
      dedupeKey: `email-changed:${tokenHash}`,
    });
    await audit(tx, {
      actor: { kind: 'member', userId },
      action: 'email.changed',
      userId,
      before: masked(user.email),
      after: masked(email),
      cause: 'mailed link',
      address,
    });
    return true;
  });
};
