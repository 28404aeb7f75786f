import type { BillingReason, BillingState, InvoiceState, SubscriptionState } from '../../../billing/door.ts';
import { entitlementsOf } from '../../../billing/plans.ts';
import { dollars } from '../../../billing/terms.ts';
import { dayWords } from '../plans/offer.ts';

/** What is said when billing did not do what it was asked for. */
export const REASON_WORDS: Readonly<Record<BillingReason, string>> = {
  'already-subscribed': 'You have a subscription already. Change it below instead.',
  'no-subscription': 'You have no subscription to change.',
  'payment-due': 'A payment is due first. Pay it, or change the card, and try again.',
  'cancel-scheduled': 'Your subscription is cancelled. Keep it first, then change it.',
  'nothing-to-resume': 'There is nothing to take back: your subscription goes on.',
  'same-plan': 'That is the plan you have.',
  'unknown-code': 'That code does not work, or not any more.',
  'account-closed': 'This account cannot buy anything.',
  'not-found': 'We found no such checkout of yours. Nothing was changed.',
  amount: 'That amount cannot be given back.',
  'not-ended': 'Stripe has not confirmed that everything is ended. Please try again.',
  refused: 'Stripe refused that. It has been written down; nothing was changed.',
  unavailable: 'Stripe did not answer. Nothing is lost: please try again in a moment.',
};

/** What is said after something was done; the address names it and cannot make up words. */
export const DONE_WORDS = {
  changed: 'Your plan is changed.',
  scheduled: 'Your plan changes with the next period.',
  cancelled: 'Your subscription is cancelled. Nothing will be charged any more.',
  resumed: 'Your subscription goes on.',
  unpaid: 'The difference is not paid yet, so your plan is as it was.',
} as const;
export type DoneName = keyof typeof DONE_WORDS;
export const isDoneName = (name: string | undefined): name is DoneName =>
  name !== undefined && Object.hasOwn(DONE_WORDS, name);
export const isReason = (name: string | undefined): name is BillingReason =>
  name !== undefined && Object.hasOwn(REASON_WORDS, name);

export interface StateWords {
  readonly heading: string;
  readonly text: string;
  /** Something has to be done. */
  readonly urgent: boolean;
}

const planName = ({ tier }: Pick<SubscriptionState, 'tier'>): string => entitlementsOf(tier).name;
const priceOfOne = ({ amountCents, interval }: SubscriptionState): string => `${dollars(amountCents)} a ${interval}`;

const going = (subscription: SubscriptionState): StateWords => {
  const { cancelAtMs, trialEndMs, currentPeriodEndMs, next, status } = subscription;
  const name = planName(subscription);
  if (cancelAtMs !== null)
    return {
      heading: `${name}, until ${dayWords(cancelAtMs)}`,
      text: `It is cancelled: nothing will be charged any more. You keep ${name} until ${dayWords(cancelAtMs)}.`,
      urgent: false,
    };
  if (next)
    return {
      heading: name,
      text: `You keep ${name} until ${dayWords(next.atMs)}. Then ${entitlementsOf(next.tier).name}, paid by the ${next.interval}, follows.`,
      urgent: false,
    };
  if (status === 'trialing' && trialEndMs !== null)
    return {
      heading: `${name}, on trial`,
      text: `The trial ends on ${dayWords(trialEndMs)}. Then ${priceOfOne(subscription)} is charged, unless you cancel before.`,
      urgent: false,
    };
  return {
    heading: name,
    text: `${priceOfOne(subscription)}. It renews on ${dayWords(currentPeriodEndMs)}.`,
    urgent: false,
  };
};

const missed = (subscription: SubscriptionState, nowMs: number): StateWords => {
  const name = planName(subscription);
  const { graceEndsMs } = subscription;
  const kept = graceEndsMs !== null && graceEndsMs > nowMs;
  return {
    heading: `${name}: the last payment failed`,
    text: kept
      ? `You keep ${name} until ${dayWords(graceEndsMs)}. Pay the open invoice or change the card before then.`
      : `Until it is paid you see what Free members see. As soon as it is paid, ${name} is back.`,
    urgent: true,
  };
};

/** The state of a subscription in words; every state of Stripe's has its own. */
export const wordsOf = (subscription: SubscriptionState, nowMs: number): StateWords => {
  const name = planName(subscription);
  switch (subscription.status) {
    case 'trialing':
    case 'active':
      return going(subscription);
    case 'past_due':
      return missed(subscription, nowMs);
    case 'unpaid':
      return {
        heading: `${name}: unpaid`,
        text: `The payment could not be taken, and we have stopped trying. You see what Free members see until the open invoice is paid.`,
        urgent: true,
      };
    case 'incomplete':
      return {
        heading: `${name}: the first payment is not complete`,
        text: 'Your bank has not confirmed it. Complete it below within 23 hours, or start again.',
        urgent: true,
      };
    case 'incomplete_expired':
      return {
        heading: 'Free',
        text: `The first payment for ${name} was never completed, so nothing was charged.`,
        urgent: false,
      };
    case 'paused':
      return { heading: `${name}: paused`, text: 'It is paused: nothing is charged meanwhile.', urgent: false };
    case 'canceled':
      return {
        heading: 'Free',
        text: `Your ${name} subscription has ended. Nothing will be charged any more.`,
        urgent: false,
      };
  }
};

/** What access was given besides; null when none was. */
export const compWords = ({ comp }: BillingState): string | null => {
  if (!comp) return null;
  const { name } = entitlementsOf(comp.tier);
  return comp.endsMs === null
    ? `You were given ${name}, free of charge.`
    : `You were given ${name}, free of charge, until ${dayWords(comp.endsMs)}. Nothing is charged afterwards.`;
};

export const invoiceWords = ({ status, actionRequired, refundedCents, totalCents }: InvoiceState): string => {
  if (refundedCents > 0) return refundedCents >= totalCents ? 'Refunded' : `Paid, ${dollars(refundedCents)} refunded`;
  if (actionRequired) return 'To be confirmed with your bank';
  return { draft: 'In preparation', open: 'To be paid', paid: 'Paid', uncollectible: 'Not collected', void: 'Void' }[
    status
  ];
};
