import type { World } from '../world.ts';
import type { SchedulePhase } from './types.ts';

/** A subscription that was changed past its schedule: the running phase becomes what the subscription now is. */
export const followInSchedule = (world: World, subscriptionId: string): void => {
  const { schedule: id, items } = world.need('subscription', subscriptionId);
  if (id === null) return;
  const schedule = world.need('subscription_schedule', id);
  const current = schedule.current_phase;
  const phases = schedule.phases.map((phase): SchedulePhase => {
    if (phase.start_date !== current?.start_date) return phase;
    return {
      ...phase,
      items: items.data.map((item) => ({
        billing_thresholds: null,
        metadata: item.metadata,
        plan: item.price.id,
        price: item.price.id,
        quantity: item.quantity,
        tax_rates: item.tax_rates,
      })),
    };
  });
  world.update('subscription_schedule', id, { phases }, 'subscription_schedule.updated');
};
