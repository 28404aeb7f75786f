import type Stripe from 'stripe';
import { z } from 'zod';
import type { BillingInterval, PaidTier } from '../plans.ts';
import { isInterval, isPaidTier, PRICES } from '../plans.ts';
import { findPortal } from '../setup/portal.ts';
import { asking, StripeFailure } from './client.ts';
import * as shape from './shapes.ts';

/** Everything that Stripe knows of one customer, as of one look. */
export interface CustomerPicture {
  /** Deleted at Stripe: whatever it had is over. */
  readonly deleted: boolean;
  readonly subscriptions: readonly shape.StripeSubscription[];
  readonly invoices: readonly shape.StripeInvoice[];
  readonly disputes: readonly shape.StripeDispute[];
  /** The card that is charged where a subscription names none. */
  readonly card: { readonly brand: string; readonly last4: string } | null;
  /** Where Stripe mails receipts to; null when it has no address. */
  readonly email: string | null;
}

export interface PlanOfPrice {
  readonly tier: PaidTier;
  readonly interval: BillingInterval;
}

/** Which plan a price sells; null when it is none of ours. */
export const planOfPrice = ({ metadata, recurring, currency }: shape.StripePrice): PlanOfPrice | null => {
  const tier = metadata['tier'];
  if (!isPaidTier(tier) || !recurring || recurring.interval_count !== 1 || currency !== 'usd') return null;
  return isInterval(recurring.interval) ? { tier, interval: recurring.interval } : null;
};

const SUBSCRIPTION_EXPANDS = ['default_payment_method', 'schedule'];
const inList = (expands: readonly string[]): string[] => expands.map((path) => `data.${path}`);
/** Per customer: eight years of months, or a defect. */
const LISTED_MAX = 1_000;

const parsed = <T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new StripeFailure(
    'refused',
    { code: 'unexpected_shape', message: `${what}: ${z.prettifyError(result.error)}` },
    result.error,
  );
};
const list = <T extends z.ZodType>(schema: T, values: readonly unknown[], what: string): z.output<T>[] =>
  values.map((value) => parsed(schema, value, what));

/** What we read at Stripe, checked. Writing is in `acts.ts`. */
export class StripeGateway {
  readonly stripe: Stripe;
  private readonly priceIds = new Map<string, PlanOfPrice | null>();
  private portal: string | null = null;
  private ids: Promise<ReadonlyMap<string, string>> | null = null;

  constructor(stripe: Stripe) {
    this.stripe = stripe;
  }

  async customer(id: string): Promise<shape.StripeCustomer> {
    const expand = ['invoice_settings.default_payment_method'];
    return parsed(shape.customer, await asking(() => this.stripe.customers.retrieve(id, { expand })), 'customer');
  }

  async subscriptionsOf(customer: string): Promise<shape.StripeSubscription[]> {
    const found = await asking(() =>
      this.stripe.subscriptions
        .list({ customer, status: 'all', limit: 100, expand: inList(SUBSCRIPTION_EXPANDS) })
        .autoPagingToArray({ limit: LISTED_MAX }),
    );
    return list(shape.subscription, found, 'subscription');
  }

  async invoicesOf(customer: string): Promise<shape.StripeInvoice[]> {
    const found = await asking(() =>
      this.stripe.invoices
        .list({ customer, limit: 100, expand: inList(['charge', 'payment_intent']) })
        .autoPagingToArray({ limit: LISTED_MAX }),
    );
    return list(shape.invoice, found, 'invoice');
  }

  private async disputesOf(charges: readonly string[]): Promise<shape.StripeDispute[]> {
    const found = await Promise.all(
      charges.map((charge) => asking(() => this.stripe.disputes.list({ charge, limit: 100 }))),
    );
    return list(
      shape.dispute,
      found.flatMap(({ data }) => data),
      'dispute',
    );
  }

  /** The whole of what we keep in rows. */
  async picture(customerId: string): Promise<CustomerPicture> {
    const [customer, subscriptions, invoices] = await Promise.all([
      this.customer(customerId),
      this.subscriptionsOf(customerId),
      this.invoicesOf(customerId),
    ]);
    const disputed = invoices.flatMap(({ charge }) => (charge?.disputed ? [charge.id] : []));
    return {
      deleted: customer.deleted === true,
      subscriptions,
      invoices,
      disputes: disputed.length > 0 ? await this.disputesOf(disputed) : [],
      card: customer.deleted === true ? null : (customer.invoice_settings?.default_payment_method ?? null),
      email: customer.deleted === true ? null : (customer.email ?? null),
    };
  }

