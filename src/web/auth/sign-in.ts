import { createAccountToken } from '../../db/queries/account-tokens.ts';
import { secondFactorOf } from '../../db/queries/second-factors.ts';
import { type UserRow, userByEmail } from '../../db/queries/users.ts';
import { addressOf, frameOf, type Site, visitOf, type WebContext, type WebHandler } from '../context.ts';
import { emailFrom, formOf } from '../form.ts';
import { signInPage } from '../pages/sign-in/page.tsx';
import { networkOf } from './address.ts';
import { endStreams } from './end-streams.ts';
import { verifyPassword } from './password.ts';

/** The same words whether the address or the password is wrong. */
export const SIGN_IN_PROBLEM = 'That e-mail and password do not match an account.';
/** Told only to whoever knows the password. */
const ACCOUNT_CLOSED = 'This account is closed. Write to us if you think that is a mistake.';
export const TOO_MANY_ATTEMPTS = 'Too many attempts. Wait a quarter of an hour and try again.';

/** How long a password that fits waits for its second factor. */
export const SECOND_FACTOR_LIFE_SECONDS = 10 * 60;

const NOTICES: Readonly<Record<string, string>> = {
  reset: 'Your password is changed. Sign in with the new one.',
  deleted: 'Your account is deleted.',
};

export const showSignIn =
  (site: Site): WebHandler =>
  (c) => {
    if (c.var.member) return c.redirect('/feed', 303);
    const notice = NOTICES[c.req.query('after') ?? ''] ?? null;
    return c.html(signInPage({ frame: frameOf(site, c), email: '', problem: null, notice }));
  };

/** Starts the session of somebody who has given all their factors, and leads to where they can go. */
export const enter = async (
  site: Site,
  c: WebContext,
  user: Pick<UserRow, 'id' | 'role' | 'emailVerifiedAt'>,
): Promise<Response> => {
  const { cookie, endedSessionId } = await site.sessions.signIn(user.id, visitOf(c));
  if (endedSessionId !== null) endStreams(site, [endedSessionId]);
  c.header('Set-Cookie', cookie, { append: true });
  if (user.emailVerifiedAt === null) return c.redirect('/verify', 303);
  return c.redirect(user.role === 'operator' ? '/admin' : '/feed', 303);
};

/** Remembers in this browser that the password fitted: nothing can be seen or done with that but giving the code. */
const askForCode = async (site: Site, c: WebContext, userId: string): Promise<Response> => {
  const ticket = site.secondFactorTicket.issue();
  await createAccountToken(site.db.db, {
    kind: 'second-factor',
    userId,
    tokenHash: ticket.hash,
    lifeSeconds: SECOND_FACTOR_LIFE_SECONDS,
  });
  c.header('Set-Cookie', ticket.cookie);
  return c.redirect('/sign-in/code', 303);
};

export const doSignIn = (site: Site): WebHandler => {
  const refuse = (c: WebContext, email: string, problem: string, status: 401 | 429): Response | Promise<Response> =>
    c.html(signInPage({ frame: frameOf(site, c), email, problem, notice: null }), status);
  return async (c) => {
    const form = await formOf(c, ['email', 'password']);
    const email = emailFrom(form.email) ?? '';
    const network = networkOf(addressOf(c));
    const pair = { 'sign-in.pair': `${network} ${email}` };
    const verdict = await site.limits.attempt({ ...pair, 'sign-in.account': email, 'sign-in.address': network });
    if (!verdict.ok) return refuse(c, form.email, TOO_MANY_ATTEMPTS, 429);
    const user = email === '' ? null : await userByEmail(site.db.db, email);
    const matches = await verifyPassword(form.password, user?.passwordHash ?? null);
    if (!user || !matches) return refuse(c, form.email, SIGN_IN_PROBLEM, 401);
    if (user.bannedAt !== null) return refuse(c, form.email, ACCOUNT_CLOSED, 401);
    await site.limits.forget(pair);
    const factor = await secondFactorOf(site.db.db, user.id);
    return factor?.confirmedAt ? askForCode(site, c, user.id) : enter(site, c, user);
  };
};
