import { userByEmail } from '../../db/queries/users.ts';
import { addressOf, frameOf, type Site, visitOf, type WebContext, type WebHandler } from '../context.ts';
import { emailFrom, formOf } from '../form.ts';
import { signInPage } from '../pages/sign-in/page.tsx';
import { networkOf } from './address.ts';
import { verifyPassword } from './password.ts';

/** The same words whether the address or the password is wrong. */
export const SIGN_IN_PROBLEM = 'That e-mail and password do not match an account.';
/** Told only to whoever knows the password. */
const ACCOUNT_CLOSED = 'This account is closed. Write to us if you think that is a mistake.';
export const TOO_MANY_ATTEMPTS = 'Too many attempts. Wait a quarter of an hour and try again.';

export const showSignIn =
  (site: Site): WebHandler =>
  (c) => {
    if (c.var.member) return c.redirect('/feed', 303);
    return c.html(signInPage({ frame: frameOf(site, c), email: '', problem: null }));
  };

export const doSignIn = (site: Site): WebHandler => {
  const refuse = (c: WebContext, email: string, problem: string, status: 401 | 429): Response | Promise<Response> =>
    c.html(signInPage({ frame: frameOf(site, c), email, problem }), status);
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
    const { cookie, endedSessionId } = await site.sessions.signIn(user.id, visitOf(c));
    if (endedSessionId !== null) site.live.closeSession(endedSessionId);
    c.header('Set-Cookie', cookie);
    if (user.emailVerifiedAt === null) return c.redirect('/verify', 303);
    return c.redirect(user.role === 'operator' ? '/admin' : '/feed', 303);
  };
};
