import { accountToken, admitTry, takeAccountToken } from '../../../db/queries/account-tokens.ts';
import { userById } from '../../../db/queries/users.ts';
import { addressOf, frameOf, type Site, type WebContext, type WebHandler } from '../../context.ts';
import { formOf } from '../../form.ts';
import { signInCodePage } from '../../pages/sign-in/code-page.tsx';
import { enter, TOO_MANY_ATTEMPTS } from '../sign-in.ts';
import { checkCode } from './check.ts';

/** Codes tried per password given; more need the password again. */
const TRIES_MAX = 5;
const CODE_WRONG = 'That code does not fit, or was used before. Wait for the next one.';

const ticketOf = async (site: Site, c: WebContext) => {
  const hash = site.secondFactorTicket.read(c.req.header('Cookie'));
  return hash === null ? null : accountToken(site.db.db, 'second-factor', hash);
};

export const showSignInCode =
  (site: Site): WebHandler =>
  async (c) =>
    (await ticketOf(site, c))
      ? c.html(signInCodePage({ frame: frameOf(site, c), problem: null }))
      : c.redirect('/sign-in', 303);

/** The second half of signing in. Only here does a session begin. */
export const doSignInCode =
  (site: Site): WebHandler =>
  async (c) => {
    const ticket = await ticketOf(site, c);
    if (!ticket) return c.redirect('/sign-in', 303);
    const { code } = await formOf(c, ['code']);
    const { userId, tokenHash } = ticket;
    const refuse = (problem: string, status: 401 | 429) =>
      c.html(signInCodePage({ frame: frameOf(site, c), problem }), status);
    const verdict = await site.limits.attempt({ 'second-factor.account': userId, 'second-factor.day': userId });
    if (!verdict.ok) return refuse(TOO_MANY_ATTEMPTS, 429);
    if (!(await admitTry(site.db.db, ticket.id, TRIES_MAX))) return c.redirect('/sign-in', 303);
    if (!(await checkCode(site, { userId, code, address: addressOf(c) }))) return refuse(CODE_WRONG, 401);
    const taken = await takeAccountToken(site.db.db, 'second-factor', tokenHash);
    const user = await userById(site.db.db, userId);
    if (!taken || !user || user.bannedAt !== null || user.deletedAt !== null) return c.redirect('/sign-in', 303);
    await site.limits.forget({ 'second-factor.account': userId });
    c.header('Set-Cookie', site.secondFactorTicket.cleared);
    return enter(site, c, user);
  };
