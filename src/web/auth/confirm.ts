import { frameOf, memberOf, type Site, type WebHandler } from '../context.ts';
import { formOf } from '../form.ts';
import { confirmPage } from '../pages/confirm/page.tsx';
import { reauthenticate } from './reauthenticate.ts';
import { isRecent } from './recent.ts';

const HOME = '/account';
const HERE = 'http://here.invalid';

/** A page of this site to go back to; anything that leads elsewhere leads to the account page. */
const returnPath = (wanted: string): string => {
  if (!wanted.startsWith('/') || !URL.canParse(wanted, HERE)) return HOME;
  const target = new URL(wanted, HERE);
  return target.origin === HERE ? `${target.pathname}${target.search}` : HOME;
};

export const showConfirm =
  (site: Site): WebHandler =>
  (c) => {
    const back = returnPath(c.req.query('return') ?? HOME);
    if (isRecent(memberOf(c))) return c.redirect(back, 303);
    return c.html(confirmPage({ frame: frameOf(site, c), back, problem: null }));
  };

/** Proves anew who holds the session, and returns to where that was asked for. */
export const doConfirm =
  (site: Site): WebHandler =>
  async (c) => {
    const form = await formOf(c, ['password', 'code', 'return']);
    const back = returnPath(form.return);
    const problem = await reauthenticate(site, c, form);
    return problem === null
      ? c.redirect(back, 303)
      : c.html(confirmPage({ frame: frameOf(site, c), back, problem }), 422);
  };
