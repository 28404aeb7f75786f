import { afterPaid } from '../subscriptions/after-payment.ts';
import type { World } from '../world.ts';
import type { Invoice } from './types.ts';

/** Some other open invoice of a collected subscription failed, so that the customer still owes. */
const isDelinquent = (world: World, customer: string): boolean =>
  world.store
    .of('invoice', customer)
    .some(
      ({ status, attempt_count, billing_reason }) =>
        status === 'open' && attempt_count > 0 && billing_reason !== 'subscription_create',
    );

export const markDelinquent = (world: World, customer: string): void => {
  world.update('customer', customer, { delinquent: isDelinquent(world, customer) }, 'customer.updated');
};

/** Marks an invoice as paid, by a charge or because nothing was due, and lets its subscription go on. */
export const settleInvoice = (world: World, id: string, charge: string | null, outOfBand = false): Invoice => {
  const invoice = world.need('invoice', id);
  const now = world.now();
  const paid = world.update(
    'invoice',
    id,
    {
      amount_paid: outOfBand ? 0 : invoice.amount_due,
      amount_remaining: 0,
      attempted: true,
      auto_advance: false,
      charge: charge ?? invoice.charge,
      next_payment_attempt: null,
      paid: true,
      paid_out_of_band: outOfBand,
      status: 'paid',
      status_transitions: { ...invoice.status_transitions, paid_at: now },
      internal: { ...invoice.internal, firstFailedAt: null },
    },
    'invoice.updated',
  );
  world.emit('invoice.paid', paid);
  world.emit('invoice.payment_succeeded', paid);
  if (world.named('customer', invoice.customer, 'customer').delinquent) markDelinquent(world, invoice.customer);
  afterPaid(world, paid);
  return world.need('invoice', id);
};
