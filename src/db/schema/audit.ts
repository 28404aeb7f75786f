import { bigint, index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** Who changed what of whom, and why. Append-only and hash-chained by the database; place, time and hash are its own. */
export const auditLog = pgTable(
  'audit_log',
  {
    position: bigint('position', { mode: 'number' }).primaryKey(),
    at: timestamp('at', { withTimezone: true }).notNull(),
    /** `Actor` as JSON text. */
    actor: text('actor').notNull(),
    /** `noun.verb-past`: `subscription.synced`, `comp.granted`, `session.revoked`. */
    action: text('action').notNull(),
    /** Whom it concerns; kept when the account is gone. */
    userId: uuid('user_id'),
    /** JSON texts, null where there was or is nothing. */
    before: text('before'),
    after: text('after'),
    /** What led to it: an event's id, a reason given. */
    cause: text('cause').notNull(),
    /** The peer's address, where a person acted. */
    address: text('address'),
    previousHash: text('previous_hash').notNull(),
    hash: text('hash').notNull().unique(),
  },
  (t) => [index('audit_log_user').on(t.userId, t.position)],
);
