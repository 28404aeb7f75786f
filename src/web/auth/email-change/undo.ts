import { accountToken, dropTokens, takeAccountToken } from '../../../db/queries/account-tokens.ts';
import { revokeApiKeys } from '../../../db/queries/api-keys.ts';
import { audit } from '../../../db/queries/audit.ts';
import { endSessions } from '../../../db/queries/sessions.ts';
import { setEmail, setPassword } from '../../../db/queries/users.ts';
import { addressOf, frameOf, type Site, type WebHandler } from '../../context.ts';
import { formOf } from '../../form.ts';
import { undoEmailPage } from '../../pages/account/email/undo-page.tsx';
import { networkOf } from '../address.ts';
import { endStreams } from '../end-streams.ts';
import { hashPassword } from '../password.ts';
import { createResetToken } from '../password-reset/forgot.ts';
import { TOO_MANY_ATTEMPTS } from '../sign-in.ts';
import { hashToken, newToken } from '../token.ts';
import { masked } from './masked.ts';

const LINK_OVER =
  'That link has been used or is older than seven days. Write to us if your account is not in your hands.';

/** Looking uses nothing up. */
export const showUndoEmail =
  (site: Site): WebHandler =>
  async (c) => {
    const token = c.req.query('token') ?? '';
    const row = await accountToken(site.db.db, 'undo-email', hashToken(token));
    const props = { frame: frameOf(site, c), token: row ? token : null, email: row?.data.email ?? null };
    return c.html(undoEmailPage({ ...props, problem: row ? null : LINK_OVER }), row ? 200 : 422);
  };

/**
 * Whoever changed the address had the password: the old one comes back with neither password, session nor key of theirs.
 * Returns a link to choose a password, and the sessions that ended; null when the link is over.
 */
const undo = async (
  site: Site,
  tokenHash: string,
  address: string,
): Promise<{ resetToken: string; ended: readonly string[] } | null> => {
  const nobodys = await hashPassword(newToken());
  return site.db.db.transaction(async (tx) => {
    const taken = await takeAccountToken(tx, 'undo-email', tokenHash);
    const email = taken?.data.email;
    if (!taken || email === undefined || !(await setEmail(tx, taken.userId, email))) return null;
    const { userId } = taken;
    await dropTokens(tx, userId);
    await setPassword(tx, userId, nobodys);
    await revokeApiKeys(tx, userId);
    const actor = { kind: 'member', userId } as const;
    const after = masked(email);
    await audit(tx, { actor, action: 'email.change-undone', userId, after, cause: 'mailed link', address });
    return { resetToken: await createResetToken(tx, userId), ended: await endSessions(tx, userId, null) };
  });
};

export const doUndoEmail =
  (site: Site): WebHandler =>
  async (c) => {
    const { token } = await formOf(c, ['token']);
    const refuse = (problem: string, status: 422 | 429) =>
      c.html(undoEmailPage({ frame: frameOf(site, c), token: null, email: null, problem }), status);
    const verdict = await site.limits.attempt({ 'reset.address': networkOf(addressOf(c)) });
    if (!verdict.ok) return refuse(TOO_MANY_ATTEMPTS, 429);
    const undone = await undo(site, hashToken(token), addressOf(c));
    if (!undone) return refuse(LINK_OVER, 422);
    endStreams(site, undone.ended);
    return c.redirect(`/reset?token=${undone.resetToken}`, 303);
  };
