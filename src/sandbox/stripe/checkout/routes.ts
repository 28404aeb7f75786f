import { filtered, listOf } from '../http/list.ts';
import { type Call, inPath, type Routes } from '../http/route.ts';
import type { World } from '../world.ts';
import { createSession } from './create.ts';
import { expireSession } from './expire.ts';
import { lineItemsOf } from './line-items.ts';
import type { CheckoutSession } from './types.ts';

const sessionIn = (world: World, call: Call): CheckoutSession =>
  world.find('checkout.session', inPath(call, 'session'), 'session');

export const checkoutRoutes: Routes = {
  'POST /v1/checkout/sessions': (world, { params }) => createSession(world, params),
  'GET /v1/checkout/sessions': (world, call) => {
    const customer = call.params.text('customer');
    const all = customer ? world.store.of('checkout.session', customer) : world.store.all('checkout.session');
    return listOf(
      call,
      filtered(call, all, {
        payment_intent: ({ payment_intent }) => payment_intent,
        status: ({ status }) => status,
        subscription: ({ subscription }) => subscription,
      }),
    );
  },
  'GET /v1/checkout/sessions/{session}': sessionIn,
  'POST /v1/checkout/sessions/{session}/expire': (world, call) => expireSession(world, inPath(call, 'session')),
  'GET /v1/checkout/sessions/{session}/line_items': (world, call) =>
    listOf(call, [...lineItemsOf(world, sessionIn(world, call))].reverse()),
};
