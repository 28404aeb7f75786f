import type { Tombstone } from '../store/tables.ts';
import { endSubscription } from '../subscriptions/end.ts';
import { isLive } from '../subscriptions/status.ts';
import type { World } from '../world.ts';

/** Cancels every subscription at once, then leaves a tombstone. Invoices and charges stay on record. */
export const deleteCustomer = (world: World, id: string): Tombstone => {
  world.find('customer', id, 'customer');
  for (const subscription of world.store.of('subscription', id))
    if (isLive(subscription.status)) endSubscription(world, subscription.id, 'cancellation_requested');
  // Nothing is collected any more from somebody who is not there.
  for (const invoice of world.store.of('invoice', id))
    if (invoice.status === 'draft' || invoice.status === 'open')
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
  for (const method of world.store.of('payment_method', id))
    world.update('payment_method', method.id, { customer: null });
  const customer = world.named('customer', id, 'customer');
  const tombstone: Tombstone = { id, object: 'customer', deleted: true };
  world.store.remove('customer', id);
  world.store.put('tombstone', tombstone);
  world.emit('customer.deleted', customer);
  return tombstone;
};
