import { and, desc, eq, gt, isNull, notInArray, or, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { comps } from '../db/schema/comps.ts';
import { invoices } from '../db/schema/invoices.ts';
import { subscriptions } from '../db/schema/subscriptions.ts';
import { trialsUsed } from '../db/schema/trials-used.ts';
import { users } from '../db/schema/users.ts';
import { tierOf } from './announce-access.ts';
import type { BillingState, InvoiceState, SubscriptionState } from './door.ts';
import { emailHash } from './email-hash.ts';
import { tierRank } from './plans.ts';
import type { BillingPolicy } from './policy.ts';
import { policyNowMs } from './policy-now.ts';

type SubscriptionRow = typeof subscriptions.$inferSelect;
type InvoiceRow = typeof invoices.$inferSelect;

const INVOICES_SHOWN = 24;
const OVER: readonly SubscriptionRow['status'][] = ['canceled', 'incomplete_expired'];

/** Whether it still goes on, or could by a payment. */
const isLiving = ({ status }: Pick<SubscriptionRow, 'status'>): boolean => !OVER.includes(status);

const ms = (date: Date | null): number | null => date?.getTime() ?? null;

/** When it ends unless something is done; null while it renews. */
const cancelAtMs = (row: SubscriptionRow): number | null =>
  ms(row.cancelAt) ?? (row.cancelAtPeriodEnd ? row.currentPeriodEnd.getTime() : null);

const subscriptionState = (row: SubscriptionRow): SubscriptionState => ({
  id: row.id,
  tier: row.tier,
  interval: row.billingInterval,
  status: row.status,
  amountCents: row.amountCents - row.discountCents,
  currentPeriodEndMs: row.currentPeriodEnd.getTime(),
  cancelAtMs: cancelAtMs(row),
  trialEndMs: ms(row.trialEnd),
  accessUntilMs: ms(row.accessUntil),
  graceEndsMs: row.status === 'past_due' ? ms(row.accessUntil) : null,
  next:
    row.nextTier && row.nextInterval && row.nextAt
      ? { tier: row.nextTier, interval: row.nextInterval, atMs: row.nextAt.getTime() }
      : null,
  pending:
    row.pendingTier && row.pendingInterval && row.pendingExpiresAt
      ? { tier: row.pendingTier, interval: row.pendingInterval, expiresMs: row.pendingExpiresAt.getTime() }
      : null,
  card: row.card,
});

const invoiceState = (row: InvoiceRow): InvoiceState => ({
  id: row.id,
  number: row.number,
  status: row.status,
  totalCents: row.totalCents,
  amountDueCents: row.amountRemainingCents,
  amountPaidCents: row.amountPaidCents,
  refundedCents: row.refundedCents,
  createdMs: row.createdAt.getTime(),
  hostedUrl: row.hostedUrl,
  actionRequired: row.actionRequired,
});

/** The living first, then the higher tier, then the newer. */
const byWeight = (a: SubscriptionRow, b: SubscriptionRow): number =>
  Number(isLiving(b)) - Number(isLiving(a)) ||
  tierRank(b.tier) - tierRank(a.tier) ||
  b.createdAt.getTime() - a.createdAt.getTime();

/** Whether this account or its address has had a trial; a card is known only once it is given. */
export const hadTrial = async (db: Db, userId: string): Promise<boolean> => {
  const [user] = await db.select({ email: users.email }).from(users).where(eq(users.id, userId)).limit(1);
  const same = user
    ? or(eq(trialsUsed.userId, userId), eq(trialsUsed.emailHash, emailHash(user.email)))
    : eq(trialsUsed.userId, userId);
  const [used] = await db.select({ id: trialsUsed.id }).from(trialsUsed).where(same).limit(1);
  if (used) return true;
  const [bought] = await db
    .select({ id: subscriptions.id })
    .from(subscriptions)
    .where(
      and(eq(subscriptions.userId, userId), notInArray(subscriptions.status, ['incomplete', 'incomplete_expired'])),
    )
    .limit(1);
  return bought !== undefined;
};

const compOf = async (db: Db, userId: string): Promise<BillingState['comp']> => {
  const [row] = await db
    .select({ tier: comps.tier, endsAt: comps.endsAt })
    .from(comps)
    .where(
      and(
        eq(comps.userId, userId),
        isNull(comps.revokedAt),
        sql`${comps.startsAt} <= policy_now()`,
        or(isNull(comps.endsAt), gt(comps.endsAt, sql`policy_now()`)),
      ),
    )
    .orderBy(sql`tier_rank(${comps.tier}) desc`, sql`${comps.endsAt} desc nulls first`)
    .limit(1);
  return row ? { tier: row.tier, endsMs: ms(row.endsAt) } : null;
};

/** What the billing pages show; asks our own rows alone. */
export const billingStateOf = async (db: Db, policy: BillingPolicy, userId: string): Promise<BillingState> => {
  const [tier, bought, billed, comp, had, nowMs] = await Promise.all([
    tierOf(db, userId),
    db.select().from(subscriptions).where(eq(subscriptions.userId, userId)),
    db
      .select()
      .from(invoices)
      .where(eq(invoices.userId, userId))
      .orderBy(desc(invoices.createdAt), desc(invoices.id))
      .limit(INVOICES_SHOWN),
    compOf(db, userId),
    hadTrial(db, userId),
    policyNowMs(db),
  ]);
  const [first = null, ...rest] = bought.filter((row) => row.strayReason === null).sort(byWeight);
  return {
    tier,
    subscription: first && subscriptionState(first),
    others: rest.filter(isLiving).map(subscriptionState),
    invoices: billed.map(invoiceState),
    trialDays: had ? 0 : policy.trialDays,
    comp,
    nowMs,
  };
};
