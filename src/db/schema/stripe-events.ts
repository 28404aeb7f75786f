import { index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** Events that Stripe delivered, each once however often it came. They only say that there is something to read. */
export const stripeEvents = pgTable(
  'stripe_events',
  {
    /** `evt_…` */
    id: text('id').primaryKey(),
    type: text('type').notNull(),
    /** `cus_…`; null for one that is about no customer. */
    customerId: text('customer_id'),
    /** Stripe's time. */
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
    receivedAt: timestamp('received_at', { withTimezone: true }).notNull().defaultNow(),
    /** When what it led to was committed; null: it failed so far. */
    processedAt: timestamp('processed_at', { withTimezone: true }),
    /** Deliveries that were worked on. */
    attempts: integer('attempts').notNull().default(0),
    lastError: text('last_error'),
  },
  (t) => [index('stripe_events_customer').on(t.customerId), index('stripe_events_received').on(t.receivedAt)],
);
