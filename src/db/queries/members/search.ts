import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../client.ts';
import { msOf } from '../moment.ts';
import type { UserRole, UserTier } from '../users.ts';

/** Stripe's statuses under which a subscription still runs. */
const RUNNING = sql`('trialing','active','past_due','unpaid','incomplete','paused')`;

export const MEMBER_STATES = [
  'comped',
  'two-subscriptions',
  'banned',
  'banned-and-paying',
  'unverified',
  'operator',
] as const;
export type MemberState = (typeof MEMBER_STATES)[number];

export const SUBSCRIPTION_STATUSES = [
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'incomplete',
  'incomplete_expired',
  'canceled',
  'paused',
] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

export interface MemberQuery {
  /** Part of an e-mail address, or a whole account, customer or subscription id. Empty: everybody. */
  readonly text: string;
  readonly tier: UserTier | null;
  /** Of any subscription they have or had. */
  readonly status: SubscriptionStatus | null;
  readonly state: MemberState | null;
  /** The last member of the page before; null for the first page. */
  readonly after: string | null;
}

export interface MemberLine {
  readonly id: string;
  readonly email: string;
  readonly role: UserRole;
  readonly tier: UserTier;
  readonly createdAt: Date;
  readonly verified: boolean;
  readonly banned: boolean;
  readonly deleted: boolean;
  readonly comped: boolean;
  /** `active premium, canceled basic`: newest first; null without any. */
  readonly subscriptions: string | null;
  /** How many subscriptions would be charged again: more than one is somebody who pays twice. */
  readonly renewing: number;
}

/** SQL for a subscription that Stripe will charge again; one that is set to end does not count. */
const renewing = (s: SQL): SQL => sql`(${s}.status in ('trialing','active','past_due')
  and not ${s}.cancel_at_period_end and ${s}.cancel_at is null)`;

const comped = sql`exists (select 1 from comps c where c.user_id = u.id and c.revoked_at is null
  and c.starts_at <= policy_now() and (c.ends_at is null or c.ends_at > policy_now()))`;
const runningCount = sql`(select count(*)::int from subscriptions s where s.user_id = u.id and s.status in ${RUNNING})`;

const CONDITIONS: Readonly<Record<MemberState, SQL>> = {
  comped,
  'two-subscriptions': sql`${runningCount} > 1`,
  banned: sql`u.banned_at is not null`,
  'banned-and-paying': sql`u.banned_at is not null and ${runningCount} > 0`,
  unverified: sql`u.email_verified_at is null`,
  operator: sql`u.role = 'operator'`,
};

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const isUserId = (text: string): boolean => UUID.test(text);

/** Whether a text from an address names an account that there is. */
export const isAccount = async (db: Db, text: string): Promise<boolean> =>
  isUserId(text) && (await db.execute(sql`select 1 from users where id = ${text}::uuid`)).length > 0;

const textCondition = (text: string): SQL => {
  if (isUserId(text)) return sql`u.id = ${text}::uuid`;
  if (text.startsWith('cus_'))
    return sql`exists (select 1 from billing_customers b where b.user_id = u.id and b.customer_id = ${text})`;
  if (text.startsWith('sub_'))
    return sql`exists (select 1 from subscriptions s where s.user_id = u.id and s.id = ${text})`;
  // What people type is no pattern: an underscore in an address is an underscore.
  const part = text.toLowerCase().replace(/[\\%_]/g, '\\$&');
  return sql`u.email like ${`%${part}%`}`;
};

const conditionsOf = ({ text, tier, status, state, after }: MemberQuery): SQL[] => {
  const found: SQL[] = [];
  if (text !== '') found.push(textCondition(text));
  if (tier) found.push(sql`entitled_tier(u.id) = ${tier}`);
  if (status) found.push(sql`exists (select 1 from subscriptions s where s.user_id = u.id and s.status = ${status})`);
  if (state) found.push(CONDITIONS[state]);
  if (after)
    found.push(sql`(u.created_at, u.id) < (select l.created_at, l.id from users l where l.id = ${after}::uuid)`);
  return found;
};

/** Newest accounts first, one more than a page holds when there is another page. */
export const searchMembers = async (
  db: Db,
  query: MemberQuery,
  pageLength: number,
): Promise<{ readonly members: readonly MemberLine[]; readonly more: boolean }> => {
  const where = conditionsOf(query);
  const rows = await db.execute<{ [K in keyof MemberLine]: K extends 'createdAt' ? number : MemberLine[K] }>(sql`
    select u.id, u.email, u.role, entitled_tier(u.id) as tier, ${msOf(sql`u.created_at`)} as "createdAt",
      u.email_verified_at is not null as verified, u.banned_at is not null as banned, u.deleted_at is not null as deleted, ${comped} as comped,
      (select string_agg(s.status || ' ' || s.tier, ', ' order by s.created_at desc, s.id)
        from subscriptions s where s.user_id = u.id) as subscriptions,
      (select count(*)::int from subscriptions s where s.user_id = u.id and ${renewing(sql`s`)}) as renewing
    from users u ${where.length > 0 ? sql`where ${sql.join(where, sql` and `)}` : sql``}
    order by u.created_at desc, u.id desc limit ${pageLength + 1}`);
  const members = rows.slice(0, pageLength).map((row) => ({ ...row, createdAt: new Date(row.createdAt) }));
  return { members, more: rows.length > pageLength };
};
