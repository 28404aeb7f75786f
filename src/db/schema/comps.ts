import { sql } from 'drizzle-orm';
import { check, index, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { users } from './users.ts';

/** Access that is given, not bought. It lapses by itself and never outlives its end because something was bought meanwhile. */
export const comps = pgTable(
  'comps',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    tier: text('tier', { enum: ['premium', 'basic'] }).notNull(),
    startsAt: timestamp('starts_at', { withTimezone: true }).notNull().default(sql`policy_now()`),
    /** Exclusive; null for as long as it is not revoked. */
    endsAt: timestamp('ends_at', { withTimezone: true }),
    revokedAt: timestamp('revoked_at', { withTimezone: true }),
    /** The `Actor` who gave it. */
    actor: jsonb('actor').notNull(),
    reason: text('reason').notNull(),
  },
  (t) => [index('comps_user').on(t.userId), check('comps_tier', sql`${t.tier} in ('premium','basic')`)],
);
