import { startImpersonation } from '../../../db/queries/impersonations.ts';
import { isUserId } from '../../../db/queries/members/search.ts';
import { addressOf, memberOf, type Site, type WebHandler } from '../../context.ts';
import { formOf } from '../../form.ts';
import { actorOf, reasonProblem } from '../acting.ts';
import { renderMember } from './handlers.tsx';

/** From here on the operator's session shows what the member sees, until it is ended or half an hour is over. */
export const startImpersonating =
  (site: Site): WebHandler =>
  async (c) => {
    const memberId = c.req.param('id') ?? '';
    if (!isUserId(memberId)) return c.notFound();
    const reason = (await formOf(c, ['reason'])).reason.trim();
    const { sessionId } = memberOf(c);
    const wish = { by: { actor: actorOf(c), reason, address: addressOf(c) }, memberId, sessionId };
    const problem = reasonProblem(reason) ?? (await startImpersonation(site.db.db, wish));
    if (problem) return renderMember(site, c, memberId, { problem, status: 422 });
    // Streams that were opened as oneself.
    site.bus.publish('access.changed', { sessionId, ended: true });
    return c.redirect('/feed', 303);
  };
