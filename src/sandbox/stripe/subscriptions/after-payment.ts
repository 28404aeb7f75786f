import type { Invoice } from '../invoices/types.ts';
import type { World } from '../world.ts';
import { endSubscription } from './end.ts';
import { applyPending } from './pending.ts';
import { isLive } from './status.ts';
import type { Subscription } from './types.ts';

const subscriptionOf = (world: World, invoice: Invoice): Subscription | null => {
  const subscription =
    invoice.subscription === null ? undefined : world.store.get('subscription', invoice.subscription);
  return subscription && isLive(subscription.status) ? subscription : null;
};

/**
 * A paid invoice starts an incomplete subscription, applies the update that waited for it, and takes a subscription that
 * was behind back to active when it is the latest one.
 */
export const afterPaid = (world: World, invoice: Invoice): void => {
  const subscription = subscriptionOf(world, invoice);
  if (!subscription) return;
  if (subscription.internal.pendingInvoice === invoice.id) applyPending(world, subscription.id);
  const isBehind = ['incomplete', 'past_due', 'unpaid'].includes(subscription.status);
  const current = world.need('subscription', subscription.id);
  const saves = current.payment_settings.save_default_payment_method === 'on_subscription';
  const intent = invoice.payment_intent === null ? null : world.need('payment_intent', invoice.payment_intent);
  const method = saves && intent?.payment_method ? intent.payment_method : current.default_payment_method;
  world.update(
    'subscription',
    subscription.id,
    {
      ...(isBehind && invoice.id === current.latest_invoice ? { status: 'active' as const } : {}),
      default_payment_method: method,
    },
    'customer.subscription.updated',
  );
};

/** A failed renewal puts the subscription behind. */
export const afterFailed = (world: World, invoice: Invoice): void => {
  const subscription = subscriptionOf(world, invoice);
  if (!subscription || invoice.id !== subscription.latest_invoice) return;
  if (subscription.status !== 'active' && subscription.status !== 'trialing') return;
  world.update('subscription', subscription.id, { status: 'past_due' }, 'customer.subscription.updated');
};

/** No retry is left: what the settings say becomes of the subscription. */
export const afterLastRetry = (world: World, invoice: Invoice): void => {
  const subscription = subscriptionOf(world, invoice);
  if (!subscription || subscription.status === 'unpaid') return;
  switch (world.dunning.thenSubscription) {
    case 'cancel':
      endSubscription(world, subscription.id, 'payment_failed');
      return;
    case 'unpaid':
      world.update('subscription', subscription.id, { status: 'unpaid' }, 'customer.subscription.updated');
      return;
    case 'past_due':
      return;
  }
};
