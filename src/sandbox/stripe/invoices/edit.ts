import type { Params } from '../http/params.ts';
import { invalid, missingParam } from '../http/refusal.ts';
import { methodNamed } from '../subscriptions/create.ts';
import { ratesNamed } from '../tax/rates.ts';
import type { World } from '../world.ts';
import { computed, draftInvoice, pendingItems } from './draft.ts';
import { itemLine } from './lines.ts';
import type { Invoice, InvoiceItem } from './types.ts';

/** A draft invoice that was not made by a renewal finalises after an hour if it advances by itself. */
const DRAFT_SECONDS = 3_600;

/** `POST /v1/invoices`: a draft of what is pending. */
export const createInvoice = (world: World, params: Params): Invoice => {
  const id = params.text('customer');
  const subscriptionId = params.text('subscription');
  const subscription = subscriptionId ? world.named('subscription', subscriptionId, 'subscription') : null;
  const customer = id ?? subscription?.customer;
  if (!customer) throw missingParam('customer');
  world.named('customer', customer, 'customer');
  const behavior = params.oneOf('pending_invoice_items_behavior', ['exclude', 'include']);
  const takes = behavior === undefined ? subscription !== null : behavior === 'include';
  const autoAdvance = params.flag('auto_advance') ?? false;
  const now = world.now();
  return draftInvoice(world, {
    customer,
    subscription,
    lines: [],
    items: takes ? pendingItems(world, customer, subscription?.id ?? null) : [],
    reason: 'manual',
    period: { start: now, end: now },
    finalizesAt: autoAdvance ? now + DRAFT_SECONDS : null,
    autoAdvance,
    dunning: false,
    metadata: params.metadata(),
    description: params.text('description') ?? null,
    defaultPaymentMethod: methodNamed(world, params, customer) ?? null,
    collectionMethod:
      params.oneOf('collection_method', ['charge_automatically', 'send_invoice']) ?? 'charge_automatically',
    automaticTax: params.hash('automatic_tax')?.flag('enabled') ?? false,
    defaultTaxRates: ratesNamed(world, params, 'default_tax_rates') ?? [],
    daysUntilDue: params.integer('days_until_due') ?? null,
  });
};

export const updateInvoice = (world: World, id: string, params: Params): Invoice => {
  const invoice = world.find('invoice', id, 'invoice');
  const autoAdvance = params.flag('auto_advance') ?? invoice.auto_advance;
  const description = params.text('description');
  const method = methodNamed(world, params, invoice.customer);
  if (invoice.status !== 'draft' && description !== undefined)
    throw invalid("Finalized invoices can't be updated in this way", 'description', 'invoice_not_editable');
  const isDraft = invoice.status === 'draft';
  return world.update(
    'invoice',
    id,
    {
      auto_advance: autoAdvance,
      ...(description === undefined ? {} : { description }),
      ...(method === undefined ? {} : { default_payment_method: method }),
      metadata: params.metadata(invoice.metadata),
      internal: {
        ...invoice.internal,
        finalizesAt: isDraft && autoAdvance ? (invoice.internal.finalizesAt ?? world.now() + DRAFT_SECONDS) : null,
      },
      ...(autoAdvance ? {} : { next_payment_attempt: null }),
    },
    'invoice.updated',
  );
};

/** A draft can be deleted; what was pending on it is pending again. */
export const deleteInvoice = (world: World, id: string): object => {
  const invoice = world.find('invoice', id, 'invoice');
  if (invoice.status !== 'draft')
    throw invalid('You can only delete draft invoices.', undefined, 'invoice_not_editable');
  if (invoice.subscription !== null)
    throw invalid('You can only delete invoices that are not of a subscription.', undefined, 'invoice_not_editable');
  for (const item of world.store.of('invoiceitem', invoice.customer))
    if (item.invoice === id) world.store.put('invoiceitem', { ...item, invoice: null });
  world.store.remove('invoice', id);
  world.emit('invoice.deleted', invoice);
  return { id, object: 'invoice', deleted: true };
};

/** `POST /v1/invoiceitems`: on a draft when one is named, else pending. */
export const createItem = (world: World, params: Params): InvoiceItem => {
  const customer = world.named('customer', params.required('customer'), 'customer');
  const priceId = params.text('price');
  const price = priceId ? world.named('price', priceId, 'price') : null;
  const quantity = params.integer('quantity') ?? 1;
  const amount = params.integer('amount') ?? (params.integer('unit_amount') ?? price?.unit_amount ?? 0) * quantity;
  const now = world.now();
  const invoiceId = params.text('invoice') ?? null;
  const period = params.hash('period');
  const item = world.insert(
    'invoiceitem',
    {
      id: world.newId('ii'),
      object: 'invoiceitem',
      amount,
      currency: (params.text('currency') ?? price?.currency ?? 'usd').toLowerCase(),
      customer: customer.id,
      date: now,
      description: params.text('description') ?? null,
      discountable: params.flag('discountable') ?? amount >= 0,
      discounts: [],
      invoice: invoiceId,
      livemode: false,
      metadata: params.metadata(),
      period: { start: period?.integer('start') ?? now, end: period?.integer('end') ?? now },
      plan: null,
      price,
      proration: false,
      quantity,
      subscription: params.text('subscription') ?? null,
      tax_rates: ratesNamed(world, params, 'tax_rates') ?? [],
      test_clock: null,
      unit_amount: price?.unit_amount ?? Math.trunc(amount / quantity),
      unit_amount_decimal: String(price?.unit_amount ?? Math.trunc(amount / quantity)),
    },
    'invoiceitem.created',
  );
  if (invoiceId !== null) {
    const invoice = world.named('invoice', invoiceId, 'invoice');
    if (invoice.status !== 'draft')
      throw invalid("Finalized invoices can't be updated in this way", 'invoice', 'invoice_not_editable');
    const taxing = { automatic: invoice.automatic_tax.enabled, defaultRates: invoice.default_tax_rates };
    const next = computed(world, invoice, [...invoice.lines.data, itemLine(world, item)], invoice.discount, taxing);
    world.update('invoice', invoiceId, next, 'invoice.updated');
  }
  return item;
};

/** Only what is not on an invoice yet can be changed. */
export const updateItem = (world: World, id: string, params: Params): InvoiceItem => {
  const item = world.find('invoiceitem', id, 'invoiceitem');
  if (item.invoice !== null)
    throw invalid('You can only change an invoice item that is not on an invoice.', 'invoiceitem');
  const description = params.text('description');
  const amount = params.integer('amount') ?? item.amount;
  return world.update('invoiceitem', id, {
    amount,
    description: description === undefined ? item.description : description,
    metadata: params.metadata(item.metadata),
    unit_amount: amount,
    unit_amount_decimal: String(amount),
  });
};
