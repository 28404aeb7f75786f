/** What each plan buys. Every reader asks `entitlementsOf`; nothing else knows what a plan means. */
export const TIERS = ['premium', 'basic', 'free'] as const;
export type Tier = (typeof TIERS)[number];

export interface Entitlements {
  readonly tier: Tier;
  readonly name: string;
  readonly priceCentsPerMonth: number;
  /** Seconds between a signal's commit and its release. The database holds the same figures and decides; a test compares them. */
  readonly delaySeconds: 0 | 60 | 300;
}

const PLANS: Readonly<Record<Tier, Entitlements>> = {
  premium: { tier: 'premium', name: 'Premium', priceCentsPerMonth: 29_700, delaySeconds: 0 },
  basic: { tier: 'basic', name: 'Basic', priceCentsPerMonth: 9_700, delaySeconds: 60 },
  free: { tier: 'free', name: 'Free', priceCentsPerMonth: 0, delaySeconds: 300 },
};

export const entitlementsOf = (tier: Tier): Entitlements => PLANS[tier];
