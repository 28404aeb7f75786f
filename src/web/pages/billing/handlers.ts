import type { BillingReason } from '../../../billing/door.ts';
import { frameOf, memberOf, type Site, type WebContext, type WebHandler } from '../../context.ts';
import { formOf } from '../../form.ts';
import { planFrom, planQuery } from '../plans/offer.ts';
import { forgetWish } from '../plans/wish.ts';
import { changePage, subscribePage } from './agree-pages.tsx';
import { donePage } from './done-page.tsx';
import { mayAsk } from './limited.ts';
import { billingPage } from './page.tsx';
import { DONE_WORDS, type DoneName, isDoneName, isReason, REASON_WORDS } from './words.ts';

const toBilling = (c: WebContext, said: { readonly did: DoneName } | { readonly no: BillingReason }): Response =>
  c.redirect(`/account/billing?${new URLSearchParams(said)}`, 303);

export const showBilling =
  (site: Site): WebHandler =>
  async (c) => {
    const { userId } = memberOf(c);
    // Back from Stripe's pages: what was done there shows at once, whenever its webhook comes.
    if (c.req.query('back') !== undefined && (await mayAsk(site, c)))
      await site.billing.resync(userId, { kind: 'member', userId });
    const state = await site.billing.billingStateOf(userId);
    const [did, no] = [c.req.query('did'), c.req.query('no')];
    const said = isDoneName(did) ? DONE_WORDS[did] : null;
    const problem = isReason(no) ? REASON_WORDS[no] : null;
    return c.html(billingPage({ frame: frameOf(site, c), state, said, problem }));
  };

export const showSubscribe =
  (site: Site): WebHandler =>
  async (c) => {
    const plan = planFrom(c.req.query('tier'), c.req.query('interval'));
    if (!plan) return c.redirect('/plans', 303);
    const { trialDays } = await site.billing.billingStateOf(memberOf(c).userId);
    return c.html(subscribePage({ frame: frameOf(site, c), plan, trialDays, couponCode: '', problem: null }));
  };

const NOT_AGREED = 'Tick the box to say that you agree.';

export const startCheckout =
  (site: Site): WebHandler =>
  async (c) => {
    const { userId } = memberOf(c);
    const form = await formOf(c, ['tier', 'interval', 'code', 'agreed']);
    const plan = planFrom(form.tier, form.interval);
    if (!plan) return c.redirect('/plans', 303);
    const again = async (problem: string): Promise<Response> => {
      const { trialDays } = await site.billing.billingStateOf(userId);
      return c.html(subscribePage({ frame: frameOf(site, c), plan, trialDays, couponCode: form.code, problem }), 422);
    };
    if (form.agreed !== 'yes') return again(NOT_AGREED);
    const started = await site.billing.startCheckout(userId, { ...plan, couponCode: form.code });
    forgetWish(c);
    if (started.ok) return c.redirect(started.url, 303);
    return started.reason === 'already-subscribed'
      ? toBilling(c, { no: started.reason })
      : again(REASON_WORDS[started.reason]);
  };

/** Anybody can type this address: billing asks Stripe, and a session of somebody else's changes nothing. */
export const showDone =
  (site: Site): WebHandler =>
  async (c) => {
    const finished = await site.billing.finishCheckout(memberOf(c).userId, c.req.query('session_id') ?? '');
    if (!finished.ok) return toBilling(c, { no: finished.reason });
    return c.html(donePage({ frame: frameOf(site, c), tier: finished.tier }));
  };

export const showChange =
  (site: Site): WebHandler =>
  async (c) => {
    const plan = planFrom(c.req.query('tier'), c.req.query('interval'));
    if (!plan) return c.redirect('/plans', 303);
    const preview = await site.billing.previewChange(memberOf(c).userId, plan);
    if (preview.ok) return c.html(changePage({ frame: frameOf(site, c), plan, preview }));
    if (preview.reason === 'no-subscription') return c.redirect(`/account/billing/subscribe?${planQuery(plan)}`, 303);
    return toBilling(c, { no: preview.reason });
  };

export const changePlan =
  (site: Site): WebHandler =>
  async (c) => {
    const form = await formOf(c, ['tier', 'interval', 'agreed']);
    const plan = planFrom(form.tier, form.interval);
    if (!plan) return c.redirect('/plans', 303);
    if (form.agreed !== 'yes') return c.redirect(`/account/billing/change?${planQuery(plan)}`, 303);
    const change = await site.billing.changePlan(memberOf(c).userId, plan);
    if (!change.ok) return toBilling(c, { no: change.reason });
    if (change.outcome === 'payment-needed')
      return change.payUrl ? c.redirect(change.payUrl, 303) : toBilling(c, { did: 'unpaid' });
    return toBilling(c, { did: change.outcome });
  };

/** Only what was sent counts as a name: without one, the subscription that counts is meant. */
const namedIn = async (c: WebContext): Promise<string | undefined> =>
  (await formOf(c, ['subscription'])).subscription || undefined;

export const cancelSubscription =
  (site: Site): WebHandler =>
  async (c) => {
    const done = await site.billing.cancel(memberOf(c).userId, await namedIn(c));
    return toBilling(c, done.ok ? { did: 'cancelled' } : { no: done.reason });
  };

export const resumeSubscription =
  (site: Site): WebHandler =>
  async (c) => {
    const done = await site.billing.resume(memberOf(c).userId, await namedIn(c));
    return toBilling(c, done.ok ? { did: 'resumed' } : { no: done.reason });
  };

export const openPortal =
  (site: Site): WebHandler =>
  async (c) => {
    const opened = await site.billing.openPortal(memberOf(c).userId);
    return opened.ok ? c.redirect(opened.url, 303) : toBilling(c, { no: opened.reason });
  };

export const receiveStripe =
  (site: Site): WebHandler =>
  async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer());
    const status = await site.billing.receiveWebhook(body, c.req.header('Stripe-Signature') ?? null);
    return c.text({ 200: 'taken in', 400: 'not signed by Stripe', 500: 'deliver again' }[status], status);
  };
