import { date, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

/** One row per report and session the engine has seen, and when it fell due by the policy's clock: null while the session runs. */
export const reportRuns = pgTable(
  'report_runs',
  {
    kind: text('kind', { enum: ['market-close'] }).notNull(),
    sessionDate: date('session_date', { mode: 'string' }).notNull(),
    dueAt: timestamp('due_at', { withTimezone: true }),
    /** The engine's last view of the session: the same figures for every tier, however late its report is rendered. */
    view: text('view').notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.sessionDate] })],
);
