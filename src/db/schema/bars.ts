import { boolean, doublePrecision, index, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

/**
 * Minute bars, each with every version of it that was ever known: a revision never replaces what was believed before.
 * Times are market time. `own` is put together from prints, the others are as their vendor sent them.
 */
export const bars = pgTable(
  'bars',
  {
    symbol: text('symbol').notNull(),
    source: text('source', { enum: ['own', 'alphavantage', 'ibkr'] }).notNull(),
    openAt: timestamp('open_at', { withTimezone: true }).notNull(),
    /** From 1. */
    revision: integer('revision').notNull(),
    open: doublePrecision('open').notNull(),
    high: doublePrecision('high').notNull(),
    low: doublePrecision('low').notNull(),
    close: doublePrecision('close').notNull(),
    /** Null where the source has none. */
    volume: doublePrecision('volume'),
    vwap: doublePrecision('vwap'),
    trades: integer('trades'),
    /** False for a minute that was not heard from its first to its last moment. */
    complete: boolean('complete').notNull(),
    /** When this version was learned. */
    knownAt: timestamp('known_at', { withTimezone: true }).notNull(),
    runId: text('run_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.symbol, t.source, t.openAt, t.revision] }),
    index('bars_open_at').using('brin', t.openAt),
    index('bars_run').on(t.runId, t.openAt),
  ],
);

/** Runs whose tape has been read for bars that were never written. */
export const barRefills = pgTable('bar_refills', {
  runId: text('run_id').primaryKey(),
  doneAt: timestamp('done_at', { withTimezone: true }).notNull().defaultNow(),
});
