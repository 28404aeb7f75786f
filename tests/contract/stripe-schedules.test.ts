import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type Stripe from 'stripe';
import { type Catalog, DAY, makeCatalog, makeCustomer, type StripeBench, startStripeBench } from '../support/stripe.ts';
import { STRIPE_SPEC_PRESENT } from '../support/stripe-spec.ts';

const HOUR = 3_600;

/** Each test begins on 31 January 2024, 10:00 UTC: a period of 29 days to 29 February. */
let bench: StripeBench;
let catalog: Catalog;
const problems: string[] = [];
let checks = 0;
const fresh = async (): Promise<void> => {
  bench = await startStripeBench();
  catalog = await makeCatalog(bench);
};
const end = async (): Promise<void> => {
  problems.push(...bench.problems());
  checks += bench.checked();
  await bench.stop();
};

const subscribe = async (
  price: Stripe.Price,
  params: Partial<Stripe.SubscriptionCreateParams> = {},
  card = 'pm_card_visa',
): Promise<Stripe.Subscription> => {
  const customer = await makeCustomer(bench, card);
  return bench.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], ...params });
};
const read = (subscription: Stripe.Subscription) =>
  bench.stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice.payment_intent'] });
const latest = (subscription: Stripe.Subscription): Stripe.Invoice => subscription.latest_invoice as Stripe.Invoice;
const amounts = (subscription: Stripe.Subscription): readonly number[] =>
  latest(subscription).lines.data.map(({ amount }) => amount);
const priceOf = (subscription: Stripe.Subscription): string | undefined => subscription.items.data[0]?.price.id;

