import { userByEmail } from '../../db/queries/users.ts';
import { addressOf, frameOf, type Site, type WebContext, type WebHandler } from '../context.ts';
import { emailFrom, formOf } from '../form.ts';
import { signInPage } from '../pages/sign-in/page.tsx';
import { verifyPassword } from './password.ts';
import { createRateLimit } from './rate-limit.ts';

const QUARTER_MS = 15 * 60_000;

/** The same words whether the address or the password is wrong. */
export const SIGN_IN_PROBLEM = 'That e-mail and password do not match an account.';
export const TOO_MANY_ATTEMPTS = 'Too many attempts. Wait a quarter of an hour and try again.';

export const showSignIn =
  (site: Site): WebHandler =>
  (c) => {
    if (c.var.member) return c.redirect('/feed', 303);
    const justSignedUp = c.req.query('welcome') !== undefined;
    return c.html(signInPage({ frame: frameOf(site, c), email: '', problem: null, justSignedUp }));
  };

/** Against one account from one place, against one account from anywhere, and from one place against any account. */
const createLimits = (): {
  admit(email: string, address: string): boolean;
  clear(email: string, address: string): void;
} => {
  const pair = createRateLimit({ attemptsMax: 10, windowMs: QUARTER_MS });
  const account = createRateLimit({ attemptsMax: 100, windowMs: QUARTER_MS });
  const place = createRateLimit({ attemptsMax: 300, windowMs: QUARTER_MS });
  return {
    admit(email, address) {
      const verdicts = [pair.attempt(`${address} ${email}`), account.attempt(email), place.attempt(address)];
      return verdicts.every(Boolean);
    },
    clear(email, address) {
      pair.forget(`${address} ${email}`);
    },
  };
};

export const doSignIn = (site: Site): WebHandler => {
  const limits = createLimits();
  const refuse = (c: WebContext, email: string, problem: string, status: 401 | 429): Response | Promise<Response> =>
    c.html(signInPage({ frame: frameOf(site, c), email, problem, justSignedUp: false }), status);
  return async (c) => {
    const form = await formOf(c, ['email', 'password']);
    const email = emailFrom(form.email) ?? '';
    const address = addressOf(c);
    if (!limits.admit(email, address)) return refuse(c, form.email, TOO_MANY_ATTEMPTS, 429);
    const user = email === '' ? null : await userByEmail(site.db.db, email);
    const matches = await verifyPassword(form.password, user?.passwordHash ?? null);
    if (!user || !matches) return refuse(c, form.email, SIGN_IN_PROBLEM, 401);
    limits.clear(email, address);
    const { cookie, endedSessionId } = await site.sessions.signIn(user.id, c.req.header('Cookie'));
    if (endedSessionId !== null) site.live.closeSession(endedSessionId);
    c.header('Set-Cookie', cookie);
    return c.redirect(user.role === 'operator' ? '/admin' : '/feed', 303);
  };
};
