import Stripe from 'stripe';
import type { CardEntry, Dunning, PaymentStep, StripeSandbox, StripeWorld } from '../../src/sandbox/stripe/seam.ts';
import { startStripeSandbox } from '../../src/sandbox/stripe/server.ts';
import { answerProblems, objectProblems, STRIPE_SPEC_PRESENT } from './stripe-spec.ts';

/** 31 January 2024, 10:00:00 UTC: a month's last day in a leap year. */
export const START_SECONDS = Date.UTC(2024, 0, 31, 10) / 1_000;
export const DAY = 86_400;

export interface StripeBench {
  readonly sandbox: StripeSandbox;
  readonly world: StripeWorld;
  readonly stripe: Stripe;
  /** What the specification had against any answer or event so far. */
  readonly problems: () => readonly string[];
  /** How many answers and events were held against it. */
  readonly checked: () => number;
  /** Types of the events since the last call, oldest first. */
  readonly newEvents: () => readonly string[];
  readonly stop: () => Promise<void>;
}

interface BenchOptions {
  readonly seed?: number;
  readonly stateFolder?: string;
  readonly dunning?: Dunning;
  /** Wall ms since epoch. */
  readonly now?: () => number;
}

/** The official SDK against the sandbox; every answer and every event is held against the specification where there is one. */
export const startStripeBench = async (options: BenchOptions = {}): Promise<StripeBench> => {
  const sandbox = await startStripeSandbox({ seed: 7, now: () => START_SECONDS * 1_000, ...options });
  const problems: string[] = [];
  let checks = 0;
  const { hostname, port } = new URL(sandbox.url);
  const checked = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const answer = await fetch(input, init);
    const url = new URL(String(input instanceof Request ? input.url : input));
    if (STRIPE_SPEC_PRESENT && answer.status !== 404) {
      checks += 1;
      problems.push(...answerProblems(init?.method ?? 'GET', url.pathname, answer.status, await answer.clone().json()));
    }
    return answer;
  };
  const stripe = new Stripe('sk_test_bench', {
    apiVersion: '2023-08-16',
    host: hostname,
    port: Number(port),
    protocol: 'http',
    maxNetworkRetries: 0,
    httpClient: Stripe.createFetchHttpClient(checked as typeof fetch),
  });
  let seen: string[] = [];
  sandbox.world.onEvent((event) => {
    seen.push(event.type);
    if (!STRIPE_SPEC_PRESENT) return;
    checks += 1;
    problems.push(...objectProblems('event', JSON.parse(sandbox.world.render(event))));
    const object = event.data.object as { readonly object: string; readonly id?: string };
    // `invoice.upcoming` is the one event about an object without an id.
    problems.push(...objectProblems(object.object, object).map((problem) => `${event.type}: ${problem}`));
  });
  return {
    sandbox,
    world: sandbox.world,
    stripe,
    problems: () => problems,
    checked: () => checks,
    newEvents: () => {
      const events = seen;
      seen = [];
      return events;
    },
    stop: sandbox.stop,
  };
};

export const cardEntry = (number: string): CardEntry => ({
  number,
  expMonth: 12,
  expYear: 2030,
  cvc: number.startsWith('37') ? '1234' : '123',
  name: 'Ada Lovelace',
  postalCode: '10001',
  country: 'US',
});

/** The address a step leads to, for a step that must go well. */
export const redirectOf = (step: PaymentStep): string => {
  if (!step.ok) throw new Error(`refused: ${step.error.message}`);
  return step.url;
};

export interface Catalog {
  readonly basic: Stripe.Price;
  readonly premium: Stripe.Price;
  readonly premiumYear: Stripe.Price;
}

/** The plans of the house: Basic $97, Premium $297 a month, Premium $2,970 a year. */
export const makeCatalog = async ({ stripe }: StripeBench): Promise<Catalog> => {
  const [basic, premium] = [
    await stripe.products.create({ name: 'Basic' }),
    await stripe.products.create({ name: 'Premium' }),
  ];
  const price = (product: Stripe.Product, cents: number, interval: 'month' | 'year') =>
    stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: cents,
      recurring: { interval },
      lookup_key: `${product.name.toLowerCase()}_${interval}`,
    });
  return {
    basic: await price(basic, 9_700, 'month'),
    premium: await price(premium, 29_700, 'month'),
    premiumYear: await price(premium, 297_000, 'year'),
  };
};

/** A customer with a card on file, which is his default. */
export const makeCustomer = async ({ stripe }: StripeBench, card = 'pm_card_visa'): Promise<Stripe.Customer> => {
  const customer = await stripe.customers.create({ email: 'ada@example.com', name: 'Ada Lovelace' });
  const method = await stripe.paymentMethods.attach(card, { customer: customer.id });
  return stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
};
