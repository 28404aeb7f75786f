import { type SQL, sql } from 'drizzle-orm';
import type { Tier } from '../billing/plans.ts';
import type { Db } from '../db/client.ts';
import type { deliveries } from '../db/schema/signals.ts';
import type { SignalEvent } from '../engine/index.ts';
import { redact, type ViewOfTier } from './redact.ts';

/*
 * The release policy. Nothing else reads `signal_events` or `releases`. Each reader judges `release_at` against
 * `policy_now()` inside its own statement, so that neither a slow caller nor a skewed clock can show anything early.
 */

/** One signal event as one tier may know it, once it may. */
export interface ReleaseOf<T extends Tier> {
  /** Random, this tier's own: the cursor of streams and pages. */
  readonly releaseId: string;
  /** Joins the releases of one signal within the tier: the releaseId of its first. Means nothing in another tier. */
  readonly signalRef: string;
  /** Database wall clock, ms since epoch. */
  readonly releasedAtMs: number;
  readonly view: ViewOfTier[T];
}
/** A release of any tier; `release.view.tier` tells which. */
export type Release = { readonly [T in Tier]: ReleaseOf<T> }[Tier];

/** The cursor of a page that showed nothing yet: everything released comes after it. */
export const FEED_START = 'start';

/** `reset`: the cursor is not one this tier has been shown; the reader must load afresh. */
export type ReadResult<T extends Tier> =
  | { readonly kind: 'page'; readonly releases: readonly ReleaseOf<T>[] }
  | { readonly kind: 'reset' };

interface ReleaseRow extends Record<string, unknown> {
  readonly release_id: string;
  readonly signal_ref: string;
  readonly released_at_ms: number;
  readonly detail: SignalEvent;
}

/** Whether a tier may know of event `e` at all. Basic sees each kind of update once: counting the stop's moves would tell the ladder. */
const visibleTo = (tier: Tier): SQL => {
  if (tier === 'premium') return sql`true`;
  if (tier === 'free') return sql`e.change <> 'updated'`;
  return sql`(e.change <> 'updated' or not exists (
    select 1 from signal_events earlier
    where earlier.signal_id = e.signal_id and earlier.version < e.version and earlier.change = 'updated'
      and earlier.detail->>'update' is not distinct from e.detail->>'update'))`;
};

/** What `released` selects for each row. */
const COLUMNS = sql`r.id as release_id, opening.id as signal_ref, e.detail,
  (extract(epoch from r.release_at) * 1000)::float8 as released_at_ms, r.release_at, r.signal_event_id`;

/** The clock is read once per statement, and compared as a scalar, so that the index on release times serves. */
const JUDGE = sql`judge as materialized (select policy_now() as now)`;
const NOW = sql`(select now from judge)`;

/** Rows of `releases r` that have been released to the tier and that it may know of. Expects `judge` in scope. */
const released = (tier: Tier): SQL => sql`releases r
  join signal_events e on e.id = r.signal_event_id
  join signal_events first on first.signal_id = e.signal_id and first.version = 1
  join releases opening on opening.tier = r.tier and opening.signal_event_id = first.id
  where r.tier = ${tier} and r.release_at <= ${NOW} and ${visibleTo(tier)}`;

