import { index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** Attempts within fixed windows, counted once for all machines. Not written ahead: a crash of the database forgets it. */
export const rateLimits = pgTable(
  'rate_limits',
  {
    /** The limit's name and a hash of whom it is about. */
    key: text('key').primaryKey(),
    attempts: integer('attempts').notNull(),
    endsAt: timestamp('ends_at', { withTimezone: true }).notNull(),
  },
  (t) => [index('rate_limits_ends').on(t.endsAt)],
);
