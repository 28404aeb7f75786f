import { asc, desc, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { billingReconciliations } from '../schema/billing-reconciliations.ts';
import { invoices } from '../schema/invoices.ts';
import { subscriptionChanges } from '../schema/subscription-changes.ts';
import { subscriptions } from '../schema/subscriptions.ts';
import { msOf } from './moment.ts';

export type SubscriptionChangeRow = Pick<
  typeof subscriptionChanges.$inferSelect,
  'subscriptionId' | 'change' | 'mrrBeforeCents' | 'mrrAfterCents' | 'why' | 'at'
>;
export type RevenueSubscription = Pick<
  typeof subscriptions.$inferSelect,
  | 'id'
  | 'userId'
  | 'tier'
  | 'billingInterval'
  | 'status'
  | 'amountCents'
  | 'discountCents'
  | 'cancelAtPeriodEnd'
  | 'cancelAt'
  | 'strayReason'
>;
export type RevenueInvoice = Pick<
  typeof invoices.$inferSelect,
  | 'id'
  | 'userId'
  | 'subscriptionId'
  | 'status'
  | 'amountPaidCents'
  | 'amountRemainingCents'
  | 'refundedCents'
  | 'attemptCount'
  | 'nextAttemptAt'
  | 'actionRequired'
  | 'paidAt'
  | 'disputeStatus'
  | 'disputedAt'
>;
export type ReconciliationRow = typeof billingReconciliations.$inferSelect;

export interface RevenueRows {
  readonly subscriptions: readonly RevenueSubscription[];
  /** In order of time. */
  readonly changes: readonly SubscriptionChangeRow[];
  readonly invoices: readonly RevenueInvoice[];
  /** The newest; null before the first. */
  readonly reconciliation: ReconciliationRow | null;
  /** The clock that access and renewals are judged by. */
  readonly now: Date;
}

/** All that revenue is counted from, as of one moment: nothing moves between its parts. */
export const readRevenue = async (db: Db): Promise<RevenueRows> =>
  await db.transaction(
    async (tx) => {
      const [clock] = await tx.execute<{ now: number }>(sql`select ${msOf(sql`policy_now()`)} as now`);
      const [newest] = await tx.select().from(billingReconciliations).orderBy(desc(billingReconciliations.id)).limit(1);
      return {
        subscriptions: await tx.select().from(subscriptions),
        changes: await tx
          .select()
          .from(subscriptionChanges)
          .orderBy(asc(subscriptionChanges.at), asc(subscriptionChanges.id)),
        invoices: await tx.select().from(invoices),
        reconciliation: newest ?? null,
        now: new Date(clock?.now ?? Date.now()),
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
