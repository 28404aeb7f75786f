import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { users } from './users.ts';

const at = (name: string) => timestamp(name, { withTimezone: true });

/** Who is which customer at Stripe: bound before the first checkout, and never bound again. */
export const billingCustomers = pgTable('billing_customers', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'restrict' }),
  /** `cus_…` */
  customerId: text('customer_id').notNull().unique(),
  createdAt: at('created_at').notNull().defaultNow(),
  /** When Stripe was last asked for everything it knows of this customer, by the policy clock. */
  syncedAt: at('synced_at'),
});

/** Stripe's word on each subscription as of the last sync. What it entitles to is `access_until` alone. */
export const subscriptions = pgTable(
  'subscriptions',
  {
    /** `sub_…` */
    id: text('id').primaryKey(),
    customerId: text('customer_id')
      .notNull()
      .references(() => billingCustomers.customerId),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'restrict' }),
    tier: text('tier', { enum: ['premium', 'basic'] }).notNull(),
    billingInterval: text('billing_interval', { enum: ['month', 'year'] }).notNull(),
    /** Stripe's Subscription.status. */
    status: text('status', {
      enum: ['incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'canceled', 'unpaid', 'paused'],
    }).notNull(),
    priceId: text('price_id').notNull(),
    /** The price of one interval before discounts and tax, in cents. */
    amountCents: integer('amount_cents').notNull().default(0),
    /** What is taken off that price at the next renewal, in cents; see `discount_ends_at`. */
    discountCents: integer('discount_cents').notNull().default(0),
    /** From when nothing is taken off any more; null: it is for ever, or there is none. */
    discountEndsAt: at('discount_ends_at'),
    currentPeriodStart: at('current_period_start').notNull(),
    currentPeriodEnd: at('current_period_end').notNull(),
    cancelAtPeriodEnd: boolean('cancel_at_period_end').notNull(),
    cancelAt: at('cancel_at'),
    canceledAt: at('canceled_at'),
    endedAt: at('ended_at'),
    trialEnd: at('trial_end'),
    /** Since when a due payment has been missing; null while none is. */
    pastDueSince: at('past_due_since'),
    /** Whether a payment above zero has ever come in: grace is for those who have paid. */
    everPaid: boolean('ever_paid').notNull().default(false),
    /** A switch to another plan that is to come with the next period, and its schedule at Stripe (`sub_sched_…`). */
    nextTier: text('next_tier', { enum: ['premium', 'basic'] }),
    nextInterval: text('next_interval', { enum: ['month', 'year'] }),
    nextAt: at('next_at'),
    scheduleId: text('schedule_id'),
    /** An upgrade that waits for its payment, and when it is given up. */
    pendingTier: text('pending_tier', { enum: ['premium', 'basic'] }),
    pendingInterval: text('pending_interval', { enum: ['month', 'year'] }),
    pendingExpiresAt: at('pending_expires_at'),
    /** `Visa ending in 4242`. */
    card: text('card'),
    /** Stripe lists it no more, or its price is none of ours: it entitles to nothing. */
    strayReason: text('stray_reason'),
    createdAt: at('created_at').notNull(),
    /** Exclusive end of what has been bought; null when it entitles to nothing. The database's clock decides. */
    accessUntil: at('access_until'),
    /** When it last differed from what Stripe said; when it was last looked at stands with the customer. */
    syncedAt: at('synced_at').notNull().defaultNow(),
  },
  (t) => [
    index('subscriptions_user').on(t.userId),
    index('subscriptions_customer').on(t.customerId),
    check('subscriptions_tier', sql`${t.tier} in ('premium','basic')`),
  ],
);
