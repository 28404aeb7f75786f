import { requeueMail } from '../../../db/queries/mails.ts';
import { isUserId } from '../../../db/queries/members/search.ts';
import type { Site, WebHandler } from '../../context.ts';
import { act } from './act.ts';

/** Sends a mail that failed once more, to the address it was for. */
export const resendMail = (site: Site): WebHandler =>
  act(site, ['mail'], async ({ userId, actor, reason, form }) => {
    const id = form.mail;
    const queued = isUserId(id) && (await requeueMail(site.db.db, { id, userId }, actor, reason));
    return queued ? { done: 'mail-queued' } : { problem: 'That mail cannot be sent again. Nothing was done.' };
  });
