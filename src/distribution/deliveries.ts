import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { deliveries } from '../db/schema/signals.ts';

type ChannelName = (typeof deliveries.$inferSelect)['channel'];

/** Written before each attempt, so that a crash during it leaves "may have arrived" behind. */
const UNDER_WAY = 'unknown: the attempt left no answer';

const rowOf = (releaseId: string, channel: ChannelName) =>
  and(eq(deliveries.releaseId, releaseId), eq(deliveries.channel, channel));

export interface StartedAttempt {
  /** Attempts that may have reached the vendor, this one included. */
  readonly attempts: number;
  /** Since the release fell due here. */
  readonly ageMs: number;
  /** An earlier attempt may have arrived. */
  readonly repeated: boolean;
}

/** Counts an attempt before it is made; null when the delivery is settled already. */
export const startAttempt = async (db: Db, releaseId: string, channel: ChannelName): Promise<StartedAttempt | null> => {
  const rows = await db.execute<{ attempts: number; age_ms: number; repeated: boolean }>(sql`
    with before as materialized (
      select last_error from deliveries where release_id = ${releaseId}::uuid and channel = ${channel} for update
    )
    update deliveries d set attempts = d.attempts + 1, last_error = ${UNDER_WAY} from before
    where d.release_id = ${releaseId}::uuid and d.channel = ${channel} and d.state = 'queued'
    returning d.attempts, (extract(epoch from clock_timestamp() - d.queued_at) * 1000)::float8 as age_ms,
      coalesce(before.last_error like 'unknown:%', false) as repeated`);
  const row = rows[0];
  return row ? { attempts: row.attempts, ageMs: row.age_ms, repeated: row.repeated } : null;
};

export const settleDelivered = async (
  db: Db,
  releaseId: string,
  channel: ChannelName,
  vendorId: string | null,
): Promise<void> => {
  await db
    .update(deliveries)
    .set({ state: 'delivered', vendorId, lastError: null, deliveredAt: sql`now()` })
    .where(rowOf(releaseId, channel));
};

export const settleFailed = async (db: Db, releaseId: string, channel: ChannelName, problem: string): Promise<void> => {
  await db.update(deliveries).set({ state: 'failed', lastError: problem }).where(rowOf(releaseId, channel));
};

/** Keeps why an attempt was not taken; one that certainly did not arrive does not count as one. */
export const noteProblem = async (
  db: Db,
  releaseId: string,
  channel: ChannelName,
  note: { readonly problem: string; readonly arrived: 'perhaps' | 'no'; readonly repeated: boolean },
): Promise<void> => {
  const mayHaveArrived = note.arrived === 'perhaps' || note.repeated;
  await db
    .update(deliveries)
    .set({
      lastError: mayHaveArrived ? `unknown: ${note.problem}` : note.problem,
      attempts: note.arrived === 'no' ? sql`${deliveries.attempts} - 1` : sql`${deliveries.attempts}`,
    })
    .where(rowOf(releaseId, channel));
};
