import type { ErrorBody } from '../types.ts';
import type { Decline } from './cards.ts';

export const declineBody = ({ code, declineCode, message }: Decline, charge: string | null = null): ErrorBody => ({
  type: 'card_error',
  code,
  message,
  ...(declineCode === null ? {} : { decline_code: declineCode }),
  ...(charge === null ? {} : { charge }),
});

/** The cardholder failed at, or gave up, his bank's question. */
export const NOT_PROVED: ErrorBody = {
  type: 'invalid_request_error',
  code: 'payment_intent_authentication_failure',
  message:
    'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.',
};
