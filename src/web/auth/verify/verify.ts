import { timingSafeEqual } from 'node:crypto';
import {
  type AccountToken,
  accountToken,
  admitTry,
  dropTokens,
  takeAccountToken,
} from '../../../db/queries/account-tokens.ts';
import { audit } from '../../../db/queries/audit.ts';
import { endSessions } from '../../../db/queries/sessions.ts';
import { acceptTerms } from '../../../db/queries/terms.ts';
import { userById, verifyUser } from '../../../db/queries/users.ts';
import { addressOf, frameOf, type Site, type WebContext, type WebHandler } from '../../context.ts';
import { formOf } from '../../form.ts';
import { type VerifyProps, verifyPage } from '../../pages/verify/page.tsx';
import { networkOf } from '../address.ts';
import { verifyPassword } from '../password.ts';
import { enter, TOO_MANY_ATTEMPTS } from '../sign-in.ts';
import { hashToken } from '../token.ts';
import { pendingProof, sessionOwns } from './pending.ts';
import { codeMacOf } from './send-proof.ts';

/** Guesses at one code, of a million. */
const TRIES_MAX = 5;

const LINK_OVER = 'That link has been used or is older than a day. Sign in, and we send you another.';
const CODE_WRONG = 'That code does not fit. Look at the newest mail, or have another one sent.';
const CODE_SPENT = 'Too many wrong codes. Have another mail sent, and use the code in it.';
const PASSWORD_WRONG = 'That is not the password chosen in this sign-up.';

const show = (site: Site, c: WebContext, props: Omit<VerifyProps, 'frame'>, status: 200 | 401 | 422 | 429 = 200) =>
  c.html(verifyPage({ frame: frameOf(site, c), ...props }), status);

/** The link of the mail ends here. Looking uses nothing up: programs that open mailed links do no harm. */
export const showVerify =
  (site: Site): WebHandler =>
  async (c) => {
    const token = c.req.query('token') ?? null;
    if (c.var.member?.emailVerified && token === null) return c.redirect('/feed', 303);
    const pending = await pendingProof(site, c);
    const sent = c.req.query('sent') !== undefined;
    if (token === null && !pending && !c.var.member) return c.redirect('/sign-in', 303);
    const asksPassword = token !== null && !pending;
    return show(site, c, { token, email: pending?.email ?? null, asksPassword, problem: null, sent });
  };

/** Whether whoever holds the mailed link is also whoever signed up. Owning the mailbox alone would let a stranger's password in. */
const isWhoSignedUp = async (site: Site, c: WebContext, row: AccountToken, password: string): Promise<boolean> => {
  const ticket = site.signUpTicket.read(c.req.header('Cookie'));
  if (ticket !== null && ticket === row.ticketHash) return true;
  if (c.var.member && (await sessionOwns(site, c.var.member.userId, row))) return true;
  if (password === '') return false;
  const user = await userById(site.db.db, row.userId);
  return verifyPassword(password, row.data.passwordHash ?? user?.passwordHash ?? null);
};

/** Of two at once one gets through; null for the other. */
const prove = (site: Site, row: AccountToken, address: string): Promise<true | null> =>
  site.db.db.transaction(async (tx) => {
    const taken = await takeAccountToken(tx, 'verify-email', row.tokenHash);
    if (!taken) return null;
    const { userId } = taken;
    await verifyUser(tx, userId, taken.data.passwordHash ?? null);
    const { terms } = taken.data;
    if (terms) await acceptTerms(tx, userId, terms.version, terms.address);
    await dropTokens(tx, userId, 'verify-email');
    await endSessions(tx, userId, null);
    await audit(tx, { actor: { kind: 'member', userId }, action: 'email.verified', userId, cause: 'sign-up', address });
    return true;
  });

const welcome = async (site: Site, c: WebContext, row: AccountToken): Promise<Response> => {
  const user = await userById(site.db.db, row.userId);
  if (!user || user.bannedAt !== null) return c.redirect('/sign-in', 303);
  c.header('Set-Cookie', site.signUpTicket.cleared);
  return enter(site, c, user);
};

const byLink = async (site: Site, c: WebContext, token: string, password: string): Promise<Response> => {
  const row = await accountToken(site.db.db, 'verify-email', hashToken(token));
  const props = { token, email: null, asksPassword: true, sent: false };
  if (!row || row.codeMac === null) return show(site, c, { ...props, token: null, problem: LINK_OVER }, 422);
  if (!(await isWhoSignedUp(site, c, row, password)))
    return show(site, c, { ...props, problem: password === '' ? null : PASSWORD_WRONG }, 401);
  if (!(await prove(site, row, addressOf(c)))) return show(site, c, { ...props, token: null, problem: LINK_OVER }, 422);
  return welcome(site, c, row);
};

const codeFits = (site: Site, row: AccountToken, code: string): boolean => {
  if (row.codeMac === null) return false;
  return timingSafeEqual(Buffer.from(row.codeMac), Buffer.from(codeMacOf(site, row.tokenHash, code)));
};

const byCode = async (site: Site, c: WebContext, typed: string): Promise<Response> => {
  const pending = await pendingProof(site, c);
  if (!pending) return c.redirect('/sign-in', 303);
  const { row, email } = pending;
  const props = { token: null, email, asksPassword: false, sent: false };
  if (!row || !(await admitTry(site.db.db, row.id, TRIES_MAX)))
    return show(site, c, { ...props, problem: CODE_SPENT }, 422);
  if (!codeFits(site, row, typed.replaceAll(/\s/g, ''))) return show(site, c, { ...props, problem: CODE_WRONG }, 422);
  return (await prove(site, row, addressOf(c))) ? welcome(site, c, row) : c.redirect('/sign-in', 303);
};

export const confirmAddress =
  (site: Site): WebHandler =>
  async (c) => {
    const form = await formOf(c, ['token', 'code', 'password']);
    const verdict = await site.limits.attempt({ 'verify.address': networkOf(addressOf(c)) });
    if (!verdict.ok) {
      const props = { token: null, email: null, asksPassword: false, sent: false };
      return show(site, c, { ...props, problem: TOO_MANY_ATTEMPTS }, 429);
    }
    return form.token === '' ? byCode(site, c, form.code) : byLink(site, c, form.token, form.password);
  };
