import { audit } from '../../../db/queries/audit.ts';
import { requeueMail } from '../../../db/queries/mails.ts';
import { lockUser } from '../../../db/queries/members/ban.ts';
import { isUserId } from '../../../db/queries/members/search.ts';
import { SIGN_UP_LIFE_SECONDS } from '../../auth/sign-up.ts';
import { sendProof } from '../../auth/verify/send-proof.ts';
import type { Site, WebHandler } from '../../context.ts';
import { act } from './act.ts';

/** Sends a mail that failed once more, to the address it was for. */
export const resendMail = (site: Site): WebHandler =>
  act(site, ['mail'], async ({ userId, by, form }) => {
    const id = form.mail;
    const queued = isUserId(id) && (await requeueMail(site.db.db, { id, userId }, by));
    return queued ? { done: 'mail-queued' } : { problem: 'That mail cannot be sent again. Nothing was done.' };
  });

/** One more link and code to prove the address with. Earlier mails stay good until they run out. */
export const resendVerification = (site: Site): WebHandler =>
  act(site, [], ({ userId, by: { actor, reason, address } }) =>
    site.db.db.transaction(async (tx) => {
      const user = await lockUser(tx, userId);
      if (!user || user.deletedAt || user.emailVerifiedAt)
        return { problem: 'There is nothing to prove any more. Nothing was done.' };
      const { email } = user;
      await sendProof(site, tx, { userId, recipient: email, data: { email }, lifeSeconds: SIGN_UP_LIFE_SECONDS });
      await audit(tx, { actor, action: 'verification.resent', userId, after: { to: email }, cause: reason, address });
      return { done: 'mail-queued' };
    }),
  );
