import { describe, expect, test } from 'bun:test';
import type { RevenueInvoice, RevenueSubscription, SubscriptionChangeRow } from '../../../db/queries/revenue.ts';
import { atRisk, cashIn, lastMonths, movementsIn, mrrNow, mrrOfHistory, trialsOf } from './figures.ts';

const subscription = (facts: Partial<RevenueSubscription>): RevenueSubscription => ({
  id: 'sub_1',
  userId: 'u',
  tier: 'basic',
  billingInterval: 'month',
  status: 'active',
  amountCents: 9_700,
  discountCents: 0,
  cancelAtPeriodEnd: false,
  cancelAt: null,
  strayReason: null,
  ...facts,
});
const change = (
  subscriptionId: string,
  at: string,
  what: SubscriptionChangeRow['change'],
  mrrBeforeCents: number,
  mrrAfterCents: number,
  why: string | null = null,
): SubscriptionChangeRow => ({ subscriptionId, at: new Date(at), change: what, mrrBeforeCents, mrrAfterCents, why });
const invoice = (facts: Partial<RevenueInvoice>): RevenueInvoice => ({
  id: 'in_1',
  userId: 'u',
  subscriptionId: 'sub_1',
  status: 'paid',
  amountPaidCents: 9_700,
  amountRemainingCents: 0,
  refundedCents: 0,
  attemptCount: 1,
  nextAttemptAt: null,
  actionRequired: false,
  paidAt: new Date('2026-10-05T12:00:00Z'),
  disputeStatus: null,
  disputedAt: null,
  ...facts,
});

describe('MRR of now', () => {
  test('counts a twelfth of yearly prices, discounts, past-due and ending ones; trials apart; nothing else', () => {
    const figures = mrrNow([
      subscription({ tier: 'premium', amountCents: 29_700 }),
      // 2970.00 a year is 247.50 a month.
      subscription({ tier: 'premium', amountCents: 297_000, billingInterval: 'year', cancelAtPeriodEnd: true }),
      // 20 % off: 77.60.
      subscription({ amountCents: 9_700, discountCents: 1_940, status: 'past_due' }),
      // 970.00 a year is 80.8333…: 80.83.
      subscription({ amountCents: 97_000, billingInterval: 'year', cancelAt: new Date() }),
      subscription({ tier: 'premium', amountCents: 29_700, status: 'trialing' }),
      subscription({ status: 'unpaid' }),
      subscription({ status: 'incomplete' }),
      subscription({ status: 'canceled' }),
      subscription({ strayReason: 'a price of somebody else' }),
    ]);
    expect(figures).toEqual({
      mrrCents: 29_700 + 24_750 + 7_760 + 8_083,
      subscriptions: 4,
      byTier: {
        premium: { mrrCents: 54_450, subscriptions: 2 },
        basic: { mrrCents: 15_843, subscriptions: 2 },
      },
      endingCents: 24_750 + 8_083,
      trialCents: 29_700,
      trials: 1,
    });
  });
});

/** September: two begin. October: one upgrades, one ends, one comes and goes. November: one unpaid, back, a trial converts. */
const STORY = [
  change('a', '2026-09-03T10:00:00Z', 'started', 0, 9_700),
  change('b', '2026-09-30T23:59:59Z', 'started', 0, 29_700),
  change('a', '2026-10-01T00:00:00Z', 'upgraded', 9_700, 29_700),
  change('c', '2026-10-02T00:00:00Z', 'trial-started', 0, 0),
  change('d', '2026-10-04T00:00:00Z', 'started', 0, 9_700),
  change('d', '2026-10-20T00:00:00Z', 'ended', 9_700, 0, 'refunded'),
  change('b', '2026-10-30T00:00:00Z', 'cancel-scheduled', 29_700, 29_700),
  change('b', '2026-10-31T00:00:00Z', 'ended', 29_700, 0, 'cancelled'),
  change('c', '2026-11-09T00:00:00Z', 'trial-converted', 0, 9_700),
  change('a', '2026-11-10T00:00:00Z', 'downgraded', 29_700, 9_700),
  change('a', '2026-11-15T00:00:00Z', 'payment-missed', 9_700, 0),
  change('a', '2026-11-20T00:00:00Z', 'payment-recovered', 0, 9_700),
];

