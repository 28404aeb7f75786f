import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { audit } from '../db/queries/audit.ts';
import { checkouts } from '../db/schema/checkouts.ts';
import { users } from '../db/schema/users.ts';
import { failureOf } from './act.ts';
import { hadTrial } from './billing-state.ts';
import { ensureCustomer } from './customer.ts';
import { type BillingDeps, pageUrl } from './deps.ts';
import type { BillingFailure, PlanChoice, Redirection } from './door.ts';
import { priceOf } from './plans.ts';
import { createCheckout, expireCheckout } from './stripe/acts.ts';
import { StripeFailure } from './stripe/client.ts';
import type { StripeCheckoutSession } from './stripe/shapes.ts';
import { isOver } from './sync/changes.ts';
import { syncCustomer } from './sync/sync-customer.ts';
import { termsOf } from './terms.ts';

type CheckoutRow = typeof checkouts.$inferSelect;
type Wish = PlanChoice & { readonly couponCode: string | null };

/** Stripe ends sessions after a day by itself. */
const isStale = (row: CheckoutRow): boolean => Date.now() - row.createdAt.getTime() > 23 * 3_600_000;

const settle = async (db: Db, id: string, state: 'complete' | 'expired'): Promise<void> => {
  await db
    .update(checkouts)
    .set({ state, settledAt: sql`now()` })
    .where(and(eq(checkouts.id, id), eq(checkouts.state, 'open')));
};

/** The session of a row: made under the row's key, so it is the same one however often this is asked. */
const sessionOf = async (deps: BillingDeps, row: CheckoutRow, customerId: string): Promise<StripeCheckoutSession> => {
  const { gateway, policy } = deps;
  if (row.sessionId) return gateway.checkoutSession(row.sessionId);
  const { tier, billingInterval: interval, trialDays, userId } = row;
  const session = await createCheckout(gateway.stripe, {
    key: row.id,
    customerId,
    userId,
    priceId: await gateway.priceId(priceOf(tier, interval).lookupKey),
    trialDays,
    promotionCodeId: row.couponCode && (await gateway.promotionCodeId(row.couponCode)),
    automaticTax: policy.automaticTax,
    terms: termsOf({ tier, interval, trialDays }),
    successUrl: `${pageUrl(deps, '/account/billing/done')}?session_id={CHECKOUT_SESSION_ID}`,
    cancelUrl: pageUrl(deps, '/plans'),
  });
  await deps.db
    .update(checkouts)
    .set({ sessionId: session.id, url: session.url ?? null })
    .where(eq(checkouts.id, row.id));
  return session;
};

/** Makes sure that nothing can be paid there any more. False: it has been paid already. */
const close = async (deps: BillingDeps, row: CheckoutRow, customerId: string): Promise<boolean> => {
  if (isStale(row)) {
    await settle(deps.db, row.id, 'expired');
    return true;
  }
  const session = await sessionOf(deps, row, customerId);
  if (session.status === 'open')
    await expireCheckout(deps.gateway.stripe, session.id).catch((error: unknown) => {
      // Paid or run out in this very moment: the next look tells which.
      if (!(error instanceof StripeFailure) || error.kind !== 'refused') throw error;
    });
  const after = await deps.gateway.checkoutSession(session.id);
  if (after.status === 'open') throw new Error(`checkout ${session.id}: open after it was expired`);
  await settle(deps.db, row.id, after.status === 'complete' ? 'complete' : 'expired');
  return after.status !== 'complete';
};

const isSame = (row: CheckoutRow, wish: Wish): boolean =>
  row.tier === wish.tier && row.billingInterval === wish.interval && row.couponCode === wish.couponCode;

const openRow = async (db: Db, userId: string): Promise<CheckoutRow | null> => {
  const [row] = await db
    .select()
    .from(checkouts)
    .where(and(eq(checkouts.userId, userId), eq(checkouts.state, 'open')))
    .limit(1);
  return row ?? null;
};

