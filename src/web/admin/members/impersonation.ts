import type { MiddlewareHandler } from 'hono';
import { activeImpersonation, endImpersonation } from '../../../db/queries/impersonations.ts';
import type { Member } from '../../auth/sessions.ts';
import { TERMS_VERSION } from '../../auth/terms.ts';
import {
  addressOf,
  frameOf,
  type Impersonation,
  type Site,
  type WebContext,
  type WebEnv,
  type WebHandler,
} from '../../context.ts';
import { errorPage } from '../../pages/error/page.tsx';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Shows the secret of an authenticator that is being set up: the member's alone. */
const SECRET_PATHS = new Set(['/account/second-factor', '/account/chats/discord/callback']);
/** The one change that may be asked for meanwhile. */
const END_PATH = '/impersonation/end';

const refuse = (site: Site, c: WebContext): Response | Promise<Response> => {
  const text =
    'You are looking through a member’s eyes. Nothing can be changed, and no secret of theirs seen, until you end that.';
  c.header('Cache-Control', 'private, no-store');
  return c.html(errorPage({ frame: frameOf(site, c), title: 'Reading only', text }), 403);
};

/** From the session's own operator to the member whose eyes it looks through; null when it is nobody's but its own. */
const lookUp = async (
  site: Site,
  operator: Member,
): Promise<{ readonly impersonation: Impersonation; readonly member: Member } | null> => {
  const found = await activeImpersonation(site.db.db, operator.sessionId);
  if (!found) return null;
  const { row, member } = found;
  return {
    impersonation: {
      operator: { kind: 'operator', userId: operator.userId, email: operator.email },
      endsAtMs: row.endsAt.getTime(),
    },
    member: {
      sessionId: operator.sessionId,
      authenticatedAtMs: operator.authenticatedAtMs,
      userId: member.id,
      email: member.email,
      role: member.role,
      tier: member.tier,
      emailVerified: member.emailVerifiedAt !== null,
      hasSecondFactor: member.hasSecondFactor,
      termsAccepted: member.termsVersion === TERMS_VERSION,
    },
  };
};

/**
 * Shows an operator who impersonates a member what that member is shown, redaction included, and refuses every change.
 * Comes right after the session is read, so that no route needs to know.
 */
export const impersonate =
  (site: Site): MiddlewareHandler<WebEnv> =>
  async (c, next) => {
    c.set('impersonation', null);
    const operator = c.var.member;
    const found = operator?.role === 'operator' ? await lookUp(site, operator) : null;
    if (!found) return next();
    c.set('impersonation', found.impersonation);
    c.set('member', found.member);
    const mayRead = SAFE.has(c.req.method) && !SECRET_PATHS.has(c.req.path);
    if (mayRead || c.req.path === END_PATH) return next();
    return refuse(site, c);
  };

/** Back to being oneself: at the page of the member who was looked at. */
export const endImpersonating =
  (site: Site): WebHandler =>
  async (c) => {
    const { impersonation, member } = c.var;
    if (!impersonation || !member) return c.redirect('/admin/members', 303);
    await endImpersonation(site.db.db, member.sessionId, { actor: impersonation.operator, address: addressOf(c) });
    site.bus.publish('access.changed', { sessionId: member.sessionId, ended: true });
    return c.redirect(`/admin/members/${member.userId}`, 303);
  };
