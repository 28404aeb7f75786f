import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import type { Tier } from './plans.ts';

/** As much of the bus as telling of changed access takes. */
export interface AccessBus {
  publish(topic: 'access.changed', message: unknown): void;
}

/** What somebody may see now, by the database's clock. */
export const tierOf = async (db: Db, userId: string): Promise<Tier> => {
  const [row] = await db.execute<{ tier: Tier }>(sql`select entitled_tier(${userId}::uuid) as tier`);
  if (!row) throw new Error('entitled_tier: no row');
  return row.tier;
};

/** After the commit: open streams on every node follow at once instead of at their next look (two seconds at most). */
export const announceAccess = async (bus: AccessBus, db: Db, userId: string): Promise<Tier> => {
  const tier = await tierOf(db, userId);
  bus.publish('access.changed', { userId, tier });
  return tier;
};
