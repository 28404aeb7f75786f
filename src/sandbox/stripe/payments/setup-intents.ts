import type { ErrorBody, Metadata } from '../types.ts';
import type { World } from '../world.ts';
import { cardByFingerprint } from './cards.ts';
import { declineBody } from './decline.ts';
import { challengeUrl, markSetUp, needsProof } from './intents.ts';
import type { PaymentMethod, SetupIntent } from './types.ts';

interface NewSetup {
  readonly customer: string | null;
  readonly metadata?: Metadata;
  readonly usage?: 'off_session' | 'on_session';
  readonly checkout?: string;
  readonly portal?: string;
}

export const createSetup = (world: World, fields: NewSetup): SetupIntent => {
  const id = world.newId('seti');
  return world.insert(
    'setup_intent',
    {
      id,
      object: 'setup_intent',
      application: null,
      automatic_payment_methods: null,
      cancellation_reason: null,
      client_secret: `${id}_secret_${world.newId('secret')}`,
      created: world.now(),
      customer: fields.customer,
      description: null,
      flow_directions: null,
      last_setup_error: null,
      latest_attempt: null,
      livemode: false,
      mandate: null,
      metadata: fields.metadata ?? {},
      next_action: null,
      on_behalf_of: null,
      payment_method: null,
      payment_method_options: { card: { mandate_options: null, network: null, request_three_d_secure: 'automatic' } },
      payment_method_types: ['card'],
      single_use_mandate: null,
      status: 'requires_payment_method',
      usage: fields.usage ?? 'off_session',
      internal: { checkout: fields.checkout ?? null, portal: fields.portal ?? null },
    },
    'setup_intent.created',
  );
};

export type SetupAttempt =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly error: ErrorBody }
  | { readonly kind: 'action'; readonly url: string };

const failSetup = (world: World, id: string, error: ErrorBody): SetupAttempt => {
  const failed = world.update('setup_intent', id, {
    status: 'requires_payment_method',
    last_setup_error: error,
    next_action: null,
    payment_method: null,
  });
  world.emit('setup_intent.setup_failed', failed);
  return { kind: 'failed', error };
};

/** Checks a card for later use, without a charge; the bank may ask the cardholder first. */
export const attemptSetup = (
  world: World,
  setupId: string,
  method: PaymentMethod,
  { proved, returnUrl }: { readonly proved: boolean; readonly returnUrl: string | null },
): SetupAttempt => {
  if (!proved && needsProof(method)) {
    const url = challengeUrl(setupId);
    const waiting = world.update('setup_intent', setupId, {
      status: 'requires_action',
      payment_method: method.id,
      next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } },
    });
    world.emit('setup_intent.requires_action', waiting);
    return { kind: 'action', url };
  }
  const card = cardByFingerprint(method.card.fingerprint);
  if (card.decline && !card.attaches) return failSetup(world, setupId, declineBody(card.decline));
  markSetUp(world, method.id);
  const done = world.update('setup_intent', setupId, {
    status: 'succeeded',
    payment_method: method.id,
    last_setup_error: null,
    next_action: null,
  });
  world.emit('setup_intent.succeeded', done);
  return { kind: 'succeeded' };
};

/** The cardholder did not prove himself. */
export const failSetupProof = (world: World, setupId: string): SetupAttempt =>
  failSetup(world, setupId, {
    type: 'invalid_request_error',
    code: 'setup_intent_authentication_failure',
    message: 'The latest attempt to set up the payment method has failed because authentication failed.',
  });
