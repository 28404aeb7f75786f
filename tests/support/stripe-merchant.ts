import Stripe from 'stripe';
import { type StripeOutside, startStripeOutside } from '../../src/sandbox/stripe/start-outside.ts';
import { cardFields, openPage, submitPage } from './hosted-pages.ts';

const SITE = 'https://quanticity.example';

/** A merchant with two plans at the simulated Stripe, spoken to through the official SDK. */
export interface Merchant {
  /** Origin of API and hosted pages. */
  readonly url: string;
  readonly outside: StripeOutside;
  readonly stripe: Stripe;
  readonly basic: Stripe.Price;
  readonly premium: Stripe.Price;
  /** Events that the merchant's endpoint was sent, with their signatures. */
  readonly received: { readonly body: string; readonly signature: string }[];
  customer(): Promise<string>;
  /** A checkout of the Basic plan, by a customer of its own unless one is named; null for a visitor. */
  checkout(
    options?: Partial<Stripe.Checkout.SessionCreateParams>,
    customerId?: string | null,
  ): Promise<{ readonly id: string; readonly url: string }>;
  /** A new customer who bought Basic with this card. */
  subscribed(card?: string): Promise<{ readonly customerId: string; readonly subscriptionId: string }>;
  /** Follows a step to the bank's page, answers it, and tells the full address that it leads on to. */
  answerBank(location: string | null, action: 'complete' | 'fail'): Promise<string>;
  stop(): Promise<void>;
}

export const startMerchant = async (seed: number): Promise<Merchant> => {
  const received: { body: string; signature: string }[] = [];
  const site = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      received.push({ body: await request.text(), signature: request.headers.get('stripe-signature') ?? '' });
      return new Response();
    },
  });
  const outside = await startStripeOutside({ seed, webhookUrl: `${site.url.origin}/webhooks/stripe` });
  const { url } = outside;
  const { hostname, port } = new URL(url);
  const stripe = new Stripe(outside.secretKey, {
    ...{ apiVersion: '2023-08-16', host: hostname, port: Number(port), protocol: 'http' },
  });
  const priced = async (name: string, unit_amount: number): Promise<Stripe.Price> => {
    const product = await stripe.products.create({ name });
    return stripe.prices.create({
      ...{ product: product.id, unit_amount, currency: 'usd', recurring: { interval: 'month' } },
    });
  };
  const [basic, premium] = [await priced('Basic', 9_700), await priced('Premium', 29_700)];
  const customer = async (): Promise<string> => (await stripe.customers.create({ email: 'ann@example.com' })).id;
  const checkout: Merchant['checkout'] = async (options = {}, customerId) => {
    const who = customerId === undefined ? await customer() : customerId;
    const session = await stripe.checkout.sessions.create({
      mode: 'subscription',
      line_items: [{ price: basic.id, quantity: 1 }],
      success_url: `${SITE}/thanks?session={CHECKOUT_SESSION_ID}`,
      cancel_url: `${SITE}/plans`,
      ...(who === null ? {} : { customer: who }),
      ...options,
    });
    if (session.url === null) throw new Error('the checkout has no page');
    return { id: session.id, url: session.url };
  };
  return {
    ...{ url, outside, stripe, basic, premium, received, customer, checkout },
    async subscribed(card = '4242424242424242') {
      const customerId = await customer();
      const session = await checkout({}, customerId);
      const paid = await submitPage(session.url, { ...cardFields(card), action: 'pay' });
      const { subscription } = await stripe.checkout.sessions.retrieve(session.id);
      if (typeof subscription !== 'string') throw new Error(`the checkout bought nothing: ${paid.text}`);
      return { customerId, subscriptionId: subscription };
    },
    async answerBank(location, action) {
      const bank = new URL(location ?? '', url).href;
      const asked = await openPage(bank);
      if (!asked.text.includes('Confirm it is you')) throw new Error(`no bank's page at ${bank}: ${asked.text}`);
      const answer = await submitPage(bank, { action });
      if (answer.location === null) throw new Error(`the bank leads nowhere: ${answer.text}`);
      return new URL(answer.location, url).href;
    },
    async stop() {
      await outside.stop();
      await site.stop(true);
    },
  };
};
