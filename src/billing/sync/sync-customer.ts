import { eq, inArray, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type AuditActor, audit } from '../../db/queries/audit.ts';
import { queueMail } from '../../db/queries/mails.ts';
import { stripeEvents } from '../../db/schema/stripe-events.ts';
import { subscriptionChanges } from '../../db/schema/subscription-changes.ts';
import { billingCustomers } from '../../db/schema/subscriptions.ts';
import { announceAccess, tierOf } from '../announce-access.ts';
import { type BillingDeps, pageUrl } from '../deps.ts';
import { entitlementsOf, type Tier } from '../plans.ts';
import { policyNowMs } from '../policy-now.ts';
import type { CustomerPicture, PlanOfPrice } from '../stripe/gateway.ts';
import { changesOf, isUnderWay } from './changes.ts';
import { claimTrials } from './claim-trials.ts';
import { type Difference, differenceOf } from './difference.ts';
import { keptOf, saveInvoice, saveSubscription } from './kept.ts';
import { invoiceLetters, type LetterContext, subscriptionLetters } from './letters.ts';
import { type CustomerRows, type InvoiceRow, type Owner, rowsOf, type SubscriptionRow } from './rows.ts';

export interface SyncCause {
  readonly actor: AuditActor;
  /** What led to it: an event's id and type, a person's act. */
  readonly cause: string;
  /** Events that are done with once this is committed. */
  readonly eventIds?: readonly string[];
}

export interface Synced {
  readonly userId: string;
  readonly tier: Tier;
  readonly subscriptions: readonly SubscriptionRow[];
  readonly invoices: readonly InvoiceRow[];
  /** Whether the rows differed from what Stripe says. */
  readonly drifted: boolean;
  readonly unknown: readonly string[];
  /** Trials to be ended at Stripe: had before. */
  readonly refusedTrials: readonly string[];
  /** The address Stripe writes to; null when the customer is deleted there or has none. */
  readonly emailAtStripe: string | null;
}

/** Prices that schedules name by id alone are asked for beforehand, so that making rows needs no waiting. */
const planLookup = async ({ gateway }: BillingDeps, picture: CustomerPicture) => {
  const ids = picture.subscriptions.flatMap(
    ({ schedule }) => schedule?.phases.flatMap(({ items }) => items.map(({ price }) => price)) ?? [],
  );
  const plans = new Map<string, PlanOfPrice | null>();
  for (const id of new Set(ids)) plans.set(id, await gateway.planOfPriceId(id));
  return (id: string): PlanOfPrice | null => plans.get(id) ?? null;
};

/** What Stripe lists no more (a deleted customer's, say) is over, whatever it was. */
const vanished = (before: readonly SubscriptionRow[], rows: CustomerRows): SubscriptionRow[] =>
  before
    .filter(({ id }) => !rows.subscriptions.some((row) => row.id === id))
    .map((row) => ({
      ...row,
      status: 'canceled',
      accessUntil: null,
      strayReason: row.strayReason ?? 'Stripe lists it no more',
    }));

/** Paying twice is never meant: operators and the member hear of it, once for each pair. */
const warnOfSeveral = async (
  tx: Db,
  { userId }: Owner,
  rows: readonly SubscriptionRow[],
  cause: SyncCause,
  billingUrl: string,
): Promise<void> => {
  const paying = rows.filter((row) => isUnderWay(row) && row.strayReason === null);
  if (paying.length < 2) return;
  const ids = paying.map(({ id }) => id).sort();
  const plans = paying.map(({ tier }) => entitlementsOf(tier).name as 'Premium' | 'Basic');
  await queueMail(tx, {
    userId,
    template: 'paying-twice',
    dedupeKey: `paying-twice:${ids.join(':')}`,
    data: { plans, billingUrl },
  });
  await audit(tx, { actor: cause.actor, action: 'subscription.doubled', userId, after: ids, cause: cause.cause });
};

interface Work {
  readonly tx: Db;
  readonly owner: Owner;
  readonly cause: SyncCause;
  readonly letters: LetterContext;
}

const apply = async (
  { tx, owner, cause, letters }: Work,
  before: SubscriptionRow | null,
  after: SubscriptionRow,
): Promise<Difference | null> => {
  const difference = differenceOf(before, after);
  if (difference || before?.card !== after.card) await saveSubscription(tx, after);
  // Notices ripen with time alone, so letters are written whether or not anything differs; each goes out once.
  for (const letter of subscriptionLetters(before, after, letters)) await queueMail(tx, letter);
  if (!difference) return null;
  const history = changesOf(before, after, letters.saidWhy(after.id));
  if (history.length > 0) await tx.insert(subscriptionChanges).values(history);
  await audit(tx, {
    actor: cause.actor,
    action: 'subscription.synced',
    userId: owner.userId,
    ...(before && { before: { id: after.id, ...difference.before } }),
    after: { id: after.id, ...difference.after },
    cause: cause.cause,
  });
  return difference;
};

const applyInvoice = async (
  { tx, letters }: Work,
  before: InvoiceRow | null,
  after: InvoiceRow,
  paysFor: SubscriptionRow | null,
): Promise<Difference | null> => {
  for (const letter of invoiceLetters(before, after, paysFor, letters)) await queueMail(tx, letter);
  const difference = differenceOf(before, after);
  if (difference || before?.hostedUrl !== after.hostedUrl) await saveInvoice(tx, after);
  return difference;
};

