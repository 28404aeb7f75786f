import { signatureHeader } from './signature.ts';
import type { Endpoint } from './types.ts';

/** Ways in which one delivery's signature does not fit. */
export type Spoil =
  | { readonly kind: 'stale'; readonly ageSeconds: number }
  | { readonly kind: 'bad-signature' | 'no-signature' | 're-serialise' };

/** The header as this delivery carries it; null when it carries none. */
const headerOf = (secrets: readonly string[], body: string, nowMs: number, spoil: Spoil | null): string | null => {
  const seconds = Math.floor(nowMs / 1_000);
  switch (spoil?.kind) {
    case 'no-signature':
      return null;
    case 'stale':
      return signatureHeader(secrets, seconds - spoil.ageSeconds, body);
    case 'bad-signature':
      return signatureHeader(['whsec_nobody_has_this_one'], seconds, body);
    default:
      return signatureHeader(secrets, seconds, body);
  }
};

/** Stripe's own deliveries say the same of themselves. Redirects count as refusals: Stripe follows none. */
export const send = async (
  endpoint: Endpoint,
  body: string,
  spoil: Spoil | null,
  timeoutMs: number,
): Promise<number | null> => {
  // Receivers judge the age of a signature by their own clock, so it is stamped with the wall's time.
  const signature = headerOf(endpoint.secrets, body, Date.now(), spoil);
  try {
    const answer = await fetch(endpoint.url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        accept: '*/*; q=0.5, application/xml',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        ...(signature === null ? {} : { 'stripe-signature': signature }),
      },
      body: spoil?.kind === 're-serialise' ? JSON.stringify(JSON.parse(body)) : body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return null;
  }
};
