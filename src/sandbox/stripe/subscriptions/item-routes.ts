import { listOf } from '../http/list.ts';
import { Params } from '../http/params.ts';
import { notFound } from '../http/refusal.ts';
import { type Call, inPath, type Routes } from '../http/route.ts';
import type { FormParams } from '../types.ts';
import type { World } from '../world.ts';
import { isLive } from './status.ts';
import type { Subscription, SubscriptionItem } from './types.ts';
import { updateSubscription } from './update.ts';

/** What an update of one item says of the subscription, not of the item. */
const OF_SUBSCRIPTION = ['payment_behavior', 'proration_behavior', 'proration_date', 'off_session'];

const ownerOf = (world: World, id: string): Subscription => {
  const owner = world.store
    .all('subscription')
    .find(({ status, items }) => isLive(status) && items.data.some((item) => item.id === id));
  if (!owner) throw notFound('subscription_item', id, 'item');
  return owner;
};

/** An item is changed through its subscription, by the same rules. */
const change = (world: World, subscription: string, form: FormParams, item: FormParams): Subscription => {
  const rest = Object.entries(form).filter(([key]) => OF_SUBSCRIPTION.includes(key));
  return updateSubscription(world, subscription, new Params({ ...Object.fromEntries(rest), items: [item] }));
};

const ofItem = (form: FormParams): FormParams =>
  Object.fromEntries(
    Object.entries(form).filter(
      ([key]) => !OF_SUBSCRIPTION.includes(key) && key !== 'expand' && key !== 'subscription',
    ),
  );

const itemOf = ({ items }: Subscription, id: string): SubscriptionItem => {
  const item = items.data.find((one) => one.id === id);
  if (!item) throw notFound('subscription_item', id, 'item');
  return item;
};

const changeItem = (world: World, call: Call): SubscriptionItem => {
  const id = inPath(call, 'item');
  const form = call.params.all();
  return itemOf(change(world, ownerOf(world, id).id, form, { ...ofItem(form), id }), id);
};

export const subscriptionItemRoutes: Routes = {
  'GET /v1/subscription_items': (world, call) => {
    const { id, items } = world.named('subscription', call.params.required('subscription'), 'subscription');
    return listOf({ ...call, url: `/v1/subscription_items?subscription=${id}` }, items.data);
  },
  'POST /v1/subscription_items': (world, { params }) => {
    const { id, items } = world.named('subscription', params.required('subscription'), 'subscription');
    const before = items.data.map((item) => item.id);
    const after = change(world, id, params.all(), ofItem(params.form)).items.data;
    const added = after.find((item) => !before.includes(item.id));
    // Held back until it is paid, the item is not on the subscription yet.
    return added ?? items;
  },
  'GET /v1/subscription_items/{item}': (world, call) => {
    const id = inPath(call, 'item');
    return itemOf(ownerOf(world, id), id);
  },
  'POST /v1/subscription_items/{item}': changeItem,
  'DELETE /v1/subscription_items/{item}': (world, call) => {
    const id = inPath(call, 'item');
    change(world, ownerOf(world, id).id, call.params.all(), { id, deleted: 'true' });
    return { id, object: 'subscription_item', deleted: true };
  },
};
