import type { Hono } from 'hono';
import type { Site, WebEnv } from '../../context.ts';
import { route } from '../../routes.ts';
import { ban, unban } from './ban.ts';
import { endSubscriptions, refund, resync } from './billing-acts.ts';
import { grant, revoke } from './comp.ts';
import { listMembers, showMember } from './handlers.tsx';
import { startImpersonating } from './impersonate.ts';
import { endImpersonating } from './impersonation.ts';
import { resendMail, resendVerification } from './mail.ts';
import { endSessions } from './sessions.ts';

export const addMembersRoutes = (app: Hono<WebEnv>, site: Site): void => {
  route(app, 'GET /admin/members', listMembers(site));
  route(app, 'GET /admin/members/:id', showMember(site));
  route(app, 'POST /admin/members/:id/comp', grant(site));
  route(app, 'POST /admin/members/:id/comp/revoke', revoke(site));
  route(app, 'POST /admin/members/:id/mail', resendMail(site));
  route(app, 'POST /admin/members/:id/verification', resendVerification(site));
  route(app, 'POST /admin/members/:id/sessions/end', endSessions(site));
  route(app, 'POST /admin/members/:id/ban', ban(site));
  route(app, 'POST /admin/members/:id/unban', unban(site));
  route(app, 'POST /admin/members/:id/resync', resync(site));
  route(app, 'POST /admin/members/:id/subscriptions/end', endSubscriptions(site));
  route(app, 'POST /admin/members/:id/refund', refund(site));
  route(app, 'POST /admin/members/:id/impersonate', startImpersonating(site));
  route(app, 'POST /impersonation/end', endImpersonating(site));
};
