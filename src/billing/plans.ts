/** What each plan buys and costs. Every reader asks `entitlementsOf`; nothing else knows what a plan means. */
export const TIERS = ['premium', 'basic', 'free'] as const;
export type Tier = (typeof TIERS)[number];

/** What is sold; Free is not. */
export const PAID_TIERS = ['premium', 'basic'] as const;
export type PaidTier = (typeof PAID_TIERS)[number];

export const INTERVALS = ['month', 'year'] as const;
export type BillingInterval = (typeof INTERVALS)[number];

export interface Entitlements {
  readonly tier: Tier;
  readonly name: string;
  /** Seconds between a signal's commit and its release. The database holds the same figures and decides; a test compares them. */
  readonly delaySeconds: 0 | 60 | 300;
  /** How much of a signal is told: everything, side and rounded strike, or the direction alone. */
  readonly detail: 'exact' | 'rounded' | 'teaser';
  /** Where signals reach the member. Every plan has the site. */
  readonly channels: readonly ('site' | 'telegram' | 'discord')[];
  /** How much of each report. */
  readonly reports: 'full' | 'shortened' | 'summary';
  /** Requests a minute with one key; null where there are no keys. */
  readonly api: { readonly requestsPerMinute: number } | null;
  readonly priceCentsPerMonth: number;
}

export interface Price {
  readonly tier: PaidTier;
  readonly interval: BillingInterval;
  readonly cents: number;
  /** Names the price at Stripe; moved to the new price when the amount changes. */
  readonly lookupKey: string;
}

/** A year costs ten months. */
const MONTHS_PAID_PER_YEAR = 10;

const PLANS: Readonly<Record<Tier, Entitlements>> = {
  premium: {
    tier: 'premium',
    name: 'Premium',
    delaySeconds: 0,
    detail: 'exact',
    channels: ['site', 'telegram', 'discord'],
    reports: 'full',
    api: { requestsPerMinute: 120 },
    priceCentsPerMonth: 29_700,
  },
  basic: {
    tier: 'basic',
    name: 'Basic',
    delaySeconds: 60,
    detail: 'rounded',
    channels: ['site', 'telegram', 'discord'],
    reports: 'shortened',
    api: null,
    priceCentsPerMonth: 9_700,
  },
  free: {
    tier: 'free',
    name: 'Free',
    delaySeconds: 300,
    detail: 'teaser',
    channels: ['site', 'telegram', 'discord'],
    reports: 'summary',
    api: null,
    priceCentsPerMonth: 0,
  },
};

export const entitlementsOf = (tier: Tier): Entitlements => PLANS[tier];

export const priceOf = (tier: PaidTier, interval: BillingInterval): Price => ({
  tier,
  interval,
  cents: PLANS[tier].priceCentsPerMonth * (interval === 'year' ? MONTHS_PAID_PER_YEAR : 1),
  lookupKey: `quanticity_${tier}_${interval}`,
});

export const PRICES: readonly Price[] = PAID_TIERS.flatMap((tier) =>
  INTERVALS.map((interval) => priceOf(tier, interval)),
);

/** Higher is more. */
export const tierRank = (tier: Tier): number => TIERS.length - 1 - TIERS.indexOf(tier);

export const isPaidTier = (value: unknown): value is PaidTier => PAID_TIERS.some((tier) => tier === value);
export const isInterval = (value: unknown): value is BillingInterval => INTERVALS.some((one) => one === value);
