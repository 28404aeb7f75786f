import { sql } from 'drizzle-orm';
import { index, pgTable, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { users } from './users.ts';

const at = (name: string) => timestamp(name, { withTimezone: true });

/** An operator who looks at the site as one member sees it, from one session, for a while. Reading only. */
export const impersonations = pgTable(
  'impersonations',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    operatorId: uuid('operator_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    memberId: uuid('member_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** The operator's session, by its token's hash. No reference: the row outlives the session until its end is on record. */
    sessionId: text('session_id').notNull(),
    reason: text('reason').notNull(),
    startedAt: at('started_at').notNull().defaultNow(),
    /** Over at this time, whether or not anybody said so. */
    endsAt: at('ends_at').notNull(),
    /** When the end was put on record. */
    endedAt: at('ended_at'),
  },
  (t) => [
    uniqueIndex('impersonations_one_per_session').on(t.sessionId).where(sql`${t.endedAt} is null`),
    index('impersonations_member').on(t.memberId),
  ],
);
