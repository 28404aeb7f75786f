import { underAct } from './act.ts';
import { heldIn, scheduleOf } from './choose-subscription.ts';
import { customerOf } from './customer.ts';
import type { BillingDeps } from './deps.ts';
import type { Done } from './door.ts';
import { releaseSchedule, takeCancellationBack } from './stripe/acts.ts';
import type { CustomerPicture } from './stripe/gateway.ts';
import { actOnCustomer } from './sync/sync-customer.ts';

const perform = async (
  { gateway }: BillingDeps,
  picture: CustomerPicture,
  key: string,
  subscriptionId: string | undefined,
): Promise<Done> => {
  const held = heldIn(picture, subscriptionId);
  if (!held) return { ok: false, reason: 'no-subscription' };
  const { subscription } = held;
  if (subscription.cancel_at_period_end || subscription.cancel_at) {
    const byDate = !subscription.cancel_at_period_end;
    await takeCancellationBack(gateway.stripe, { key, subscriptionId: subscription.id, byDate });
    return { ok: true };
  }
  const schedule = scheduleOf(subscription);
  if (!schedule) return { ok: false, reason: 'nothing-to-resume' };
  await releaseSchedule(gateway.stripe, schedule.id);
  return { ok: true };
};

export const resume = async (deps: BillingDeps, userId: string, subscriptionId?: string): Promise<Done> => {
  const customerId = await customerOf(deps, userId);
  if (!customerId) return { ok: false, reason: 'no-subscription' };
  const actor = { kind: 'member', userId } as const;
  const wish = { subscription: subscriptionId ?? null };
  return underAct(
    deps,
    { userId, kind: 'resume', wish, actor, cause: 'asked for at the billing page' },
    async (key): Promise<Done> => {
      const acted = await actOnCustomer(deps, customerId, { actor, cause: `resumption ${key}` }, (picture) =>
        perform(deps, picture, key, subscriptionId),
      );
      return acted?.result ?? { ok: false, reason: 'no-subscription' };
    },
  );
};
