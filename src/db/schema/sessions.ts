import { index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { users } from './users.ts';

/** Sign-in sessions. The token itself is never stored. */
export const sessions = pgTable(
  'sessions',
  {
    /** Hex SHA-256 of the token. */
    tokenHash: text('token_hash').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
    /** Idle expiry, pushed on by use. */
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
    /** Never extended. */
    endsAt: timestamp('ends_at', { withTimezone: true }).notNull(),
    /** When the password, and the second factor where there is one, was last given in this session. */
    authenticatedAt: timestamp('authenticated_at', { withTimezone: true }).notNull().defaultNow(),
    /** To within minutes. */
    lastSeenAt: timestamp('last_seen_at', { withTimezone: true }).notNull().defaultNow(),
    /** As the browser named itself, cut short. */
    userAgent: text('user_agent'),
    /** Where it was last used from. */
    address: text('address'),
  },
  (t) => [index('sessions_user').on(t.userId)],
);
