import { nextPeriodEnd } from '../clock/months.ts';
import { methodFor } from '../invoices/collect.ts';
import { draftInvoice, pendingItems } from '../invoices/draft.ts';
import { periodLines } from '../invoices/lines.ts';
import type { Invoice } from '../invoices/types.ts';
import type { World } from '../world.ts';
import { endSubscription } from './end.ts';
import { cycleOf } from './items.ts';
import { dropPending } from './pending.ts';
import type { Subscription } from './types.ts';

/** A renewal's invoice stays a draft so long, for the merchant to change it. */
const DRAFT_SECONDS = 3_600;

/** Nobody to charge when the trial ends, and the subscription says what then. True when it goes no further. */
const stopsWithoutCard = (world: World, subscription: Subscription): boolean => {
  const behavior = subscription.trial_settings.end_behavior.missing_payment_method;
  if (subscription.status !== 'trialing' || behavior === 'create_invoice') return false;
  const invoice = world.need('invoice', subscription.latest_invoice ?? '');
  if (methodFor(world, invoice)) return false;
  if (behavior === 'cancel') endSubscription(world, subscription.id, null);
  else {
    const paused = world.update('subscription', subscription.id, { status: 'paused' }, 'customer.subscription.updated');
    world.emit('customer.subscription.paused', paused);
  }
  return true;
};

/**
 * The next period begins: its invoice is drafted, and finalised and charged an hour later. An update that still waits for
 * its payment was prorated for the period that is over, and is dropped: our reading.
 */
export const renewSubscription = (world: World, id: string): Invoice | null => {
  if (world.need('subscription', id).internal.pendingInvoice !== null) dropPending(world, id);
  const before = world.need('subscription', id);
  if (stopsWithoutCard(world, before)) return null;
  const start = before.current_period_end;
  const end = nextPeriodEnd(before.billing_cycle_anchor, cycleOf(before.items.data), start);
  const discount = before.discount?.end && before.discount.end <= start ? null : before.discount;
  const isHeld = before.status === 'unpaid';
  const renewed: Subscription = {
    ...before,
    current_period_start: start,
    current_period_end: end,
    discount,
    status: before.status === 'trialing' ? 'active' : before.status,
  };
  const invoice = draftInvoice(world, {
    customer: before.customer,
    subscription: renewed,
    lines: periodLines(world, renewed, { start, end }, { isTrial: false }),
    items: pendingItems(world, before.customer, id),
    reason: 'subscription_cycle',
    period: { start: before.current_period_start, end: start },
    finalizesAt: isHeld ? null : world.now() + DRAFT_SECONDS,
    autoAdvance: !isHeld,
    dunning: !isHeld,
  });
  world.update('subscription', id, { ...renewed, latest_invoice: invoice.id }, 'customer.subscription.updated');
  if (before.discount && !discount) world.emit('customer.discount.deleted', before.discount);
  return invoice;
};
