/**
 * What the subscriptions bring in, counted from our own rows. Pure: rows in, figures out. Money is whole cents of a US
 * dollar, months are calendar months in UTC, and each definition is printed on the page from `DEFINITIONS`.
 */
import type { RevenueInvoice, RevenueSubscription, SubscriptionChangeRow } from '../../../db/queries/revenue.ts';

export const DEFINITIONS: readonly (readonly [term: string, meaning: string])[] = [
  [
    'MRR',
    'What the running subscriptions bring in a month: their price less the discount in force, before tax; a yearly price counts a twelfth. Active and past-due ones count, also those set to end. Trials, unpaid and incomplete ones do not.',
  ],
  [
    'New',
    'MRR of subscriptions that began to bring something in that month, trials that turned into paid ones included.',
  ],
  ['Recovered', 'MRR of subscriptions that had stopped bringing anything and do so again, without having ended.'],
  [
    'Up and down',
    'Changes of MRR of subscriptions that go on: another plan, another interval, a discount that began or ended.',
  ],
  ['Lost', 'MRR of subscriptions that ended or are written off as unpaid in that month.'],
  [
    'Churn',
    'Lost subscriptions, and lost MRR, as a share of those at the beginning of the month. No share of nothing: a dash.',
  ],
  [
    'Trials',
    'By the month in which they began. Converted: went on after the trial and was not given up unpaid. The rate leaves out those still running.',
  ],
  [
    'Collected',
    'Payments that came in that month, tax included. Refunded: how much of those payments went back since.',
  ],
  ['At risk', 'What is owed on invoices whose payment failed, and the MRR of their subscriptions.'],
];

const monthlyOf = (row: RevenueSubscription): number =>
  Math.round((row.amountCents - row.discountCents) / (row.billingInterval === 'year' ? 12 : 1));
const counts = (row: RevenueSubscription): boolean => row.strayReason === null;
const paying = (row: RevenueSubscription): boolean =>
  counts(row) && (row.status === 'active' || row.status === 'past_due');

export interface MrrNow {
  readonly mrrCents: number;
  readonly subscriptions: number;
  readonly byTier: Readonly<Record<'premium' | 'basic', { readonly mrrCents: number; readonly subscriptions: number }>>;
  /** Part of the above that is set to end. */
  readonly endingCents: number;
  /** What running trials would bring if all went on. */
  readonly trialCents: number;
  readonly trials: number;
}

const sum = <T>(rows: readonly T[], of: (row: T) => number): number => rows.reduce((total, row) => total + of(row), 0);

/** MRR as the subscriptions stand. */
export const mrrNow = (rows: readonly RevenueSubscription[]): MrrNow => {
  const running = rows.filter(paying);
  const trials = rows.filter((row) => counts(row) && row.status === 'trialing');
  const ofTier = (tier: 'premium' | 'basic') => {
    const own = running.filter((row) => row.tier === tier);
    return { mrrCents: sum(own, monthlyOf), subscriptions: own.length };
  };
  return {
    mrrCents: sum(running, monthlyOf),
    subscriptions: running.length,
    byTier: { premium: ofTier('premium'), basic: ofTier('basic') },
    endingCents: sum(
      running.filter((row) => row.cancelAtPeriodEnd || row.cancelAt !== null),
      monthlyOf,
    ),
    trialCents: sum(trials, monthlyOf),
    trials: trials.length,
  };
};

/** MRR as its history adds up: differs from `mrrNow` only when a change was not recorded. */
export const mrrOfHistory = (changes: readonly SubscriptionChangeRow[]): number =>
  sum(changes, (change) => change.mrrAfterCents - change.mrrBeforeCents);

/** `2026-11` */
export type Month = string;
const monthOf = (at: Date): Month => at.toISOString().slice(0, 7);

/** The newest `count` months up to and with that of `now`, newest first. */
export const lastMonths = (now: Date, count: number): Month[] => {
  const first = Temporal.PlainYearMonth.from(monthOf(now));
  return Array.from({ length: count }, (_, back) => first.subtract({ months: back }).toString());
};

interface Movement {
  readonly subscriptions: number;
  /** Never negative: the name says which way it goes. */
  readonly cents: number;
}

export interface MonthMovements {
  readonly month: Month;
  readonly startCents: number;
  readonly startSubscriptions: number;
  readonly fresh: Movement;
  readonly recovered: Movement;
  readonly up: Movement;
  readonly down: Movement;
  readonly lost: Movement;
  readonly endCents: number;
  /** Shares of 1; null where there was nothing to lose. */
  readonly subscriptionChurn: number | null;
  readonly mrrChurn: number | null;
}

type Kind = 'fresh' | 'recovered' | 'up' | 'down' | 'lost' | null;

const kindOf = ({ change, mrrBeforeCents, mrrAfterCents }: SubscriptionChangeRow): Kind => {
  if (mrrBeforeCents === mrrAfterCents) return null;
  if (mrrBeforeCents === 0) return change === 'started' || change === 'trial-converted' ? 'fresh' : 'recovered';
  if (mrrAfterCents === 0) return 'lost';
  return mrrAfterCents > mrrBeforeCents ? 'up' : 'down';
};

