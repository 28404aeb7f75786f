import { index, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/**
 * What Stripe is asked to change, written before it is asked: the id is the key under which Stripe does it at most once,
 * also when its answer got lost and we ask again.
 */
export const billingActs = pgTable(
  'billing_acts',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** Whose; kept when the account is gone. */
    userId: uuid('user_id').notNull(),
    kind: text('kind', {
      enum: ['create-customer', 'start-checkout', 'change-plan', 'cancel', 'resume', 'end', 'refund', 'refuse-trial'],
    }).notNull(),
    /** What exactly; the same wish twice while one is under way is one act. */
    wish: jsonb('wish').notNull(),
    /** `AuditActor`. */
    actor: jsonb('actor').notNull(),
    beganAt: timestamp('began_at', { withTimezone: true }).notNull().defaultNow(),
    settledAt: timestamp('settled_at', { withTimezone: true }),
    /** `done`, or the reason for which it was not; null while nobody knows. */
    outcome: text('outcome'),
  },
  (t) => [index('billing_acts_user').on(t.userId, t.beganAt)],
);
