import { bigint, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';

/**
 * The record: append-only (triggers refuse UPDATE, DELETE and TRUNCATE) and hash-chained.
 * hash = SHA-256 over previous hash and the row's canonical text; `body` is kept as the very text that was hashed.
 */
export const ledger = pgTable(
  'ledger',
  {
    position: bigint('position', { mode: 'number' }).primaryKey(),
    runId: text('run_id').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    /** Market time, ms since epoch. */
    marketAtMs: bigint('market_at_ms', { mode: 'number' }).notNull(),
    kind: text('kind', { enum: ['run.started', 'run.crashed', 'run.sealed', 'input', 'output'] }).notNull(),
    body: text('body').notNull(),
    previousHash: text('previous_hash').notNull(),
    hash: text('hash').notNull(),
    committedAt: timestamp('committed_at', { withTimezone: true }).notNull(),
  },
  (t) => [uniqueIndex('ledger_hash').on(t.hash)],
);
