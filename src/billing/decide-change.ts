import { type Held, heldIn } from './choose-subscription.ts';
import type { BillingFailure, PlanChoice } from './door.ts';
import { tierRank } from './plans.ts';
import type { CustomerPicture } from './stripe/gateway.ts';

type Decision = { readonly kind: 'at-once' | 'at-period-end'; readonly held: Held } | BillingFailure;

/**
 * A higher plan comes at once; a lower one, and another way of paying for the same, with the next period. A trial has nothing
 * paid to keep: it changes at once either way.
 */
export const decideChange = (picture: CustomerPicture, wish: PlanChoice): Decision => {
  const held = heldIn(picture);
  if (!held) return { ok: false, reason: 'no-subscription' };
  const { subscription, plan } = held;
  if (subscription.status !== 'active' && subscription.status !== 'trialing')
    return { ok: false, reason: 'payment-due' };
  if (subscription.cancel_at_period_end || subscription.cancel_at) return { ok: false, reason: 'cancel-scheduled' };
  if (plan.tier === wish.tier && plan.interval === wish.interval) return { ok: false, reason: 'same-plan' };
  const more = tierRank(wish.tier) > tierRank(plan.tier);
  return { kind: more || subscription.status === 'trialing' ? 'at-once' : 'at-period-end', held };
};
