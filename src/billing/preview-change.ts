import { failureOf } from './act.ts';
import { customerOf } from './customer.ts';
import { decideChange } from './decide-change.ts';
import type { BillingDeps } from './deps.ts';
import type { ChangePreview, PlanChoice } from './door.ts';
import { priceOf } from './plans.ts';

/** What another plan would mean for this person now; changes nothing. */
export const previewChange = async (deps: BillingDeps, userId: string, wish: PlanChoice): Promise<ChangePreview> => {
  const customer = await customerOf(deps, userId);
  if (!customer) return { ok: false, reason: 'no-subscription' };
  const { gateway } = deps;
  try {
    const decision = decideChange(await gateway.picture(customer), wish);
    if ('ok' in decision) return decision;
    const { subscription, itemId } = decision.held;
    if (decision.kind === 'at-period-end')
      return { ok: true, when: 'at-period-end', atMs: subscription.current_period_end.getTime() };
    if (subscription.status === 'trialing')
      return { ok: true, when: 'at-once', dueCents: 0, trialEndMs: subscription.trial_end?.getTime() ?? null };
    const priceId = await gateway.priceId(priceOf(wish.tier, wish.interval).lookupKey);
    const dueCents = await gateway.dueForChange({ customer, subscription: subscription.id, itemId, priceId });
    return { ok: true, when: 'at-once', dueCents, trialEndMs: null };
  } catch (error) {
    return failureOf(deps, 'previewing a change of plan', error);
  }
};
