import type { World } from '../world.ts';
import { draftUpdate } from './draft-update.ts';
import type { Subscription } from './types.ts';
import { payForUpdate } from './update.ts';

/** A paused subscription goes on with a new period from now, which is charged at once. */
export const resumeSubscription = (world: World, subscription: Subscription): Subscription => {
  const { id } = subscription;
  const { patch, invoice } = draftUpdate(
    world,
    { ...subscription, status: 'active' },
    {
      items: null,
      prorationBehavior: 'none',
      prorationDate: subscription.current_period_start,
      anchorNow: true,
      trialEnd: null,
    },
  );
  const resumed = { ...patch, status: 'active' as const };
  if (invoice) payForUpdate(world, id, invoice, resumed, 'allow_incomplete');
  else world.update('subscription', id, resumed, 'customer.subscription.updated');
  world.emit('customer.subscription.resumed', world.need('subscription', id));
  return world.need('subscription', id);
};
