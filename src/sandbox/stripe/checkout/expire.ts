import { invalid } from '../http/refusal.ts';
import { cancelIntent } from '../payments/intents.ts';
import type { World } from '../world.ts';
import type { CheckoutSession } from './types.ts';

/** When an open session expires by itself, seconds since epoch. */
export const sessionDue = (session: CheckoutSession): number | null =>
  session.status === 'open' ? session.expires_at : null;

/** Nobody can pay here any more. */
export const expireSession = (world: World, id: string): CheckoutSession => {
  const session = world.find('checkout.session', id, 'session');
  if (session.status !== 'open')
    throw invalid(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status}.`,
      'session',
    );
  const { intent } = session.internal;
  const waiting = intent?.startsWith('pi_') ? world.need('payment_intent', intent) : undefined;
  if (waiting?.status === 'requires_action') cancelIntent(world, waiting.id, 'abandoned');
  const expired = world.update('checkout.session', id, {
    status: 'expired',
    url: null,
    internal: { ...session.internal, intent: null, entered: null },
  });
  world.emit('checkout.session.expired', expired);
  return expired;
};
