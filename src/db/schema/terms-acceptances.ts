import { index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { users } from './users.ts';

/** Who accepted which version of the terms and disclosures, when and from where. */
export const termsAcceptances = pgTable(
  'terms_acceptances',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    version: text('version').notNull(),
    acceptedAt: timestamp('accepted_at', { withTimezone: true }).notNull().defaultNow(),
    /** The peer's network address; null where no person was asked, as for demo accounts. */
    address: text('address'),
  },
  (t) => [index('terms_acceptances_user').on(t.userId, t.acceptedAt)],
);
