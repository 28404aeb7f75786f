import { pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** Trials that were had: one for each person, and a person is an account, an address or a card. Outlives the account. */
export const trialsUsed = pgTable('trials_used', {
  id: uuid('id').primaryKey().defaultRandom(),
  /** Kept when the account is gone. */
  userId: uuid('user_id').notNull().unique(),
  /** Hex SHA-256 of the address without what mail ignores (`+tag`, dots at Gmail). */
  emailHash: text('email_hash').notNull().unique(),
  /** Stripe's fingerprint of the card's number; null while no card is known. */
  cardFingerprint: text('card_fingerprint').unique(),
  /** `sub_…` */
  subscriptionId: text('subscription_id').notNull().unique(),
  at: timestamp('at', { withTimezone: true }).notNull().defaultNow(),
});
