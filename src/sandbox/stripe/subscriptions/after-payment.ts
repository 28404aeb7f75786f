import type { Invoice } from '../invoices/types.ts';
import type { World } from '../world.ts';
import { endSubscription } from './end.ts';
import { applyPending, dropPending } from './pending.ts';
import { isLive } from './status.ts';
import type { Subscription } from './types.ts';

const subscriptionOf = (world: World, invoice: Invoice): Subscription | null => {
  const subscription =
    invoice.subscription === null ? undefined : world.store.get('subscription', invoice.subscription);
  return subscription && isLive(subscription.status) ? subscription : null;
};

/**
 * The invoice that says whether the subscription is behind: its latest final one, void ones and the one of an update that
 * waits for its payment left out.
 */
const decisiveInvoice = (world: World, { id, customer, internal }: Subscription): Invoice | undefined =>
  world.store
    .of('invoice', customer)
    .findLast(
      (invoice) =>
        invoice.subscription === id &&
        invoice.id !== internal.pendingInvoice &&
        invoice.status !== 'void' &&
        invoice.status !== 'draft',
    );

/** Back to active once the decisive invoice is paid, or void and the one before it was paid. */
const reviewStanding = (world: World, subscriptionId: string): void => {
  const subscription = world.need('subscription', subscriptionId);
  if (subscription.status !== 'past_due' && subscription.status !== 'unpaid') return;
  const decisive = decisiveInvoice(world, subscription);
  if (decisive && decisive.status !== 'paid') return;
  world.update('subscription', subscriptionId, { status: 'active' }, 'customer.subscription.updated');
};

/** An invoice was made void: an update that waited for it is dropped, and the one before it decides. */
export const afterVoid = (world: World, invoice: Invoice): void => {
  const subscription = subscriptionOf(world, invoice);
  if (!subscription) return;
  if (subscription.internal.pendingInvoice === invoice.id) dropPending(world, subscription.id);
  reviewStanding(world, subscription.id);
};

/**
 * A paid invoice starts an incomplete subscription, applies the update that waited for it, and takes a subscription that
 * was behind back to active when it is the one that decides.
 */
export const afterPaid = (world: World, invoice: Invoice): void => {
  const subscription = subscriptionOf(world, invoice);
  if (!subscription) return;
  if (subscription.internal.pendingInvoice === invoice.id) applyPending(world, subscription.id);
  const current = world.need('subscription', subscription.id);
  const saves = current.payment_settings.save_default_payment_method === 'on_subscription';
  const intent = invoice.payment_intent === null ? null : world.need('payment_intent', invoice.payment_intent);
  const method = saves && intent?.payment_method ? intent.payment_method : current.default_payment_method;
  world.update(
    'subscription',
    subscription.id,
    {
      ...(current.status === 'incomplete' && invoice.id === current.latest_invoice
        ? { status: 'active' as const }
        : {}),
      default_payment_method: method,
    },
    'customer.subscription.updated',
  );
  reviewStanding(world, subscription.id);
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
