import Stripe from 'stripe';
import { event, type StripeEvent } from './shapes.ts';

/** Older deliveries are refused: whoever has caught one could play it again. */
const TOLERANCE_SECONDS = 300;

/**
 * The event, when one of the secrets signed these very bytes lately; null otherwise. Several secrets: while one is being
 * replaced by another both are good.
 */
export const verifiedEvent = async (
  stripe: Stripe,
  rawBody: Uint8Array,
  signature: string | null,
  secrets: readonly string[],
): Promise<StripeEvent | null> => {
  if (signature === null) return null;
  const body = Buffer.from(rawBody);
  for (const secret of secrets) {
    try {
      await stripe.webhooks.constructEventAsync(body, signature, secret, TOLERANCE_SECONDS);
      return event.parse(JSON.parse(body.toString('utf8')));
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeSignatureVerificationError)) return null;
    }
  }
  return null;
};

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Whom it is about: `customer` is the customer's id, `charge` a charge whose customer has to be asked for. */
export const subjectOf = ({
  type,
  data,
}: StripeEvent): { readonly customer: string | null; readonly charge: string | null } => {
  const { object } = data;
  const own = object['object'] === 'customer' ? text(object['id']) : null;
  const named = object['customer'];
  const customer = own ?? text(named) ?? (typeof named === 'object' && named && 'id' in named ? text(named.id) : null);
  return { customer, charge: customer === null && type.startsWith('charge.') ? text(object['charge']) : null };
};
