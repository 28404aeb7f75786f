import { DAY_SECONDS } from '../clock/months.ts';
import { type Attempt, attemptIntent } from '../payments/intents.ts';
import type { PaymentMethod } from '../payments/types.ts';
import { afterFailed, afterLastRetry } from '../subscriptions/after-payment.ts';
import type { ErrorBody } from '../types.ts';
import type { World } from '../world.ts';
import { markDelinquent, settleInvoice } from './settle.ts';
import type { Invoice } from './types.ts';

const NO_METHOD: ErrorBody = {
  type: 'invalid_request_error',
  code: 'resource_missing',
  message:
    'This customer has no attached payment source or default payment method. Please consider adding a default payment method.',
};

/** The invoice's own card, else the subscription's, else the customer's. */
export const methodFor = (world: World, invoice: Invoice): PaymentMethod | null => {
  const subscription = invoice.subscription === null ? null : world.need('subscription', invoice.subscription);
  const customer = world.named('customer', invoice.customer, 'customer');
  const id =
    invoice.default_payment_method ??
    subscription?.default_payment_method ??
    customer.invoice_settings.default_payment_method;
  return id === null ? null : (world.store.get('payment_method', id) ?? null);
};

/** When it is tried again: on the days after the first failure that the settings name. */
const nextAttempt = (world: World, { internal }: Invoice): number | null => {
  const days = world.dunning.retryDays[internal.retries];
  return internal.dunning && internal.firstFailedAt !== null && days !== undefined
    ? internal.firstFailedAt + days * DAY_SECONDS
    : null;
};

const recordFailure = (world: World, id: string, attempt: Attempt, automatic: boolean): void => {
  const invoice = world.need('invoice', id);
  const isRetry = automatic && invoice.internal.firstFailedAt !== null;
  const internal = {
    ...invoice.internal,
    firstFailedAt: invoice.internal.firstFailedAt ?? world.now(),
    retries: invoice.internal.retries + (isRetry ? 1 : 0),
  };
  const next = nextAttempt(world, { ...invoice, internal });
  const charge = attempt.kind === 'failed' ? (attempt.charge?.id ?? invoice.charge) : invoice.charge;
  const failed = world.update('invoice', id, {
    attempt_count: invoice.attempt_count + 1,
    attempted: true,
    charge,
    next_payment_attempt: next,
    internal,
  });
  world.emit(attempt.kind === 'action' ? 'invoice.payment_action_required' : 'invoice.payment_failed', failed);
  world.emit('invoice.updated', failed);
  if (invoice.internal.dunning) {
    markDelinquent(world, invoice.customer);
    afterFailed(world, failed);
    if (automatic && next === null) afterLastRetry(world, failed);
  }
};

interface CollectOptions {
  /** A card for this attempt alone. */
  readonly method?: PaymentMethod;
  /** By the schedule of retries, not because somebody asked. */
  readonly automatic: boolean;
  readonly proved?: boolean;
  readonly returnUrl?: string | null;
}

/**
 * One attempt to collect an open invoice; what follows for invoice and subscription is done with it. An attempt that
 * waits for the cardholder's proof tells `invoice.payment_action_required` and not `invoice.payment_failed` too, and is
 * tried again like a failed one: our reading.
 */
export const collectInvoice = (world: World, id: string, options: CollectOptions): Attempt => {
  const invoice = world.need('invoice', id);
  const intent = invoice.payment_intent;
  if (intent === null) throw new Error(`an open invoice without an intent: ${id}`);
  const method = options.method ?? methodFor(world, invoice);
  const attempt: Attempt = method
    ? attemptIntent(world, intent, method, { proved: options.proved ?? false, returnUrl: options.returnUrl ?? null })
    : { kind: 'failed', error: NO_METHOD, charge: null };
  if (attempt.kind !== 'succeeded') {
    recordFailure(world, id, attempt, options.automatic);
    return attempt;
  }
  world.store.put('invoice', { ...invoice, attempt_count: invoice.attempt_count + 1 });
  settleInvoice(world, id, attempt.charge.id);
  return attempt;
};
