import { HOSTED } from '../store/wire.ts';
import type { ErrorBody, Metadata } from '../types.ts';
import type { World } from '../world.ts';
import { cardByFingerprint } from './cards.ts';
import { chargeCard } from './charge.ts';
import { declineBody, NOT_PROVED } from './decline.ts';
import type { Charge, PaymentIntent, PaymentMethod } from './types.ts';

interface NewIntent {
  readonly amount: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly description: string | null;
  readonly invoice: string | null;
  readonly metadata?: Metadata;
  readonly setupFutureUsage: 'off_session' | 'on_session' | null;
  readonly checkout?: string;
}

export const createIntent = (world: World, fields: NewIntent): PaymentIntent => {
  const id = world.newId('pi');
  return world.insert(
    'payment_intent',
    {
      id,
      object: 'payment_intent',
      amount: fields.amount,
      amount_capturable: 0,
      amount_details: { tip: {} },
      amount_received: 0,
      application: null,
      application_fee_amount: null,
      automatic_payment_methods: null,
      canceled_at: null,
      cancellation_reason: null,
      capture_method: 'automatic',
      client_secret: `${id}_secret_${world.newId('secret')}`,
      confirmation_method: 'automatic',
      created: world.now(),
      currency: fields.currency,
      customer: fields.customer,
      description: fields.description,
      invoice: fields.invoice,
      last_payment_error: null,
      latest_charge: null,
      livemode: false,
      metadata: fields.metadata ?? {},
      next_action: null,
      on_behalf_of: null,
      payment_method: null,
      payment_method_options: {
        card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
      },
      payment_method_types: ['card'],
      processing: null,
      receipt_email: null,
      review: null,
      setup_future_usage: fields.setupFutureUsage,
      shipping: null,
      statement_descriptor: null,
      statement_descriptor_suffix: null,
      status: 'requires_payment_method',
      transfer_data: null,
      transfer_group: null,
      internal: { checkout: fields.checkout ?? null },
    },
    'payment_intent.created',
  );
};

/** How an attempt came out. */
export type Attempt =
  | { readonly kind: 'succeeded'; readonly charge: Charge }
  | { readonly kind: 'failed'; readonly error: ErrorBody; readonly charge: Charge | null }
  | { readonly kind: 'action'; readonly url: string };

/** Where the bank asks the cardholder. */
export const challengeUrl = (intentId: string): string => `${HOSTED}/3ds/${intentId}`;

/** Whether the bank will ask for the cardholder's proof. */
export const needsProof = (method: PaymentMethod): boolean => {
  const { proof } = cardByFingerprint(method.card.fingerprint);
  return proof === 'always' || (proof === 'once' && !method.internal.setUp);
};

const failIntent = (world: World, id: string, error: ErrorBody, charge: Charge | null): Attempt => {
  const failed = world.update('payment_intent', id, {
    status: 'requires_payment_method',
    last_payment_error: error,
    latest_charge: charge?.id ?? world.need('payment_intent', id).latest_charge,
    next_action: null,
    payment_method: null,
  });
  world.emit('payment_intent.payment_failed', failed);
  return { kind: 'failed', error, charge };
};

/** Remembers that the cardholder proved himself, which spares him the question at later charges. */
export const markSetUp = (world: World, methodId: string): void => {
  const method = world.need('payment_method', methodId);
  if (!method.internal.setUp) world.store.put('payment_method', { ...method, internal: { setUp: true } });
};

/**
 * One attempt to collect an intent with a card. `proved` after the cardholder's answer at the 3-D Secure page; without it
 * a bank that asks leaves the intent `requires_action`, for an absent customer as well (as Stripe does for invoices of
 * subscriptions).
 */
export const attemptIntent = (
  world: World,
  intentId: string,
  method: PaymentMethod,
  { proved, returnUrl }: { readonly proved: boolean; readonly returnUrl: string | null },
): Attempt => {
  if (!proved && needsProof(method)) {
    const url = challengeUrl(intentId);
    const waiting = world.update('payment_intent', intentId, {
      status: 'requires_action',
      payment_method: method.id,
      last_payment_error: null,
      next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } },
    });
    world.emit('payment_intent.requires_action', waiting);
    return { kind: 'action', url };
  }
  const intent = world.need('payment_intent', intentId);
  const charge = chargeCard(world, intent, method, proved);
  const { decline } = cardByFingerprint(method.card.fingerprint);
  if (decline)
    return failIntent(world, intentId, { ...declineBody(decline, charge.id), payment_method: method }, charge);
  if (proved) markSetUp(world, method.id);
  const paid = world.update('payment_intent', intentId, {
    status: 'succeeded',
    amount_received: intent.amount,
    latest_charge: charge.id,
    last_payment_error: null,
    next_action: null,
    payment_method: method.id,
  });
  world.emit('payment_intent.succeeded', paid);
  return { kind: 'succeeded', charge };
};

/** The cardholder did not prove himself. */
export const failProof = (world: World, intentId: string): Attempt => failIntent(world, intentId, NOT_PROVED, null);

export const cancelIntent = (world: World, id: string, reason: PaymentIntent['cancellation_reason']): PaymentIntent => {
  const canceled = world.update('payment_intent', id, {
    status: 'canceled',
    canceled_at: world.now(),
    cancellation_reason: reason,
    next_action: null,
  });
  world.emit('payment_intent.canceled', canceled);
  return canceled;
};
