import {
  type BillingInterval,
  entitlementsOf,
  isInterval,
  isPaidTier,
  type PaidTier,
  priceOf,
  type Tier,
} from '../../../billing/plans.ts';
import { dollars } from '../../../billing/terms.ts';

/** What each plan gets, in words: made from the one table, so that the page cannot promise what is not served. */
export const includedIn = (tier: Tier): readonly string[] => {
  const { delaySeconds, detail, reports, api } = entitlementsOf(tier);
  const when =
    delaySeconds === 0
      ? 'Signals as they are made'
      : `Signals ${delaySeconds === 60 ? '60 seconds' : `${delaySeconds / 60} minutes`} after Premium`;
  const what = {
    exact: 'Exact contract, entry, stop and target; every fill and every raised stop; why, and what could go wrong',
    rounded: 'Side and rounded strike; fills, trailing stop and outcome',
    teaser: 'Direction only: when a setup began and ended',
  }[detail];
  const report = { full: 'Reports in full', shortened: 'Reports, shortened', summary: 'Reports in a few lines' }[
    reports
  ];
  return [when, what, report, ...(api ? [`API keys, ${api.requestsPerMinute} requests a minute`] : [])];
};

/** `$297 a month`. */
export const priceWords = (tier: PaidTier, interval: BillingInterval): string =>
  `${dollars(priceOf(tier, interval).cents)} a ${interval}`;

export interface AskedPlan {
  readonly tier: PaidTier;
  readonly interval: BillingInterval;
}

/** The plan that an address or a form names; null when it names none that is sold. */
export const planFrom = (tier: string | undefined, interval: string | undefined): AskedPlan | null =>
  isPaidTier(tier) && isInterval(interval) ? { tier, interval } : null;

export const planQuery = ({ tier, interval }: AskedPlan): string => `tier=${tier}&interval=${interval}`;

const DAY = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'America/New_York' });
/** The day in New York, as the mails tell it. */
export const dayWords = (atMs: number): string => DAY.format(atMs);

const SHORT_DAY = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'America/New_York' });
/** `Nov 26, 2026`: for tables. */
export const shortDayWords = (atMs: number): string => SHORT_DAY.format(atMs);
