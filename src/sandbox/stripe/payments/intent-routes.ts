import { filtered, listOf } from '../http/list.ts';
import type { Params } from '../http/params.ts';
import { invalid, missingParam, Refusal } from '../http/refusal.ts';
import { type Call, inPath, type Routes } from '../http/route.ts';
import { search } from '../http/search.ts';
import { collectInvoice } from '../invoices/collect.ts';
import type { World } from '../world.ts';
import { methodOfTestId } from './create-method.ts';
import { type Attempt, attemptIntent, cancelIntent, createIntent } from './intents.ts';
import { attemptSetup, createSetup } from './setup-intents.ts';
import type { PaymentIntent, PaymentMethod, SetupIntent } from './types.ts';

const CANCEL_REASONS = ['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer'] as const;

const methodOf = (world: World, params: Params, fallback: string | null): PaymentMethod | null => {
  const id = params.text('payment_method') ?? fallback;
  if (!id) return null;
  return methodOfTestId(world, id) ?? world.named('payment_method', id, 'payment_method');
};

/** What an attempt answers: the intent, or the bank's refusal with the intent in it, both on record. */
const answered = (world: World, id: string, attempt: Attempt): PaymentIntent => {
  const intent = world.need('payment_intent', id);
  if (attempt.kind === 'failed') throw new Refusal(402, { ...attempt.error, payment_intent: intent }, true);
  return intent;
};

const confirm = (world: World, id: string, params: Params): PaymentIntent => {
  const intent = world.find('payment_intent', id, 'intent');
  if (intent.status === 'succeeded' || intent.status === 'canceled')
    throw invalid(
      `You cannot confirm this PaymentIntent because it has already ${intent.status === 'canceled' ? 'been canceled' : 'succeeded after being previously confirmed'}.`,
      undefined,
      'payment_intent_unexpected_state',
    );
  const method = methodOf(world, params, intent.payment_method);
  if (!method)
    throw invalid(
      'You cannot confirm this PaymentIntent because it’s missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.',
      undefined,
      'payment_intent_unexpected_state',
    );
  const returnUrl = params.text('return_url') ?? null;
  const attempt =
    intent.invoice === null
      ? attemptIntent(world, id, method, { proved: false, returnUrl })
      : collectInvoice(world, intent.invoice, { automatic: false, method, returnUrl });
  return answered(world, id, attempt);
};

const createPayment = (world: World, params: Params): PaymentIntent => {
  const amount = params.integer('amount');
  if (amount === undefined) throw missingParam('amount');
  if (amount < 50) throw invalid('Amount must be at least $0.50 usd', 'amount', 'amount_too_small');
  const customer = params.text('customer') ?? null;
  if (customer !== null) world.named('customer', customer, 'customer');
  const intent = createIntent(world, {
    amount,
    currency: params.required('currency').toLowerCase(),
    customer,
    description: params.text('description') ?? null,
    invoice: null,
    metadata: params.metadata(),
    setupFutureUsage: params.oneOf('setup_future_usage', ['off_session', 'on_session']) ?? null,
  });
  const method = methodOf(world, params, null);
  if (method) world.update('payment_intent', intent.id, { payment_method: method.id, status: 'requires_confirmation' });
  return params.flag('confirm') === true ? confirm(world, intent.id, params) : world.need('payment_intent', intent.id);
};

