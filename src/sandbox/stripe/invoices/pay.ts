import type { Params } from '../http/params.ts';
import { invalid, Refusal } from '../http/refusal.ts';
import type { Attempt } from '../payments/intents.ts';
import type { PaymentMethod } from '../payments/types.ts';
import type { World } from '../world.ts';
import { collectInvoice } from './collect.ts';
import { finalizeInvoice } from './finalize.ts';
import { settleInvoice } from './settle.ts';
import type { Invoice } from './types.ts';

const methodNamed = (world: World, params: Params, customer: string): PaymentMethod | null => {
  const id = params.text('payment_method');
  if (!id) return null;
  const method = world.named('payment_method', id, 'payment_method');
  if (method.customer !== customer)
    throw invalid(
      `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
      'payment_method',
      'resource_missing',
    );
  return method;
};

/** How a failed attempt is answered. What the bank said stays on record. */
const payRefusal = (world: World, invoice: Invoice, attempt: Exclude<Attempt, { kind: 'succeeded' }>): Refusal => {
  const intent = invoice.payment_intent === null ? null : world.need('payment_intent', invoice.payment_intent);
  if (attempt.kind === 'failed')
    return new Refusal(attempt.charge === null ? 400 : 402, { ...attempt.error, payment_intent: intent }, true);
  return new Refusal(
    402,
    {
      type: 'card_error',
      code: 'invoice_payment_intent_requires_action',
      message:
        'Payment for this invoice requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with the invoice.',
      payment_intent: intent,
    },
    true,
  );
};

/** `POST /v1/invoices/{invoice}/pay`; a draft is finalised first. */
export const payInvoice = (world: World, id: string, params: Params): Invoice => {
  const found = world.find('invoice', id, 'invoice');
  if (found.status === 'paid') throw invalid('Invoice is already paid', undefined, 'invoice_already_paid');
  if (found.status === 'void')
    throw invalid('Invoice is voided and can no longer be paid', undefined, 'invoice_not_editable');
  // Whether the customer is there makes no difference to the sandbox's bank.
  params.flag('off_session');
  const outOfBand = params.flag('paid_out_of_band') ?? false;
  const method = methodNamed(world, params, found.customer);
  const invoice = found.status === 'draft' ? finalizeInvoice(world, id) : found;
  if (invoice.status === 'paid') return invoice;
  if (outOfBand) return settleInvoice(world, id, null, true);
  const attempt = collectInvoice(world, id, { automatic: false, ...(method ? { method } : {}) });
  if (attempt.kind !== 'succeeded') throw payRefusal(world, world.need('invoice', id), attempt);
  return world.need('invoice', id);
};
