import { type Held, heldIn, openInvoicesOf, scheduleOf } from './choose-subscription.ts';
import type { BillingDeps } from './deps.ts';
import type { Done } from './door.ts';
import { memberAct } from './member-act.ts';
import { cancelAtPeriodEnd, endNow, neverCollect, releaseSchedule, voidInvoice } from './stripe/acts.ts';
import type { CustomerPicture } from './stripe/gateway.ts';

/** What is not paid is not kept, and is charged no more. Stripe voids some invoices with it, so the others are read anew. */
const endUnpaid = async ({ gateway }: BillingDeps, { subscription }: Held): Promise<void> => {
  await endNow(gateway.stripe, subscription.id);
  for (const invoice of await gateway.invoicesOf(subscription.customer))
    if (invoice.subscription === subscription.id) await neverCollect(gateway.stripe, invoice);
};

const perform = async (
  deps: BillingDeps,
  picture: CustomerPicture,
  key: string,
  subscriptionId: string | undefined,
): Promise<Done> => {
  const held = heldIn(picture, subscriptionId);
  if (!held) return { ok: false, reason: 'no-subscription' };
  const { subscription } = held;
  const { stripe } = deps.gateway;
  if (subscription.status !== 'active' && subscription.status !== 'trialing') {
    await endUnpaid(deps, held);
    return { ok: true };
  }
  if (subscription.cancel_at_period_end || subscription.cancel_at) return { ok: true };
  // A schedule decides how it goes on: Stripe takes no cancellation beside one.
  const schedule = scheduleOf(subscription);
  if (schedule) await releaseSchedule(stripe, schedule.id);
  if (subscription.pending_update)
    for (const { id } of openInvoicesOf(picture, subscription.id)) await voidInvoice(stripe, id);
  await cancelAtPeriodEnd(stripe, { key, subscriptionId: subscription.id });
  return { ok: true };
};

export const cancel = (deps: BillingDeps, userId: string, subscriptionId?: string): Promise<Done> =>
  memberAct(deps, { userId, kind: 'cancel', subscriptionId }, (picture, key) =>
    perform(deps, picture, key, subscriptionId),
  );
