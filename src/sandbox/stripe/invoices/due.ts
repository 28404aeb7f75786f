import type { World } from '../world.ts';
import { collectInvoice } from './collect.ts';
import { finalizeInvoice } from './finalize.ts';
import type { Invoice } from './types.ts';

/** When the invoice finalises or is tried again by itself, seconds since epoch. */
export const invoiceDue = (invoice: Invoice): number | null => {
  if (invoice.status === 'draft') return invoice.internal.finalizesAt;
  return invoice.status === 'open' ? invoice.next_payment_attempt : null;
};

export const actOnInvoice = (world: World, id: string): void => {
  const { status, automatic_tax } = world.need('invoice', id);
  if (status === 'draft' && automatic_tax.status === 'requires_location_inputs') {
    failFinalization(world, id);
    return;
  }
  const final = status === 'draft' ? finalizeInvoice(world, id) : world.need('invoice', id);
  if (final.status === 'open' && final.collection_method === 'charge_automatically')
    collectInvoice(world, id, { automatic: true });
};

const failFinalization = (world: World, id: string): void => {
  const invoice = world.need('invoice', id);
  const failed = world.update('invoice', id, {
    last_finalization_error: {
      type: 'invalid_request_error',
      code: 'customer_tax_location_invalid',
      message:
        "The customer's location isn't recognized. Set a valid customer address in order to automatically calculate tax.",
    },
    internal: { ...invoice.internal, finalizesAt: null },
  });
  world.emit('invoice.finalization_failed', failed);
};
