import { filtered, listOf } from '../http/list.ts';
import { invalid } from '../http/refusal.ts';
import { inPath, type Routes } from '../http/route.ts';
import { search } from '../http/search.ts';
import type { World } from '../world.ts';
import { attachMethod, detachMethod } from './attach.ts';
import { createMethod, methodOfTestId } from './create-method.ts';
import { decideDispute, sendEvidence } from './disputes.ts';
import { createRefund, refundOf, refundsOf } from './refunds.ts';
import type { PaymentMethod } from './types.ts';

const methodIn = (world: World, id: string): PaymentMethod =>
  methodOfTestId(world, id) ?? world.find('payment_method', id, 'payment_method');

const methodRoutes: Routes = {
  'POST /v1/payment_methods': (world, { params }) => createMethod(world, params),
  'GET /v1/payment_methods': (world, call) => {
    const customer = call.params.text('customer');
    const all = customer ? world.store.of('payment_method', customer) : [];
    return listOf(call, filtered(call, all, { type: ({ type }) => type }));
  },
  'GET /v1/payment_methods/{payment_method}': (world, call) => methodIn(world, inPath(call, 'payment_method')),
  'POST /v1/payment_methods/{payment_method}': (world, call) => {
    const method = world.find('payment_method', inPath(call, 'payment_method'), 'payment_method');
    if (method.customer === null)
      throw invalid('You must save this PaymentMethod to a customer before you can update it.', 'payment_method');
    const details = call.params.hash('billing_details');
    const card = call.params.hash('card');
    const old = method.billing_details;
    const text = (key: 'email' | 'name' | 'phone'): string | null => {
      const value = details?.text(key);
      return value === undefined ? old[key] : value;
    };
    return world.update(
      'payment_method',
      method.id,
      {
        billing_details: {
          address: details?.address('address', old.address) ?? old.address,
          email: text('email'),
          name: text('name'),
          phone: text('phone'),
        },
        card: {
          ...method.card,
          exp_month: card?.integer('exp_month') ?? method.card.exp_month,
          exp_year: card?.integer('exp_year') ?? method.card.exp_year,
        },
        metadata: call.params.metadata(method.metadata),
      },
      'payment_method.updated',
    );
  },
  'POST /v1/payment_methods/{payment_method}/attach': (world, call) => {
    const customer = world.named('customer', call.params.required('customer'), 'customer');
    return attachMethod(world, inPath(call, 'payment_method'), customer.id);
  },
  'POST /v1/payment_methods/{payment_method}/detach': (world, call) =>
    detachMethod(world, inPath(call, 'payment_method')),
};

const chargeRoutes: Routes = {
  'GET /v1/charges': (world, call) => {
    const customer = call.params.text('customer');
    const all = customer ? world.store.of('charge', customer) : world.store.all('charge');
    return listOf(call, filtered(call, all, { payment_intent: ({ payment_intent }) => payment_intent }));
  },
  'GET /v1/charges/search': (world, call) =>
    search(call, world.store.all('charge'), {
      amount: ({ amount }) => amount,
      customer: ({ customer }) => customer,
      status: ({ status }) => status,
      created: ({ created }) => created,
    }),
  'GET /v1/charges/{charge}': (world, call) => world.find('charge', inPath(call, 'charge'), 'charge'),
  'POST /v1/charges/{charge}': (world, call) => {
    const charge = world.find('charge', inPath(call, 'charge'), 'charge');
    const description = call.params.text('description');
    return world.update(
      'charge',
      charge.id,
      {
        description: description === undefined ? charge.description : description,
        metadata: call.params.metadata(charge.metadata),
      },
      'charge.updated',
    );
  },
  'GET /v1/charges/{charge}/refunds': (world, call) => {
    const { id } = world.find('charge', inPath(call, 'charge'), 'charge');
    return listOf(call, refundsOf(world, id));
  },
  'GET /v1/charges/{charge}/refunds/{refund}': (world, call) =>
    refundOf(world, inPath(call, 'refund'), inPath(call, 'charge')),
  'GET /v1/balance_transactions': (world, call) =>
    listOf(
      call,
      filtered(call, world.store.all('balance_transaction'), {
        type: ({ type }) => type,
        source: ({ source }) => source,
      }),
    ),
  'GET /v1/balance_transactions/{id}': (world, call) => world.find('balance_transaction', inPath(call, 'id')),
};

const refundRoutes: Routes = {
  'POST /v1/refunds': (world, { params }) => createRefund(world, params),
  'GET /v1/refunds': (world, call) =>
    listOf(
      call,
      filtered(call, world.store.all('refund'), {
        charge: ({ charge }) => charge,
        payment_intent: ({ payment_intent }) => payment_intent,
      }),
    ),
  'GET /v1/refunds/{refund}': (world, call) => world.find('refund', inPath(call, 'refund')),
  'POST /v1/refunds/{refund}': (world, call) => {
    const refund = world.find('refund', inPath(call, 'refund'));
    return world.update('refund', refund.id, { metadata: call.params.metadata(refund.metadata) }, 'refund.updated');
  },
};

const disputeRoutes: Routes = {
  'GET /v1/disputes': (world, call) =>
    listOf(
      call,
      filtered(call, world.store.all('dispute'), {
        charge: ({ charge }) => charge,
        payment_intent: ({ payment_intent }) => payment_intent,
      }),
    ),
  'GET /v1/disputes/{dispute}': (world, call) => world.find('dispute', inPath(call, 'dispute'), 'dispute'),
  'POST /v1/disputes/{dispute}': (world, call) => {
    const sent = call.params.hash('evidence')?.all() ?? {};
    const evidence = Object.fromEntries(
      Object.entries(sent).map(([key, value]) => [key, typeof value === 'string' && value !== '' ? value : null]),
    );
    return sendEvidence(world, inPath(call, 'dispute'), evidence, call.params.flag('submit') ?? true);
  },
  'POST /v1/disputes/{dispute}/close': (world, call) => {
    const { id } = world.find('dispute', inPath(call, 'dispute'), 'dispute');
    return decideDispute(world, id, false);
  },
};

export const paymentRoutes: Routes = { ...methodRoutes, ...chargeRoutes, ...refundRoutes, ...disputeRoutes };
