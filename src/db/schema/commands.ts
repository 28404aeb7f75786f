import { bigserial, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** What people told the engine to do. The engine takes rows in order and says what it did in the ledger. */
export const commands = pgTable('commands', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  actor: jsonb('actor').notNull(),
  command: jsonb('command').notNull(),
  reason: text('reason').notNull(),
  givenAt: timestamp('given_at', { withTimezone: true }).notNull().defaultNow(),
  takenAt: timestamp('taken_at', { withTimezone: true }),
});
