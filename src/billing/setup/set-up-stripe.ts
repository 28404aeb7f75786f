import type Stripe from 'stripe';
import { setUpCatalogue } from './catalogue.ts';
import { setUpPortal } from './portal.ts';
import { setUpWebhookEndpoint } from './webhook-endpoint.ts';

export interface SetUp {
  /** What was done, in words; empty when everything stood as it should. */
  readonly done: readonly string[];
  /** Of a webhook endpoint that was made just now: to be configured, for Stripe does not tell it again. */
  readonly webhookSecret: string | null;
}

/** Makes at Stripe what billing needs there. Run again, it changes only what does not stand as it should. */
export const setUpStripe = async (
  stripe: Stripe,
  options: { readonly siteUrl: URL; readonly webhook: boolean },
): Promise<SetUp> => {
  const { siteUrl, webhook } = options;
  const catalogue = await setUpCatalogue(stripe);
  const portal = await setUpPortal(stripe, siteUrl);
  const endpoint = webhook ? await setUpWebhookEndpoint(stripe, siteUrl) : { done: [], secret: null };
  return { done: [...catalogue, ...portal, ...endpoint.done], webhookSecret: endpoint.secret };
};
