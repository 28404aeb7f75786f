import { sql } from 'drizzle-orm';
import type { Tier } from '../../billing/plans.ts';
import type { Db } from '../../db/client.ts';
import type { AccessChange, Subscriber } from './types.ts';

/** The tier that each sign-in session is entitled to now, by the database; a session that is over is absent. */
export const readSessionTiers = async (
  db: Db,
  subscribers: readonly Subscriber[],
): Promise<ReadonlyMap<string, Tier>> => {
  const ids = [...new Set(subscribers.map((subscriber) => subscriber.sessionId))];
  if (ids.length === 0) return new Map();
  const rows = await db.execute<{ session_id: string; tier: Tier }>(sql`
    select s.token_hash as session_id, entitled_tier(u.id) as tier from sessions s join users u on u.id = s.user_id
    where s.token_hash in ${ids} and s.expires_at > now() and s.ends_at > now()`);
  return new Map(rows.map((row) => [row.session_id, row.tier]));
};

const isTier = (value: unknown): value is Tier => value === 'premium' || value === 'basic' || value === 'free';

/** Reads a hint off the bus; null when it is none that we know. */
export const parseAccessChange = (message: unknown): AccessChange | null => {
  if (typeof message !== 'object' || message === null) return null;
  const { userId, sessionId, tier, ended } = message as Readonly<Record<string, unknown>>;
  if (typeof userId === 'string' && isTier(tier)) return { userId, tier };
  if (typeof userId === 'string' && ended === true) return { userId, ended };
  if (typeof sessionId === 'string' && ended === true) return { sessionId, ended };
  return null;
};
