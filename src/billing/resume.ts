import { heldIn, scheduleOf } from './choose-subscription.ts';
import type { BillingDeps } from './deps.ts';
import type { Done } from './door.ts';
import { memberAct } from './member-act.ts';
import { releaseSchedule, takeCancellationBack } from './stripe/acts.ts';
import type { CustomerPicture } from './stripe/gateway.ts';

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

export const resume = (deps: BillingDeps, userId: string, subscriptionId?: string): Promise<Done> =>
  memberAct(deps, { userId, kind: 'resume', subscriptionId }, (picture, key) =>
    perform(deps, picture, key, subscriptionId),
  );
