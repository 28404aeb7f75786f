import { listOf, rangeFilter } from '../http/list.ts';
import { invalid, notFound } from '../http/refusal.ts';
import { type Call, inPath, type Routes } from '../http/route.ts';
import { search } from '../http/search.ts';
import type { World } from '../world.ts';
import { cancelSubscription } from './cancel.ts';
import { createSubscription } from './create.ts';
import { resumeSubscription } from './resume.ts';
import { isLive } from './status.ts';
import type { Subscription } from './types.ts';
import { updateSubscription } from './update.ts';

/** Without `status` the list leaves out what is canceled; `ended` is what is over in either way. */
const hasStatus = (subscription: Subscription, wanted: string | null | undefined): boolean => {
  switch (wanted) {
    case undefined:
    case null:
      return subscription.status !== 'canceled';
    case 'all':
      return true;
    case 'ended':
      return !isLive(subscription.status);
    default:
      return subscription.status === wanted;
  }
};

const listSubscriptions = (world: World, call: Call): object => {
  const { params } = call;
  const [customer, price, status] = [params.text('customer'), params.text('price'), params.text('status')];
  const endsIn = rangeFilter(call, 'current_period_end');
  const startsIn = rangeFilter(call, 'current_period_start');
  const all = customer ? world.store.of('subscription', customer) : world.store.all('subscription');
  return listOf(
    call,
    all.filter(
      (subscription) =>
        hasStatus(subscription, status) &&
        (!price || subscription.items.data.some((item) => item.price.id === price)) &&
        endsIn(subscription.current_period_end) &&
        startsIn(subscription.current_period_start),
    ),
  );
};

const cancelCalled = (world: World, call: Call): Subscription => {
  const id = inPath(call, 'subscription_exposed_id');
  const subscription = world.find('subscription', id, 'subscription_exposed_id');
  // Stripe speaks of a subscription that is over as of one that it does not have.
  if (!isLive(subscription.status)) throw notFound('subscription', id, 'subscription_exposed_id');
  const details = call.params.hash('cancellation_details');
  return cancelSubscription(world, id, {
    prorate: call.params.flag('prorate') ?? false,
    invoiceNow: call.params.flag('invoice_now') ?? false,
    ...(details?.text('comment') ? { comment: details.text('comment') ?? null } : {}),
    ...(details?.text('feedback') ? { feedback: details.text('feedback') ?? null } : {}),
  });
};

export const subscriptionRoutes: Routes = {
  'POST /v1/subscriptions': (world, { params }) => createSubscription(world, params),
  'GET /v1/subscriptions': listSubscriptions,
  'GET /v1/subscriptions/search': (world, call) =>
    search(call, world.store.all('subscription'), {
      status: ({ status }) => status,
      created: ({ created }) => created,
    }),
  'GET /v1/subscriptions/{subscription_exposed_id}': (world, call) =>
    world.find('subscription', inPath(call, 'subscription_exposed_id'), 'subscription_exposed_id'),
  'POST /v1/subscriptions/{subscription_exposed_id}': (world, call) =>
    updateSubscription(world, inPath(call, 'subscription_exposed_id'), call.params),
  'DELETE /v1/subscriptions/{subscription_exposed_id}': cancelCalled,
  'DELETE /v1/subscriptions/{subscription_exposed_id}/discount': (world, call) => {
    const id = inPath(call, 'subscription_exposed_id');
    const { discount } = world.find('subscription', id, 'subscription_exposed_id');
    if (!discount) throw notFound('discount', id, 'subscription_exposed_id');
    world.update('subscription', id, { discount: null }, 'customer.subscription.updated');
    world.emit('customer.discount.deleted', discount);
    const { end: _, ...rest } = discount;
    return { ...rest, deleted: true };
  },
  'POST /v1/subscriptions/{subscription}/resume': (world, call) => {
    const subscription = world.find('subscription', inPath(call, 'subscription'), 'subscription');
    if (subscription.status !== 'paused')
      throw invalid(`This subscription is not paused: its status is ${subscription.status}.`, 'subscription');
    return resumeSubscription(world, subscription);
  },
};
