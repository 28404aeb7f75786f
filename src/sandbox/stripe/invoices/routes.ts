import { filtered, listOf } from '../http/list.ts';
import { invalid } from '../http/refusal.ts';
import { type Call, inPath, type Routes } from '../http/route.ts';
import { search } from '../http/search.ts';
import { afterVoid } from '../subscriptions/after-payment.ts';
import type { World } from '../world.ts';
import { createInvoice, createItem, deleteInvoice, updateInvoice, updateItem } from './edit.ts';
import { finalizeInvoice } from './finalize.ts';
import { payInvoice } from './pay.ts';
import type { Invoice } from './types.ts';
import { previewInvoice } from './upcoming.ts';
import { markUncollectible, voidInvoice } from './void.ts';

const invoiceIn = (world: World, call: Call): Invoice => world.find('invoice', inPath(call, 'invoice'), 'invoice');

const listInvoices = (world: World, call: Call): object => {
  const customer = call.params.text('customer');
  const all = customer ? world.store.of('invoice', customer) : world.store.all('invoice');
  return listOf(
    call,
    filtered(call, all, {
      collection_method: ({ collection_method }) => collection_method,
      status: ({ status }) => status,
      subscription: ({ subscription }) => subscription,
    }),
  );
};

const listItems = (world: World, call: Call): object => {
  const customer = call.params.text('customer');
  const pending = call.params.flag('pending');
  const all = customer ? world.store.of('invoiceitem', customer) : world.store.all('invoiceitem');
  return listOf(
    call,
    filtered(
      call,
      all.filter((item) => pending === undefined || (item.invoice === null) === pending),
      { invoice: ({ invoice }) => invoice },
    ),
  );
};

export const invoiceRoutes: Routes = {
  'POST /v1/invoices': (world, { params }) => createInvoice(world, params),
  'GET /v1/invoices': listInvoices,
  'GET /v1/invoices/search': (world, call) =>
    search(call, world.store.all('invoice'), {
      customer: ({ customer }) => customer,
      status: ({ status }) => status,
      subscription: ({ subscription }) => subscription,
      number: ({ number }) => number,
      total: ({ total }) => total,
      created: ({ created }) => created,
    }),
  'GET /v1/invoices/upcoming': (world, { params }) => previewInvoice(world, params),
  'GET /v1/invoices/upcoming/lines': (world, call) =>
    listOf(call, [...previewInvoice(world, call.params).lines.data].reverse()),
  'GET /v1/invoices/{invoice}': invoiceIn,
  'POST /v1/invoices/{invoice}': (world, call) => updateInvoice(world, inPath(call, 'invoice'), call.params),
  'DELETE /v1/invoices/{invoice}': (world, call) => deleteInvoice(world, inPath(call, 'invoice')),
  'GET /v1/invoices/{invoice}/lines': (world, call) => listOf(call, [...invoiceIn(world, call).lines.data].reverse()),
  'POST /v1/invoices/{invoice}/finalize': (world, call) => {
    const { id, auto_advance } = invoiceIn(world, call);
    const advances = call.params.flag('auto_advance') ?? auto_advance;
    world.update('invoice', id, { auto_advance: advances });
    const { status, collection_method } = finalizeInvoice(world, id);
    // One that advances by itself is charged as soon as it is final: our reading.
    const isDue = advances && status === 'open' && collection_method === 'charge_automatically';
    return isDue ? world.update('invoice', id, { next_payment_attempt: world.now() }) : world.need('invoice', id);
  },
  'POST /v1/invoices/{invoice}/pay': (world, call) => payInvoice(world, inPath(call, 'invoice'), call.params),
  'POST /v1/invoices/{invoice}/void': (world, call) => {
    const invoice = voidInvoice(world, inPath(call, 'invoice'));
    afterVoid(world, invoice);
    return invoice;
  },
  'POST /v1/invoices/{invoice}/mark_uncollectible': (world, call) => markUncollectible(world, inPath(call, 'invoice')),
  'POST /v1/invoices/{invoice}/send': (world, call) => {
    const invoice = invoiceIn(world, call);
    if (invoice.collection_method !== 'send_invoice')
      throw invalid('You can only manually send an invoice if its collection method is `send_invoice`.', 'invoice');
    const final = invoice.status === 'draft' ? finalizeInvoice(world, invoice.id) : invoice;
    world.emit('invoice.sent', final);
    return final;
  },
  'POST /v1/invoiceitems': (world, { params }) => createItem(world, params),
  'GET /v1/invoiceitems': listItems,
  'GET /v1/invoiceitems/{invoiceitem}': (world, call) =>
    world.find('invoiceitem', inPath(call, 'invoiceitem'), 'invoiceitem'),
  'POST /v1/invoiceitems/{invoiceitem}': (world, call) => updateItem(world, inPath(call, 'invoiceitem'), call.params),
  'DELETE /v1/invoiceitems/{invoiceitem}': (world, call) => {
    const item = world.find('invoiceitem', inPath(call, 'invoiceitem'), 'invoiceitem');
    if (item.invoice !== null)
      throw invalid('You can only delete an invoice item that is not on an invoice.', 'invoiceitem');
    world.store.remove('invoiceitem', item.id);
    world.emit('invoiceitem.deleted', item);
    return { id: item.id, object: 'invoiceitem', deleted: true };
  },
};
