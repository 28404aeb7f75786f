import { afterOnePeriod } from '../clock/months.ts';
import type { Params } from '../http/params.ts';
import { invalid, missingParam } from '../http/refusal.ts';
import { prorationOf } from '../subscriptions/create.ts';
import { recurringPrice } from '../subscriptions/items.ts';
import { isLive } from '../subscriptions/status.ts';
import type { ProrationBehavior, Subscription } from '../subscriptions/types.ts';
import { ratesNamed } from '../tax/rates.ts';
import type { World } from '../world.ts';
import { enterPhase } from './phases.ts';
import type { SchedulePhase, SubscriptionSchedule } from './types.ts';

const PRORATIONS = ['always_invoice', 'create_prorations', 'none'] as const;

const itemsOf = (world: World, phase: Params): SchedulePhase['items'] => {
  const sent = phase.hashes('items');
  if (!sent || sent.length === 0) throw missingParam(phase.name('items'));
  return sent.map((entry) => {
    const id = entry.text('price') ?? entry.text('plan');
    if (!id) throw missingParam(entry.name('price'));
    const price = recurringPrice(world, id, entry.name('price'));
    return {
      billing_thresholds: null,
      metadata: entry.metadata(),
      plan: price.id,
      price: price.id,
      quantity: entry.integer('quantity') ?? 1,
      tax_rates: ratesNamed(world, entry, 'tax_rates') ?? [],
    };
  });
};

/** Ends at `end_date` or after so many `iterations` of the price's period. */
const endOf = (world: World, phase: Params, items: SchedulePhase['items'], start: number): number => {
  const at = phase.instant('end_date', world.now());
  if (at !== undefined) return at;
  const price = world.need('price', items[0]?.price ?? '');
  if (!price.recurring) throw new Error('a phase without a recurring price');
  let end = start;
  for (let count = 0; count < (phase.integer('iterations') ?? 1); count += 1)
    end = afterOnePeriod(end, price.recurring);
  return end;
};

const couponOf = (world: World, phase: Params): string | null => {
  const id = phase.text('coupon');
  return id ? world.named('coupon', id, phase.name('coupon')).id : null;
};

const phasesOf = (world: World, params: Params, firstStart: number): readonly SchedulePhase[] | undefined => {
  let start = firstStart;
  return params.hashes('phases')?.map((phase, at) => {
    const sentStart = phase.instant('start_date', world.now());
    if (sentStart !== undefined && at > 0 && sentStart !== start)
      throw invalid('The phases of a schedule must follow each other without a gap.', phase.name('start_date'));
    if (sentStart !== undefined && at === 0) start = sentStart;
    const items = itemsOf(world, phase);
    const end = endOf(world, phase, items, start);
    if (end <= start) throw invalid('`end_date` must be after the start of the phase.', phase.name('end_date'));
    const made: SchedulePhase = {
      add_invoice_items: [],
      application_fee_percent: null,
      automatic_tax: { enabled: phase.hash('automatic_tax')?.flag('enabled') ?? false },
      billing_cycle_anchor: phase.oneOf('billing_cycle_anchor', ['automatic', 'phase_start']) ?? null,
      billing_thresholds: null,
      collection_method: phase.oneOf('collection_method', ['charge_automatically', 'send_invoice']) ?? null,
      coupon: couponOf(world, phase),
      currency: world.need('price', items[0]?.price ?? '').currency,
      default_payment_method: phase.text('default_payment_method') ?? null,
      default_tax_rates: ratesNamed(world, phase, 'default_tax_rates') ?? [],
      description: phase.text('description') ?? null,
      end_date: end,
      invoice_settings: null,
      items,
      metadata: phase.metadata(),
      on_behalf_of: null,
      proration_behavior: phase.oneOf('proration_behavior', PRORATIONS) ?? 'create_prorations',
      start_date: start,
      transfer_data: null,
      trial_end: phase.integer('trial_end') ?? null,
    };
    start = end;
    return made;
  });
};

const currentOf = (phases: readonly SchedulePhase[], now: number): SubscriptionSchedule['current_phase'] => {
  const phase = phases.find(({ start_date, end_date }) => start_date <= now && now < end_date);
  return phase ? { start_date: phase.start_date, end_date: phase.end_date } : null;
};

const phaseOf = (subscription: Subscription): SchedulePhase => ({
  add_invoice_items: [],
  application_fee_percent: null,
  automatic_tax: subscription.automatic_tax,
  billing_cycle_anchor: null,
  billing_thresholds: null,
  collection_method: null,
  coupon: subscription.discount?.coupon.id ?? null,
  currency: subscription.currency,
  default_payment_method: subscription.default_payment_method,
  default_tax_rates: subscription.default_tax_rates,
  description: null,
  end_date: subscription.current_period_end,
  invoice_settings: null,
  items: subscription.items.data.map((item) => ({
    billing_thresholds: null,
    metadata: item.metadata,
    plan: item.price.id,
    price: item.price.id,
    quantity: item.quantity,
    tax_rates: item.tax_rates,
  })),
  metadata: {},
  on_behalf_of: null,
  proration_behavior: 'create_prorations',
  start_date: subscription.current_period_start,
  transfer_data: null,
  trial_end: subscription.status === 'trialing' ? subscription.trial_end : null,
});

