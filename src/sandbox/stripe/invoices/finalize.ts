import { moveBalance } from '../customers/write.ts';
import { invalid, Refusal } from '../http/refusal.ts';
import { createIntent } from '../payments/intents.ts';
import { HOSTED } from '../store/wire.ts';
import { endOnceDiscount } from '../subscriptions/once.ts';
import type { World } from '../world.ts';
import { settleInvoice } from './settle.ts';
import type { Invoice } from './types.ts';

/** Stripe charges no less than this; a smaller amount waits in the customer's balance. */
const CHARGE_MIN_CENTS = 50;

const numberOf = (world: World, customerId: string): string => {
  const customer = world.named('customer', customerId, 'customer');
  world.store.put('customer', { ...customer, next_invoice_sequence: customer.next_invoice_sequence + 1 });
  return `${customer.invoice_prefix}-${String(customer.next_invoice_sequence).padStart(4, '0')}`;
};

/**
 * Uses up the customer's credit, or carries over what is too small to charge. Gives what is left to pay. An invoice below
 * zero becomes credit; that its entry is of type `applied_to_invoice` is our reading.
 */
const applyBalance = (
  world: World,
  { id, customer, total, currency }: Invoice,
): { start: number; end: number; due: number } => {
  const start = world.named('customer', customer, 'customer').balance;
  const owed = total + start;
  if (total < 0) {
    moveBalance(world, customer, total, 'applied_to_invoice', id, null, currency);
    return { start, end: start + total, due: 0 };
  }
  if (owed > 0 && owed < CHARGE_MIN_CENTS) {
    moveBalance(world, customer, total, 'invoice_too_small', id, null, currency);
    return { start, end: owed, due: 0 };
  }
  if (start === 0 || total === 0) return { start, end: start, due: total };
  const used = start < 0 ? Math.min(-start, total) : start;
  const moved = start < 0 ? used : -used;
  moveBalance(world, customer, moved, 'applied_to_invoice', id, null, currency);
  return { start, end: start + moved, due: start < 0 ? total - used : total + used };
};

/**
 * Makes a draft final: it gets its number, uses up credit and, when something is left to pay, a payment intent. Nothing
 * left makes it paid. Collecting is another step. `intentId` of a checkout that has its intent already.
 */
export const finalizeInvoice = (world: World, id: string, intentId: string | null = null): Invoice => {
  const draft = world.need('invoice', id);
  if (draft.status !== 'draft')
    throw invalid(
      `This invoice is already finalized, you can't re-finalize a non-draft invoice.`,
      undefined,
      'invoice_not_editable',
    );
  if (draft.automatic_tax.status === 'requires_location_inputs')
    throw new Refusal(400, {
      type: 'invalid_request_error',
      code: 'customer_tax_location_invalid',
      message:
        "The customer's location isn't recognized. Set a valid customer address in order to automatically calculate tax.",
      param: 'automatic_tax',
    });
  const now = world.now();
  const number = numberOf(world, draft.customer);
  const { start, end, due } = applyBalance(world, draft);
  if (intentId !== null) world.update('payment_intent', intentId, { amount: due, invoice: id });
  const intent =
    due > 0
      ? (intentId ??
        createIntent(world, {
          amount: due,
          currency: draft.currency,
          customer: draft.customer,
          description: draft.billing_reason === 'subscription_create' ? 'Subscription creation' : 'Subscription update',
          invoice: id,
          setupFutureUsage: draft.subscription === null ? null : 'off_session',
        }).id)
      : null;
  const open = world.update('invoice', id, {
    amount_due: due,
    amount_remaining: due,
    effective_at: now,
    ending_balance: end,
    hosted_invoice_url: `${HOSTED}/i/${id}`,
    invoice_pdf: `${HOSTED}/i/${id}/pdf`,
    number,
    payment_intent: intent,
    starting_balance: start,
    status: 'open',
    status_transitions: { ...draft.status_transitions, finalized_at: now },
    webhooks_delivered_at: now,
    internal: { ...draft.internal, finalizesAt: null },
  });
  world.emit('invoice.finalized', open);
  endOnceDiscount(world, open);
  return due === 0 ? settleInvoice(world, id, null) : open;
};