/** Whether something is being paid for already, by Stripe's own word of now. */
const isSubscribed = async (deps: BillingDeps, userId: string, customerId: string): Promise<boolean> => {
  const cause = { actor: { kind: 'member', userId }, cause: 'before a checkout' } as const;
  const synced = await syncCustomer(deps, customerId, cause);
  return synced === null || synced.subscriptions.some((row) => !isOver(row));
};

/** The row to pay under: the one of the same wish that is open, else a new one. Another wish's is closed before. */
const rowFor = async (
  deps: BillingDeps,
  userId: string,
  customerId: string,
  wish: Wish,
): Promise<CheckoutRow | BillingFailure> => {
  const { db, policy } = deps;
  const open = await openRow(db, userId);
  if (open && isSame(open, wish) && !isStale(open)) {
    const { status } = await sessionOf(deps, open, customerId);
    if (status === 'open') return open;
  }
  // One that was paid long ago has been looked at; one that is paid this very moment has not.
  if (open && !(await close(deps, open, customerId)) && (await isSubscribed(deps, userId, customerId)))
    return { ok: false, reason: 'already-subscribed' };
  const trialDays = (await hadTrial(db, userId)) ? 0 : policy.trialDays;
  return await db.transaction(async (tx) => {
    const { tier, interval: billingInterval, couponCode } = wish;
    const [made] = await tx
      .insert(checkouts)
      .values({ userId, tier, billingInterval, couponCode, trialDays })
      .onConflictDoNothing()
      .returning();
    const row = made ?? (await openRow(tx, userId));
    // Another request of the same person was quicker; when it wants something else, this one has to come again.
    if (!row || !isSame(row, wish)) return { ok: false, reason: 'unavailable' } as const;
    if (made)
      await audit(tx, {
        actor: { kind: 'member', userId },
        action: 'checkout.begun',
        userId,
        after: { checkout: row.id, tier, interval: billingInterval, trialDays, couponCode },
        cause: 'asked for at the plans page',
      });
    return row;
  });
};

const isClosed = async ({ db }: BillingDeps, userId: string): Promise<boolean> => {
  const [user] = await db.select().from(users).where(eq(users.id, userId)).limit(1);
  return !user || user.bannedAt !== null || user.deletedAt !== null;
};

export const startCheckout = async (
  deps: BillingDeps,
  userId: string,
  asked: PlanChoice & { readonly couponCode?: string },
): Promise<Redirection> => {
  const wish = { tier: asked.tier, interval: asked.interval, couponCode: asked.couponCode?.trim() || null };
  if (await isClosed(deps, userId)) return { ok: false, reason: 'account-closed' };
  const customer = await ensureCustomer(deps, userId);
  if (!customer.ok) return customer;
  const { customerId } = customer;
  try {
    if (wish.couponCode && (await deps.gateway.promotionCodeId(wish.couponCode)) === null)
      return { ok: false, reason: 'unknown-code' };
    if (await isSubscribed(deps, userId, customerId)) return { ok: false, reason: 'already-subscribed' };
    const row = await rowFor(deps, userId, customerId, wish);
    if ('ok' in row) return row;
    const { url, status, id } = await sessionOf(deps, row, customerId);
    if (status !== 'open' || !url) throw new Error(`checkout ${id}: just made, yet ${status}`);
    // Banned meanwhile, and whatever was open then was closed: this one was not yet.
    if (await isClosed(deps, userId)) {
      await close(deps, { ...row, sessionId: id }, customerId);
      return { ok: false, reason: 'account-closed' };
    }
    return { ok: true, url };
  } catch (error) {
    if (error instanceof StripeFailure && error.status !== null && error.kind !== 'declined') {
      // Stripe would repeat its answer under this row's key: the next try gets a row of its own.
      const open = await openRow(deps.db, userId);
      if (open && open.sessionId === null) await settle(deps.db, open.id, 'expired');
    }
    return failureOf(deps, 'starting a checkout', error);
  }
};
