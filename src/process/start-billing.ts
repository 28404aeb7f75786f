import { createBilling } from '../billing/create-billing.ts';
import type { BillingDeps } from '../billing/deps.ts';
import type { Billing } from '../billing/door.ts';
import { startBillingJobs } from '../billing/jobs.ts';
import type { BillingPolicy } from '../billing/policy.ts';
import { setUpStripe } from '../billing/setup/set-up-stripe.ts';
import { createStripeClient } from '../billing/stripe/client.ts';
import { StripeGateway } from '../billing/stripe/gateway.ts';
import { createUnconnectedBilling } from '../billing/unconnected.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/client.ts';
import type { Bus } from '../engine/index.ts';
import type { Log } from '../log.ts';

/** Where payments are made, and the key to it. */
export interface StripeAccount {
  readonly secretKey: string;
  /** The simulated Stripe's; null is the vendor's own. */
  readonly baseUrl: string | null;
  readonly webhookSecrets: readonly string[];
}

export interface BillingPlan {
  readonly config: Config;
  readonly database: Database;
  readonly bus: Bus;
  readonly publicUrl: URL;
  /** Null where no Stripe is to be had. */
  readonly account: StripeAccount | null;
  readonly log: Log;
}

export interface RunningBilling {
  readonly billing: Billing;
  /** Where forms may lead to. */
  readonly origins: readonly string[];
  stop(): Promise<void>;
}

const STRIPE_ORIGINS = ['https://checkout.stripe.com', 'https://billing.stripe.com', 'https://invoice.stripe.com'];

const policyOf = (config: Config): BillingPolicy => ({
  graceDays: config.BILLING_GRACE_DAYS,
  trialDays: config.BILLING_TRIAL_DAYS,
  automaticTax: config.BILLING_AUTOMATIC_TAX,
});

export const startBilling = async (plan: BillingPlan): Promise<RunningBilling> => {
  const { config, database, bus, publicUrl, account, log } = plan;
  const policy = policyOf(config);
  if (!account) return { billing: createUnconnectedBilling(database.db, policy), origins: [], stop: async () => {} };
  const stripe = createStripeClient(account);
  if (account.baseUrl !== null && config.ROLE === 'web')
    log(
      'warn',
      'this node simulates a Stripe of its own: with several web nodes, set STRIPE_SECRET_KEY on all of them',
    );
  // At the vendor's that is the operator's own act, `quanticity stripe-setup`; a sandbox begins with nothing.
  if (account.baseUrl !== null)
    for (const line of (await setUpStripe(stripe, { siteUrl: publicUrl, webhook: true })).done)
      log('debug', 'the simulated Stripe was set up', { did: line });
  const deps: BillingDeps = {
    db: database.db,
    bus,
    gateway: new StripeGateway(stripe),
    policy,
    webhookSecrets: account.webhookSecrets,
    publicUrl,
    log,
  };
  const jobs = startBillingJobs(deps);
  const origins = account.baseUrl === null ? STRIPE_ORIGINS : [new URL(account.baseUrl).origin];
  return { billing: createBilling(deps), origins, stop: jobs.stop };
};
