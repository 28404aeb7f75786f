import { filtered, listOf } from '../http/list.ts';
import { notFound } from '../http/refusal.ts';
import { inPath, type Routes } from '../http/route.ts';
import { search } from '../http/search.ts';
import type { Tombstone } from '../store/tables.ts';
import type { World } from '../world.ts';
import { deleteCustomer } from './delete.ts';
import { addTaxId } from './tax-ids.ts';
import type { Customer } from './types.ts';
import { createCustomer, moveBalance, updateCustomer } from './write.ts';

/** A deleted customer can still be read, as what is left of him. */
const readCustomer = (world: World, id: string): Customer | Tombstone => {
  const grave = world.store.get('tombstone', id);
  return grave?.object === 'customer' ? grave : world.find('customer', id, 'customer');
};

export const customerRoutes: Routes = {
  'POST /v1/customers': (world, { params }) => createCustomer(world, params),
  'GET /v1/customers': (world, call) =>
    listOf(call, filtered(call, world.store.all('customer'), { email: ({ email }) => email })),
  'GET /v1/customers/search': (world, call) =>
    search(call, world.store.all('customer'), {
      email: ({ email }) => email,
      name: ({ name }) => name,
      phone: ({ phone }) => phone,
      created: ({ created }) => created,
    }),
  'GET /v1/customers/{customer}': (world, call) => readCustomer(world, inPath(call, 'customer')),
  'POST /v1/customers/{customer}': (world, call) => updateCustomer(world, inPath(call, 'customer'), call.params),
  'DELETE /v1/customers/{customer}': (world, call) => deleteCustomer(world, inPath(call, 'customer')),
  'DELETE /v1/customers/{customer}/discount': (world, call) => {
    const { id, discount } = world.find('customer', inPath(call, 'customer'), 'customer');
    if (!discount) throw notFound('discount', id, 'customer');
    world.update('customer', id, { discount: null }, 'customer.updated');
    world.emit('customer.discount.deleted', discount);
    const { end: _, ...rest } = discount;
    return { ...rest, deleted: true };
  },
  'POST /v1/customers/{customer}/balance_transactions': (world, call) => {
    const { id } = world.find('customer', inPath(call, 'customer'), 'customer');
    const { params } = call;
    const amount = params.integer('amount') ?? 0;
    const currency = params.required('currency').toLowerCase();
    return moveBalance(world, id, amount, 'adjustment', null, params.text('description') ?? null, currency);
  },
  'GET /v1/customers/{customer}/balance_transactions': (world, call) => {
    const { id } = world.find('customer', inPath(call, 'customer'), 'customer');
    return listOf(call, world.store.of('customer_balance_transaction', id));
  },
  'GET /v1/customers/{customer}/balance_transactions/{transaction}': (world, call) =>
    world.find('customer_balance_transaction', inPath(call, 'transaction'), 'transaction'),
  'POST /v1/customers/{customer}/tax_ids': (world, call) => {
    const { id } = world.find('customer', inPath(call, 'customer'), 'customer');
    return addTaxId(world, id, call.params.required('type'), call.params.required('value'));
  },
  'GET /v1/customers/{customer}/tax_ids': (world, call) => {
    const { id } = world.find('customer', inPath(call, 'customer'), 'customer');
    return listOf(call, world.store.of('tax_id', id));
  },
  'GET /v1/customers/{customer}/tax_ids/{id}': (world, call) => world.find('tax_id', inPath(call, 'id')),
  'DELETE /v1/customers/{customer}/tax_ids/{id}': (world, call) => {
    const taxId = world.find('tax_id', inPath(call, 'id'));
    world.store.remove('tax_id', taxId.id);
    world.emit('customer.tax_id.deleted', taxId);
    return { id: taxId.id, object: 'tax_id', deleted: true };
  },
  'GET /v1/customers/{customer}/payment_methods/{payment_method}': (world, call) => {
    const id = inPath(call, 'payment_method');
    const method = world.find('payment_method', id, 'payment_method');
    if (method.customer !== inPath(call, 'customer')) throw notFound('PaymentMethod', id, 'payment_method');
    return method;
  },
  'GET /v1/customers/{customer}/payment_methods': (world, call) => {
    const { id } = world.find('customer', inPath(call, 'customer'), 'customer');
    return listOf(call, filtered(call, world.store.of('payment_method', id), { type: ({ type }) => type }));
  },
};
