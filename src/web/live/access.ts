import { sql } from 'drizzle-orm';
import type { Tier } from '../../billing/plans.ts';
import type { Db } from '../../db/client.ts';
import type { AccessChange, Subscriber } from './types.ts';

/**
 * The tier that each sign-in session is entitled to now, by the database; a session that is over is absent. One that
 * looks through a member's eyes has that member's.
 */
export const readSessionTiers = async (
  db: Db,
  subscribers: readonly Subscriber[],
): Promise<ReadonlyMap<string, Tier>> => {
  const ids = [...new Set(subscribers.map((subscriber) => subscriber.sessionId))];
  if (ids.length === 0) return new Map();
  const rows = await db.execute<{ session_id: string; tier: Tier }>(sql`
    select s.token_hash as session_id, entitled_tier(coalesce(i.member_id, u.id)) as tier
    from sessions s join users u on u.id = s.user_id
    left join impersonations i on i.session_id = s.token_hash and i.ended_at is null and i.ends_at > now()
    where s.token_hash in ${ids} and s.expires_at > now() and s.ends_at > now()
      and u.banned_at is null and u.deleted_at is null and u.email_verified_at is not null`);
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
