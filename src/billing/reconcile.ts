import { and, inArray, isNull, sql } from 'drizzle-orm';
import { audit } from '../db/queries/audit.ts';
import { billingReconciliations } from '../db/schema/billing-reconciliations.ts';
import { stripeEvents } from '../db/schema/stripe-events.ts';
import { billingCustomers } from '../db/schema/subscriptions.ts';
import { afterSync } from './after-sync.ts';
import { type BillingDeps, SYSTEM } from './deps.ts';
import type { ReconcileFinding, ReconcileReport } from './door.ts';
import { policyNowMs } from './policy-now.ts';
import { WEBHOOK_EVENTS } from './setup/webhook-events.ts';
import { StripeFailure } from './stripe/client.ts';
import { isUnderWay } from './sync/changes.ts';
import { type Synced, syncCustomer } from './sync/sync-customer.ts';

/** Stripe delivers for three days; what has not come within two hours of now may still be on its way. */
const EVENTS_LOOKED_BACK_SECONDS = 3 * 86_400;
const ON_ITS_WAY_SECONDS = 2 * 3_600;

const CAUSE = { actor: SYSTEM, cause: 'reconciliation' } as const;

const findingsOf = (customerId: string, synced: Synced): ReconcileFinding[] => {
  const { userId } = synced;
  const findings: ReconcileFinding[] = [];
  if (synced.drifted)
    findings.push({ kind: 'drift', about: customerId, userId, detail: 'our rows differed from Stripe; mended' });
  const paying = synced.subscriptions.filter((row) => isUnderWay(row) && row.strayReason === null);
  if (paying.length > 1)
    findings.push({
      kind: 'two-subscriptions',
      about: customerId,
      userId,
      detail: paying.map(({ id }) => id).join(', '),
    });
  for (const id of synced.unknown)
    findings.push({ kind: 'unknown-subscription', about: id, userId, detail: 'sells nothing that is ours' });
  return findings;
};

const reconcileCustomer = async (
  deps: BillingDeps,
  customerId: string,
  userId: string,
): Promise<ReconcileFinding[]> => {
  try {
    const synced = await syncCustomer(deps, customerId, CAUSE);
    if (!synced) return [];
    await afterSync(deps, customerId, synced);
    return findingsOf(customerId, synced);
  } catch (error) {
    if (!(error instanceof StripeFailure)) throw error;
    return [{ kind: 'sync-failed', about: customerId, userId, detail: error.message }];
  }
};

/** Subscriptions that somebody pays for and no account of ours is bound to. */
const unbound = async ({ gateway, db }: BillingDeps): Promise<ReconcileFinding[]> => {
  const living = await gateway.livingSubscriptions();
  const known = new Set(
    (await db.select({ id: billingCustomers.customerId }).from(billingCustomers)).map(({ id }) => id),
  );
  return living
    .filter(({ customer }) => !known.has(customer))
    .map(({ id, customer }) => ({
      kind: 'unbound-customer' as const,
      about: customer,
      userId: null,
      detail: `pays for ${id}, and no account is bound to it`,
    }));
};

/** Events that Stripe made and never delivered: their customers have just been read, so nothing is missed by them. */
const missingEvents = async ({ gateway, db }: BillingDeps): Promise<ReconcileFinding[]> => {
  const now = Math.floor((await policyNowMs(db)) / 1_000);
  const made = await gateway.eventsBetween(now - EVENTS_LOOKED_BACK_SECONDS, now - ON_ITS_WAY_SECONDS, WEBHOOK_EVENTS);
  if (made.length === 0) return [];
  const ids = made.map(({ id }) => id);
  const had = await db.select({ id: stripeEvents.id }).from(stripeEvents).where(inArray(stripeEvents.id, ids));
  const known = new Set(had.map(({ id }) => id));
  return made
    .filter(({ id }) => !known.has(id))
    .map(({ id, type }) => ({ kind: 'missing-event' as const, about: id, userId: null, detail: `${type} never came` }));
};

/** Deliveries that failed so far; the reading of their customers has done what they asked for. */
const unprocessedEvents = async ({ db }: BillingDeps, startedAt: Date): Promise<ReconcileFinding[]> => {
  const open = await db
    .update(stripeEvents)
    .set({ processedAt: sql`now()` })
    .where(
      and(
        isNull(stripeEvents.processedAt),
        sql`${stripeEvents.receivedAt} < ${startedAt.toISOString()}::timestamptz - interval '10 minutes'`,
      ),
    )
    .returning();
  return open.map(({ id, type, lastError }) => ({
    kind: 'unprocessed-event' as const,
    about: id,
    userId: null,
    detail: `${type}: ${lastError ?? 'not worked on'}; done by this pass`,
  }));
};

const pass = async (deps: BillingDeps, startedAt: Date): Promise<ReconcileReport> => {
  const findings: ReconcileFinding[] = [];
  const customers = await deps.db.select().from(billingCustomers);
  for (const { customerId, userId } of customers) findings.push(...(await reconcileCustomer(deps, customerId, userId)));
  findings.push(...(await unbound(deps)), ...(await missingEvents(deps)));
  const failed = findings.some(({ kind }) => kind === 'sync-failed');
  if (!failed) findings.push(...(await unprocessedEvents(deps, startedAt)));
  const finishedAt = new Date();
  const drifted = findings.filter(({ kind }) => kind === 'drift').length;
  await deps.db.transaction(async (tx) => {
    const row = { startedAt, finishedAt, customersChecked: customers.length, drifted, findings };
    await tx.insert(billingReconciliations).values(row);
    if (findings.length > 0)
      await audit(tx, {
        actor: SYSTEM,
        action: 'billing.reconciled',
        userId: null,
        after: { customersChecked: customers.length, drifted, findings },
        cause: 'reconciliation',
      });
  });
  const level = findings.length > 0 ? 'warn' : 'info';
  deps.log(level, 'billing is reconciled with Stripe', {
    customers: customers.length,
    drifted,
    findings: findings.length,
  });
  return {
    startedMs: startedAt.getTime(),
    finishedMs: finishedAt.getTime(),
    customersChecked: customers.length,
    drifted,
    findings,
  };
};

const PROBLEM_LENGTH_MAX = 500;

/** Operators are shown that it broke off, and why; what was read until then is kept. */
const noteBreakOff = async ({ db }: BillingDeps, startedAt: Date, error: unknown): Promise<void> => {
  const problem = (error instanceof Error ? error.message : String(error)).slice(0, PROBLEM_LENGTH_MAX);
  await db
    .insert(billingReconciliations)
    .values({ startedAt, finishedAt: new Date(), customersChecked: 0, drifted: 0, findings: [], problem });
};

/** Reads every customer again, mends what differs, and tells operators what it found. Throws when it broke off. */
export const reconcile = async (deps: BillingDeps): Promise<ReconcileReport> => {
  const startedAt = new Date();
  try {
    return await pass(deps, startedAt);
  } catch (error) {
    await noteBreakOff(deps, startedAt, error);
    throw error;
  }
};
