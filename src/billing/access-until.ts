import type { SubscriptionStatus } from './door.ts';
import type { BillingPolicy } from './policy.ts';

/**
 * The policy of access, in words. The database's clock judges; a comp may give more, and a ban takes everything.
 *
 * | Stripe says | entitles to its plan |
 * |---|---|
 * | `trialing`, `active` | until the current period ends, and a little longer (`LATE_WORD_MS`) while it renews |
 * | … to be cancelled at the period's end | until the period ends, to the second |
 * | … to be cancelled at a date | until that date, to the second |
 * | `past_due` | until `graceDays` after the payment was due; not at all if nothing has ever been paid (a trial that was not taken) |
 * | `incomplete`, `incomplete_expired`, `unpaid`, `canceled`, `paused` | not at all |
 * | a payment for the current period was refunded in full, or is disputed and not won | not at all, until the next period is paid |
 * | a trial on a card or address that has had one | not at all; it is ended and nothing is charged |
 * | a price that is none of ours, or a subscription that Stripe lists no more | not at all |
 *
 * Of several subscriptions the highest counts. An upgrade counts once Stripe says that the new price is in force, which
 * is after its payment; a downgrade when its period begins.
 */

/**
 * For how long a period that has ended still counts while nothing says that it was not renewed: a day for the nightly
 * reconciliation to bring word that a webhook should have, and two hours for that to run. Never more than the grace that a
 * failed renewal would get anyway.
 */
export const LATE_WORD_MS = 26 * 3_600_000;

const DAY_MS = 86_400_000;

export interface AccessFacts {
  readonly status: SubscriptionStatus;
  readonly currentPeriodStart: Date;
  readonly currentPeriodEnd: Date;
  readonly cancelAtPeriodEnd: boolean;
  readonly cancelAt: Date | null;
  /** When the oldest payment that is missed was due; null while none is. */
  readonly pastDueSince: Date | null;
  /** Whether a payment above zero has ever come in. */
  readonly everPaid: boolean;
  /** A payment for the current period was refunded in full, or is disputed and not won. */
  readonly takenBack: boolean;
}

const earlier = (one: number, other: Date | null): Date => new Date(other ? Math.min(one, other.getTime()) : one);

/** Exclusive end of what has been bought; null when it entitles to nothing. */
export const accessUntil = (facts: AccessFacts, policy: Pick<BillingPolicy, 'graceDays'>): Date | null => {
  if (facts.takenBack) return null;
  const graceMs = policy.graceDays * DAY_MS;
  const end = facts.currentPeriodEnd.getTime();
  switch (facts.status) {
    case 'trialing':
    case 'active':
      if (facts.cancelAtPeriodEnd) return earlier(end, facts.cancelAt);
      return earlier(end + Math.min(LATE_WORD_MS, graceMs), facts.cancelAt);
    case 'past_due':
      if (!facts.everPaid) return null;
      return earlier((facts.pastDueSince ?? facts.currentPeriodStart).getTime() + graceMs, facts.cancelAt);
    case 'incomplete':
    case 'incomplete_expired':
    case 'unpaid':
    case 'canceled':
    case 'paused':
      return null;
  }
};
