import type Stripe from 'stripe';
import { API_VERSION, asking } from '../stripe/client.ts';
import { WEBHOOK_EVENTS } from './webhook-events.ts';

export interface EndpointSetUp {
  readonly done: readonly string[];
  /** Stripe tells it once, when the endpoint is made; null when it stood already. */
  readonly secret: string | null;
}

const isComplete = (found: Stripe.WebhookEndpoint): boolean =>
  found.status === 'enabled' &&
  found.enabled_events.length === WEBHOOK_EVENTS.length &&
  WEBHOOK_EVENTS.every((type) => found.enabled_events.includes(type));

/** Where Stripe delivers. Its events only say that there is something to read, so their own version does not matter to us. */
export const setUpWebhookEndpoint = async (stripe: Stripe, siteUrl: URL): Promise<EndpointSetUp> => {
  const url = new URL('/webhooks/stripe', siteUrl).href;
  const { data } = await asking(() => stripe.webhookEndpoints.list({ limit: 100 }));
  const found = data.find((endpoint) => endpoint.url === url);
  const enabled_events = [...WEBHOOK_EVENTS];
  if (!found) {
    const made = await asking(() =>
      stripe.webhookEndpoints.create({
        url,
        enabled_events,
        api_version: API_VERSION,
        metadata: { quanticity: 'webhook' },
      }),
    );
    return { done: [`made the webhook endpoint ${url}`], secret: made.secret ?? null };
  }
  if (isComplete(found)) return { done: [], secret: null };
  await asking(() => stripe.webhookEndpoints.update(found.id, { enabled_events, disabled: false }));
  return { done: [`put the events of the webhook endpoint ${url} right`], secret: null };
};
