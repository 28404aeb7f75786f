import { createAccountToken, dropTokens } from '../../../db/queries/account-tokens.ts';
import { queueMail } from '../../../db/queries/mails.ts';
import { userByEmail } from '../../../db/queries/users.ts';
import { addressTo, type Site } from '../../context.ts';
import { evenly } from '../evenly.ts';
import { hashToken, newToken } from '../token.ts';

const LIFE_SECONDS = 24 * 3_600;

/** Mails a link to the new address. If somebody has that address, its owner alone is told. */
export const askForNewEmail = (site: Site, userId: string, email: string): Promise<void> =>
  evenly(() =>
    site.db.db.transaction(async (tx) => {
      const token = newToken();
      const tokenHash = hashToken(token);
      await dropTokens(tx, userId, 'new-email');
      const owner = await userByEmail(tx, email);
      if (owner) {
        const data = { signInUrl: addressTo(site, '/sign-in'), resetUrl: addressTo(site, '/forgot') };
        const dedupeKey = `address-taken:${tokenHash}`;
        await queueMail(tx, { userId: owner.id, template: 'address-taken', data, dedupeKey });
        return;
      }
      await createAccountToken(tx, {
        kind: 'new-email',
        userId,
        tokenHash,
        data: { email },
        lifeSeconds: LIFE_SECONDS,
      });
      await queueMail(tx, {
        userId,
        recipient: email,
        template: 'confirm-new-email',
        data: { url: addressTo(site, `/account/email/confirm?token=${token}`) },
        dedupeKey: `confirm-new-email:${tokenHash}`,
      });
    }),
  );
