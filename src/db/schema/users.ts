import { sql } from 'drizzle-orm';
import { check, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** What somebody may see is not here: ask `entitled_tier(id)`. */
export const users = pgTable(
  'users',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** Lower case, trimmed. */
    email: text('email').notNull().unique(),
    passwordHash: text('password_hash').notNull(),
    role: text('role', { enum: ['member', 'operator'] })
      .notNull()
      .default('member'),
    /** Null until the address has been proved. */
    emailVerifiedAt: timestamp('email_verified_at', { withTimezone: true }),
    /** Signs in no more and sees nothing. */
    bannedAt: timestamp('banned_at', { withTimezone: true }),
    /** Since when nothing of the person is left here but an id, for the record and for invoices. */
    deletedAt: timestamp('deleted_at', { withTimezone: true }),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    check('users_email_lower', sql`${t.email} = lower(${t.email})`),
    check('users_role', sql`${t.role} in ('member','operator')`),
  ],
);
