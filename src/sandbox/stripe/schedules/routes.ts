import { listOf } from '../http/list.ts';
import { invalid } from '../http/refusal.ts';
import { type Call, inPath, type Routes } from '../http/route.ts';
import { cancelSubscription } from '../subscriptions/cancel.ts';
import type { World } from '../world.ts';
import { detachSchedule } from './release.ts';
import type { SubscriptionSchedule } from './types.ts';
import { createSchedule, updateSchedule } from './write.ts';

const running = (world: World, call: Call, verb: string): SubscriptionSchedule => {
  const schedule = world.find('subscription_schedule', inPath(call, 'schedule'), 'schedule');
  if (schedule.status !== 'active' && schedule.status !== 'not_started')
    throw invalid(
      `You cannot ${verb} a subscription schedule that is currently in the \`${schedule.status}\` status. A schedule can only be changed when it's in one of these statuses: \`not_started\`, \`active\`.`,
      'schedule',
    );
  return schedule;
};

export const scheduleRoutes: Routes = {
  'POST /v1/subscription_schedules': (world, { params }) => createSchedule(world, params),
  'GET /v1/subscription_schedules': (world, call) => {
    const customer = call.params.text('customer');
    const all = customer ? world.store.of('subscription_schedule', customer) : world.store.all('subscription_schedule');
    return listOf(call, all);
  },
  'GET /v1/subscription_schedules/{schedule}': (world, call) =>
    world.find('subscription_schedule', inPath(call, 'schedule'), 'schedule'),
  'POST /v1/subscription_schedules/{schedule}': (world, call) =>
    updateSchedule(world, inPath(call, 'schedule'), call.params),
  'POST /v1/subscription_schedules/{schedule}/release': (world, call) =>
    detachSchedule(world, running(world, call, 'release').id, 'released'),
  'POST /v1/subscription_schedules/{schedule}/cancel': (world, call) => {
    const { id, subscription } = running(world, call, 'cancel');
    if (subscription === null) return detachSchedule(world, id, 'canceled');
    cancelSubscription(world, subscription, {
      prorate: call.params.flag('prorate') ?? true,
      invoiceNow: call.params.flag('invoice_now') ?? true,
    });
    return world.need('subscription_schedule', id);
  },
};
