import { sql } from 'drizzle-orm';
import { check, integer, pgTable, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { users } from './users.ts';

/** Checkouts that were begun. The row comes first; its id is the key under which Stripe makes one session at most. */
export const checkouts = pgTable(
  'checkouts',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    tier: text('tier', { enum: ['premium', 'basic'] }).notNull(),
    billingInterval: text('billing_interval', { enum: ['month', 'year'] }).notNull(),
    couponCode: text('coupon_code'),
    /** Zero: no trial. */
    trialDays: integer('trial_days').notNull(),
    /** `cs_…`; null until Stripe has made it. */
    sessionId: text('session_id').unique(),
    url: text('url'),
    /** `open` until Stripe says otherwise. */
    state: text('state', { enum: ['open', 'complete', 'expired'] })
      .notNull()
      .default('open'),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
    settledAt: timestamp('settled_at', { withTimezone: true }),
  },
  (t) => [
    uniqueIndex('checkouts_one_open').on(t.userId).where(sql`state = 'open'`),
    check('checkouts_state', sql`${t.state} in ('open','complete','expired')`),
  ],
);
