import { bigserial, integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** What each pass over every customer at Stripe found; the newest is what operators are shown. */
export const billingReconciliations = pgTable('billing_reconciliations', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  startedAt: timestamp('started_at', { withTimezone: true }).notNull(),
  finishedAt: timestamp('finished_at', { withTimezone: true }).notNull(),
  customersChecked: integer('customers_checked').notNull(),
  /** Customers whose rows differed from Stripe, and were mended. */
  drifted: integer('drifted').notNull(),
  /** `ReconcileFinding[]` of the billing door. */
  findings: jsonb('findings').notNull(),
  /** Why the pass broke off; null when it went through. */
  problem: text('problem'),
});
