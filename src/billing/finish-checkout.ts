import { and, eq, sql } from 'drizzle-orm';
import { checkouts } from '../db/schema/checkouts.ts';
import { failureOf } from './act.ts';
import { customerOf } from './customer.ts';
import type { BillingDeps } from './deps.ts';
import type { BillingFailure } from './door.ts';
import type { Tier } from './plans.ts';
import { StripeFailure } from './stripe/client.ts';
import { syncCustomer } from './sync/sync-customer.ts';

const SESSION_FORM = /^cs_[A-Za-z0-9_]{1,250}$/;

/** The address of the success page can be typed by anybody: it only says when to look, and Stripe says what is true. */
export const finishCheckout = async (
  deps: BillingDeps,
  userId: string,
  sessionId: string,
): Promise<{ readonly ok: true; readonly tier: Tier } | BillingFailure> => {
  const customerId = await customerOf(deps, userId);
  if (!customerId || !SESSION_FORM.test(sessionId)) return { ok: false, reason: 'not-found' };
  try {
    const session = await deps.gateway.checkoutSession(sessionId);
    if (session.customer !== customerId) return { ok: false, reason: 'not-found' };
    const actor = { kind: 'member', userId } as const;
    const synced = await syncCustomer(deps, customerId, { actor, cause: `back from checkout ${sessionId}` });
    if (session.status !== 'open')
      await deps.db
        .update(checkouts)
        .set({ state: session.status === 'complete' ? 'complete' : 'expired', settledAt: sql`now()` })
        .where(and(eq(checkouts.sessionId, sessionId), eq(checkouts.state, 'open')));
    return synced ? { ok: true, tier: synced.tier } : { ok: false, reason: 'not-found' };
  } catch (error) {
    if (error instanceof StripeFailure && error.code === 'resource_missing') return { ok: false, reason: 'not-found' };
    return failureOf(deps, 'finishing a checkout', error);
  }
};