  /** Prices do not change what they sell, so each is asked for once. */
  async planOfPriceId(id: string): Promise<PlanOfPrice | null> {
    const known = this.priceIds.get(id);
    if (known !== undefined) return known;
    const found = parsed(shape.price, await asking(() => this.stripe.prices.retrieve(id)), 'price');
    const plan = planOfPrice(found);
    this.priceIds.set(id, plan);
    return plan;
  }

  /** The price that is sold now under a lookup key. */
  async priceId(lookupKey: string): Promise<string> {
    this.ids ??= this.readPriceIds();
    const ids = await this.ids.catch((error: unknown) => {
      this.ids = null;
      throw error;
    });
    const id = ids.get(lookupKey);
    if (id) return id;
    this.ids = null;
    throw new StripeFailure(
      'refused',
      { code: 'no_price', message: `no price is called ${lookupKey}: run \`quanticity stripe-setup\`` },
      null,
    );
  }

  private async readPriceIds(): Promise<ReadonlyMap<string, string>> {
    const keys = PRICES.map(({ lookupKey }) => lookupKey);
    const found = await asking(() => this.stripe.prices.list({ lookup_keys: keys, active: true, limit: 100 }));
    const prices = list(shape.price, found.data, 'price');
    return new Map(prices.flatMap(({ id, lookup_key: key }) => (key ? [[key, id] as const] : [])));
  }

  async checkoutSession(id: string): Promise<shape.StripeCheckoutSession> {
    return parsed(
      shape.checkoutSession,
      await asking(() => this.stripe.checkout.sessions.retrieve(id)),
      'checkout session',
    );
  }

  async charge(id: string): Promise<shape.StripeCharge> {
    return parsed(shape.charge, await asking(() => this.stripe.charges.retrieve(id)), 'charge');
  }

  async invoice(id: string): Promise<shape.StripeInvoice> {
    const expand = ['charge', 'payment_intent'];
    return parsed(shape.invoice, await asking(() => this.stripe.invoices.retrieve(id, { expand })), 'invoice');
  }

  /** The code's id where it may be used now. */
  async promotionCodeId(code: string): Promise<string | null> {
    const found = await asking(() => this.stripe.promotionCodes.list({ code, active: true, limit: 1 }));
    return found.data[0]?.id ?? null;
  }

  /** What Stripe would charge at once for another price: the rest of the new less the rest of the old. */
  async dueForChange(wish: {
    readonly customer: string;
    readonly subscription: string;
    readonly itemId: string;
    readonly priceId: string;
  }): Promise<number> {
    const upcoming = await asking(() =>
      this.stripe.invoices.retrieveUpcoming({
        customer: wish.customer,
        subscription: wish.subscription,
        subscription_items: [{ id: wish.itemId, price: wish.priceId }],
        subscription_proration_behavior: 'always_invoice',
      }),
    );
    return parsed(z.object({ amount_due: z.number().int() }), upcoming, 'upcoming invoice').amount_due;
  }

  async checkoutSessionsOf(customer: string): Promise<shape.StripeCheckoutSession[]> {
    const { data } = await asking(() => this.stripe.checkout.sessions.list({ customer, limit: 100 }));
    return list(shape.checkoutSession, data, 'checkout session');
  }

  /** Of all customers: what is being paid for, or tried. */
  async livingSubscriptions(): Promise<readonly { readonly id: string; readonly customer: string }[]> {
    const found: Stripe.Subscription[] = [];
    // Left out, the status means everything that is not over.
    await asking(async () => {
      for await (const one of this.stripe.subscriptions.list({ limit: 100 })) found.push(one);
    });
    return found.map(({ id, customer }) => ({ id, customer: typeof customer === 'string' ? customer : customer.id }));
  }

  /** Events of the given types that were made between two instants, in seconds since 1970. */
  async eventsBetween(from: number, to: number, types: readonly string[]): Promise<shape.StripeEvent[]> {
    const found = await asking(() =>
      this.stripe.events
        .list({ types: [...types], created: { gte: from, lte: to }, limit: 100 })
        .autoPagingToArray({ limit: LISTED_MAX }),
    );
    return list(shape.event, found, 'event');
  }

  /** The configuration that `stripe-setup` made. */
  async portalConfigurationId(): Promise<string> {
    this.portal ??= (await findPortal(this.stripe))?.id ?? null;
    if (this.portal) return this.portal;
    const message = 'the customer portal is not configured: run `quanticity stripe-setup`';
    throw new StripeFailure('refused', { code: 'no_portal', message }, null);
  }
}
