import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';

/** The clock by which the database judges access, in ms since 1970. */
export const policyNowMs = async (db: Db): Promise<number> => {
  const [row] = await db.execute<{ ms: string }>(sql`select (extract(epoch from policy_now()) * 1000)::text as ms`);
  if (!row) throw new Error('policy_now: no row');
  return Number(row.ms);
};
