import { index, integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { users } from './users.ts';

/** What a mailed link or a half-done sign-in is worth. Used up means deleted; no token, ticket or code is stored as itself. */
export const accountTokens = pgTable(
  'account_tokens',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    kind: text('kind', {
      enum: ['verify-email', 'reset-password', 'new-email', 'undo-email', 'second-factor'],
    }).notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** Hex SHA-256 of what stands in the link or the cookie. */
    tokenHash: text('token_hash').notNull().unique(),
    /** Hex SHA-256 of the cookie of the browser that asked. */
    ticketHash: text('ticket_hash'),
    /** Keyed hash of the six digits; null where no code will do. */
    codeMac: text('code_mac'),
    /** Codes tried. */
    attempts: integer('attempts').notNull().default(0),
    data: jsonb('data').$type<AccountTokenData>().notNull().default({}),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
  },
  (t) => [index('account_tokens_user').on(t.userId, t.kind), index('account_tokens_ticket').on(t.ticketHash)],
);

export interface AccountTokenData {
  /** The address typed, or the one to change to or back to. */
  readonly email?: string;
  /** Of the password chosen in this very sign-up: it counts once the address is proved. */
  readonly passwordHash?: string;
  /** What this very sign-up accepted, where the account was there already. */
  readonly terms?: { readonly version: string; readonly address: string };
}
