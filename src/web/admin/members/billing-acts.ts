import type { BillingReason } from '../../../billing/door.ts';
import type { Site, WebHandler } from '../../context.ts';
import { act } from './act.ts';

const WORDS: Partial<Readonly<Record<BillingReason, string>>> = {
  'no-subscription': 'There is no subscription.',
  'not-found': 'This member has no such invoice.',
  amount: 'That is more than is left of the payment, or nothing.',
  'not-ended': 'Stripe was asked to end it and still says that it goes on.',
  'account-closed': 'The account is banned or gone.',
  refused: 'Stripe refused; what it said is in the history.',
  unavailable: 'Stripe could not be reached. Asking again is safe.',
};

export const refusalWords = (reason: BillingReason): string => WORDS[reason] ?? `Billing said: ${reason}.`;

/** Reads everything about the member from Stripe again; billing records and announces what differs. */
export const resync = (site: Site): WebHandler =>
  act(site, [], async ({ userId, by: { actor, reason } }) => {
    site.log('info', 'an operator asked for a resync', { userId, operator: actor.userId, reason });
    const done = await site.billing.resync(userId, actor);
    return done.ok ? { done: 'resynced' } : { problem: refusalWords(done.reason) };
  });

/** Cancels everything at Stripe now: access that was bought ends with it. */
export const endSubscriptions = (site: Site): WebHandler =>
  act(site, ['confirm'], async ({ userId, by: { actor, reason }, form }) => {
    if (form.confirm !== 'yes') return { problem: 'Tick the box to confirm. Nothing was done.' };
    const done = await site.billing.endEverything(userId, actor, reason);
    return done.ok ? { done: 'ended' } : { problem: refusalWords(done.reason) };
  });

/** Whole cents of an amount as people type it; undefined where none is given, null where it is none. */
const centsFrom = (text: string): number | undefined | null => {
  const typed = text.trim().replace(/^\$/, '');
  if (typed === '') return undefined;
  const parts = /^(\d{1,6})(?:\.(\d{1,2}))?$/.exec(typed);
  if (!parts) return null;
  const cents = Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0'));
  return cents > 0 ? cents : null;
};

export const refund = (site: Site): WebHandler =>
  act(site, ['invoice', 'amount'], async ({ userId, by: { actor, reason }, form }) => {
    const amountCents = centsFrom(form.amount);
    if (amountCents === null) return { problem: 'Write the amount as 97 or 97.50. Nothing was done.' };
    const { invoices } = await site.billing.billingStateOf(userId);
    // Of this member: the form's id is somebody's word.
    if (!invoices.some(({ id }) => id === form.invoice)) return { problem: refusalWords('not-found') };
    const amount = amountCents === undefined ? {} : { amountCents };
    const done = await site.billing.refund(form.invoice, { ...amount, actor, cause: reason });
    return done.ok ? { done: 'refunded' } : { problem: refusalWords(done.reason) };
  });
