import type { subscriptionChanges } from '../../db/schema/subscription-changes.ts';
import { tierRank } from '../plans.ts';
import type { SubscriptionRow } from './rows.ts';

type NewChange = typeof subscriptionChanges.$inferInsert;
type ChangeName = NewChange['change'];

/** What it brings in a month, in cents: as said at `subscription_changes`. */
const mrrCents = (row: SubscriptionRow | null): number => {
  if (!row || row.strayReason !== null || (row.status !== 'active' && row.status !== 'past_due')) return 0;
  const perInterval = row.amountCents - row.discountCents;
  return Math.round(perInterval / (row.billingInterval === 'year' ? 12 : 1));
};

const OVER = new Set<SubscriptionRow['status']>(['canceled', 'incomplete_expired']);
const UNDER_WAY = new Set<SubscriptionRow['status']>(['trialing', 'active', 'past_due', 'unpaid']);

export const isOver = (row: SubscriptionRow | null): boolean => row !== null && OVER.has(row.status);
/** Begun and not over: it has been more than an attempt. */
export const isUnderWay = (row: SubscriptionRow | null): boolean => row !== null && UNDER_WAY.has(row.status);

/** When it is going to end unless something is done; null while it renews. */
export const endsAt = (row: SubscriptionRow): Date | null =>
  row.cancelAt ?? (row.cancelAtPeriodEnd ? row.currentPeriodEnd : null);

export type EndedWhy = 'cancelled' | 'unpaid' | 'never-paid' | 'refunded' | 'disputed' | 'trial-not-taken';

/** Why it is over, by what is known of it. `said`: Stripe's own reason. */
export const whyEnded = (before: SubscriptionRow | null, after: SubscriptionRow, said: string | null): EndedWhy => {
  if (after.status === 'incomplete_expired') return 'never-paid';
  if (said === 'payment_disputed') return 'disputed';
  const failed = said === 'payment_failed' || before?.status === 'past_due' || before?.status === 'unpaid';
  if (said === 'cancellation_requested' || !failed)
    return after.everPaid || !after.trialEnd ? 'cancelled' : 'trial-not-taken';
  return after.everPaid ? 'unpaid' : 'trial-not-taken';
};

const planChange = (before: SubscriptionRow, after: SubscriptionRow): ChangeName | null => {
  if (before.tier !== after.tier) return tierRank(after.tier) > tierRank(before.tier) ? 'upgraded' : 'downgraded';
  return before.billingInterval === after.billingInterval ? null : 'interval-changed';
};

const paymentChange = (before: SubscriptionRow, after: SubscriptionRow): ChangeName | null => {
  const missed = (row: SubscriptionRow): boolean => row.status === 'past_due' || row.status === 'unpaid';
  if (missed(before) === missed(after)) return null;
  return missed(after) ? 'payment-missed' : 'payment-recovered';
};

const cancelChange = (before: SubscriptionRow | null, after: SubscriptionRow): ChangeName | null => {
  const [was, is] = [before && endsAt(before), endsAt(after)];
  if (was === null) return is === null ? null : 'cancel-scheduled';
  return is === null ? 'resumed' : null;
};

const beginning = (before: SubscriptionRow | null, after: SubscriptionRow): ChangeName | null => {
  if (!isUnderWay(before)) return after.status === 'trialing' ? 'trial-started' : 'started';
  return before?.status === 'trialing' && after.status !== 'trialing' ? 'trial-converted' : null;
};

const namesOf = (before: SubscriptionRow | null, after: SubscriptionRow): ChangeName[] => {
  if (isOver(after)) return isUnderWay(before) ? ['ended'] : [];
  if (!isUnderWay(after)) return [];
  const named = [
    beginning(before, after),
    before && planChange(before, after),
    before && paymentChange(before, after),
    cancelChange(before, after),
  ].filter((name) => name !== null);
  const discounted = before && named.length === 0 && mrrCents(before) !== mrrCents(after);
  return discounted ? ['discount-changed'] : named;
};

const timeOf = (change: ChangeName, after: SubscriptionRow): Date | null => {
  switch (change) {
    case 'started':
    case 'trial-started':
      return after.createdAt;
    case 'trial-converted':
      return after.trialEnd;
    case 'cancel-scheduled':
      return after.canceledAt;
    case 'payment-missed':
      return after.pastDueSince;
    case 'ended':
      return after.endedAt;
    default:
      return null;
  }
};

/** The history that one sync adds. The monthly revenue moves with the first of several changes, and with one alone. */
export const changesOf = (before: SubscriptionRow | null, after: SubscriptionRow, said: string | null): NewChange[] =>
  namesOf(before, after).map((change, place) => {
    const at = timeOf(change, after);
    return {
      subscriptionId: after.id,
      userId: after.userId,
      change,
      fromTier: before?.tier ?? null,
      fromInterval: before?.billingInterval ?? null,
      toTier: change === 'ended' ? null : after.tier,
      toInterval: change === 'ended' ? null : after.billingInterval,
      mrrBeforeCents: place === 0 ? mrrCents(before) : mrrCents(after),
      mrrAfterCents: mrrCents(after),
      why: change === 'ended' ? whyEnded(before, after, said) : null,
      ...(at && { at }),
    };
  });
