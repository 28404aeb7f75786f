import { bigint, date, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

/** Option chains of past sessions that were fetched: one row for each answer that differs, so that what was known when stays known. */
export const pastChains = pgTable(
  'past_chains',
  {
    symbol: text('symbol').notNull(),
    sessionDate: date('session_date', { mode: 'string' }).notNull(),
    /** Of the answer as the vendor sent it. */
    sha256: text('sha256').notNull(),
    rowCount: integer('row_count').notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    /** Path below the data folder. */
    file: text('file').notNull(),
    fetchedAt: timestamp('fetched_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.symbol, t.sessionDate, t.sha256] })],
);
