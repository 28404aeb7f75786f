import { and, eq, sql } from 'drizzle-orm';
import type { AuditActor } from '../db/queries/audit.ts';
import { checkouts } from '../db/schema/checkouts.ts';
import { underAct } from './act.ts';
import { scheduleOf } from './choose-subscription.ts';
import { customerOf } from './customer.ts';
import type { BillingDeps } from './deps.ts';
import type { Done } from './door.ts';
import { endNow, expireCheckout, neverCollect, releaseSchedule } from './stripe/acts.ts';
import type { CustomerPicture } from './stripe/gateway.ts';
import type { StripeSubscription } from './stripe/shapes.ts';
import { actOnCustomer } from './sync/sync-customer.ts';

const goesOn = ({ status }: StripeSubscription): boolean => status !== 'canceled' && status !== 'incomplete_expired';

const closeCheckouts = async ({ gateway, db }: BillingDeps, customerId: string, userId: string): Promise<void> => {
  for (const { id, status } of await gateway.checkoutSessionsOf(customerId))
    if (status === 'open') await expireCheckout(gateway.stripe, id);
  await db
    .update(checkouts)
    .set({ state: 'expired', settledAt: sql`now()` })
    .where(and(eq(checkouts.userId, userId), eq(checkouts.state, 'open')));
};

const endAll = async ({ gateway }: BillingDeps, picture: CustomerPicture): Promise<void> => {
  for (const subscription of picture.subscriptions.filter(goesOn)) {
    const schedule = scheduleOf(subscription);
    if (schedule) await releaseSchedule(gateway.stripe, schedule.id);
    await endNow(gateway.stripe, subscription.id);
  }
};

/** What is still to be paid would be charged, or could be: it must be neither. */
const collectNothing = async ({ gateway }: BillingDeps, customerId: string): Promise<void> => {
  for (const invoice of await gateway.invoicesOf(customerId)) await neverCollect(gateway.stripe, invoice);
};

/** Read anew, after everything: what Stripe says now, not what it answered. */
const isOver = async ({ gateway }: BillingDeps, customerId: string): Promise<boolean> => {
  const [subscriptions, invoices, sessions] = await Promise.all([
    gateway.subscriptionsOf(customerId),
    gateway.invoicesOf(customerId),
    gateway.checkoutSessionsOf(customerId),
  ]);
  return !(
    subscriptions.some(goesOn) ||
    invoices.some(({ status }) => status === 'open' || status === 'draft') ||
    sessions.some(({ status }) => status === 'open')
  );
};

/** First what could still be paid, then what goes on: so that nothing begins after everything was ended. */
export const endEverything = async (
  deps: BillingDeps,
  userId: string,
  actor: AuditActor,
  cause: string,
): Promise<Done> => {
  const customerId = await customerOf(deps, userId);
  if (!customerId) return { ok: true };
  return underAct(deps, { userId, kind: 'end', wish: {}, actor, cause }, async (key): Promise<Done> => {
    await closeCheckouts(deps, customerId, userId);
    const acted = await actOnCustomer(deps, customerId, { actor, cause: `${cause} (${key})` }, async (picture) => {
      if (!picture.deleted) await endAll(deps, picture);
      if (!picture.deleted) await collectNothing(deps, customerId);
      return isOver(deps, customerId);
    });
    return acted && !acted.result ? { ok: false, reason: 'not-ended' } : { ok: true };
  });
};
