import { audit } from '../../db/queries/audit.ts';
import { revokeComps } from '../../db/queries/comps.ts';
import { queueMail } from '../../db/queries/mails.ts';
import { erasePerson } from '../../db/queries/personal-data.ts';
import type { Site } from '../context.ts';
import { hashPassword } from './password.ts';
import type { Member } from './sessions.ts';
import { newToken } from './token.ts';

const CAUSE = 'the member deletes the account';

export type Deletion = { readonly ok: true } | { readonly ok: false; readonly problem: string };

/**
 * Ends everything at Stripe first, read back there: nobody pays for an account that is gone. Only then does the person
 * disappear from here, in one transaction; the record of changes stays.
 */
export const deleteAccount = async (site: Site, member: Member, address: string): Promise<Deletion> => {
  const { userId, email } = member;
  const actor = { kind: 'member', userId } as const;
  const ended = await site.billing.endEverything(userId, actor, CAUSE);
  if (!ended.ok) {
    site.log('error', 'an account was not deleted: its subscription goes on', { userId, reason: ended.reason });
    const problem =
      'Your subscription could not be ended at the payment provider, so nothing was deleted. Try again soon.';
    return { ok: false, problem };
  }
  const nobodysHash = await hashPassword(newToken());
  await site.db.db.transaction(async (tx) => {
    await revokeComps(tx, userId, actor, CAUSE);
    await queueMail(tx, {
      userId,
      recipient: email,
      template: 'account-deleted',
      data: {},
      dedupeKey: `deleted:${userId}`,
    });
    await audit(tx, { actor, action: 'account.deleted', userId, cause: CAUSE, address });
    await erasePerson(tx, userId, nobodysHash);
  });
  site.live.closeUser(userId);
  site.bus.publish('access.changed', { userId, ended: true });
  return { ok: true };
};
