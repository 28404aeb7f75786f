import { sql } from 'drizzle-orm';
import { bigserial, index, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** What can happen to a subscription. */
export const SUBSCRIPTION_CHANGES = [
  'trial-started',
  'started',
  'trial-converted',
  'upgraded',
  'downgraded',
  'interval-changed',
  'discount-changed',
  'cancel-scheduled',
  'resumed',
  'payment-missed',
  'payment-recovered',
  'ended',
] as const;

/**
 * The history of subscriptions, one row for each change that a sync has seen: monthly revenue, churn and conversion are
 * counted here. `mrr_…_cents` is what the subscription brought in a month before and after (yearly ÷ 12, discounts taken off,
 * zero while trialing, unpaid or over; `past_due` still counts). Their sum of differences is the monthly revenue of now.
 */
export const subscriptionChanges = pgTable(
  'subscription_changes',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    /** `sub_…` */
    subscriptionId: text('subscription_id').notNull(),
    /** Whose; kept when the account is gone. */
    userId: uuid('user_id').notNull(),
    change: text('change', { enum: SUBSCRIPTION_CHANGES }).notNull(),
    fromTier: text('from_tier', { enum: ['premium', 'basic'] }),
    fromInterval: text('from_interval', { enum: ['month', 'year'] }),
    toTier: text('to_tier', { enum: ['premium', 'basic'] }),
    toInterval: text('to_interval', { enum: ['month', 'year'] }),
    mrrBeforeCents: integer('mrr_before_cents').notNull(),
    mrrAfterCents: integer('mrr_after_cents').notNull(),
    /** For `ended`: `cancelled`, `unpaid`, `never-paid`, `refunded`, `disputed`, `trial-not-taken`; otherwise null. */
    why: text('why'),
    /** When it happened at Stripe where Stripe says so, else when it was seen, by the policy clock. */
    at: timestamp('at', { withTimezone: true }).notNull().default(sql`policy_now()`),
  },
  (t) => [index('subscription_changes_at').on(t.at), index('subscription_changes_user').on(t.userId)],
);
