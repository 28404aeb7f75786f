import { index, integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** What waits to be mailed, and what became of it. Written in the transaction of what it tells of. */
export const mails = pgTable(
  'mails',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: uuid('user_id'),
    /** Where to: the address at the time of queueing. */
    recipient: text('recipient').notNull(),
    template: text('template').notNull(),
    data: jsonb('data').notNull(),
    /** The same news twice is one mail. */
    dedupeKey: text('dedupe_key').notNull().unique(),
    state: text('state', { enum: ['queued', 'sent', 'failed', 'suppressed'] })
      .notNull()
      .default('queued'),
    attempts: integer('attempts').notNull().default(0),
    vendorId: text('vendor_id'),
    lastError: text('last_error'),
    queuedAt: timestamp('queued_at', { withTimezone: true }).notNull().defaultNow(),
    /** Not to be tried before. */
    dueAt: timestamp('due_at', { withTimezone: true }).notNull().defaultNow(),
    sentAt: timestamp('sent_at', { withTimezone: true }),
  },
  (t) => [index('mails_due').on(t.state, t.dueAt), index('mails_user').on(t.userId)],
);