describe('how MRR moved', () => {
  test('month by month, each end being the next beginning', () => {
    const none = { subscriptions: 0, cents: 0 };
    expect(movementsIn('2026-09', STORY)).toEqual({
      month: '2026-09',
      startCents: 0,
      startSubscriptions: 0,
      fresh: { subscriptions: 2, cents: 39_400 },
      recovered: none,
      up: none,
      down: none,
      lost: none,
      endCents: 39_400,
      subscriptionChurn: null,
      mrrChurn: null,
    });
    expect(movementsIn('2026-10', STORY)).toEqual({
      month: '2026-10',
      startCents: 39_400,
      startSubscriptions: 2,
      fresh: { subscriptions: 1, cents: 9_700 },
      recovered: none,
      up: { subscriptions: 1, cents: 20_000 },
      down: none,
      lost: { subscriptions: 2, cents: 39_400 },
      endCents: 29_700,
      // One of the two that were there; 297.00 of 394.00. The third came within the month.
      subscriptionChurn: 1 / 2,
      mrrChurn: 29_700 / 39_400,
    });
    expect(movementsIn('2026-11', STORY)).toMatchObject({
      startCents: 29_700,
      startSubscriptions: 1,
      fresh: { subscriptions: 1, cents: 9_700 },
      recovered: { subscriptions: 1, cents: 9_700 },
      down: { subscriptions: 1, cents: 20_000 },
      lost: { subscriptions: 1, cents: 9_700 },
      endCents: 19_400,
    });
    expect(mrrOfHistory(STORY)).toBe(19_400);
  });

  test('adds up over any months', () => {
    for (const month of ['2026-08', '2026-09', '2026-10', '2026-11', '2026-12']) {
      const { startCents, fresh, recovered, up, down, lost, endCents } = movementsIn(month, STORY);
      expect(startCents + fresh.cents + recovered.cents + up.cents - down.cents - lost.cents).toBe(endCents);
    }
  });
});

test('a trial is converted when it went on and was paid; one given up unpaid is not', () => {
  const trials = [
    change('kept', '2026-10-02T00:00:00Z', 'trial-started', 0, 0),
    change('cancelled', '2026-10-03T00:00:00Z', 'trial-started', 0, 0),
    change('unpaid', '2026-10-04T00:00:00Z', 'trial-started', 0, 0),
    change('running', '2026-10-31T00:00:00Z', 'trial-started', 0, 0),
    change('cancelled', '2026-10-10T00:00:00Z', 'ended', 0, 0, 'trial-not-taken'),
    change('kept', '2026-10-09T00:00:00Z', 'trial-converted', 0, 9_700),
    change('unpaid', '2026-10-11T00:00:00Z', 'trial-converted', 0, 9_700),
    change('unpaid', '2026-10-18T00:00:00Z', 'ended', 9_700, 0, 'trial-not-taken'),
    change('kept', '2026-12-09T00:00:00Z', 'ended', 9_700, 0, 'cancelled'),
  ];
  expect(trialsOf('2026-10', trials)).toEqual({
    month: '2026-10',
    started: 4,
    converted: 1,
    notTaken: 2,
    running: 1,
    conversion: 1 / 3,
  });
  expect(trialsOf('2026-11', trials)).toMatchObject({ started: 0, conversion: null });
});

test('what is at risk is what is owed after a failed try, and the MRR behind it', () => {
  const rows = [
    invoice({ id: 'failing', status: 'open', amountPaidCents: 0, amountRemainingCents: 29_700, subscriptionId: 'p' }),
    invoice({ id: 'not tried yet', status: 'open', attemptCount: 0, amountRemainingCents: 9_700, subscriptionId: 'q' }),
    invoice({ id: 'written off', status: 'uncollectible', amountRemainingCents: 9_700 }),
    invoice({}),
  ];
  const risk = atRisk(rows, [
    subscription({ id: 'p', status: 'past_due', amountCents: 297_000, billingInterval: 'year' }),
    subscription({ id: 'q' }),
  ]);
  expect([risk.invoices.map(({ id }) => id), risk.owedCents, risk.mrrCents]).toEqual([['failing'], 29_700, 24_750]);
});

test('cash is counted in the month it came in, refunds with the payment they undo, disputes when they were raised', () => {
  const rows = [
    invoice({}),
    invoice({ amountPaidCents: 29_700, refundedCents: 10_000, paidAt: new Date('2026-10-31T23:59:59Z') }),
    invoice({
      paidAt: new Date('2026-11-01T00:00:00Z'),
      disputeStatus: 'lost',
      disputedAt: new Date('2026-11-03T00:00:00Z'),
    }),
    invoice({ amountPaidCents: 0 }),
    invoice({ paidAt: null, status: 'open' }),
  ];
  expect(cashIn('2026-10', rows)).toEqual({
    month: '2026-10',
    payments: 2,
    collectedCents: 39_400,
    refundedCents: 10_000,
    disputes: 0,
    disputesLost: 0,
  });
  expect(cashIn('2026-11', rows)).toMatchObject({ payments: 1, collectedCents: 9_700, disputes: 1, disputesLost: 1 });
});

test('months go back over the turn of the year', () => {
  expect(lastMonths(new Date('2027-01-31T23:00:00Z'), 3)).toEqual(['2027-01', '2026-12', '2026-11']);
});
