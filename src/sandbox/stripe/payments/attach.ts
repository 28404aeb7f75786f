import { invalid, noSuch, Refusal } from '../http/refusal.ts';
import type { World } from '../world.ts';
import { cardByFingerprint } from './cards.ts';
import { methodOfTestId } from './create-method.ts';
import { declineBody } from './decline.ts';
import type { PaymentMethod } from './types.ts';

/** Puts a card on the customer's file. A card that its bank refuses outright does not get there. */
export const attachMethod = (world: World, methodId: string, customerId: string): PaymentMethod => {
  const method = methodOfTestId(world, methodId) ?? world.store.get('payment_method', methodId);
  if (!method) throw noSuch('PaymentMethod', methodId, 'payment_method');
  if (method.customer === customerId) return method;
  if (method.customer !== null)
    throw invalid(
      'The payment method you provided has already been attached to a customer.',
      'payment_method',
      'payment_method_unexpected_state',
    );
  const card = cardByFingerprint(method.card.fingerprint);
  if (card.decline && !card.attaches) throw new Refusal(402, declineBody(card.decline));
  return world.update(
    'payment_method',
    method.id,
    {
      customer: customerId,
      card: { ...method.card, checks: { ...method.card.checks, cvc_check: 'pass' } },
    },
    'payment_method.attached',
  );
};

/** Takes a card off the file; it cannot be attached again. Whatever had it as its default has none then. */
export const detachMethod = (world: World, methodId: string): PaymentMethod => {
  const method = world.find('payment_method', methodId, 'payment_method');
  const { customer } = method;
  if (customer === null)
    throw invalid('The payment method you provided is not attached to a customer so detachment is impossible.');
  const owner = world.named('customer', customer, 'customer');
  if (owner.invoice_settings.default_payment_method === methodId)
    world.update(
      'customer',
      customer,
      { invoice_settings: { ...owner.invoice_settings, default_payment_method: null } },
      'customer.updated',
    );
  for (const subscription of world.store.of('subscription', customer))
    if (subscription.default_payment_method === methodId)
      world.update('subscription', subscription.id, { default_payment_method: null }, 'customer.subscription.updated');
  return world.update('payment_method', methodId, { customer: null }, 'payment_method.detached');
};
