import { collectInvoice } from '../invoices/collect.ts';
import { draftInvoice, pendingItems } from '../invoices/draft.ts';
import { finalizeInvoice } from '../invoices/finalize.ts';
import type { World } from '../world.ts';
import { type EndOptions, endSubscription } from './end.ts';
import type { Subscription } from './types.ts';

const invoicePending = (world: World, subscription: Subscription): void => {
  const items = pendingItems(world, subscription.customer, subscription.id);
  if (items.length === 0) return;
  const now = world.now();
  const { id } = draftInvoice(world, {
    customer: subscription.customer,
    subscription,
    lines: [],
    items,
    reason: 'subscription_update',
    period: { start: subscription.current_period_start, end: now },
    finalizesAt: null,
    autoAdvance: true,
    dunning: false,
  });
  world.update('subscription', subscription.id, { latest_invoice: id }, 'customer.subscription.updated');
  if (finalizeInvoice(world, id).status === 'open') collectInvoice(world, id, { automatic: false });
};

/** Ends a subscription because somebody asked, with an invoice at once for what is pending if that is asked too. */
export const cancelSubscription = (
  world: World,
  id: string,
  { invoiceNow, ...options }: EndOptions & { readonly invoiceNow: boolean },
): Subscription => {
  const ended = endSubscription(world, id, 'cancellation_requested', options);
  if (invoiceNow) invoicePending(world, ended);
  return world.need('subscription', id);
};