/** Reads Stripe under the row's lock: of two at once the later reads later, so the last word is the newest. */
const syncLocked = async (deps: BillingDeps, tx: Db, owner: Owner, cause: SyncCause): Promise<Synced> => {
  const picture = await deps.gateway.picture(owner.customerId);
  const kept = await keptOf(tx, owner);
  const refusedTrials = await claimTrials(tx, owner.userId, picture.subscriptions);
  const rows = rowsOf(picture, {
    owner,
    policy: deps.policy,
    planOf: await planLookup(deps, picture),
    before: (id) => kept.subscriptions.get(id) ?? null,
    refusedTrials,
  });
  const all = [...rows.subscriptions, ...vanished([...kept.subscriptions.values()], rows)];
  const reasons = new Map(picture.subscriptions.map((one) => [one.id, one.cancellation_details?.reason ?? null]));
  const billingUrl = pageUrl(deps, '/account/billing');
  const letters: LetterContext = {
    nowMs: await policyNowMs(tx),
    billingUrl,
    plansUrl: pageUrl(deps, '/plans'),
    saidWhy: (id) => reasons.get(id) ?? null,
  };
  const work: Work = { tx, owner, cause, letters };
  let differences = 0;
  let moved = false;
  for (const row of all) {
    const difference = await apply(work, kept.subscriptions.get(row.id) ?? null, row);
    if (difference) differences += 1;
    moved ||= difference !== null && ('status' in difference.after || 'id' in difference.after);
  }
  for (const row of rows.invoices) {
    const paysFor = all.find(({ id }) => id === row.subscriptionId) ?? null;
    if (await applyInvoice(work, kept.invoices.get(row.id) ?? null, row, paysFor)) differences += 1;
  }
  if (moved) await warnOfSeveral(tx, owner, all, cause, billingUrl);
  await tx
    .update(billingCustomers)
    .set({ syncedAt: sql`policy_now()` })
    .where(eq(billingCustomers.customerId, owner.customerId));
  return {
    userId: owner.userId,
    tier: await tierOf(tx, owner.userId),
    subscriptions: all,
    invoices: rows.invoices,
    drifted: differences > 0,
    unknown: rows.unknown,
    refusedTrials: [...refusedTrials],
    emailAtStripe: picture.email,
  };
};

const eventsDone = async (tx: Db, ids: readonly string[]): Promise<boolean> => {
  if (ids.length === 0) return false;
  const open = await tx
    .select({ id: stripeEvents.id, processedAt: stripeEvents.processedAt })
    .from(stripeEvents)
    .where(inArray(stripeEvents.id, [...ids]));
  return open.length === ids.length && open.every(({ processedAt }) => processedAt !== null);
};

const lockCustomer = async (tx: Db, customerId: string): Promise<Owner | null> => {
  const [bound] = await tx
    .select({ userId: billingCustomers.userId, customerId: billingCustomers.customerId })
    .from(billingCustomers)
    .where(eq(billingCustomers.customerId, customerId))
    .for('update');
  return bound ?? null;
};

/**
 * Leaves our rows as Stripe says now, with mail and audit for every difference, in one transaction that holds the
 * customer's row. Null: no account is bound to that customer, or the events that asked for it are done with already.
 * Throws `StripeFailure` and the database's errors; then nothing has changed.
 */
export const syncCustomer = async (deps: BillingDeps, customerId: string, cause: SyncCause): Promise<Synced | null> => {
  const eventIds = cause.eventIds ?? [];
  const synced = await deps.db.transaction(async (tx) => {
    const owner = await lockCustomer(tx, customerId);
    if (!owner || (await eventsDone(tx, eventIds))) return null;
    const result = await syncLocked(deps, tx, owner, cause);
    if (eventIds.length > 0)
      await tx
        .update(stripeEvents)
        .set({ processedAt: sql`now()`, lastError: null })
        .where(inArray(stripeEvents.id, [...eventIds]));
    return result;
  });
  if (synced?.drifted) await announceAccess(deps.bus, deps.db, synced.userId);
  return synced;
};

/** What an act under the customer's lock came to, and what the rows say after it. */
export interface Acted<T> {
  readonly result: T;
  readonly synced: Synced;
}

/**
 * One act on a customer at a time, on all nodes: `work` sees Stripe as it is, changes it there, and the rows follow before
 * the lock is given up. Null: nobody is bound to that customer. When `work` throws, Stripe may have changed and the rows
 * have not: its webhooks, or the next sync, tell.
 */
export const actOnCustomer = async <T>(
  deps: BillingDeps,
  customerId: string,
  cause: SyncCause,
  work: (picture: CustomerPicture, tx: Db) => Promise<T>,
): Promise<Acted<T> | null> => {
  const acted = await deps.db.transaction(async (tx) => {
    const owner = await lockCustomer(tx, customerId);
    if (!owner) return null;
    const result = await work(await deps.gateway.picture(customerId), tx);
    return { result, synced: await syncLocked(deps, tx, owner, cause) };
  });
  if (acted?.synced.drifted) await announceAccess(deps.bus, deps.db, acted.synced.userId);
  return acted;
};
