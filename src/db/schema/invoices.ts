import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { billingCustomers } from './subscriptions.ts';
import { users } from './users.ts';

const at = (name: string) => timestamp(name, { withTimezone: true });

/**
 * Stripe's invoices as of the last sync, each with what became of its payment. Revenue is counted here: money in is
 * `amount_paid_cents - refunded_cents` of rows with `paid_at`; failing payments are `open` rows with `attempt_count` > 0.
 * Times are Stripe's. Amounts in cents of a US dollar.
 */
export const invoices = pgTable(
  'invoices',
  {
    /** `in_…` */
    id: text('id').primaryKey(),
    customerId: text('customer_id')
      .notNull()
      .references(() => billingCustomers.customerId),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'restrict' }),
    /** `sub_…`; null for one that belongs to no subscription. */
    subscriptionId: text('subscription_id'),
    /** As printed on it; null for a draft. */
    number: text('number'),
    status: text('status', { enum: ['draft', 'open', 'paid', 'uncollectible', 'void'] }).notNull(),
    /** Stripe's: `subscription_create`, `subscription_cycle`, `subscription_update`, `manual`, … */
    billingReason: text('billing_reason'),
    subtotalCents: integer('subtotal_cents').notNull(),
    discountCents: integer('discount_cents').notNull().default(0),
    taxCents: integer('tax_cents').notNull().default(0),
    totalCents: integer('total_cents').notNull(),
    amountDueCents: integer('amount_due_cents').notNull(),
    amountPaidCents: integer('amount_paid_cents').notNull(),
    amountRemainingCents: integer('amount_remaining_cents').notNull(),
    /** How often the payment has been tried. */
    attemptCount: integer('attempt_count').notNull(),
    /** Null when it is not tried again by itself. */
    nextAttemptAt: at('next_attempt_at'),
    /** The bank wants the payment confirmed by its holder. */
    actionRequired: boolean('action_required').notNull().default(false),
    periodStart: at('period_start').notNull(),
    periodEnd: at('period_end').notNull(),
    createdAt: at('created_at').notNull(),
    finalizedAt: at('finalized_at'),
    paidAt: at('paid_at'),
    hostedUrl: text('hosted_url'),
    /** `ch_…`; null while there is none. */
    chargeId: text('charge_id'),
    refundedCents: integer('refunded_cents').notNull().default(0),
    /** Stripe's Dispute.status: `needs_response`, `under_review`, `won`, `lost`, `warning_…`; null while there is none. */
    disputeStatus: text('dispute_status'),
    disputedAt: at('disputed_at'),
    syncedAt: at('synced_at').notNull().defaultNow(),
  },
  (t) => [
    index('invoices_user').on(t.userId, t.createdAt),
    index('invoices_subscription').on(t.subscriptionId, t.createdAt),
    index('invoices_paid').on(t.paidAt),
    check('invoices_status', sql`${t.status} in ('draft','open','paid','uncollectible','void')`),
  ],
);
