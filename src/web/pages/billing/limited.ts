import { frameOf, memberOf, type Site, type WebContext, type WebHandler } from '../../context.ts';
import { errorPage } from '../error/page.tsx';

/** Whether Stripe may be asked once more for this member: not by an operator who looks through their eyes, and not without end. */
export const mayAsk = async (site: Site, c: WebContext): Promise<boolean> =>
  c.var.impersonation === null && (await site.limits.attempt({ 'billing.account': memberOf(c).userId })).ok;

/** Before whatever asks Stripe: each asking holds a connection to the database, and one member may not hold them all. */
export const limited =
  (site: Site, handler: WebHandler): WebHandler =>
  async (c, next) => {
    if (await mayAsk(site, c)) return await handler(c, next);
    const text = 'Please wait a quarter of an hour and try again. Nothing was changed.';
    return c.html(errorPage({ frame: frameOf(site, c), title: 'Too many attempts', text }), 429);
  };
