import { networkOf } from '../../../auth/address.ts';
import { askForNewEmail } from '../../../auth/email-change/ask.ts';
import { changeEmail, newEmailOf } from '../../../auth/email-change/change.ts';
import { TOO_MANY_ATTEMPTS } from '../../../auth/sign-in.ts';
import { addressOf, frameOf, memberOf, type Site, type WebHandler } from '../../../context.ts';
import { emailFrom, formOf } from '../../../form.ts';
import { confirmEmailPage, emailPage } from './page.tsx';

const LINK_OVER = 'That link has been used, is older than a day, or belongs to another account.';

export const showEmail =
  (site: Site): WebHandler =>
  (c) =>
    c.html(emailPage({ frame: frameOf(site, c), typed: '', problem: null, sentTo: null }));

export const askEmail =
  (site: Site): WebHandler =>
  async (c) => {
    const { userId, email: current } = memberOf(c);
    const form = await formOf(c, ['email']);
    const email = emailFrom(form.email);
    const refuse = (problem: string, status: 422 | 429) =>
      c.html(emailPage({ frame: frameOf(site, c), typed: form.email, problem, sentTo: null }), status);
    if (email === null) return refuse('Enter an e-mail address, such as you@example.com.', 422);
    if (email === current) return refuse('That is your address already.', 422);
    const verdict = await site.limits.attempt({
      'resend.account': userId,
      'resend.address': networkOf(addressOf(c)),
    });
    if (!verdict.ok) return refuse(TOO_MANY_ATTEMPTS, 429);
    await askForNewEmail(site, userId, email);
    return c.html(emailPage({ frame: frameOf(site, c), typed: '', problem: null, sentTo: email }));
  };

/** Looking uses nothing up. */
export const showConfirmEmail =
  (site: Site): WebHandler =>
  async (c) => {
    const token = c.req.query('token') ?? '';
    const email = await newEmailOf(site, memberOf(c).userId, token);
    const props = { frame: frameOf(site, c), token, email, problem: email === null ? LINK_OVER : null };
    return c.html(confirmEmailPage(props), email === null ? 422 : 200);
  };

/** Receipts go to the new address as well. Whatever goes wrong here, the nightly reconcile makes good. */
const tellStripe = async (site: Site, userId: string): Promise<void> => {
  const told = await site.billing.resync(userId, { kind: 'member', userId });
  if (!told.ok) site.log('warn', 'Stripe was not told of a new address yet', { userId, reason: told.reason });
};

export const confirmEmail =
  (site: Site): WebHandler =>
  async (c) => {
    const { userId, sessionId } = memberOf(c);
    const { token } = await formOf(c, ['token']);
    if (!(await changeEmail(site, userId, token, addressOf(c)))) {
      const props = { frame: frameOf(site, c), token: '', email: null, problem: LINK_OVER };
      return c.html(confirmEmailPage(props), 422);
    }
    tellStripe(site, userId).catch((error: unknown) =>
      site.log('error', 'Stripe was not told of a new address', { error }),
    );
    const rotated = await site.sessions.rotate(sessionId, { authenticated: false });
    if (rotated) c.header('Set-Cookie', rotated.cookie);
    return c.redirect('/account?done=email', 303);
  };
