import { nextPeriodEnd } from '../clock/months.ts';
import { startDiscount } from '../coupons/discount.ts';
import type { Discount } from '../coupons/types.ts';
import { endSubscription } from '../subscriptions/end.ts';
import { cycleOf, itemList, makeItem } from '../subscriptions/items.ts';
import { addCredits, addDebits } from '../subscriptions/prorate.ts';
import type { Subscription, SubscriptionItem } from '../subscriptions/types.ts';
import type { World } from '../world.ts';
import { detachSchedule } from './release.ts';
import type { SchedulePhase } from './types.ts';

/** The phase's items, each kept under the id that the subscription has in the same place. */
const itemsOfPhase = (world: World, subscription: Subscription, phase: SchedulePhase): readonly SubscriptionItem[] =>
  phase.items.map((item, at) => {
    const price = world.need('price', item.price);
    const fresh = makeItem(world, subscription.id, price, item.quantity, {
      metadata: item.metadata,
      tax_rates: item.tax_rates,
    });
    const old = subscription.items.data[at];
    return old ? { ...fresh, id: old.id, created: old.created } : fresh;
  });

/** The discount that the phase names takes the place of the one there is; a phase that names none ends it. */
const phaseDiscount = (world: World, subscription: Subscription, phase: SchedulePhase): Discount | null => {
  const { discount } = subscription;
  if (phase.coupon === (discount?.coupon.id ?? null)) return discount;
  if (discount) world.emit('customer.discount.deleted', discount);
  const coupon = phase.coupon === null ? undefined : world.store.get('coupon', phase.coupon);
  if (!coupon) return null;
  const on = { customer: subscription.customer, subscription: subscription.id, checkoutSession: null };
  return startDiscount(world, { coupon, promotionCode: null }, on);
};

/**
 * Gives the subscription what the phase says. At the end of a period the renewal charges it; in the middle of one it is
 * prorated to the next invoice, unless the phase says not to.
 */
export const enterPhase = (world: World, id: string, phase: SchedulePhase): void => {
  const subscription = world.need('subscription', id);
  const now = world.now();
  const items = itemsOfPhase(world, subscription, phase);
  const changed = items.some((item, at) => item.price.id !== subscription.items.data[at]?.price.id);
  const inside = now < subscription.current_period_end;
  if (changed && inside && phase.proration_behavior !== 'none') {
    addCredits(world, subscription, subscription.items.data, now);
    addDebits(world, subscription, items, now);
  }
  const single = items.length === 1 ? items[0] : undefined;
  const [before, cycle] = [cycleOf(subscription.items.data), cycleOf(items)];
  const isOtherCycle = before.interval !== cycle.interval || before.interval_count !== cycle.interval_count;
  world.update(
    'subscription',
    id,
    {
      items: itemList(id, items),
      plan: single?.plan ?? null,
      quantity: single?.quantity ?? null,
      metadata: { ...subscription.metadata, ...phase.metadata },
      discount: phaseDiscount(world, subscription, phase),
      // Another interval counts from here.
      ...(isOtherCycle || phase.billing_cycle_anchor === 'phase_start' ? { billing_cycle_anchor: now } : {}),
      ...(isOtherCycle && inside ? { current_period_end: nextPeriodEnd(now, cycle, now) } : {}),
    },
    'customer.subscription.updated',
  );
};

/** The running phase has ended by now. */
export const isPhaseOver = (world: World, scheduleId: string): boolean => {
  const end = world.need('subscription_schedule', scheduleId).current_phase?.end_date;
  return end !== undefined && end <= world.now();
};

/**
 * A phase of the subscription's schedule is over: the next one, or what the schedule says comes after the last. That a
 * schedule which releases its subscription by itself ends as `released`, not `completed`, is our reading.
 */
export const movePhase = (world: World, subscriptionId: string): void => {
  const { schedule: id } = world.need('subscription', subscriptionId);
  const schedule = world.need('subscription_schedule', id ?? '');
  const now = world.now();
  const next = schedule.phases.find((phase) => phase.start_date <= now && phase.end_date > now);
  if (next) {
    world.update(
      'subscription_schedule',
      schedule.id,
      { current_phase: { start_date: next.start_date, end_date: next.end_date } },
      'subscription_schedule.updated',
    );
    enterPhase(world, subscriptionId, next);
    return;
  }
  if (schedule.end_behavior === 'cancel') {
    detachSchedule(world, schedule.id, 'completed');
    endSubscription(world, subscriptionId, null);
  } else detachSchedule(world, schedule.id, 'released');
};
