import { voidInvoice } from '../invoices/void.ts';
import { detachSchedule } from '../schedules/release.ts';
import type { World } from '../world.ts';
import { addCredits } from './prorate.ts';
import type { Subscription } from './types.ts';

export interface EndOptions {
  /** Credit for what is unused of the period, to the next invoice. */
  readonly prorate?: boolean;
  readonly comment?: string | null;
  readonly feedback?: string | null;
}

/**
 * Ends a subscription now. Open and draft invoices are no longer collected by themselves. One whose first payment never
 * came is voided with its invoice and `incomplete_expired`: our reading, Stripe documents that for the 23 hours only.
 */
export const endSubscription = (
  world: World,
  id: string,
  reason: Subscription['cancellation_details']['reason'],
  options: EndOptions = {},
): Subscription => {
  const subscription = world.need('subscription', id);
  const now = world.now();
  const wasIncomplete = subscription.status === 'incomplete';
  const isCharged = subscription.status === 'active' || subscription.status === 'past_due';
  if (options.prorate === true && isCharged) addCredits(world, subscription, subscription.items.data, now);
  if (subscription.schedule !== null) detachSchedule(world, subscription.schedule, 'canceled');
  const details = subscription.cancellation_details;
  const ended = world.update('subscription', id, {
    status: wasIncomplete ? 'incomplete_expired' : 'canceled',
    canceled_at: subscription.canceled_at ?? now,
    ended_at: now,
    pending_update: null,
    schedule: null,
    cancellation_details: {
      comment: options.comment ?? details.comment,
      feedback: options.feedback ?? details.feedback,
      reason,
    },
    internal: { ...subscription.internal, pendingInvoice: null, pendingPeriod: null },
  });
  for (const invoice of world.store.of('invoice', subscription.customer)) {
    if (invoice.subscription !== id) continue;
    const isPending = invoice.id === subscription.internal.pendingInvoice;
    if (invoice.status === 'open' && (wasIncomplete || isPending)) voidInvoice(world, invoice.id);
    else if (invoice.status === 'open' || invoice.status === 'draft')
      world.update(
        'invoice',
        invoice.id,
        {
          auto_advance: false,
          next_payment_attempt: null,
          internal: { ...invoice.internal, finalizesAt: null, dunning: false },
        },
        'invoice.updated',
      );
  }
  world.emit(
    wasIncomplete ? 'customer.subscription.updated' : 'customer.subscription.deleted',
    ended,
    wasIncomplete ? { status: 'incomplete' } : undefined,
  );
  return world.need('subscription', id);
};

/** 23 hours without the first payment. */
export const expireIncomplete = (world: World, id: string): void => {
  endSubscription(world, id, null);
};
