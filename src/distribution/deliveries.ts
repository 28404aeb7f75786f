import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { deliveries } from '../db/schema/signals.ts';

type ChannelName = (typeof deliveries.$inferSelect)['channel'];

/** Written before each attempt, so that a crash during it leaves "may have arrived" behind. */
const UNDER_WAY = 'unknown: the attempt left no answer';

const rowOf = (releaseId: string, channel: ChannelName) =>
  and(eq(deliveries.releaseId, releaseId), eq(deliveries.channel, channel));

export interface StartedAttempt {
  /** Counting this one. */
  readonly attempts: number;
  /** An earlier attempt may have arrived. */
  readonly repeated: boolean;
}

/** Counts an attempt before it is made; null when the delivery is settled already. */
export const startAttempt = async (db: Db, releaseId: string, channel: ChannelName): Promise<StartedAttempt | null> => {
  const rows = await db.execute<{ attempts: number; repeated: boolean }>(sql`
    with before as materialized (
      select last_error from deliveries where release_id = ${releaseId}::uuid and channel = ${channel} for update
    )
    update deliveries d set attempts = d.attempts + 1, last_error = ${UNDER_WAY} from before
    where d.release_id = ${releaseId}::uuid and d.channel = ${channel} and d.state = 'queued'
    returning d.attempts, coalesce(before.last_error like 'unknown:%', false) as repeated`);
  return rows[0] ?? null;
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

/** Keeps why an attempt did not succeed; `mayHaveArrived` makes the next one say that it repeats. */
export const noteProblem = async (
  db: Db,
  releaseId: string,
  channel: ChannelName,
  note: { readonly problem: string; readonly mayHaveArrived: boolean },
): Promise<void> => {
  await db
    .update(deliveries)
    .set({ lastError: note.mayHaveArrived ? `unknown: ${note.problem}` : note.problem })
    .where(rowOf(releaseId, channel));
};
