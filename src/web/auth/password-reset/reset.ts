import { accountToken, dropTokens, takeAccountToken } from '../../../db/queries/account-tokens.ts';
import { audit } from '../../../db/queries/audit.ts';
import { queueMail } from '../../../db/queries/mails.ts';
import { endSessions } from '../../../db/queries/sessions.ts';
import { setPassword } from '../../../db/queries/users.ts';
import { addressOf, addressTo, frameOf, type Site, type WebHandler } from '../../context.ts';
import { formOf } from '../../form.ts';
import { resetPage } from '../../pages/reset/page.tsx';
import { networkOf } from '../address.ts';
import { endStreams } from '../end-streams.ts';
import { hashPassword, passwordProblem } from '../password.ts';
import { TOO_MANY_ATTEMPTS } from '../sign-in.ts';
import { hashToken } from '../token.ts';

const LINK_OVER = 'That link has been used or is older than an hour. Ask for another.';

/** Looking uses nothing up. */
export const showReset =
  (site: Site): WebHandler =>
  async (c) => {
    const token = c.req.query('token') ?? '';
    const works = (await accountToken(site.db.db, 'reset-password', hashToken(token))) !== null;
    const props = { frame: frameOf(site, c), token: works ? token : null };
    return c.html(resetPage({ ...props, problem: works ? null : LINK_OVER }), works ? 200 : 422);
  };

/** The sessions that ended; null when the link was used meanwhile. */
const choose = (site: Site, tokenHash: string, password: string, address: string): Promise<readonly string[] | null> =>
  hashPassword(password).then((passwordHash) =>
    site.db.db.transaction(async (tx) => {
      const taken = await takeAccountToken(tx, 'reset-password', tokenHash);
      if (!taken) return null;
      const { userId } = taken;
      await setPassword(tx, userId, passwordHash);
      await dropTokens(tx, userId, 'reset-password');
      await dropTokens(tx, userId, 'second-factor');
      const actor = { kind: 'member', userId } as const;
      await audit(tx, { actor, action: 'password.reset', userId, cause: 'mailed link', address });
      await queueMail(tx, {
        userId,
        template: 'password-changed',
        data: { resetUrl: addressTo(site, '/forgot') },
        dedupeKey: `password-changed:${tokenHash}`,
      });
      return endSessions(tx, userId, null);
    }),
  );

/** Changes the password and ends every session; it signs nobody in: a second factor is still asked for. */
export const doReset =
  (site: Site): WebHandler =>
  async (c) => {
    const { token, password } = await formOf(c, ['token', 'password']);
    const refuse = (problem: string, shown: string | null, status: 422 | 429) =>
      c.html(resetPage({ frame: frameOf(site, c), token: shown, problem }), status);
    const verdict = await site.limits.attempt({ 'reset.address': networkOf(addressOf(c)) });
    if (!verdict.ok) return refuse(TOO_MANY_ATTEMPTS, token, 429);
    const tokenHash = hashToken(token);
    if (!(await accountToken(site.db.db, 'reset-password', tokenHash))) return refuse(LINK_OVER, null, 422);
    const problem = passwordProblem(password);
    if (problem !== null) return refuse(problem, token, 422);
    const ended = await choose(site, tokenHash, password, addressOf(c));
    if (!ended) return refuse(LINK_OVER, null, 422);
    endStreams(site, ended);
    return c.redirect('/sign-in?after=reset', 303);
  };
