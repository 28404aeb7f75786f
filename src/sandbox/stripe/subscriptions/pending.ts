import { voidInvoice } from '../invoices/void.ts';
import type { World } from '../world.ts';
import { itemList } from './items.ts';
import type { Subscription } from './types.ts';

/** An update waits so long for its payment. */
export const PENDING_SECONDS = 23 * 3_600;

const cleared = (subscription: Subscription): Pick<Subscription, 'pending_update' | 'internal'> => ({
  pending_update: null,
  internal: { ...subscription.internal, pendingInvoice: null, pendingPeriod: null },
});

/** The payment came: the update is made. */
export const applyPending = (world: World, id: string): void => {
  const subscription = world.need('subscription', id);
  const { pending_update: pending, internal } = subscription;
  if (!pending) return;
  const { subscription_items: items, billing_cycle_anchor: anchor, trial_end } = pending;
  const single = items?.length === 1 ? items[0] : undefined;
  const applied = world.update(
    'subscription',
    id,
    {
      ...cleared(subscription),
      ...(items ? { items: itemList(id, items), plan: single?.plan ?? null, quantity: single?.quantity ?? null } : {}),
      ...(anchor === null ? {} : { billing_cycle_anchor: anchor }),
      ...(internal.pendingPeriod === null
        ? {}
        : { current_period_start: internal.pendingPeriod.start, current_period_end: internal.pendingPeriod.end }),
      ...(trial_end === null ? {} : { trial_end }),
    },
    'customer.subscription.updated',
  );
  world.emit('customer.subscription.pending_update_applied', applied);
};

/** It did not come, or another update takes its place: the invoice is void and nothing has changed. */
export const dropPending = (world: World, id: string): void => {
  const subscription = world.need('subscription', id);
  const { pendingInvoice } = subscription.internal;
  if (pendingInvoice !== null && world.need('invoice', pendingInvoice).status === 'open')
    voidInvoice(world, pendingInvoice);
  const expired = world.update(
    'subscription',
    id,
    cleared(world.need('subscription', id)),
    'customer.subscription.updated',
  );
  world.emit('customer.subscription.pending_update_expired', expired);
};