const cancelPayment = (world: World, call: Call): PaymentIntent => {
  const intent = world.find('payment_intent', inPath(call, 'intent'), 'intent');
  if (intent.invoice !== null)
    throw invalid(
      'You cannot cancel a PaymentIntent created by an invoice. Void the invoice instead.',
      undefined,
      'payment_intent_unexpected_state',
    );
  if (intent.status === 'succeeded' || intent.status === 'canceled')
    throw invalid(
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}.`,
      undefined,
      'payment_intent_unexpected_state',
    );
  return cancelIntent(world, intent.id, call.params.oneOf('cancellation_reason', CANCEL_REASONS) ?? null);
};

const confirmSetup = (world: World, id: string, params: Params): SetupIntent => {
  const setup = world.find('setup_intent', id, 'intent');
  const method = methodOf(world, params, setup.payment_method);
  if (!method || setup.status === 'succeeded' || setup.status === 'canceled')
    throw invalid('You cannot confirm this SetupIntent as it is.', undefined, 'setup_intent_unexpected_state');
  const attempt = attemptSetup(world, id, method, { proved: false, returnUrl: params.text('return_url') ?? null });
  const after = world.need('setup_intent', id);
  if (attempt.kind === 'failed') throw new Refusal(402, { ...attempt.error, setup_intent: after }, true);
  return after;
};

export const intentRoutes: Routes = {
  'POST /v1/payment_intents': (world, { params }) => createPayment(world, params),
  'GET /v1/payment_intents': (world, call) => {
    const customer = call.params.text('customer');
    return listOf(call, customer ? world.store.of('payment_intent', customer) : world.store.all('payment_intent'));
  },
  'GET /v1/payment_intents/search': (world, call) =>
    search(call, world.store.all('payment_intent'), {
      amount: ({ amount }) => amount,
      customer: ({ customer }) => customer,
      status: ({ status }) => status,
      created: ({ created }) => created,
    }),
  'GET /v1/payment_intents/{intent}': (world, call) => world.find('payment_intent', inPath(call, 'intent'), 'intent'),
  'POST /v1/payment_intents/{intent}': (world, call) => {
    const intent = world.find('payment_intent', inPath(call, 'intent'), 'intent');
    const description = call.params.text('description');
    return world.update('payment_intent', intent.id, {
      description: description === undefined ? intent.description : description,
      metadata: call.params.metadata(intent.metadata),
    });
  },
  'POST /v1/payment_intents/{intent}/confirm': (world, call) => confirm(world, inPath(call, 'intent'), call.params),
  'POST /v1/payment_intents/{intent}/cancel': cancelPayment,
  'POST /v1/setup_intents': (world, { params }) => {
    const customer = params.text('customer') ?? null;
    if (customer !== null) world.named('customer', customer, 'customer');
    const setup = createSetup(world, {
      customer,
      metadata: params.metadata(),
      usage: params.oneOf('usage', ['off_session', 'on_session']) ?? 'off_session',
    });
    const method = methodOf(world, params, null);
    if (method) world.update('setup_intent', setup.id, { payment_method: method.id, status: 'requires_confirmation' });
    return params.flag('confirm') === true
      ? confirmSetup(world, setup.id, params)
      : world.need('setup_intent', setup.id);
  },
  'GET /v1/setup_intents': (world, call) => {
    const customer = call.params.text('customer');
    const all = customer ? world.store.of('setup_intent', customer) : world.store.all('setup_intent');
    return listOf(call, filtered(call, all, { payment_method: ({ payment_method }) => payment_method }));
  },
  'GET /v1/setup_intents/{intent}': (world, call) => world.find('setup_intent', inPath(call, 'intent'), 'intent'),
  'POST /v1/setup_intents/{intent}': (world, call) => {
    const setup = world.find('setup_intent', inPath(call, 'intent'), 'intent');
    return world.update('setup_intent', setup.id, { metadata: call.params.metadata(setup.metadata) });
  },
  'POST /v1/setup_intents/{intent}/confirm': (world, call) => confirmSetup(world, inPath(call, 'intent'), call.params),
  'POST /v1/setup_intents/{intent}/cancel': (world, call) => {
    const setup = world.find('setup_intent', inPath(call, 'intent'), 'intent');
    if (setup.status === 'succeeded' || setup.status === 'canceled')
      throw invalid('You cannot cancel this SetupIntent as it is.', undefined, 'setup_intent_unexpected_state');
    const canceled = world.update('setup_intent', setup.id, {
      status: 'canceled',
      cancellation_reason:
        call.params.oneOf('cancellation_reason', ['abandoned', 'duplicate', 'requested_by_customer']) ?? null,
      next_action: null,
    });
    world.emit('setup_intent.canceled', canceled);
    return canceled;
  },
};
