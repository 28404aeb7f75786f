import { desc, eq, sql } from 'drizzle-orm';
import type { Db } from '../../client.ts';
import { apiKeys } from '../../schema/api-keys.ts';
import { comps } from '../../schema/comps.ts';
import { invoices } from '../../schema/invoices.ts';
import { mails } from '../../schema/mails.ts';
import { billingCustomers, subscriptions } from '../../schema/subscriptions.ts';
import { users } from '../../schema/users.ts';
import { type AuditRow, auditOfUser } from '../audit.ts';
import { chatsOf, type MemberChat } from '../chat/links.ts';
import type { CompRow } from '../comps.ts';
import { msOf } from '../moment.ts';
import { type SessionRow, sessionsOfUser } from '../sessions.ts';
import { USER_COLUMNS, type UserRow } from '../users.ts';

export type SubscriptionRow = typeof subscriptions.$inferSelect;
export type InvoiceRow = typeof invoices.$inferSelect;
type CustomerRow = typeof billingCustomers.$inferSelect;

/** One thing that gives somebody a tier now: `entitled_tier` is the highest of them. */
export interface AccessSource {
  readonly kind: 'subscription' | 'comp';
  readonly id: string;
  readonly tier: 'premium' | 'basic';
  /** Exclusive; null for as long as it is not revoked. */
  readonly until: Date | null;
}

/** A mail without what it says: that may open the account. */
export type MailLine = Pick<
  typeof mails.$inferSelect,
  'id' | 'template' | 'recipient' | 'state' | 'attempts' | 'lastError' | 'queuedAt' | 'sentAt'
> & { readonly hasText: boolean };

type ApiKeyLine = Pick<
  typeof apiKeys.$inferSelect,
  'name' | 'hint' | 'scopes' | 'createdAt' | 'lastUsedAt' | 'revokedAt'
>;

export interface Dossier {
  readonly user: UserRow;
  readonly customer: CustomerRow | null;
  readonly sources: readonly AccessSource[];
  readonly subscriptions: readonly SubscriptionRow[];
  readonly invoices: readonly InvoiceRow[];
  readonly comps: readonly CompRow[];
  readonly sessions: readonly SessionRow[];
  /** Without the key's hash. */
  readonly apiKeys: readonly ApiKeyLine[];
  readonly chats: readonly MemberChat[];
  readonly mails: readonly MailLine[];
  readonly history: readonly AuditRow[];
  /** The clock that access is judged by. */
  readonly policyNow: Date;
}

const MAILS_SHOWN = 50;
const INVOICES_SHOWN = 50;

const sourcesOf = async (db: Db, userId: string): Promise<AccessSource[]> => {
  const rows = await db.execute<{
    kind: AccessSource['kind'];
    id: string;
    tier: AccessSource['tier'];
    until: number | null;
  }>(
    sql`select held.* from (
        select 'subscription' as kind, s.id, s.tier, ${msOf(sql`s.access_until`)} as until from subscriptions s
          where s.user_id = ${userId}::uuid and s.access_until > policy_now()
        union all
        select 'comp', c.id::text, c.tier, ${msOf(sql`c.ends_at`)} from comps c
          where c.user_id = ${userId}::uuid and c.revoked_at is null and c.starts_at <= policy_now()
            and (c.ends_at is null or c.ends_at > policy_now())
      ) held order by tier_rank(held.tier) desc, held.until desc nulls first`,
  );
  return rows.map((row) => ({ ...row, until: row.until === null ? null : new Date(row.until) }));
};

const apiKeysOf = (db: Db, userId: string): Promise<ApiKeyLine[]> =>
  db
    .select({
      name: apiKeys.name,
      hint: apiKeys.hint,
      scopes: apiKeys.scopes,
      createdAt: apiKeys.createdAt,
      lastUsedAt: apiKeys.lastUsedAt,
      revokedAt: apiKeys.revokedAt,
    })
    .from(apiKeys)
    .where(eq(apiKeys.userId, userId))
    .orderBy(desc(apiKeys.createdAt));

const mailsOf = (db: Db, userId: string): Promise<MailLine[]> =>
  db
    .select({
      id: mails.id,
      template: mails.template,
      recipient: mails.recipient,
      state: mails.state,
      attempts: mails.attempts,
      lastError: mails.lastError,
      queuedAt: mails.queuedAt,
      sentAt: mails.sentAt,
      hasText: sql<boolean>`${mails.data} <> '{}'::jsonb`,
    })
    .from(mails)
    .where(eq(mails.userId, userId))
    .orderBy(desc(mails.queuedAt))
    .limit(MAILS_SHOWN);

/** Everything that operators may know of an account; null when there is none. Holds no password, token or letter. */
export const readDossier = async (db: Db, userId: string): Promise<Dossier | null> => {
  const [user] = await db.select(USER_COLUMNS).from(users).where(eq(users.id, userId)).limit(1);
  if (!user) return null;
  const [customer] = await db.select().from(billingCustomers).where(eq(billingCustomers.userId, userId)).limit(1);
  const [clock] = await db.execute<{ now: number }>(sql`select ${msOf(sql`policy_now()`)} as now`);
  const bought = await db
    .select()
    .from(subscriptions)
    .where(eq(subscriptions.userId, userId))
    .orderBy(desc(subscriptions.createdAt));
  const given = await db.select().from(comps).where(eq(comps.userId, userId)).orderBy(desc(comps.startsAt));
  return {
    user,
    customer: customer ?? null,
    sources: await sourcesOf(db, userId),
    subscriptions: bought,
    invoices: await db
      .select()
      .from(invoices)
      .where(eq(invoices.userId, userId))
      .orderBy(desc(invoices.createdAt))
      .limit(INVOICES_SHOWN),
    comps: given,
    sessions: await sessionsOfUser(db, userId),
    apiKeys: await apiKeysOf(db, userId),
    chats: await chatsOf(db, userId),
    mails: await mailsOf(db, userId),
    history: await auditOfUser(db, userId),
    policyNow: new Date(clock?.now ?? Date.now()),
  };
};
