import { inArray, lte, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { rateLimits } from '../schema/rate-limits.ts';

export interface Window {
  readonly key: string;
  readonly windowSeconds: number;
}

export interface Counted {
  readonly key: string;
  /** This one included. */
  readonly attempts: number;
  /** Until the window ends. */
  readonly restSeconds: number;
}

/**
 * Counts one attempt in each window, by the database's clock, in one statement: whoever counts at the same time, on
 * whichever machine, waits for the other. Rows are locked in the order of their keys, so that nobody waits in a circle.
 */
export const countAttempts = async (db: Db, windows: readonly Window[]): Promise<readonly Counted[]> => {
  const inOrder = [...windows].sort((a, b) => (a.key < b.key ? -1 : 1));
  const values = sql.join(
    inOrder.map(({ key, windowSeconds }) => sql`(${key}, 1, now() + make_interval(secs => ${windowSeconds}::float8))`),
    sql`, `,
  );
  const rows = await db.execute<{ key: string; attempts: number; rest: number }>(sql`
    insert into rate_limits as held (key, attempts, ends_at) values ${values}
    on conflict (key) do update set
      attempts = case when held.ends_at <= now() then 1 else held.attempts + 1 end,
      ends_at = case when held.ends_at <= now() then excluded.ends_at else held.ends_at end
    returning key, attempts, ceil(extract(epoch from ends_at - now()))::int as rest`);
  return rows.map(({ key, attempts, rest }) => ({ key, attempts, restSeconds: Math.max(1, rest) }));
};

export const forgetAttempts = async (db: Db, keys: readonly string[]): Promise<void> => {
  if (keys.length > 0) await db.delete(rateLimits).where(inArray(rateLimits.key, [...keys]));
};

export const sweepAttempts = async (db: Db): Promise<void> => {
  await db.delete(rateLimits).where(lte(rateLimits.endsAt, sql`now()`));
};
