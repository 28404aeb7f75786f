import { index, integer, pgTable, primaryKey, text, timestamp, unique, uuid } from 'drizzle-orm/pg-core';
import { users } from './users.ts';

const VENDORS = ['telegram', 'discord'] as const;
const ROOMS = ['premium', 'basic'] as const;

/** Whose chat account is whose: one per member and vendor, and one member per chat account. */
export const chatLinks = pgTable(
  'chat_links',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    vendor: text('vendor', { enum: VENDORS }).notNull(),
    /** The vendor's id of the person: digits. */
    chatUserId: text('chat_user_id').notNull(),
    /** As the person is called there; plain text of a stranger's choosing. */
    name: text('name').notNull(),
    linkedAt: timestamp('linked_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.vendor] }), unique('chat_links_once').on(t.vendor, t.chatUserId)],
);

/** A link under way: asked for on the site, claimed in the chat, confirmed on the site. Used up means deleted. */
export const chatLinkRequests = pgTable(
  'chat_link_requests',
  {
    /** Hex SHA-256 of what stands in the link. */
    tokenHash: text('token_hash').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    vendor: text('vendor', { enum: VENDORS }).notNull(),
    /** Hex SHA-256 of the session's token: another browser confirms nothing. */
    sessionHash: text('session_hash').notNull(),
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
    /** Who claimed it in the chat; null until then. */
    chatUserId: text('chat_user_id'),
    name: text('name'),
  },
  (t) => [index('chat_link_requests_user').on(t.userId, t.vendor)],
);

/** The way into a closed room. Whoever has it may knock and no more. */
export const chatRooms = pgTable(
  'chat_rooms',
  {
    vendor: text('vendor', { enum: VENDORS }).notNull(),
    /** The vendor's id of the room: another room is another row. */
    chatId: text('chat_id').notNull(),
    inviteLink: text('invite_link').notNull(),
  },
  (t) => [primaryKey({ columns: [t.vendor, t.chatId] })],
);

/**
 * Where somebody stands with a room, as far as we know. What is to be done about it is not here: ask
 * `chat_membership_plan`. Kept by chat account, for a person who unlinked has to leave as well.
 */
export const chatMemberships = pgTable(
  'chat_memberships',
  {
    vendor: text('vendor', { enum: VENDORS }).notNull(),
    room: text('room', { enum: ROOMS }).notNull(),
    chatUserId: text('chat_user_id').notNull(),
    /** Whose it is, or was: whoever is deleted has to leave the room first. */
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    /** `admitting` and `removing`: asked of the vendor, and not known to have been done. `left` of their own accord. */
    state: text('state', { enum: ['outside', 'admitting', 'invited', 'inside', 'removing', 'left'] })
      .notNull()
      .default('outside'),
    /** Goes up with every change of state: an answer that comes late finds that it does. */
    version: integer('version').notNull().default(0),
    /** While somebody waits for the vendor's answer. */
    leasedUntil: timestamp('leased_until', { withTimezone: true }),
    /** Not before: the vendor said so, or has refused. */
    tryAfter: timestamp('try_after', { withTimezone: true }),
    /** Failed tries since the last that went well. */
    failures: integer('failures').notNull().default(0),
    lastProblem: text('last_problem'),
    changedAt: timestamp('changed_at', { withTimezone: true }).notNull().defaultNow(),
    /** When the vendor was last asked whether all is as written here. */
    lookedAt: timestamp('looked_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.vendor, t.room, t.chatUserId] }),
    index('chat_memberships_user').on(t.userId),
    index('chat_memberships_looked').on(t.vendor, t.lookedAt),
  ],
);