/** `POST /v1/subscription_schedules` for a subscription that runs; one that starts a subscription is not simulated. */
export const createSchedule = (world: World, params: Params): SubscriptionSchedule => {
  const from = params.text('from_subscription');
  if (!from) throw invalid('The sandbox makes schedules from a subscription only.', 'from_subscription');
  if (params.has('phases') || params.has('end_behavior') || params.has('default_settings'))
    throw invalid(
      '`from_subscription` cannot be used together with other parameters: update the schedule afterwards.',
      'from_subscription',
    );
  const subscription = world.named('subscription', from, 'from_subscription');
  if (!isLive(subscription.status) || subscription.status === 'incomplete')
    throw invalid('You cannot migrate a subscription that is not running to a schedule.', 'from_subscription');
  if (subscription.schedule !== null)
    throw invalid(
      `You cannot migrate a subscription that is already attached to a schedule: \`${subscription.schedule}\`.`,
      'from_subscription',
    );
  const phase = phaseOf(subscription);
  const schedule = world.insert(
    'subscription_schedule',
    {
      id: world.newId('sub_sched'),
      object: 'subscription_schedule',
      application: null,
      canceled_at: null,
      completed_at: null,
      created: world.now(),
      current_phase: { start_date: phase.start_date, end_date: phase.end_date },
      customer: subscription.customer,
      default_settings: {
        application_fee_percent: null,
        automatic_tax: subscription.automatic_tax,
        billing_cycle_anchor: 'automatic',
        billing_thresholds: null,
        collection_method: subscription.collection_method,
        default_payment_method: null,
        description: null,
        invoice_settings: null,
        on_behalf_of: null,
        transfer_data: null,
      },
      end_behavior: 'release',
      livemode: false,
      metadata: params.metadata(),
      phases: [phase],
      released_at: null,
      released_subscription: null,
      status: 'active',
      subscription: subscription.id,
      test_clock: null,
    },
    'subscription_schedule.created',
  );
  world.update('subscription', subscription.id, { schedule: schedule.id }, 'customer.subscription.updated');
  return schedule;
};

/** The running phase was changed: so is the subscription, at once. */
const followPhase = (world: World, schedule: SubscriptionSchedule, prorationBehavior: ProrationBehavior): void => {
  const { subscription: id, current_phase: current, phases } = schedule;
  const phase = phases.find(({ start_date }) => start_date === current?.start_date);
  if (id === null || !phase) return;
  const subscription = world.need('subscription', id);
  const isSame =
    phase.coupon === (subscription.discount?.coupon.id ?? null) &&
    phase.items.length === subscription.items.data.length &&
    phase.items.every((item, at) => {
      const old = subscription.items.data[at];
      return item.price === old?.price.id && item.quantity === old.quantity;
    });
  if (isSame) return;
  if (prorationBehavior === 'always_invoice')
    throw invalid('The sandbox does not invoice a change of the running phase at once.', 'proration_behavior');
  enterPhase(world, id, { ...phase, proration_behavior: prorationBehavior });
};

/** The sent phases take the place of the old ones; the first must be the one that runs. */
export const updateSchedule = (world: World, id: string, params: Params): SubscriptionSchedule => {
  const schedule = world.find('subscription_schedule', id, 'schedule');
  if (schedule.status !== 'active' && schedule.status !== 'not_started')
    throw invalid(
      `You cannot update a subscription schedule that is in the \`${schedule.status}\` status.`,
      'schedule',
    );
  const phases = phasesOf(world, params, schedule.current_phase?.start_date ?? world.now()) ?? schedule.phases;
  if (phases.length === 0 || phases.length > 10) throw invalid('A schedule has 1 to 10 phases.', 'phases');
  const before = schedule.current_phase;
  if (before && !phases.some(({ start_date }) => start_date === before.start_date))
    throw invalid('You can not modify the start date of the current phase.', 'phases[0][start_date]');
  const current = currentOf(phases, world.now());
  if (!current) throw invalid('The schedule must have a phase that covers the present.', 'phases');
  const updated = world.update(
    'subscription_schedule',
    id,
    {
      current_phase: current,
      end_behavior: params.oneOf('end_behavior', ['cancel', 'none', 'release', 'renew']) ?? schedule.end_behavior,
      metadata: params.metadata(schedule.metadata),
      phases,
    },
    'subscription_schedule.updated',
  );
  const prorationBehavior = prorationOf(params);
  if (params.has('phases')) followPhase(world, updated, prorationBehavior);
  return updated;
};
