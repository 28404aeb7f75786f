import { setCookie } from 'hono/cookie';
import { frameOf, type Site, type WebHandler } from '../../context.ts';
import { planFrom, planQuery } from './offer.ts';
import { plansPage } from './page.tsx';
import { WISH_COOKIE, WISH_SECONDS } from './wish.ts';

export const showPlans =
  (site: Site): WebHandler =>
  async (c) => {
    const { member } = c.var;
    const state = member ? await site.billing.billingStateOf(member.userId) : null;
    const interval = c.req.query('interval') === 'year' ? 'year' : 'month';
    const trialDays = state ? state.trialDays : site.options.billing.trialDays;
    return c.html(plansPage({ frame: frameOf(site, c), interval, state, trialDays }));
  };

/** What a stranger chooses is kept while they sign up; every page then offers the way back to it. */
export const choosePlan =
  (site: Site): WebHandler =>
  (c) => {
    const plan = planFrom(c.req.query('tier'), c.req.query('interval'));
    if (!plan) return c.redirect('/plans', 303);
    if (c.var.member) return c.redirect(`/account/billing/subscribe?${planQuery(plan)}`, 303);
    setCookie(c, WISH_COOKIE, `${plan.tier}.${plan.interval}`, {
      httpOnly: true,
      sameSite: 'Lax',
      path: '/',
      secure: site.options.secureCookies,
      maxAge: WISH_SECONDS,
    });
    return c.redirect('/sign-up', 303);
  };
