import {
  bigint,
  bigserial,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

/** Each state of each signal in full. Read only through the release policy (`src/distribution/release.ts`). */
export const signalEvents = pgTable(
  'signal_events',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    signalId: text('signal_id').notNull(),
    version: integer('version').notNull(),
    change: text('change', { enum: ['new', 'updated', 'closed'] }).notNull(),
    /** The whole SignalEvent. */
    detail: jsonb('detail').notNull(),
    emittedAt: timestamp('emitted_at', { withTimezone: true }).notNull(),
  },
  (t) => [uniqueIndex('signal_events_version').on(t.signalId, t.version)],
);

/**
 * When each tier may see each signal event: written in the event's own transaction, judged by the database's clock
 * (`policy_now()`). `id` is random per tier, so that a cursor of one tier says nothing in another.
 */
export const releases = pgTable(
  'releases',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    tier: text('tier', { enum: ['premium', 'basic', 'free'] }).notNull(),
    signalEventId: bigint('signal_event_id', { mode: 'number' })
      .notNull()
      .references(() => signalEvents.id),
    releaseAt: timestamp('release_at', { withTimezone: true }).notNull(),
  },
  (t) => [
    uniqueIndex('releases_once').on(t.tier, t.signalEventId),
    index('releases_due').on(t.tier, t.releaseAt, t.signalEventId),
  ],
);

/** What went out of each channel. One row per release and channel, ever. */
export const deliveries = pgTable(
  'deliveries',
  {
    releaseId: uuid('release_id')
      .notNull()
      .references(() => releases.id),
    channel: text('channel', { enum: ['discord', 'telegram'] }).notNull(),
    state: text('state', { enum: ['queued', 'delivered', 'failed'] })
      .notNull()
      .default('queued'),
    attempts: integer('attempts').notNull().default(0),
    /** The vendor's id of what was posted. */
    vendorId: text('vendor_id'),
    lastError: text('last_error'),
    queuedAt: timestamp('queued_at', { withTimezone: true }).notNull().defaultNow(),
    deliveredAt: timestamp('delivered_at', { withTimezone: true }),
  },
  (t) => [primaryKey({ columns: [t.releaseId, t.channel] })],
);
