import { dropTokens } from '../../../db/queries/account-tokens.ts';
import { queueMail } from '../../../db/queries/mails.ts';
import { addressOf, addressTo, frameOf, type Site, type WebHandler } from '../../context.ts';
import { verifyPage } from '../../pages/verify/page.tsx';
import { networkOf } from '../address.ts';
import { evenly } from '../evenly.ts';
import { SIGN_UP_LIFE_SECONDS } from '../sign-up.ts';
import { type PendingProof, pendingProof } from './pending.ts';
import { sendProof } from './send-proof.ts';

/** Another mail of the same kind: to a taken address that is again the one which says so. */
const sendAgain = (site: Site, { userId, email, row }: PendingProof): Promise<void> =>
  site.db.db.transaction(async (tx) => {
    if (row && row.codeMac === null) {
      await queueMail(tx, {
        userId,
        template: 'address-taken',
        data: { signInUrl: addressTo(site, '/sign-in'), resetUrl: addressTo(site, '/forgot') },
        dedupeKey: `address-taken:${row.id}:again`,
      });
      return;
    }
    const { ticketHash = null, data = { email } } = row ?? {};
    // From a session: the older mails of sessions are void. A sign-up's own stay good, each with its own password.
    if (ticketHash === null && row) await dropTokens(tx, userId, 'verify-email');
    await sendProof(site, tx, { userId, recipient: email, ticketHash, data, lifeSeconds: SIGN_UP_LIFE_SECONDS });
  });

export const resend =
  (site: Site): WebHandler =>
  async (c) => {
    const pending = await pendingProof(site, c);
    if (!pending) return c.redirect('/sign-in', 303);
    const verdict = await site.limits.attempt({
      'resend.account': pending.email,
      'resend.address': networkOf(addressOf(c)),
    });
    if (!verdict.ok) {
      const minutes = Math.ceil(verdict.restSeconds / 60);
      const problem = `That is enough mail for now. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`;
      const props = { token: null, email: pending.email, asksPassword: false, sent: false, problem };
      return c.html(verifyPage({ frame: frameOf(site, c), ...props }), 429);
    }
    await evenly(() => sendAgain(site, pending));
    return c.redirect('/verify?sent', 303);
  };