const movement = (changes: readonly SubscriptionChangeRow[], kind: Kind): Movement => {
  const own = changes.filter((change) => kindOf(change) === kind);
  return {
    subscriptions: own.length,
    cents: sum(own, (change) => Math.abs(change.mrrAfterCents - change.mrrBeforeCents)),
  };
};

const payingAfter = (changes: readonly SubscriptionChangeRow[]): number => {
  const last = new Map(changes.map((change) => [change.subscriptionId, change.mrrAfterCents]));
  return [...last.values()].filter((cents) => cents > 0).length;
};

const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

/** How MRR moved in one month, from all changes there ever were, in order of time. */
export const movementsIn = (month: Month, changes: readonly SubscriptionChangeRow[]): MonthMovements => {
  const before = changes.filter((change) => monthOf(change.at) < month);
  const within = changes.filter((change) => monthOf(change.at) === month);
  const startCents = mrrOfHistory(before);
  const startSubscriptions = payingAfter(before);
  const lost = movement(within, 'lost');
  // Who came and went within the month was not there to be lost at its beginning.
  const there = new Map(before.map((change) => [change.subscriptionId, change.mrrAfterCents]));
  const lostOfStart = within.filter(
    (change) => kindOf(change) === 'lost' && (there.get(change.subscriptionId) ?? 0) > 0,
  );
  return {
    month,
    startCents,
    startSubscriptions,
    fresh: movement(within, 'fresh'),
    recovered: movement(within, 'recovered'),
    up: movement(within, 'up'),
    down: movement(within, 'down'),
    lost,
    endCents: startCents + mrrOfHistory(within),
    subscriptionChurn: share(new Set(lostOfStart.map(({ subscriptionId }) => subscriptionId)).size, startSubscriptions),
    mrrChurn: share(
      sum(lostOfStart, (change) => change.mrrBeforeCents),
      startCents,
    ),
  };
};

export interface TrialCohort {
  readonly month: Month;
  readonly started: number;
  readonly converted: number;
  readonly notTaken: number;
  readonly running: number;
  /** Of those that are decided; null while none is. */
  readonly conversion: number | null;
}

/** What became of the trials that began in a month. */
export const trialsOf = (month: Month, changes: readonly SubscriptionChangeRow[]): TrialCohort => {
  const ids = (named: (change: SubscriptionChangeRow) => boolean): ReadonlySet<string> =>
    new Set(changes.filter(named).map(({ subscriptionId }) => subscriptionId));
  const begun = ids((change) => change.change === 'trial-started' && monthOf(change.at) === month);
  const wentOn = ids((change) => change.change === 'trial-converted');
  const over = ids((change) => change.change === 'ended');
  const givenUp = ids((change) => change.change === 'ended' && change.why === 'trial-not-taken');
  const cohort = [...begun];
  const converted = cohort.filter((id) => wentOn.has(id) && !givenUp.has(id)).length;
  const notTaken = cohort.filter((id) => givenUp.has(id) || (over.has(id) && !wentOn.has(id))).length;
  return {
    month,
    started: cohort.length,
    converted,
    notTaken,
    running: cohort.length - converted - notTaken,
    conversion: share(converted, converted + notTaken),
  };
};

export interface AtRisk {
  readonly invoices: readonly RevenueInvoice[];
  readonly owedCents: number;
  /** Of the subscriptions whose payment is missing. */
  readonly mrrCents: number;
}

/** Payments that failed and are still owed. */
export const atRisk = (invoices: readonly RevenueInvoice[], subscriptions: readonly RevenueSubscription[]): AtRisk => {
  const failing = invoices.filter(
    (row) => row.status === 'open' && row.attemptCount > 0 && row.amountRemainingCents > 0,
  );
  const behind = new Set(failing.map((row) => row.subscriptionId));
  return {
    invoices: failing,
    owedCents: sum(failing, (row) => row.amountRemainingCents),
    mrrCents: sum(
      subscriptions.filter((row) => paying(row) && behind.has(row.id)),
      monthlyOf,
    ),
  };
};

export interface MonthCash {
  readonly month: Month;
  readonly payments: number;
  readonly collectedCents: number;
  readonly refundedCents: number;
  readonly disputes: number;
  readonly disputesLost: number;
}

/** Money that came in in a month, and what went back of it. */
export const cashIn = (month: Month, invoices: readonly RevenueInvoice[]): MonthCash => {
  const paid = invoices.filter((row) => row.paidAt && monthOf(row.paidAt) === month && row.amountPaidCents > 0);
  const disputed = invoices.filter((row) => row.disputedAt && monthOf(row.disputedAt) === month);
  return {
    month,
    payments: paid.length,
    collectedCents: sum(paid, (row) => row.amountPaidCents),
    refundedCents: sum(paid, (row) => row.refundedCents),
    disputes: disputed.length,
    disputesLost: disputed.filter((row) => row.disputeStatus === 'lost').length,
  };
};