const releaseFrom = <T extends Tier>(row: ReleaseRow, tier: T): ReleaseOf<T> => {
  const view = redact(row.detail, tier);
  if (view === null)
    throw new Error(`release ${row.release_id} passed the policy of ${tier}, yet its redaction is empty`);
  return { releaseId: row.release_id, signalRef: row.signal_ref, releasedAtMs: row.released_at_ms, view };
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NO_RELEASE = '00000000-0000-0000-0000-000000000000';

interface ReadOptions {
  /** A `releaseId` of this tier, or `FEED_START`. */
  readonly after: string;
  readonly limit: number;
  /** Also returns what was released up to this long before the cursor: for loops that discard what they have already. */
  readonly overlapMs?: number;
}

/**
 * What was released to the tier after the cursor, oldest first. A cursor that is malformed, unknown, another tier's or
 * not yet released takes the same statement to the same `reset`.
 */
export const readReleased = async <T extends Tier>(db: Db, tier: T, options: ReadOptions): Promise<ReadResult<T>> => {
  const start = options.after === FEED_START;
  const cursor = UUID.test(options.after) ? options.after : NO_RELEASE;
  const overlap = sql`make_interval(secs => ${(options.overlapMs ?? 0) / 1000}::float8)`;
  // Scalar subqueries, so that the index is entered at the cursor; without an anchor they are null and nothing matches.
  const anchorAt = sql`(select release_at from anchor)`;
  const position = options.overlapMs
    ? sql`r.release_at >= ${anchorAt} - ${overlap}`
    : sql`r.release_at >= ${anchorAt}
        and (r.release_at, r.signal_event_id) > (${anchorAt}, (select signal_event_id from anchor))`;
  const rows = await db.execute<Partial<ReleaseRow> & { readonly known: boolean }>(sql`
    with ${JUDGE}, anchor as materialized (
      select r.release_at, r.signal_event_id from ${released(tier)} and r.id = ${cursor}::uuid
      union all select '-infinity'::timestamptz, 0 where ${start}
    ), page as (
      select ${COLUMNS} from ${released(tier)} and ${position}
      order by r.release_at, r.signal_event_id limit ${options.limit}
    )
    select exists (select 1 from anchor) as known, page.* from judge left join page on true
    order by page.release_at, page.signal_event_id`);
  if (rows[0]?.known !== true) return { kind: 'reset' };
  const present = rows.filter((row): row is typeof row & ReleaseRow => typeof row.release_id === 'string');
  return { kind: 'page', releases: present.map((row) => releaseFrom(row, tier)) };
};

export interface LatestReleases<T extends Tier> {
  /** Newest first. */
  readonly releases: readonly ReleaseOf<T>[];
  /** Where the page's stream goes on: pass it as `after`. */
  readonly cursor: string;
}

/** What the feed page shows at first. */
export const latestReleased = async <T extends Tier>(
  db: Db,
  tier: T,
  options: { readonly limit: number },
): Promise<LatestReleases<T>> => {
  const rows = await db.execute<ReleaseRow & Record<string, unknown>>(sql`
    with ${JUDGE} select ${COLUMNS} from ${released(tier)}
    order by r.release_at desc, r.signal_event_id desc limit ${options.limit}`);
  const releases = rows.map((row) => releaseFrom(row, tier));
  return { releases, cursor: releases[0]?.releaseId ?? FEED_START };
};

/** All that the tier was shown of one signal, oldest first; empty for a reference it was never shown. */
export const signalHistory = async <T extends Tier>(db: Db, tier: T, signalRef: string): Promise<ReleaseOf<T>[]> => {
  const ref = UUID.test(signalRef) ? signalRef : NO_RELEASE;
  const rows = await db.execute<ReleaseRow & Record<string, unknown>>(sql`
    with ${JUDGE} select ${COLUMNS} from ${released(tier)} and opening.id = ${ref}::uuid
      and opening.release_at <= ${NOW}
    order by r.release_at, r.signal_event_id`);
  return rows.map((row) => releaseFrom(row, tier));
};

/** What the tier was shown from one wall instant (included) to another (excluded), oldest first: for reports. */
export const releasedBetween = async <T extends Tier>(
  db: Db,
  tier: T,
  period: { readonly fromMs: number; readonly toMs: number },
): Promise<ReleaseOf<T>[]> => {
  const rows = await db.execute<ReleaseRow & Record<string, unknown>>(sql`
    with ${JUDGE} select ${COLUMNS} from ${released(tier)}
      and r.release_at >= to_timestamp(${period.fromMs / 1000}::float8)
      and r.release_at < to_timestamp(${period.toMs / 1000}::float8)
    order by r.release_at, r.signal_event_id`);
  return rows.map((row) => releaseFrom(row, tier));
};

/** How long until the tier's next release falls due; null when none waits. For our own timers: never shown. */
export const nextReleaseInMs = async (db: Db, tier: Tier): Promise<number | null> => {
  const rows = await db.execute<{ readonly in_ms: number | null }>(sql`
    with ${JUDGE} select (extract(epoch from min(r.release_at) - ${NOW}) * 1000)::float8 as in_ms
    from releases r where r.tier = ${tier} and r.release_at > ${NOW}`);
  return rows[0]?.in_ms ?? null;
};

/** One release, once it may be seen. */
export const readRelease = async <T extends Tier>(db: Db, tier: T, releaseId: string): Promise<ReleaseOf<T> | null> => {
  const id = UUID.test(releaseId) ? releaseId : NO_RELEASE;
  const rows = await db.execute<ReleaseRow & Record<string, unknown>>(sql`
    with ${JUDGE} select ${COLUMNS} from ${released(tier)} and r.id = ${id}::uuid`);
  return rows[0] ? releaseFrom(rows[0], tier) : null;
};

interface ClaimOptions {
  readonly channel: (typeof deliveries.$inferSelect)['channel'];
  readonly limit: number;
  /** What fell due longer ago than this is no longer sent: it would be read as new. */
  readonly catchUpMs: number;
}

/**
 * Writes the delivery row of every release that fell due and has none on the channel; returns their ids in order.
 * The row is the claim: whoever else tries at the same time gets the others.
 */
export const claimDueReleases = async (db: Db, tier: Tier, options: ClaimOptions): Promise<string[]> => {
  const { channel, limit, catchUpMs } = options;
  const rows = await db.execute<{ readonly release_id: string }>(sql`
    with ${JUDGE}, due as materialized (
      select r.id, r.release_at, r.signal_event_id from ${released(tier)}
        and r.release_at > ${NOW} - make_interval(secs => ${catchUpMs / 1000}::float8)
        and not exists (select 1 from deliveries d where d.release_id = r.id and d.channel = ${channel})
      order by r.release_at, r.signal_event_id limit ${limit}
    ), claimed as (
      insert into deliveries (release_id, channel) select id, ${channel} from due on conflict do nothing returning release_id
    )
    select claimed.release_id from claimed join due on due.id = claimed.release_id
    order by due.release_at, due.signal_event_id`);
  return rows.map((row) => row.release_id);
};
