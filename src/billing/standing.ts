import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import type { Standing } from './door.ts';
import type { PaidTier } from './plans.ts';

interface Row extends Record<string, unknown> {
  readonly status: string;
  readonly tier: PaidTier;
  readonly access_until_ms: string | null;
  readonly hosted_url: string | null;
  readonly action_required: boolean | null;
}

const KINDS: Readonly<Record<string, Standing['kind']>> = {
  past_due: 'past-due',
  unpaid: 'unpaid',
  incomplete: 'incomplete',
};

/** What keeps a member from what they subscribed to, or soon will; null: nothing. One query, asked on every page. */
export const standingOf = async (db: Db, userId: string): Promise<Standing | null> => {
  const [row] = await db.execute<Row>(sql`
    select s.status, s.tier, i.hosted_url, i.action_required,
      case when s.access_until > policy_now() then (extract(epoch from s.access_until) * 1000)::bigint::text end as access_until_ms
    from subscriptions s
    left join lateral (
      select hosted_url, action_required from invoices
      where subscription_id = s.id and status = 'open' order by action_required desc, created_at desc limit 1
    ) i on true
    where s.user_id = ${userId}::uuid and s.stray_reason is null
      and (s.status in ('past_due', 'unpaid', 'incomplete') or (s.status in ('active', 'trialing') and i.action_required))
    order by tier_rank(s.tier) desc limit 1`);
  if (!row) return null;
  return {
    kind: row.action_required ? 'action-required' : (KINDS[row.status] ?? 'past-due'),
    tier: row.tier,
    accessUntilMs: row.access_until_ms === null ? null : Number(row.access_until_ms),
    payUrl: row.hosted_url,
  };
};
