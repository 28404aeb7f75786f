import { moveBalance } from '../customers/write.ts';
import { invalid } from '../http/refusal.ts';
import { cancelIntent } from '../payments/intents.ts';
import type { World } from '../world.ts';
import type { Invoice } from './types.ts';

/** Takes an open invoice out of the world: its intent is canceled, credit it used goes back. */
export const voidInvoice = (world: World, id: string): Invoice => {
  const invoice = world.find('invoice', id, 'invoice');
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible')
    throw invalid(
      `You can only pass in open or uncollectible invoices. This invoice isn't open or uncollectible: its status is ${invoice.status}.`,
      undefined,
      'invoice_not_editable',
    );
  const used = (invoice.ending_balance ?? 0) - invoice.starting_balance;
  const voided = world.update('invoice', id, {
    auto_advance: false,
    next_payment_attempt: null,
    status: 'void',
    status_transitions: { ...invoice.status_transitions, voided_at: world.now() },
  });
  const intent = invoice.payment_intent === null ? null : world.need('payment_intent', invoice.payment_intent);
  if (intent && intent.status !== 'canceled' && intent.status !== 'succeeded')
    cancelIntent(world, intent.id, 'void_invoice');
  world.emit('invoice.voided', voided);
  const hasOwner = world.store.get('customer', invoice.customer) !== undefined;
  if (used !== 0 && hasOwner)
    moveBalance(world, invoice.customer, -used, 'unapplied_from_invoice', id, null, invoice.currency);
  return voided;
};

/** Given up: it can still be paid. */
export const markUncollectible = (world: World, id: string): Invoice => {
  const invoice = world.find('invoice', id, 'invoice');
  if (invoice.status !== 'open')
    throw invalid(
      `You can only mark an open invoice as uncollectible: its status is ${invoice.status}.`,
      undefined,
      'invoice_not_editable',
    );
  const given = world.update('invoice', id, {
    auto_advance: false,
    next_payment_attempt: null,
    status: 'uncollectible',
    status_transitions: { ...invoice.status_transitions, marked_uncollectible_at: world.now() },
  });
  world.emit('invoice.marked_uncollectible', given);
  return given;
};
