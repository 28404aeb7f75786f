import { frameOf, memberOf, type Site, type WebHandler } from '../../../context.ts';
import { errorPage } from '../../error/page.tsx';

/** Nobody needs it this often. */
export const limited =
  (site: Site, handler: WebHandler): WebHandler =>
  async (c, next) => {
    const verdict = await site.limits.attempt({ 'chats.account': memberOf(c).userId });
    if (verdict.ok) return handler(c, next);
    c.header('Retry-After', String(Math.ceil(verdict.restSeconds)));
    const text = 'You have asked very often. Wait a quarter of an hour and try again.';
    return c.html(errorPage({ frame: frameOf(site, c), title: 'Too many attempts', text }), 429);
  };
