import { underAct } from './act.ts';
import { type Held, openInvoicesOf, scheduleOf } from './choose-subscription.ts';
import { customerOf } from './customer.ts';
import { decideChange } from './decide-change.ts';
import type { BillingDeps } from './deps.ts';
import type { BillingFailure, PlanChange, PlanChoice } from './door.ts';
import { priceOf } from './plans.ts';
import { changeNow, releaseSchedule, switchAtPeriodEnd, voidInvoice } from './stripe/acts.ts';
import type { CustomerPicture } from './stripe/gateway.ts';
import { actOnCustomer } from './sync/sync-customer.ts';

/** An upgrade that was not paid makes way: voiding its invoice drops it at Stripe. */
const dropPending = async (
  { gateway }: BillingDeps,
  picture: CustomerPicture,
  { subscription }: Held,
): Promise<void> => {
  if (!subscription.pending_update) return;
  for (const { id, billing_reason: why } of openInvoicesOf(picture, subscription.id))
    if (why === 'subscription_update') await voidInvoice(gateway.stripe, id);
};

const perform = async (
  deps: BillingDeps,
  picture: CustomerPicture,
  wish: PlanChoice,
  key: string,
): Promise<BillingFailure | { readonly ok: true; readonly subscriptionId: string }> => {
  const decision = decideChange(picture, wish);
  if ('ok' in decision) return decision;
  const { held, kind } = decision;
  const { stripe } = deps.gateway;
  const { subscription, itemId } = held;
  const priceId = await deps.gateway.priceId(priceOf(wish.tier, wish.interval).lookupKey);
  const pending = subscription.pending_update?.subscription_items?.[0]?.price.id;
  const done = { ok: true, subscriptionId: subscription.id } as const;
  if (pending === priceId) return done;
  await dropPending(deps, picture, held);
  const schedule = scheduleOf(subscription);
  if (kind === 'at-once') {
    if (schedule) await releaseSchedule(stripe, schedule.id);
    const trial = subscription.status === 'trialing';
    await changeNow(stripe, { key, subscriptionId: subscription.id, itemId, priceId, trial });
    return done;
  }
  const { discount } = subscription;
  await switchAtPeriodEnd(stripe, {
    key,
    subscriptionId: subscription.id,
    schedule,
    currentPriceId: held.priceId,
    periodEnd: subscription.current_period_end,
    priceId,
    couponId: discount && discount.coupon.duration !== 'once' ? discount.coupon.id : null,
  });
  return done;
};

export const changePlan = async (deps: BillingDeps, userId: string, wish: PlanChoice): Promise<PlanChange> => {
  const customerId = await customerOf(deps, userId);
  if (!customerId) return { ok: false, reason: 'no-subscription' };
  const { tier, interval } = wish;
  const actor = { kind: 'member', userId } as const;
  const cause = 'asked for at the plans page';
  return underAct(
    deps,
    { userId, kind: 'change-plan', wish: { tier, interval }, actor, cause },
    async (key): Promise<PlanChange> => {
      const acted = await actOnCustomer(deps, customerId, { actor, cause: `plan change ${key}` }, (picture) =>
        perform(deps, picture, { tier, interval }, key),
      );
      if (!acted) return { ok: false, reason: 'no-subscription' };
      const { result, synced } = acted;
      if (!result.ok) return result;
      const row = synced.subscriptions.find(({ id }) => id === result.subscriptionId);
      if (row?.tier === tier && row.billingInterval === interval) return { ok: true, outcome: 'changed' };
      if (row?.nextTier === tier && row.nextInterval === interval && row.nextAt)
        return { ok: true, outcome: 'scheduled', atMs: row.nextAt.getTime() };
      const open = synced.invoices
        .filter(({ subscriptionId, status }) => subscriptionId === result.subscriptionId && status === 'open')
        .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())[0];
      return { ok: true, outcome: 'payment-needed', payUrl: open?.hostedUrl ?? null };
    },
  );
};
