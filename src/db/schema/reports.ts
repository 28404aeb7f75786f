import { date, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

/** Rendered reports, one per kind, session and tier, written once. */
export const reports = pgTable(
  'reports',
  {
    kind: text('kind', { enum: ['market-close'] }).notNull(),
    sessionDate: date('session_date', { mode: 'string' }).notNull(),
    tier: text('tier', { enum: ['premium', 'basic', 'free'] }).notNull(),
    title: text('title').notNull(),
    /** An HTML fragment made by `src/reports/render`, without scripts or inline styles. */
    html: text('html').notNull(),
    renderedAt: timestamp('rendered_at', { withTimezone: true }).notNull().defaultNow(),
    releaseAt: timestamp('release_at', { withTimezone: true }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.sessionDate, t.tier] })],
);