describe('a downgrade at the end of the period', () => {
  beforeAll(fresh);
  afterAll(end);

  const schedule = async (subscription: Stripe.Subscription, price: Stripe.Price): Promise<string> => {
    const { id } = await bench.stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    await bench.stripe.subscriptionSchedules.update(id, {
      end_behavior: 'release',
      proration_behavior: 'none',
      phases: [
        {
          start_date: subscription.current_period_start,
          end_date: subscription.current_period_end,
          items: [{ price: priceOf(subscription) ?? '', quantity: 1 }],
        },
        { items: [{ price: price.id, quantity: 1 }], iterations: 1 },
      ],
    });
    return id;
  };

  test('comes with the renewal and charges the lower price', async () => {
    const subscription = await subscribe(catalog.premium);
    const id = await schedule(subscription, catalog.basic);
    expect(await read(subscription)).toMatchObject({ schedule: id, status: 'active' });
    bench.world.advance(subscription.current_period_end - 1 - bench.world.nowSeconds());
    expect(priceOf(await read(subscription))).toBe(catalog.premium.id);
    bench.world.advance(1 + HOUR);
    const lower = await read(subscription);
    expect(priceOf(lower)).toBe(catalog.basic.id);
    expect(lower.items.data[0]?.id).toBe(subscription.items.data[0]?.id ?? '');
    expect(amounts(lower)).toEqual([9_700]);
    expect(latest(lower)).toMatchObject({ status: 'paid', amount_paid: 9_700 });
    bench.world.advance(lower.current_period_end - bench.world.nowSeconds());
    expect(await bench.stripe.subscriptionSchedules.retrieve(id)).toMatchObject({
      status: 'released',
      subscription: null,
    });
    expect(await read(subscription)).toMatchObject({ schedule: null, status: 'active' });
  });

  test('from year to month counts the months from there', async () => {
    const subscription = await subscribe(catalog.premiumYear);
    await schedule(subscription, catalog.basic);
    const yearEnd = subscription.current_period_end;
    bench.world.advance(yearEnd + HOUR - bench.world.nowSeconds());
    const monthly = await read(subscription);
    expect(monthly).toMatchObject({ current_period_start: yearEnd, billing_cycle_anchor: yearEnd });
    expect(latest(monthly)).toMatchObject({ status: 'paid', amount_paid: 9_700 });
    expect(monthly.current_period_end - yearEnd).toBeLessThanOrEqual(31 * DAY);
  });

  test('is forgotten when the schedule is released', async () => {
    const subscription = await subscribe(catalog.premium);
    await bench.stripe.subscriptionSchedules.release(await schedule(subscription, catalog.basic));
    bench.world.advance(subscription.current_period_end - bench.world.nowSeconds());
    expect(priceOf(await read(subscription))).toBe(catalog.premium.id);
  });

  test('cannot move the beginning of what runs', async () => {
    const subscription = await subscribe(catalog.premium);
    const { id } = await bench.stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    const items = [{ price: catalog.premium.id, quantity: 1 }];
    const moved = bench.stripe.subscriptionSchedules.update(id, {
      phases: [
        { start_date: subscription.current_period_start - DAY, end_date: subscription.current_period_end, items },
      ],
    });
    await expect(moved).rejects.toThrow('start date of the current phase');
  });

  test('keeps a discount that both phases name, and ends one that the next does not', async () => {
    const coupon = await bench.stripe.coupons.create({ percent_off: 25, duration: 'forever' });
    const lower = async (couponOfNext: string): Promise<Stripe.Subscription> => {
      const subscription = await subscribe(catalog.premium, { coupon: coupon.id });
      const { id, phases } = await bench.stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
      expect(phases[0]?.coupon).toBe(coupon.id);
      await bench.stripe.subscriptionSchedules.update(id, {
        phases: [
          {
            start_date: phases[0]?.start_date ?? 0,
            end_date: phases[0]?.end_date ?? 0,
            items: [{ price: catalog.premium.id }],
            coupon: coupon.id,
          },
          { items: [{ price: catalog.basic.id }], iterations: 1, ...(couponOfNext ? { coupon: couponOfNext } : {}) },
        ],
      });
      bench.world.advance(subscription.current_period_end + HOUR - bench.world.nowSeconds());
      return read(subscription);
    };
    const kept = await lower(coupon.id);
    expect(kept.discount?.coupon.id).toBe(coupon.id);
    expect(latest(kept).amount_paid).toBe(7_275);
    bench.newEvents();
    const ended = await lower('');
    expect(ended.discount).toBeNull();
    expect(latest(ended).amount_paid).toBe(9_700);
    expect(bench.newEvents()).toContain('customer.discount.deleted');
  });

  test('in the phase that runs is made at once, prorated to the renewal', async () => {
    const subscription = await subscribe(catalog.basic);
    const { id, phases } = await bench.stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    const [phase] = phases;
    await bench.stripe.subscriptionSchedules.update(id, {
      phases: [
        {
          start_date: phase?.start_date ?? 0,
          end_date: phase?.end_date ?? 0,
          items: [{ price: catalog.premium.id, quantity: 1 }],
        },
      ],
    });
    expect(priceOf(await read(subscription))).toBe(catalog.premium.id);
    const { data } = await bench.stripe.invoiceItems.list({ customer: String(subscription.customer), pending: true });
    expect(data.map(({ amount }) => amount)).toEqual([29_700, -9_700]);
  });

  test('is in the preview of the renewal', async () => {
    const subscription = await subscribe(catalog.premium);
    await schedule(subscription, catalog.basic);
    expect((await bench.stripe.invoices.retrieveUpcoming({ subscription: subscription.id })).amount_due).toBe(9_700);
    expect(priceOf(await read(subscription))).toBe(catalog.premium.id);
  });

  test('a schedule that ends in a cancellation ends the subscription with its last phase', async () => {
    const subscription = await subscribe(catalog.premium);
    const { id } = await bench.stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    await bench.stripe.subscriptionSchedules.update(id, { end_behavior: 'cancel' });
    bench.world.advance(subscription.current_period_end - bench.world.nowSeconds());
    expect(await read(subscription)).toMatchObject({ status: 'canceled', ended_at: subscription.current_period_end });
    expect((await bench.stripe.subscriptionSchedules.retrieve(id)).status).toBe('completed');
  });

  test('a subscription under a schedule is not cancelled past it', async () => {
    const subscription = await subscribe(catalog.premium);
    await schedule(subscription, catalog.basic);
    const refused = bench.stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    await expect(refused).rejects.toThrow('managed by the subscription schedule');
    expect((await bench.stripe.subscriptions.cancel(subscription.id)).status).toBe('canceled');
  });
});

test.skipIf(!STRIPE_SPEC_PRESENT)(
  'nothing that was answered or told breaks the specification (needs ../shared)',
  () => {
    expect(checks).toBeGreaterThan(50);
    expect(problems).toEqual([]);
  },
);
