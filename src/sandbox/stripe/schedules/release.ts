import type { World } from '../world.ts';
import type { SubscriptionSchedule } from './types.ts';

/**
 * Takes a schedule off its subscription. `released`: the subscription goes on by itself; `canceled`: it ends with it;
 * `completed`: every phase is over.
 */
export const detachSchedule = (
  world: World,
  id: string,
  status: 'canceled' | 'completed' | 'released',
): SubscriptionSchedule => {
  const schedule = world.need('subscription_schedule', id);
  const now = world.now();
  const done = world.update('subscription_schedule', id, {
    status,
    current_phase: null,
    subscription: status === 'released' ? null : schedule.subscription,
    ...(status === 'released' ? { released_at: now, released_subscription: schedule.subscription } : {}),
    ...(status === 'canceled' ? { canceled_at: now } : {}),
    ...(status === 'completed' ? { completed_at: now } : {}),
  });
  world.emit(`subscription_schedule.${status}`, done);
  if (schedule.subscription !== null)
    world.update('subscription', schedule.subscription, { schedule: null }, 'customer.subscription.updated');
  return done;
};
