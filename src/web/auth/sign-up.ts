import { createAccountToken } from '../../db/queries/account-tokens.ts';
import { audit } from '../../db/queries/audit.ts';
import { queueMail } from '../../db/queries/mails.ts';
import { acceptTerms } from '../../db/queries/terms.ts';
import { createUser, userByEmail } from '../../db/queries/users.ts';
import { addressOf, addressTo, frameOf, type Site, type WebContext, type WebHandler } from '../context.ts';
import { emailFrom, formOf } from '../form.ts';
import { signUpPage } from '../pages/sign-up/page.tsx';
import { networkOf } from './address.ts';
import { evenly } from './evenly.ts';
import { hashPassword, passwordProblem } from './password.ts';
import { TOO_MANY_ATTEMPTS } from './sign-in.ts';
import { TERMS_VERSION } from './terms.ts';
import { hashToken, newToken } from './token.ts';
import { sendProof } from './verify/send-proof.ts';

/** How long the mailed link, its code and the browser's ticket work. */
export const SIGN_UP_LIFE_SECONDS = 24 * 3_600;

export const showSignUp =
  (site: Site): WebHandler =>
  (c) =>
    c.var.member ? c.redirect('/feed', 303) : c.html(signUpPage({ frame: frameOf(site, c), email: '', problem: null }));

const problemWith = (form: { email: string; password: string; terms: string }): string | null => {
  if (emailFrom(form.email) === null) return 'Enter an e-mail address, such as you@example.com.';
  if (form.terms !== 'accepted') return 'Tick the box to say that you have read it.';
  return passwordProblem(form.password);
};

interface Wish {
  readonly email: string;
  readonly password: string;
  readonly ticketHash: string;
  readonly address: string;
}

/**
 * Opens an unproved account, or adds another sign-up to one. The password goes with the sign-up and counts when that
 * very sign-up is proved: nobody can plant a password of theirs at somebody else's address beforehand.
 */
const begin = async (site: Site, { email, password, ticketHash, address }: Wish): Promise<void> => {
  const passwordHash = await hashPassword(password);
  await site.db.db.transaction(async (tx) => {
    const createdId = await createUser(tx, { email, passwordHash });
    const user = await userByEmail(tx, email);
    if (!user) throw new Error('sign-up: the account that was just there is gone');
    const token = { kind: 'verify-email', userId: user.id, ticketHash, lifeSeconds: SIGN_UP_LIFE_SECONDS } as const;
    if (user.emailVerifiedAt !== null) {
      // Looks like a sign-up from outside, and no link or code will ever fit it.
      await createAccountToken(tx, { ...token, tokenHash: hashToken(newToken()), data: { email } });
      await queueMail(tx, {
        userId: user.id,
        template: 'address-taken',
        data: { signInUrl: addressTo(site, '/sign-in'), resetUrl: addressTo(site, '/forgot') },
        dedupeKey: `address-taken:${user.id}:${ticketHash}`,
      });
      return;
    }
    const actor = { kind: 'member', userId: user.id } as const;
    const action = createdId === null ? 'account.claimed-again' : 'account.created';
    await audit(tx, { actor, action, userId: user.id, cause: 'sign-up', address });
    // Whoever claims an address again has accepted for themselves: it counts with the proof, as their password does.
    const terms = createdId === null ? { terms: { version: TERMS_VERSION, address } } : {};
    if (createdId !== null) await acceptTerms(tx, user.id, TERMS_VERSION, address);
    await sendProof(site, tx, { ...token, recipient: email, data: { email, passwordHash, ...terms } });
  });
};

/**
 * Answers an address that has an account as it answers a new one, after as long a time, so that nobody learns who is a
 * member: the difference is told by mail alone, to the owner of the address.
 */
export const doSignUp = (site: Site): WebHandler => {
  const refuse = (c: WebContext, email: string, problem: string, status: 422 | 429): Response | Promise<Response> =>
    c.html(signUpPage({ frame: frameOf(site, c), email, problem }), status);
  return async (c) => {
    const form = await formOf(c, ['email', 'password', 'terms']);
    const email = emailFrom(form.email) ?? '';
    const problem = problemWith(form);
    if (problem !== null) return refuse(c, form.email, problem, 422);
    const address = addressOf(c);
    const admitted = await site.limits.attempt({ 'sign-up.address': networkOf(address), 'sign-up.account': email });
    if (!admitted.ok) return refuse(c, form.email, TOO_MANY_ATTEMPTS, 429);
    const ticket = site.signUpTicket.issue();
    await evenly(() => begin(site, { email, password: form.password, ticketHash: ticket.hash, address }));
    c.header('Set-Cookie', ticket.cookie);
    return c.redirect('/verify', 303);
  };
};
