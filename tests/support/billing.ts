import { createHmac } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { createBilling } from '../../src/billing/create-billing.ts';
import type { BillingDeps } from '../../src/billing/deps.ts';
import type { Billing, PlanChoice } from '../../src/billing/door.ts';
import type { BillingPolicy } from '../../src/billing/policy.ts';
import { setUpStripe } from '../../src/billing/setup/set-up-stripe.ts';
import { WEBHOOK_EVENTS } from '../../src/billing/setup/webhook-events.ts';
import { createStripeClient } from '../../src/billing/stripe/client.ts';
import { StripeGateway } from '../../src/billing/stripe/gateway.ts';
import { checkouts } from '../../src/db/schema/checkouts.ts';
import { billingCustomers } from '../../src/db/schema/subscriptions.ts';
import type { StripeEvent } from '../../src/sandbox/stripe/events/types.ts';
import type { CardEntry, StripeSandbox, StripeSandboxOptions } from '../../src/sandbox/stripe/seam.ts';
import { startStripeSandbox } from '../../src/sandbox/stripe/server.ts';
import type { TestDatabase } from './database.ts';
import { shiftPolicyClock } from './signals.ts';

export const DAY_SECONDS = 86_400;
export const HOUR_SECONDS = 3_600;
const PUBLIC_URL = new URL('http://localhost:3000');

/** Stripe's test cards, by what they do. */
export const CARDS = {
  good: '4242424242424242',
  otherGood: '5555555555554444',
  declined: '4000000000000002',
  noFunds: '4000000000009995',
  /** Taken on file; every charge fails. */
  failsLater: '4000000000000341',
  challenged: '4000002760003184',
  disputed: '4000000000000259',
} as const;
export type TestCard = keyof typeof CARDS;

export const cardEntry = (card: TestCard): CardEntry => ({
  number: CARDS[card],
  expMonth: 12,
  expYear: 2040,
  cvc: '123',
  name: 'Pat Payer',
  postalCode: '10004',
  country: 'US',
});

export interface BillingWorld {
  readonly database: TestDatabase;
  readonly stripe: StripeSandbox;
  readonly deps: BillingDeps;
  readonly billing: Billing;
  /** What was announced on the bus. */
  readonly announced: { readonly userId: string; readonly tier: string }[];
  /** Events that Stripe made and that are not delivered yet, oldest first. Tests may reorder, repeat or drop them. */
  readonly pending: StripeEvent[];
  /** The header that Stripe would send with these bytes; `atSeconds` is wall time. */
  sign(body: string, secret?: string, atSeconds?: number): string;
  bodyOf(event: StripeEvent): string;
  /** One delivery, signed. */
  deliver(event: StripeEvent, to?: Billing): Promise<200 | 400 | 500>;
  /** Delivers what is pending, in order, until nothing is. */
  settle(): Promise<void>;
  /** Moves Stripe's clock and the clock that judges access together; nothing is delivered by it. */
  advance(seconds: number): Promise<void>;
  /** Forgets the time that was advanced and what is pending: for the next test on the same world. */
  nowSeconds(): number;
  customerOf(userId: string): Promise<string>;
  openSession(userId: string): Promise<string>;
  /** Through the checkout with a card, as a person would; throws where Stripe refuses the card. Webhooks stay pending. */
  subscribe(userId: string, plan: PlanChoice, card?: TestCard): Promise<string>;
  stop(): Promise<void>;
}

/** Stripe delivers what it was asked to deliver. */
const TOLD: ReadonlySet<string> = new Set(WEBHOOK_EVENTS);

export const WEBHOOK_SECRET = 'whsec_of_the_tests';

export interface BillingWorldOptions {
  readonly database: TestDatabase;
  readonly seed?: number;
  readonly policy?: Partial<BillingPolicy>;
  readonly webhookSecrets?: readonly string[];
  readonly stripe?: Partial<StripeSandboxOptions>;
  /** Looks at what goes over the wire. */
  readonly fetch?: typeof fetch;
}

const policyOf = (change: Partial<BillingPolicy> = {}): BillingPolicy => ({
  graceDays: 7,
  trialDays: 0,
  automaticTax: false,
  ...change,
});

/** Billing on a real database and the simulated Stripe over HTTP; trials are off unless asked for. */
export const startBillingWorld = async (options: BillingWorldOptions): Promise<BillingWorld> => {
  const { database, seed = 1, webhookSecrets = [WEBHOOK_SECRET] } = options;
  const stripe = await startStripeSandbox({ seed, ...options.stripe });
  const client = createStripeClient({
    secretKey: 'sk_test_quanticity',
    baseUrl: stripe.url,
    timeoutMs: 2_000,
    ...(options.fetch && { fetch: options.fetch }),
  });
  await setUpStripe(client, { siteUrl: PUBLIC_URL, webhook: false });
  const announced: { userId: string; tier: string }[] = [];
  const deps: BillingDeps = {
    db: database.db,
    bus: { publish: (_topic, message) => void announced.push(message as { userId: string; tier: string }) },
    gateway: new StripeGateway(client),
    policy: policyOf(options.policy),
    webhookSecrets,
    publicUrl: PUBLIC_URL,
    log: () => {},
  };
  const billing = createBilling(deps);
  const pending: StripeEvent[] = [];
  const unlisten = stripe.world.onEvent((event) => {
    if (TOLD.has(event.type)) pending.push(event);
  });
  let aheadSeconds = 0;
  const bodyOf = (event: StripeEvent): string => stripe.world.render(event);
  const sign: BillingWorld['sign'] = (body, secret = WEBHOOK_SECRET, atSeconds = Math.floor(Date.now() / 1_000)) =>
    `t=${atSeconds},v1=${createHmac('sha256', secret).update(`${atSeconds}.${body}`).digest('hex')}`;
  const deliver: BillingWorld['deliver'] = (event, to = billing) => {
    const body = bodyOf(event);
    return to.receiveWebhook(new TextEncoder().encode(body), sign(body));
  };
  const openSession = async (userId: string): Promise<string> => {
    const rows = await database.db.select().from(checkouts).where(eq(checkouts.userId, userId));
    const session = rows.find(({ state }) => state === 'open')?.sessionId;
    if (!session) throw new Error(`${userId} has no open checkout`);
    return session;
  };
  return {
    database,
    stripe,
    deps,
    billing,
    announced,
    pending,
    sign,
    bodyOf,
    deliver,
    settle: async () => {
      for (let event = pending.shift(); event; event = pending.shift()) {
        const status = await deliver(event);
        if (status !== 200) throw new Error(`${event.type} ${event.id}: answered ${status}`);
      }
    },
    advance: async (seconds) => {
      aheadSeconds += seconds;
      stripe.world.advance(seconds);
      await shiftPolicyClock(database.db, aheadSeconds * 1_000);
    },
    nowSeconds: () => stripe.world.nowSeconds(),
    customerOf: async (userId) => {
      const [row] = await database.db.select().from(billingCustomers).where(eq(billingCustomers.userId, userId));
      if (!row) throw new Error(`${userId} is no customer`);
      return row.customerId;
    },
    openSession,
    subscribe: async (userId, plan, card = 'good') => {
      const started = await billing.startCheckout(userId, plan);
      if (!started.ok) throw new Error(`checkout: ${started.reason}`);
      const session = await openSession(userId);
      const step = stripe.world.completeCheckout(session, { card: cardEntry(card), email: null });
      if (!step.ok) throw new Error(`checkout: ${step.error.message}`);
      return session;
    },
    stop: async () => {
      unlisten();
      await stripe.stop();
    },
  };
};
