import { createUser } from '../../db/queries/users.ts';
import { addressOf, frameOf, type Site, type WebHandler } from '../context.ts';
import { emailFrom, formOf } from '../form.ts';
import { signUpPage } from '../pages/sign-up/page.tsx';
import { hashPassword, passwordProblem } from './password.ts';
import { createRateLimit } from './rate-limit.ts';
import { TOO_MANY_ATTEMPTS } from './sign-in.ts';

export const showSignUp =
  (site: Site): WebHandler =>
  (c) =>
    c.var.member ? c.redirect('/feed', 303) : c.html(signUpPage({ frame: frameOf(site, c), email: '', problem: null }));

const problemWith = (form: { email: string; password: string; terms: string }): string | null => {
  if (emailFrom(form.email) === null) return 'Enter an e-mail address, such as you@example.com.';
  if (form.terms !== 'accepted') return 'Tick the box to say that you have read it.';
  return passwordProblem(form.password);
};

/**
 * Answers an address that has an account as it answers a new one, after the same work, so that nobody learns who is a
 * member. That is why it does not sign in: until addresses are verified by e-mail, a taken one is simply left alone.
 */
export const doSignUp = (site: Site): WebHandler => {
  const limit = createRateLimit({ attemptsMax: 60, windowMs: 3_600_000 });
  return async (c) => {
    const form = await formOf(c, ['email', 'password', 'terms']);
    const email = emailFrom(form.email) ?? '';
    const problem = limit.attempt(addressOf(c)) ? problemWith(form) : TOO_MANY_ATTEMPTS;
    if (problem !== null) {
      const status = problem === TOO_MANY_ATTEMPTS ? 429 : 422;
      return c.html(signUpPage({ frame: frameOf(site, c), email: form.email, problem }), status);
    }
    await createUser(site.db.db, { email, passwordHash: await hashPassword(form.password) });
    return c.redirect('/sign-in?welcome', 303);
  };
};
